"""What comes back: refunds and returned overpayments with the payment file for the bank; credits to a reissue."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from exports.commands.steps import advised, gone_on, proposed, recorded, settled, together, went_on
from exports.reports import REPORTS, refund_lots, refund_statement
from exports.shell.commands import Commands
from exports.shell.options import (
    LARGEST,
    PLANNED,
    AsJson,
    AsOf,
    Calendar,
    No,
    OfMonth,
    On,
    Out,
    OutOrFolder,
    Pdf,
    Reason,
    argument,
    number,
    number_range,
    option,
)
from exports.shell.options import numbers as numbers_of
from exports.shell.session import Answer, Books, Session
from ledger import dates
from ledger.i18n import N_

app = Commands(N_("What comes back"))
refund = app.group("refund", N_("Refunds: proposed by one person, approved by another, paid."))
overpaid = app.group("overpaid", N_("Money that was never due: the same states as a refund."))
returns = Commands()  # what both have


@refund.writes(
    "propose",
    "2011-0001",
    "2011-0001 --on 2012-09-24 --dry-run",
    "--everyone --association 東京",
    may=("propose",),
    many=True,
)
def propose(
    books: Books,
    applications: Annotated[list[str] | None, argument("APPLICATION", N_("application numbers"))] = None,
    everyone: Annotated[bool, option("--everyone", N_("all fees that come back, but those to be credited"))] = False,
    association: Annotated[str | None, option("--association", N_("those of one association"), "NAME")] = None,
    *,
    on: On,
) -> Answer:
    """Proposes to pay fees back, as found on the day, and reserves them."""
    sentence = N_("Refund {no}: {yen} yen proposed. Next, by another person: seisan refund approve {no}")
    chosen = refund_lots.to_propose(books.connection, applications or [], everyone, association, on, books.by)
    proposals = [refund_lots.propose(books, number, on) for number in chosen]
    answers = [proposed(proposal, sentence) for proposal in proposals]
    of_many = N_("{count} refunds proposed. Next, by another person: seisan refund approve {numbers}")
    return gone_on(books, "refund", together(answers, _listed(books, answers), of_many), "proposed", *proposals)


def _listed(books: Books, answers: list[Answer]) -> Callable[[], str]:
    """The list of the refunds that these answers are about."""
    data: list[Any] = [answer.data for answer in answers]
    return lambda: refund_lots.listed(books.connection, [told["no"] for told in data])


@overpaid.writes("return", "20120310-7", may=("propose",))
def return_overpayment(
    books: Books, deposit: Annotated[str, argument("DEPOSIT", N_("the reference number of the deposit"))], on: On
) -> Answer:
    """Proposes to return what is left in suspense of a deposit."""
    from ledger.booking.overpayments import return_deposit

    sentence = N_("Return {no}: {yen} yen proposed. Next, by another person: seisan overpaid approve {no}")
    proposal = return_deposit(books.connection, deposit, on=on, by=books.by)
    return gone_on(books, "refund", proposed(proposal, sentence), "proposed", proposal)


Numbers = Annotated[list[str], numbers_of(N_("the numbers of the refunds; 1-93 for all of these that wait"))]
Despite = Annotated[
    str | None, option("--despite", N_("why it goes on though the grounds have changed; it is kept"), "TEXT")
]

_APPROVED = N_(
    "Refund {no} is approved. Next, with all that are: seisan refund file --on {on} --out transfers-{on}.txt"
)
_MANY_APPROVED = N_(
    "{count} refunds approved. Next, with all that are: seisan refund file --on {on} --out transfers-{on}.txt"
)


@returns.writes("approve", "1 --by 丙田", "1-93 --by 丙田", may=("approve",), many=True)
def approve(books: Books, numbers: Numbers, on: On, despite: Despite = None) -> Answer:
    """Approves what another person proposed: to whom it goes, the account, the yen and the grounds."""
    from ledger.booking import refunds
    from ledger.booking.pay_days import bank_calendar

    chosen = refund_lots.numbered(
        map(number_range, numbers), partial(refund_lots.waiting_for_approval, books.connection)
    )
    steps = [refunds.approve(books.connection, no, on=on, by=books.by, despite=despite) for no in chosen]
    day = bank_calendar(books.connection).first_from(on)
    answers = [recorded(step, _APPROVED, on=day) for step in steps]
    answer = together(answers, _listed(books, answers), _MANY_APPROVED, on=day)
    answer = gone_on(books, "refund", answer, "approved", *steps)
    return went_on(books, answer, *(step.no for step in steps))


@returns.writes("reject", "1 --reason 口座相違", may=("propose", "approve"), many=True)
def reject(books: Books, numbers: Numbers, reason: Reason, on: On) -> Answer:
    """Rejects what is not paid yet; the reason is kept."""
    from ledger.booking import refunds

    sentence = N_("Refund {no} is rejected; its yen are no longer reserved.")
    chosen = refund_lots.numbered(
        map(number_range, numbers), partial(refund_lots.waiting_for_payment, books.connection)
    )
    steps = [refunds.reject(books.connection, no, on=on, reason=reason, by=books.by) for no in chosen]
    answers = [recorded(step, sentence) for step in steps]
    of_many = N_("{count} refunds rejected; their yen are no longer reserved.")
    return settled(books, "refund", together(answers, _listed(books, answers), of_many), *steps)


Statement = Annotated[
    Path | None, option("--from", N_("all that this statement of the bank says for certain, each on its day"), "FILE")
]
BankCsv = Annotated[
    Path | None,
    option("--bank-csv", N_("how the bank's CSV is laid out (also bank_csv in seisan.toml)"), "FILE.toml"),
]
OnOrByStatement = Annotated[
    date | None, option("--on", N_("the business day (default: today; with --from, the day of each line)"), "DAY")
]


@returns.writes(
    "paid", "1 2 3 --on 2012-09-28", "--file 1 --on 2012-09-28", "--from 入出金明細.txt", may=("pay",), many=True
)
def paid(
    books: Books,
    numbers: Annotated[list[str] | None, numbers_of(N_("the numbers of the refunds; 1-93 for all of these"))] = None,
    file: Annotated[
        int | None, option("--file", N_("all of one payment file, by its number"), "NO", min=1, max=LARGEST)
    ] = None,
    *,
    on: OnOrByStatement = None,
    statement: Statement = None,
    bank_csv: BankCsv = None,
    despite: Despite = None,
) -> Answer:
    """Records that it was paid: those named, those of a payment file, or those that a statement of the bank names."""
    from ledger.booking import refunds

    refund_statement.require_alone(statement, numbers=numbers, file=file, on=on)
    if statement is not None:
        return _by_statement(books, statement, bank_csv, back=False, despite=despite)
    chosen = refund_lots.to_pay(books.connection, map(number_range, numbers or ()), file)
    steps = refunds.paid(books.connection, chosen, on=on or dates.today(), by=books.by, despite=despite)
    answers = [recorded(step, N_("Refund {no} is paid.")) for step in steps]
    answer = together(answers, _listed(books, answers), N_("{count} refunds are paid."))
    answer = settled(books, "refund", replace(answer, data=[answer.data for answer in answers]), *steps)
    return went_on(books, answer, *(step.no for step in steps))


def _by_statement(
    books: Books,
    statement: Path,
    bank_csv: Path | None,
    *,
    back: bool,
    despite: str | None = None,
    reason: str | None = None,
) -> Answer:
    """What a statement of the bank says for certain of transfers that were made, or came back, is recorded."""
    from exports.shell.config import configured
    from ledger.booking import statement_refunds
    from ledger.booking.statement_file import read_statement
    from ledger.intake.bank.mapping import read_layout

    laid_out = bank_csv or configured().bank_csv
    lines = read_statement(books.connection, statement, None if laid_out is None else read_layout(laid_out))
    done = (
        statement_refunds.bring_back(books.connection, lines, by=books.by, reason=reason)
        if back
        else statement_refunds.pay(books.connection, lines, by=books.by, despite=despite)
    )
    text, data, listed = refund_statement.told(done, back=back)
    answer = settled(books, "refund", Answer(text, data, listed=listed), *done.steps)
    return went_on(books, answer, *(step.no for step in done.steps))


_CAME_BACK = N_(
    "The transfer of refund {no} came back; it stays owed. For the account that counts then, by another person: "
    "seisan refund approve {no}; or seisan refund end {no} --reason …"
)
OnItsDay = Annotated[date | None, option("--on", N_("the business day (default: the day that was recorded)"), "DAY")]


@returns.writes("unpaid", "1 --reason 支払日の誤記", may=("pay",))
def unpaid(books: Books, no: No, reason: Reason, on: OnItsDay = None) -> Answer:
    """Takes a payment back that was recorded by mistake or on the wrong day; it is as it was before."""
    from ledger.booking.recovery import undo

    step = undo(books.connection, no, on=on, reason=reason, by=books.by, state="paid")
    sentence = N_("The payment of refund {no} is taken back; on the right day: seisan refund paid {no} --on DAY")
    return settled(books, "refund", recorded(step, sentence), step)


@returns.writes("returned", "1 --on 2012-10-02 --reason 口座なし", "--from 入出金明細.txt", may=("pay",), many=True)
def returned(
    books: Books,
    no: Annotated[int | None, number("NO", N_("the number of the refund or credit"))] = None,
    reason: Annotated[str | None, option("--reason", N_("why; it is kept"), "TEXT")] = None,
    on: OnOrByStatement = None,
    statement: Statement = None,
    bank_csv: BankCsv = None,
) -> Answer:
    """Records that the transfer came back, of one or of those that a statement names; the debt to the member stays."""
    from ledger.booking import refunds

    refund_statement.require_alone(statement, numbers=no, on=on)
    if statement is not None:
        return _by_statement(books, statement, bank_csv, back=True, reason=reason)
    if no is None or reason is None:
        raise refund_statement.NoneReturned
    step = refunds.returned(books.connection, no, on=on or dates.today(), reason=reason, by=books.by)
    return settled(books, "refund", gone_on(books, "refund", recorded(step, _CAME_BACK), "returned", step), step)


@returns.writes("end", "1 --reason 再発行分に充当を希望 --by 丙田", may=("approve",))
def end(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Ends what came back, or was approved and not paid: it is held again, to be credited or taken as income."""
    from ledger.booking import refunds

    step = refunds.end(books.connection, no, on=on, reason=reason, by=books.by)
    sentence = N_("Refund {no} is ended; its yen are held again as before it was proposed.")
    return settled(books, "refund", recorded(step, sentence), step)


