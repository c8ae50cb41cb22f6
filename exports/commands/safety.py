"""Keeping the books safe: verifying, copying, restoring."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from exports.reports import REPORTS
from exports.shell.commands import Commands
from exports.shell.options import LARGEST, AsJson, DryRun, Replace, argument, option
from exports.shell.session import Answer, Session
from ledger import dates
from ledger.dates import Month
from ledger.errors import Exit
from ledger.i18n import N_, _

app = Commands(N_("Keeping the books safe"))

InMonth = Annotated[Month | None, option("--month", N_("only what was written with the month's entries"), "YYYY-MM")]
Since = Annotated[int | None, option("--since", N_("only what came after a batch"), "BATCH", min=0, max=LARGEST)]
Proposed = Annotated[
    Path | None, option("--notice", N_("the notice that a comparison was made with; it is code, and is run"), "FILE.py")
]


@app.runs("verify", "", "月次-2012-09.xlsx", "--month 2012-09", as_json=AsJson)
def verify(
    session: Session,
    file: Annotated[Path | None, argument("FILE", N_("a workbook that was handed out"))] = None,
    month: InMonth = None,
    since: Since = None,
    notice: Proposed = None,
) -> Answer:
    """Holds the books against themselves, or a workbook against them, cell by cell; answers 1 when anything differs."""
    from exports.issued import returned, verification
    from exports.reports.people_list import AT_THEIR_WORD
    from ledger.people.permissions import people

    result: Any
    with session.reading() as books:
        if file is not None:
            result = returned.compared(books.connection, file, notice=notice)
        else:
            result = verification.verify_and_remember(books.connection, month=month, since=since)
        # Of books in which something is wrong even the list of people may be what cannot be read.
        note = "" if result.faults or people(books.connection).listed else _(AT_THEIR_WORD)
    text = verification.text(result, file.name if file else "")
    return Answer(text, result.as_json(), exit=Exit.REFUSED if result.faults else Exit.DONE, note=note)


selfcheck = app.group("selfcheck", N_("The books held against what a law asks of them."))
selfcheck.lists(REPORTS["selfcheck books-act"], "books-act")


@app.runs("backup", "控え/2012-09-30.db", replace=Replace, as_json=AsJson)
def backup(
    session: Session, file: Annotated[Path, argument("FILE", N_("the backup; one of that name is replaced"))]
) -> Answer:
    """Copies the books to a file while others work on, and verifies the copy."""
    from ledger.store import backup as copies
    from ledger.store import safekeeping

    copy = copies.backup(session.database, file, _faults)
    with session.reading() as books:
        safekeeping.remember(books.connection, "backup", dates.today())
    return _copied(copy, N_("Written and verified: {file} (entries: {count}, head of the chain {head})"), file)


@app.runs("restore", "控え/2012-09-30.db", as_json=AsJson)
def restore(session: Session, file: Annotated[Path, argument("FILE", N_("the backup"))]) -> Answer:
    """Puts a backup in the place of the books; books that hold more than it are not replaced."""
    from ledger.store import backup as copies

    copy = copies.restore(session.database, file, _faults)
    return _copied(copy, N_("Restored from {file} (entries: {count}, head of the chain {head})"), file)


@app.runs(
    "move",
    "postgresql://seisan_owner@/seisan",
    "postgresql://seisan_owner@/seisan --dry-run",
    "sqlite:///控え.db",
    dry_run=DryRun,
    as_json=AsJson,
)
def move(
    session: Session,
    to: Annotated[
        str, argument("URL", N_("the new place: a database with no books in it, or a file that is not there"))
    ],
) -> Answer:
    """Moves the books from SQLite to PostgreSQL, or back: every row as it is, or nothing; verified there."""
    from exports.reports import summaries
    from ledger.store import move as moving

    session.announce()
    asked: dict[str, Any] = {"rules": _rules, "faults": _each_fault, "watch": _watched, "dry_run": session.dry_run}
    moved = moving.move(session.database, to, by=session.by, **asked)
    return Answer(*summaries.moved(moved, session.database, to, dry_run=session.dry_run))


def _watched(rows: Iterable[Any], total: int) -> Iterator[Any]:
    from exports.formats.progress import watched

    return watched(rows, total, _("copying rows"))


def _rules(connection: Any) -> list[str]:
    from migrations import guards

    return _lines(guards.faults(connection))


def _each_fault(connection: Any) -> list[str]:
    from exports.issued.verification import sound

    return _lines(sound(connection).faults)


def _lines(faults: Iterable[Any]) -> list[str]:
    return [f"{fault.where}: {fault.says}" for fault in faults]


def _faults(connection: Any) -> int:
    from exports.issued.verification import sound

    return sound(connection).count


def _copied(copy: Any, sentence: str, file: Path) -> Answer:
    data = {"entries": copy.entries, "batches": copy.batches, "head": copy.head}
    return Answer(_(sentence, file=file, count=copy.entries, head=copy.head), data)
