"""The books: trial balance, search of the journal, slips, reversals, and the journal for other software."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from exports.commands.steps import ending, posted
from exports.reports import REPORTS, journal_exports, slips, summaries
from exports.shell.commands import Commands
from exports.shell.options import LARGEST, Application, AsJson, On, Out, Reason, argument, number, option
from exports.shell.session import Answer, Books, Session, written
from ledger import dates
from ledger.codes import RIGHTS
from ledger.i18n import N_, ngettext

app = Commands(N_("The books"))
export = app.group("export", N_("The books for other software."))

app.lists(REPORTS["balance"])
app.lists(REPORTS["entries"])


slip = app.group(
    "slip", N_("What no file brings: charges, interest, write-offs; a second person approves."), lists=True
)
slip.lists(REPORTS["slip list"], "list")

Yen = Annotated[int, option("--yen", N_("the amount in yen"), "YEN", min=1, max=LARGEST)]
Slip = Annotated[int, number("NO", N_("the number of the slip"))]


@slip.writes(
    "charge",
    "--yen 440 --on 2012-09-28 --reason 振込手数料",
    "--yen 440 --refund 3 --reason 振込手数料",
    may=("propose",),
)
def charge(
    books: Books,
    yen: Yen,
    reason: Reason,
    on: On,
    refund: Annotated[
        int | None, option("--refund", N_("the refund for whose transfer it is"), "NO", min=1, max=LARGEST)
    ] = None,
) -> Answer:
    """Proposes a charge of the bank, with or without the refund that it belongs to."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.charge(books.connection, yen, refund=refund, on=on, reason=reason, by=books.by)))


@slip.writes("interest", "--yen 12 --on 2012-08-18 --reason 決算利息", may=("propose",))
def interest(books: Books, yen: Yen, reason: Reason, on: On) -> Answer:
    """Proposes interest on the bank account."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.interest(books.connection, yen, on=on, reason=reason, by=books.by)))


@slip.writes(
    "write-off", "2011-0001 --reason 振込手数料差引き", "2011-0001 --claim --reason 回収不能", may=("propose",)
)
def write_off(
    books: Books,
    subject: Annotated[str, argument("APPLICATION", N_("the application number; of a claim, or the deposit"))],
    reason: Reason,
    on: On,
    claim: Annotated[bool, option("--claim", N_("write off what is claimed back from the member"))] = False,
) -> Answer:
    """Proposes to write off what a fee lacks, or what is claimed back from a member."""
    from ledger.booking import slips as booking

    proposing = booking.write_off_claim if claim else booking.write_off
    result = proposing(books.connection, subject, on=on, reason=reason, by=books.by)
    return ending(Answer(*slips.told(result)), posted(books, "slip", result))


@slip.writes("income", "20120310-7 --reason 回答なし", "20120310-7 --yen 255 --reason 回答なし", may=("propose",))
def income(
    books: Books,
    deposit: Annotated[str, argument("DEPOSIT", N_("the reference number of the deposit"))],
    reason: Reason,
    on: On,
    yen: Annotated[int | None, option("--yen", N_("not all of it, but so many yen"), "YEN", min=1, max=LARGEST)] = None,
) -> Answer:
    """Proposes to take suspense that nobody claims as income."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.income(books.connection, deposit, yen=yen, on=on, reason=reason, by=books.by)))


@slip.writes("opened-refund", "2010-0007 --on 2012-04-10 --reason 未払", may=("propose",))
def opened_refund(books: Books, subject: Application, reason: Reason, on: On) -> Answer:
    """Proposes to pay a refund that was owed when the books began, of an application or a deposit."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.pay_opened_refund(books.connection, subject, on=on, reason=reason, by=books.by)))


@slip.writes("other", "--debit 5900 --credit 1110 --yen 1000 --reason 証明書", may=("propose",))
def other(
    books: Books,
    debit: Annotated[str, option("--debit", N_("the account that is debited"), "CODE")],
    credit: Annotated[str, option("--credit", N_("the account that is credited"), "CODE")],
    yen: Yen,
    reason: Reason,
    on: On,
) -> Answer:
    """Proposes any other entry over two accounts that are kept neither by application nor by deposit."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.other(books.connection, debit, credit, yen, on=on, reason=reason, by=books.by)))


@slip.writes("approve", "1 --by 丙田", may=("approve",))
def approve_slip(books: Books, no: Slip, on: On) -> Answer:
    """Approves a slip that another person proposed; its entry bears the day of the slip."""
    from ledger.booking import slips as booking

    result = booking.approve(books.connection, no, on=on, by=books.by)
    return ending(Answer(*slips.told(result)), posted(books, "slip", result))


