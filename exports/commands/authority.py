"""The authority: its bills beside the books, and their payment."""

from typing import Annotated

from exports.reports import REPORTS, summaries
from exports.shell.commands import Commands
from exports.shell.options import Application, On, Reason, argument, option
from exports.shell.session import Answer, Books
from ledger.i18n import N_

app = Commands(N_("The authority"))
bill = app.group("bill", N_("The authority's bills beside the books, line by line."), lists=True)
bill.lists(REPORTS["bill"], "list")
bill.lists(REPORTS["bill claims"], "claims")


Bill = Annotated[str, argument("BILL", N_("the number of the bill"))]


@bill.writes("pay", "2012-09 --on 2012-10-31", may=("pay",))
def pay(books: Books, bill: Bill, on: On) -> Answer:
    """Posts the payment of a bill: every line that agrees, once."""
    from ledger.booking.bills import pay_bill

    return Answer(*summaries.bill_paid(pay_bill(books.connection, bill, on=on, by=books.by)))


@bill.writes("dispute", "2012-09 2011-0001 --on 2012-10-10 --reason 二重請求", may=("propose", "pay"))
def dispute(
    books: Books,
    bill: Bill,
    application: Application,
    reason: Reason,
    on: On,
    document: Annotated[
        str | None, option("--document", N_("the paper that asks the authority, by its number"), "TEXT")
    ] = None,
) -> Answer:
    """Brings lines of a bill into dispute with the authority; until it ends they are not paid."""
    from ledger.booking import disputes

    line, paper = (books.connection, bill, application), document or None
    result = disputes.dispute(*line, on=on, reason=reason, document=paper, by=books.by)
    return Answer(*summaries.disputed(result))


@bill.writes("undispute", "2012-09 2011-0001 --on 2012-10-20 --reason 回答済", may=("propose", "pay"))
def undispute(books: Books, bill: Bill, application: Application, reason: Reason, on: On) -> Answer:
    """Ends a dispute about lines of a bill: they are paid as far as they agree."""
    from ledger.booking import disputes

    result = disputes.undispute(books.connection, bill, application, on=on, reason=reason, by=books.by)
    return Answer(*summaries.undisputed(result))
