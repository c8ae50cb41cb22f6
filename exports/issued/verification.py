"""The books held against themselves, or against a workbook, as a few lines that end with what to do."""

from collections.abc import Iterator

from sqlalchemy import Connection

from exports.issued.reproduce import WorkbookVerification
from ledger.audit import verify as verified
from ledger.dates import Month
from ledger.i18n import _
from migrations import guards


def verify(connection: Connection, *, month: Month | None = None, since: int | None = None) -> verified.Verification:
    """Verifies the books, or what a month or every batch after one wrote, with the rules that our migrations made."""
    return verified.verify(connection, guards.faults(connection), month=month, since=since)


def text(found: verified.Verification, file: str = "") -> str:
    """What was found, fault by fault, in the books or by the workbook that they were held against."""
    if isinstance(found, WorkbookVerification):
        return "\n".join(_compared(found, file))
    if not found.faults:
        return _("The books agree with themselves: {count} entries, head {head}", count=found.entries, head=found.head)
    lines = [f"{fault.where}: {fault.says} ({fault.code})" for fault in found.faults]
    lines.append(_("{count} faults. Keep this file as it is, and compare it with a backup.", count=len(lines)))
    return "\n".join(lines)


def _compared(found: WorkbookVerification, file: str) -> Iterator[str]:
    if not found.faults:
        yield _(
            "{file} agrees with the books in every cell, as they stood after write {batch}",
            file=file,
            batch=found.batch,
        )
        return
    yield from (f"{fault.where}: {fault.says} ({fault.code})" for fault in found.faults)
    if not found.batch:
        yield _("The file is of other books, or these were rewritten: compare them with a backup.")
        return
    yield _(
        "{count} differences from the books as they stood after write {batch}. Keep this file as it is.",
        count=len(found.faults),
        batch=found.batch,
    )
    if not found.certain:
        yield _("The file no longer says after which write it was made: what was recorded since may be among them.")
