"""The authority: its bills beside the books, and their payment."""

from typing import Annotated

from exports.reports import REPORTS, summaries
from exports.shell.commands import Commands
from exports.shell.options import On, argument
from exports.shell.session import Answer, Books
from ledger.i18n import N_

app = Commands(N_("The authority"))
bill = app.group("bill", N_("The authority's bills beside the books, line by line."), lists=True)
bill.lists(REPORTS["bill"], "list")


@bill.writes("pay", "2012-09 --on 2012-10-31", may=("pay",))
def pay(books: Books, bill: Annotated[str, argument("BILL", N_("the number of the bill"))], on: On) -> Answer:
    """Posts the payment of a bill: every line that agrees, once."""
    from ledger.booking.bills import pay_bill

    return Answer(*summaries.bill_paid(pay_bill(books.connection, bill, on=on, by=books.by)))
