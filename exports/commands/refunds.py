"""What comes back: refunds and returned overpayments with the payment file for the bank; credits to a reissue."""

from datetime import date
from typing import Annotated, Any

from exports.commands.steps import proposed, recorded
from exports.reports import REPORTS
from exports.shell.commands import Commands
from exports.shell.options import LARGEST, PLANNED, Application, No, On, Out, Reason, argument, number, option
from exports.shell.session import Answer, Books
from ledger.i18n import N_

app = Commands(N_("What comes back"))
refund = app.group("refund", N_("Refunds: proposed by one person, approved by another, paid."))
overpaid = app.group("overpaid", N_("Money that was never due: the same states as a refund."))
returns = Commands()  # what both have


@refund.writes("propose", "2011-0001", "2011-0001 --on 2012-09-24 --dry-run", may=("propose",))
def propose(books: Books, application: Application, on: On) -> Answer:
    """Proposes to pay a fee back, as found on the day, and reserves it."""
    from ledger.booking import refunds

    proposal = refunds.propose(books.connection, application, on=on, by=books.by)
    return proposed(
        proposal, N_("Refund {no}: {yen} yen proposed. Next, by another person: seisan refund approve {no}")
    )


@overpaid.writes("return", "20120310-7", may=("propose",))
def return_overpayment(
    books: Books, deposit: Annotated[str, argument("DEPOSIT", N_("the reference number of the deposit"))], on: On
) -> Answer:
    """Proposes to return what is left in suspense of a deposit."""
    from ledger.booking.overpayments import return_deposit

    sentence = N_("Return {no}: {yen} yen proposed. Next, by another person: seisan overpaid approve {no}")
    return proposed(return_deposit(books.connection, deposit, on=on, by=books.by), sentence)


@returns.writes("approve", "1 --by 丙田", may=("approve",))
def approve(books: Books, no: No, on: On) -> Answer:
    """Approves what another person proposed."""
    from ledger.booking import refunds

    step = refunds.approve(books.connection, no, on=on, by=books.by)
    return recorded(
        step, N_("Refund {no} is approved. Next, with all that are: seisan refund file --on DAY --out FILE")
    )


@returns.writes("reject", "1 --reason 口座相違", may=("propose", "approve"))
def reject(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Rejects what is not paid yet; the reason is kept."""
    from ledger.booking import refunds

    step = refunds.reject(books.connection, no, on=on, reason=reason, by=books.by)
    return recorded(step, N_("Refund {no} is rejected; its yen are no longer reserved."))


@returns.writes("paid", "1 2 3 --on 2012-09-28", may=("pay",))
def paid(books: Books, numbers: Annotated[list[int], number("NO", N_("the numbers of the refunds"))], on: On) -> Answer:
    """Records that it was paid."""
    from ledger.booking import refunds

    steps = refunds.paid(books.connection, numbers, on=on, by=books.by)
    answers = [recorded(step, N_("Refund {no} is paid.")) for step in steps]
    return Answer("\n".join(answer.text for answer in answers), [answer.data for answer in answers])


@returns.writes("returned", "1 --on 2012-10-02 --reason 口座なし", may=("pay",))
def returned(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Records that the transfer came back; the debt to the member stays."""
    from ledger.booking import refunds

    sentence = N_(
        "The transfer of refund {no} came back; it stays owed. When paid again: seisan refund paid {no} --on DAY"
    )
    return recorded(refunds.returned(books.connection, no, on=on, reason=reason, by=books.by), sentence)


refund.add_typer(returns)
overpaid.add_typer(returns)
overpaid.lists(REPORTS["overpaid list"], "list")


files = refund.group()


def _rewrite(books: Books, answer: Any) -> bytes | None:
    """The content of a file that was made under the same key, unless it is void or any of it was paid."""
    from ledger.booking import payment_files

    file = payment_files.again(books.connection, answer["no"])
    return None if file is None or file.gone_on else file.written


@files.writes(
    "file",
    "--on 2012-09-28 --out 総合振込-2012-09-28.txt",
    "--on 2012-09-28 --out 総合振込.txt --without 3 --dry-run",
    may=("pay",),
    rewrite=_rewrite,
)
def write_file(
    books: Books,
    out: Out,
    on: Annotated[date, option("--on", N_("the day of the transfers (default: today)"), "DAY"), PLANNED],
    without: Annotated[
        list[int] | None, option("--without", N_("a refund to leave out; may be repeated"), "NO", min=1, max=LARGEST)
    ] = None,
) -> Answer:
    """Writes one payment file for the bank of all approved refunds, returned overpayments included."""
    from exports.formats.bank import text
    from exports.reports import payments
    from ledger.booking.payment_files import file

    written = file(books.connection, layout=text, on=on, name=out.name, without=without or [], by=books.by)
    content = None if written.gone_on else written.written
    return Answer(*payments.filed(written, out), file=content)


@files.writes("void", "1 --reason 取組日の誤り --by 丙田", may=("approve", "pay"))
def void(
    books: Books, no: Annotated[int, number("NO", N_("the number of the payment file"))], reason: Reason, on: On
) -> Answer:
    """Declares a payment file void that never reached the bank; what is in it is approved again."""
    from exports.reports import payments
    from ledger.booking import payment_files

    return Answer(*payments.void(payment_files.void(books.connection, no, on=on, reason=reason, by=books.by)))


files.lists(REPORTS["refund list"], "list")