@returns.writes("recovered", "1 --yen 7245 --on 2012-11-05", may=("pay",))
def recovered(
    books: Books,
    no: No,
    yen: Annotated[int, option("--yen", N_("how much, in yen"), "YEN", min=1, max=LARGEST)],
    on: On,
) -> Answer:
    """Records that the member paid it back, in whole or in part; it is held again, and not offered by itself."""
    from ledger.booking.recovery import recover

    step = recover(books.connection, no, yen=yen, on=on, by=books.by)
    answer = recorded(step, N_("{yen} yen of refund {no} were paid back."), yen=f"{yen:,}")
    return settled(books, "refund", answer, step)


@returns.writes("undo", "1 --reason 組戻しの誤記", may=("pay",))
def undo(books: Books, no: No, reason: Reason, on: OnItsDay = None) -> Answer:
    """Takes back what was recorded last and did not happen: paid, come back, or paid back by the member."""
    from ledger.booking import recovery

    step = recovery.undo(books.connection, no, on=on, reason=reason, by=books.by)
    sentence = N_(
        "What was recorded last of refund {no} is taken back; it is as it was before. Next: seisan refund show {no}"
    )
    return settled(books, "refund", recorded(step, sentence), step)


@returns.runs("show", "1", as_json=AsJson)
def show(session: Session, no: No, as_of: AsOf) -> Answer:
    """What an approver has to see: to whom it goes, how much, on which grounds, and what stands against it."""
    with session.reading() as books:
        return Answer(*refund_lots.shown(books.connection, no, as_of))