@slip.writes("reject", "1 --reason 金額相違", may=("propose", "approve"))
def reject_slip(books: Books, no: Slip, reason: Reason, on: On) -> Answer:
    """Rejects a slip that waits; the reason is kept."""
    from ledger.booking import slips as booking

    return Answer(*slips.told(booking.reject(books.connection, no, on=on, reason=reason, by=books.by)))


@app.writes("reverse", "17 --reason 二重計上 --on 2012-10-01", may=("propose",))
def reverse(
    books: Books, entry: Annotated[int, number("ENTRY", N_("the number of the entry"))], reason: Reason, on: On
) -> Answer:
    """Shows an entry and posts its exact opposite, once; of a reversal, brings back what it had reversed."""
    from ledger.booking import reversals
    from ledger.booking.recording import post_after_entry

    result = reversals.reverse(books.connection, entry, on=on, reason=reason, by=books.by)
    answer = Answer(*slips.reversed_entry(books.connection, result))
    if not result.changed or result.no is None:
        return answer
    report = post_after_entry(books.connection, entry, through=dates.today(), by=books.by)
    return ending(answer, summaries.posted_besides(report))


Format = Annotated[str, option("--format", "hledger, beancount, csv, yayoi, mf", "FORMAT")]
Encoding = Annotated[
    str | None, option("--encoding", N_("utf-8-sig or cp932, where the format has both (csv, mf)"), "NAME")
]
AccountNames = Annotated[
    Path | None, option("--accounts", N_("a list of your own: what accounts are called in the other software"), "FILE")
]
Substitute = Annotated[bool, option("--substitute", N_("write what cp932 cannot hold as 〓, instead of refusing it"))]


@export.runs(
    "journal",
    "--format hledger --out seisan.journal",
    "--out 仕訳帳.csv --from 2012-04-01 --to 2013-03-31",
    "--format yayoi --accounts 科目.toml --out 弥生.txt",
)
def export_journal(
    session: Session,
    out: Out,
    form: Format = "csv",
    first: Annotated[date | None, option("--from", N_("from this day on"), "DAY")] = None,
    last: Annotated[date | None, option("--to", N_("up to and with this day"), "DAY")] = None,
    encoding: Encoding = None,
    accounts: AccountNames = None,
    substitute: Substitute = False,
) -> Answer:
    """The journal for hledger, beancount, Yayoi (yayoi) or Money Forward (mf), or as CSV."""
    from exports.formats import journal

    with session.reading() as books:
        request = journal.requested(books.connection, form, encoding, accounts, substitute=substitute)
        count, substituted = journal.write(books.connection, request, out, first, last)
    note = ngettext("Written: {file} ({count} entry)", "Written: {file} ({count} entries)", count, file=out)
    return Answer(note="\n".join([note, *journal.told(substituted)]))


def _rewrite(books: Books, answer: Any) -> bytes:
    """The bytes of an export that was made under the same key."""
    from exports.formats import journal

    return journal.again(books.connection, answer["no"])[1]


@export.writes(
    "since-last",
    "--format yayoi --out 弥生-2012-09.txt",
    "--format mf --out 仕訳.csv --dry-run",
    may=RIGHTS.codes,
    rewrite=_rewrite,
)
def export_since_last(
    books: Books,
    out: Out,
    form: Format,
    encoding: Encoding = None,
    accounts: AccountNames = None,
    substitute: Substitute = False,
) -> Answer:
    """What was recorded since the last export of this format, late entries of earlier days too; it is remembered."""
    from exports.formats import journal

    request = journal.requested(books.connection, form, encoding, accounts, substitute=substitute)
    made, content, substituted = journal.export(books.connection, request, name=out.name, by=books.by)
    return Answer(*journal_exports.told(made, out, journal.told(substituted)), file=content)


@export.runs("again", "3 --out 弥生-2012-09.txt")
def export_again(
    session: Session, no: Annotated[int, number("NO", N_("the number of the export"))], out: Out
) -> Answer:
    """An export that was made, once more: the same file, byte by byte."""
    from exports.formats import journal
    from exports.formats.outfile import new_file

    with session.reading() as books:
        content = journal.again(books.connection, no)[1]
    with new_file(out) as file:
        file.write(content)
    return written(out)


export.lists(REPORTS["export list"], "list")


@export.runs("books", "帳簿一式-2012", "帳簿一式-2012 --from 2012-04-01 --to 2013-03-31", as_json=AsJson)
def export_books(
    session: Session,
    folder: Annotated[Path, argument("FOLDER", N_("the folder to write; empty, or not there yet"))],
    first: Annotated[date | None, option("--from", N_("from this day on"), "DAY")] = None,
    last: Annotated[date | None, option("--to", N_("up to and with this day"), "DAY")] = None,
) -> Answer:
    """Everything in the books as CSV, with an index, to be handed over; the days narrow journal and ledgers."""
    from exports.reports import handover

    with session.reading() as books:
        return Answer(*handover.told(folder, handover.write(books.connection, folder, first, last)))
