"""The books held against themselves, or against a workbook, as a few lines that end with what to do."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from exports.issued.reproduce import WorkbookVerification
from ledger import dates
from ledger.audit import verify as verified
from ledger.audit.posted import unposted
from ledger.dates import Month
from ledger.i18n import N_, _, ngettext
from ledger.store import safekeeping
from migrations import guards


def verify(connection: Connection, *, month: Month | None = None, since: int | None = None) -> verified.Verification:
    """Verifies the books, or what a month or every batch after one wrote, with the rules that our migrations made."""
    found = sound(connection, month=month, since=since)
    if found.faults or month is not None or since is not None:
        return found
    # Of books that were tampered with, what they call for is not asked.
    return replace(found, faults=tuple(unposted(connection, dates.today())))


def verify_and_remember(
    connection: Connection, *, month: Month | None = None, since: int | None = None
) -> verified.Verification:
    """As `verify`; that whole books agree with themselves is kept in mind on this machine (`safekeeping`)."""
    found = verify(connection, month=month, since=since)
    if not found.faults and month is None and since is None:
        safekeeping.remember(connection, "verify", dates.today())
    return found


def sound(connection: Connection, *, month: Month | None = None, since: int | None = None) -> verified.Verification:
    """As `verify`, but does not ask whether everything is posted: of books that wait for it a copy is good."""
    return verified.verify(connection, guards.faults(connection), month=month, since=since)


def text(verification: verified.Verification, file: str = "") -> str:
    """What was verification, fault by fault, in the books or by the workbook that they were held against."""
    if isinstance(verification, WorkbookVerification):
        return "\n".join(_compared(verification, file))
    if not verification.faults:
        return ngettext(
            "The books agree with themselves: {count} entry, head of the chain {head}",
            "The books agree with themselves: {count} entries, head of the chain {head}",
            verification.entries,
            head=verification.head,
        )
    lines = [f"{fault.where}: {fault.says} ({fault.code})" for fault in verification.faults]
    lines.append(
        ngettext(
            "{count} fault. Keep this file as it is, and compare it with a backup.",
            "{count} faults. Keep this file as it is, and compare it with a backup.",
            len(lines),
        )
    )
    return "\n".join(lines)


def _compared(verification: WorkbookVerification, file: str) -> Iterator[str]:
    yield from (f"{note.where}: {note.says} ({note.code})" for note in verification.notes)
    if not verification.faults:
        sentence = N_("{file} agrees with the books in every cell, as they stood after write {batch}")
        yield _(sentence, file=file, batch=verification.batch)
        return
    yield from (f"{fault.where}: {fault.says} ({fault.code})" for fault in verification.faults)
    if not verification.batch:
        yield _("The file is of other books, or these were rewritten: compare them with a backup.")
        return
    yield ngettext(
        "{count} difference from the books as they stood after write {batch}. Keep this file as it is.",
        "{count} differences from the books as they stood after write {batch}. Keep this file as it is.",
        len(verification.faults),
        batch=verification.batch,
    )
    if not verification.certain:
        yield _("The file no longer says after which write it was made: what was recorded since may be among them.")