@refund.runs("advice", "1 --out 返金通知書.xlsx", "--month 2012-09 --out 返金通知書")
def advise(
    session: Session,
    number: Annotated[int | None, argument("NO", N_("the number of the refund or credit"), min=1, max=LARGEST)] = None,
    month: OfMonth = None,
    pdf: Pdf = False,
    calendar: Calendar = None,
    *,
    out: OutOrFolder,
) -> Answer:
    """What the member is told of a refund that was paid: yen, account, rule, tax; or all of a month, with a list."""
    return advised(session, "refund", number, month, out, calendar=calendar, pdf=pdf)


refund.add_typer(returns)
overpaid.add_typer(returns)
overpaid.lists(REPORTS["overpaid list"], "list")


files = refund.group()


def _rewrite(books: Books, answer: Any) -> bytes | None:
    """The content of a file that was made under the same key, unless it is void or any of it was paid."""
    from exports.formats.bank import agrees
    from ledger.booking import payment_files

    file = payment_files.again(books.connection, answer["no"], agrees)
    return None if file is None or file.gone_on else file.written


def _look(books: Books, answer: Any, typed: dict[str, Any]) -> None:
    """Records at whose account numbers a payment file looks, where they are not read otherwise."""
    from ledger.booking import payment_files
    from ledger.store import account_numbers

    if not account_numbers.hidden(books.connection):
        return
    name = typed["out"].name
    if answer is not None:
        holders = payment_files.looked_at_again(books.connection, answer["no"])
    else:
        asked = {"without": typed["without"] or [], "despite": typed["despite"]}
        holders = payment_files.looked_at(books.connection, on=typed["on"], name=name, by=books.by, **asked)
    purpose = f"refund file {typed['on']} {name}"
    account_numbers.record_look(books.connection, holders, purpose=purpose, by=books.by)


