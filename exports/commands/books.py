"""The books: trial balance, search of the journal, corrections, and the journal for other software."""

from datetime import date
from typing import Annotated

from exports.commands.steps import recorded
from exports.reports import REPORTS
from exports.shell.commands import Commands
from exports.shell.options import On, Out, Reason, number, option
from exports.shell.session import Answer, Books, Session
from ledger.i18n import N_, _

app = Commands(N_("The books"))
export = app.group("export", N_("The books for other software."))

app.lists(REPORTS["balance"])
app.lists(REPORTS["entries"])


@app.writes("reverse", "17 --reason 二重計上 --on 2012-10-01", may=("propose",))
def reverse(
    books: Books, entry: Annotated[int, number("ENTRY", N_("the number of the entry"))], reason: Reason, on: On
) -> Answer:
    """Posts the exact opposite of an entry, once, naming the original."""
    from ledger.booking import slips

    step = slips.reverse(books.connection, entry, on=on, reason=reason, by=books.by)
    return recorded(step, N_("Entry {entry} is reversed by entry {no}."), entry=entry)


@export.runs("journal", "--format hledger --out seisan.journal", "--out 仕訳帳.csv --from 2012-04-01 --to 2013-03-31")
def export_journal(
    session: Session,
    out: Out,
    form: Annotated[str, option("--format", "hledger, beancount, csv", "FORMAT")] = "csv",
    first: Annotated[date | None, option("--from", N_("from this day on"), "DAY")] = None,
    last: Annotated[date | None, option("--to", N_("up to and with this day"), "DAY")] = None,
) -> Answer:
    """The journal for hledger, beancount, or as CSV."""
    from exports.formats import journal

    with session.reading() as books:
        count = journal.write(books.connection, form, out, first, last)
    return Answer(note=_("Written: {file} ({count} entries)", file=out, count=count))
