"""What came in, and what it calls for: input files, booking, matching."""

from datetime import date
from pathlib import Path
from typing import Annotated

from exports.reports import REPORTS, summaries
from exports.shell import lists
from exports.shell.commands import Commands
from exports.shell.options import AsJson, DryRun, On, Out, OutInstead, argument, option
from exports.shell.session import Answer, Books, Session, written
from ledger.i18n import N_, _

app = Commands(N_("What came in"))


@app.writes("import", "会員名簿.xlsx 申込.xlsx 入金.csv", "受領簿.xlsx --known-on 2012-03-31 --dry-run")
def import_files(
    books: Books,
    files: Annotated[list[Path], argument("FILE", N_("workbooks and CSV files, recognised by their headings"))],
    known_on: Annotated[
        date | None, option("--known-on", N_("the day on which rows that say no day became known"), "DAY")
    ] = None,
) -> Answer:
    """Takes input files in: all of them, or nothing."""
    from ledger.intake.importer import take_in

    report = take_in(books.connection, files, known_on, books.by)
    return Answer("\n".join(report.sentences()), summaries.imported_json(report))


_KINDS = N_(
    "the kind of file: members, applications, issues, downloads, receipts, revocations, usage, choices, deposits, "
    "bills, fees, rulings"
)


@app.runs("template", "members --out 会員名簿.xlsx")
def template(_session: Session, kind: Annotated[str, argument("KIND", _KINDS)], out: Out) -> Answer:
    """Writes an empty input workbook, with headings, notes and drop-down lists."""
    from exports.reports.template import write

    write(kind, out)
    return written(out)


@app.writes("book", "", "--through 2012-09-30 --dry-run")
def book(
    books: Books, through: Annotated[date, option("--through", N_("up to and with this day (default: today)"), "DAY")]
) -> Answer:
    """Posts what facts, deposits, bills and decisions call for."""
    from ledger.booking import run

    report = run.book(books.connection, through, by=books.by)
    return Answer(*summaries.booked(report))


@app.runs("match", "", "20120310-7 2012-0040", as_json=AsJson, dry_run=DryRun)
def match(
    session: Session,
    deposit: Annotated[str | None, argument("DEPOSIT", N_("the reference number"))] = None,
    application: Annotated[str | None, argument("APPLICATION", N_("what it pays for"))] = None,
    *,
    on: On,
    out: OutInstead = None,  # noqa: ARG001 - what is listed is written there by the shell
) -> Answer:
    """Transfers without an application, with whose they could be; or settles one."""
    if deposit is None or application is None:
        return lists.answer(session, REPORTS["match"], {"deposit": deposit})

    def settle(books: Books) -> Answer:
        from ledger.intake import matching

        new = matching.settle(books.connection, deposit, application, on=on, by=books.by)
        sentence = N_("It had been settled so before; nothing was changed.")
        data = {"deposit": deposit, "application": application, "changed": new}
        return Answer(_(N_("Settled. Next: seisan book") if new else sentence), data)

    return session.write(settle)


app.lists(REPORTS["due"])