@files.writes(
    "file",
    "--on 2012-09-28 --out 総合振込-2012-09-28.txt",
    "--on 2012-09-28 --out 総合振込.txt --without 3 --dry-run",
    may=("pay",),
    rewrite=_rewrite,
    looks=_look,
)
def write_file(
    books: Books,
    out: Out,
    on: Annotated[date, option("--on", N_("the day of the transfers (default: today)"), "DAY"), PLANNED],
    without: Annotated[
        list[int] | None, option("--without", N_("a refund to leave out; may be repeated"), "NO", min=1, max=LARGEST)
    ] = None,
    despite: Despite = None,
) -> Answer:
    """Writes one payment file for the bank of all approved refunds, returned overpayments included."""
    from exports.formats.bank import agrees, text
    from exports.reports import payments
    from ledger.booking.payment_files import file

    words: dict[str, Any] = {"without": without or [], "despite": despite, "dry_run": books.dry_run, "agrees": agrees}
    written = file(books.connection, layout=text, on=on, name=out.name, by=books.by, **words)
    content = None if written.gone_on else written.written
    answer = Answer(*payments.filed(written, out), file=content)
    return went_on(books, answer, *(refund.refund for refund in written.refunds))


@files.writes("void", "1 --reason 取組日の誤り --by 丙田", may=("approve", "pay"))
def void(
    books: Books, no: Annotated[int, number("NO", N_("the number of the payment file"))], reason: Reason, on: On
) -> Answer:
    """Declares a payment file void that never reached the bank; what is in it is approved again."""
    from exports.reports import payments
    from ledger.booking import payment_files

    return Answer(*payments.void(payment_files.void(books.connection, no, on=on, reason=reason, by=books.by)))


files.lists(REPORTS["refund list"], "list")
