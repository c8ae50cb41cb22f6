"""What came in, and what it calls for: input files, booking, matching."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from exports.reports import REPORTS, match_settled, next_step, summaries
from exports.shell import lists
from exports.shell.commands import Commands
from exports.shell.options import AsJson, DryRun, On, Out, OutInstead, Reason, Yes, argument, option
from exports.shell.session import Answer, Books, Session, written
from ledger import dates
from ledger.errors import Refusal
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.allocations import Part

app = Commands(N_("What came in"))

app.lists(REPORTS["todo"])


@app.writes(
    "import", "会員名簿.xlsx 申込.xlsx 入金.csv", "受領簿.xlsx --known-on 2012-03-31 --dry-run", may=("propose",)
)
def take_in(
    books: Books,
    files: Annotated[list[Path], argument("FILE", N_("workbooks, CSV files, files of the bank, or folders of them"))],
    known_on: Annotated[
        date | None, option("--known-on", N_("the day on which rows that say no day became known"), "DAY")
    ] = None,
    bank_csv: Annotated[
        Path | None,
        option("--bank-csv", N_("how the bank's CSV is laid out (also bank_csv in seisan.toml)"), "FILE.toml"),
    ] = None,
) -> Answer:
    """Takes input files in, all of them or nothing, and posts what they call for."""
    from exports.formats.progress import watched
    from exports.shell.config import configured
    from ledger.booking.recording import import_files
    from ledger.intake.bank.mapping import read_layout

    laid_out = bank_csv or configured().bank_csv
    layout = None if laid_out is None else read_layout(laid_out)

    report, booked = import_files(
        books.connection, files, known_on, through=dates.today(), by=books.by, watching=watched, layout=layout
    )
    return _ending(books, *summaries.imported(report, booked))


@app.writes(
    "withdraw", "3 --reason 同じ明細の二重取込み", "3:5,7-9 --reason 行の誤り --on 2012-04-10", may=("propose",)
)
def withdraw(
    books: Books,
    rows: Annotated[str, argument("IMPORT[:ROW…]", N_("the number of the import, and which of its rows"))],
    reason: Reason,
    on: On,
) -> Answer:
    """Takes back what an import, or rows of it, said; what was known before counts again, and the books follow."""
    from ledger.booking.recording import withdraw_rows
    from ledger.intake.withdrawing import parse_rows

    withdrawn = parse_rows(rows)
    result = withdraw_rows(books.connection, withdrawn, on=on, reason=reason, through=dates.today(), by=books.by)
    return _ending(books, *summaries.withdrawn(withdrawn.no, *result))


def _ending(books: Books, text: str, data: object) -> Answer:
    """The answer, and below it the most urgent of what has to be done."""
    return Answer(f"{text}\n{next_step.most_urgent(books.connection, dates.today())}", data)


_KINDS = N_(
    "the kind of file, or its title: members, applications, issues, downloads, receipts, revocations, usage, choices, "
    "payees, deposits, bills, openings, fees, rulings"
)


@app.runs("template", "members --out 会員名簿.xlsx")
def template(session: Session, kind: Annotated[str, argument("KIND", _KINDS)], out: Out) -> Answer:
    """Writes an input workbook to fill in, with a sample and a guide; with books, the known numbers can be chosen."""
    from exports.reports.template import write

    with _if_there_are_books(session) as books:
        write(kind, out, None if books is None else books.connection)
    return written(out)


@contextmanager
def _if_there_are_books(session: Session) -> Iterator[Books | None]:
    """The books, to be read; None where there are none yet, or none that can be opened."""
    with ExitStack() as stack:
        books = None
        with suppress(Refusal):
            books = stack.enter_context(session.reading())
        yield books


_ON_ITS_DAY = N_(
    "bring what was dated later, because its month was closed, to its own day; its month has to be open again"
)


@app.writes("book", "", "--through 2012-09-30 --dry-run", "--on-its-day", may=("propose",))
def book(
    books: Books,
    through: Annotated[date, option("--through", N_("up to and with this day (default: today)"), "DAY")],
    on_its_day: Annotated[bool, option("--on-its-day", _ON_ITS_DAY)] = False,
) -> Answer:
    """Posts what facts, deposits, bills and decisions call for."""
    from ledger.booking import run

    report = run.book(books.connection, through, by=books.by, on_its_day=on_its_day)
    return _ending(books, *summaries.booked(report))


def _recorded(books: Books, deposit: str, parts: list[str]) -> "tuple[str, list[Part]]":
    """The deposit and its parts, each number as it was first recorded."""
    from ledger.booking import allocation
    from ledger.store.numbers import as_recorded

    read = [allocation.parse_part(part) for part in parts]
    spelled = (as_recorded(books.connection, "application", part.application) for part in read)
    recorded = [replace(part, application=number) for part, number in zip(read, spelled, strict=True)]
    return as_recorded(books.connection, "deposit", deposit), recorded


def _settled_one(books: Books, deposit: str, parts: list[str], on: date) -> Answer:
    """What one transfer is settled by, a person having named it."""
    from ledger.booking import allocation

    paid_by, read = _recorded(books, deposit, parts)
    new = allocation.settle(books.connection, paid_by, read, on=on, through=dates.today(), by=books.by)
    sentence = N_("It had been settled so before; nothing was changed.")
    data: dict[str, object] = {"deposit": paid_by, "application": read[0].application, "changed": new}
    data["parts"] = [{"application": part.application, "yen": part.yen} for part in read]
    return Answer(_(N_("Settled and posted.") if new else sentence) + f"\n{next_step.next_step('todo')}", data)


def _settled(books: Books, file: Path | None, on: date) -> Answer:
    """What is settled of many transfers: what was filled in on the list that comes back, else what is certain."""
    from ledger.booking import matches

    if file is None:
        done = matches.settle_certain(books.connection, on=on, through=dates.today(), by=books.by)
    else:
        from ledger.intake.worklist import read_worklist

        done = matches.settle_filled(books.connection, read_worklist(file), on=on, through=dates.today(), by=books.by)
    text, data, listed = match_settled.told(done)
    return Answer(text, data, listed=listed)


Certain = Annotated[bool, option("--certain", N_("settle all that are certain"))]
FilledIn = Annotated[Path | None, option("--from", N_("settle what was filled in on the list"), "FILE")]


@app.runs(
    "match",
    "",
    "20120310-7 2012-0040",
    "20120310-8 2012-0041 2012-0042=7245",
    "--certain --dry-run",
    "--out 照合.xlsx",
    "--from 照合.xlsx",
    may=("propose",),
    as_json=AsJson,
    dry_run=DryRun,
    yes=Yes,
)
def match(
    session: Session,
    deposit: Annotated[str | None, argument("DEPOSIT", N_("the reference number"))] = None,
    parts: Annotated[
        list[str] | None,
        argument("APPLICATION[=YEN]", N_("what it pays for, one or several; with =YEN, so much of it")),
    ] = None,
    *,
    certain: Certain = False,
    file: FilledIn = None,
    on: On,
    out: OutInstead = None,
) -> Answer:
    """Transfers without an application, with whose they could be; or settles them, one or many, and posts it."""
    match_settled.require_alone(deposit, certain=certain, file=file, out=out)
    if certain or file is not None:
        return session.write(lambda books: _settled(books, file, on))
    if deposit is None or not parts:
        return lists.answer(session, REPORTS["match"], {"deposit": deposit})
    return session.write(lambda books: _settled_one(books, deposit, parts, on))


@app.writes(
    "unmatch",
    "20120310-7 --reason 別人の振込み",
    "20120310-8 2012-0042 --reason 照合の誤り --on 2012-04-10",
    may=("propose",),
)
def unmatch(
    books: Books,
    deposit: Annotated[str, argument("DEPOSIT", N_("the reference number"))],
    application: Annotated[str | None, argument("APPLICATION", N_("only what it pays for this one"))] = None,
    *,
    reason: Reason,
    on: On,
) -> Answer:
    """Takes back what a transfer was said to pay for; it waits in suspense until it is known whose it is."""
    from ledger.booking import allocation

    new = allocation.take_back(
        books.connection, deposit, application, on=on, reason=reason, through=dates.today(), by=books.by
    )
    text = _("Taken back: it is not known any more what it pays for.")
    if not new:
        text = _("It was not known what deposit {deposit} pays for; nothing was changed.", deposit=deposit)
    return Answer(
        f"{text}\n{next_step.next_step('match', deposit)}",
        {"deposit": deposit, "application": application, "changed": new},
    )


app.lists(REPORTS["find"])
app.lists(REPORTS["members"])
app.lists(REPORTS["applications"])
app.lists(REPORTS["deposits"])
app.lists(REPORTS["imports"])
app.lists(REPORTS["due"])
