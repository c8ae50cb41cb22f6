"""The books held against themselves, or against a workbook, as a few lines that end with what to do."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from exports.formats import bank
from exports.issued.returned import MovedOn, WorkbookVerification
from ledger import dates
from ledger.audit import verify as verified
from ledger.audit.faults import Fault, FaultList
from ledger.audit.posted import unposted
from ledger.dates import Month
from ledger.i18n import N_, _, ngettext
from ledger.store import safekeeping
from migrations import guards

# How many differences from books that have moved on are named; those of a changed file are all named.
_SHOWN = 10


def verify(connection: Connection, *, month: Month | None = None, since: int | None = None) -> verified.Verification:
    """Verifies the books, or what a month or every batch after one wrote, with the rules that our migrations made."""
    found = sound(connection, month=month, since=since)
    if found.faults or month is not None or since is not None:
        return found
    # Of books that were tampered with, what they call for is not asked.
    left = FaultList(unposted(connection, dates.today()))
    return replace(found, faults=tuple(left), more=left.more)


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
    return verified.verify(connection, guards.faults(connection), agrees=bank.agrees, month=month, since=since)


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
    lines = list(map(_line, verification.faults))
    for code, count in verification.more.items():
        lines.append(
            ngettext(
                "{count} more fault of this kind ({code})",
                "{count} more faults of this kind ({code})",
                count,
                code=code,
            )
        )
    lines.append(
        ngettext(
            "{count} fault. Keep this file as it is, and compare it with a backup.",
            "{count} faults. Keep this file as it is, and compare it with a backup.",
            verification.count,
        )
    )
    return "\n".join(lines)


def _compared(verification: WorkbookVerification, file: str) -> Iterator[str]:
    yield from map(_line, verification.notes)
    yield from map(_line, verification.faults)
    if verification.faults and not verification.batch:
        yield _("The file is of other books, or these were rewritten: compare them with a backup.")
        return
    yield from _standing(verification, file)
    if verification.faults:
        yield ngettext(
            "{count} difference from the books as they stood after write {batch}. Keep this file as it is.",
            "{count} differences from the books as they stood after write {batch}. Keep this file as it is.",
            len(verification.faults),
            batch=verification.batch,
        )
        if not verification.certain:
            yield _("The file no longer says after which write it was made: what was recorded since may be among them.")
    else:
        sentence = N_("{file} agrees with the books in every cell, as they stood after write {batch}")
        yield _(sentence, file=file, batch=verification.batch)
    if verification.moved_on is not None:
        yield from _moved_on(verification.moved_on)


def _line(fault: Fault) -> str:
    return f"{fault.where}: {fault.says} ({fault.code})"


def _standing(verification: WorkbookVerification, file: str) -> Iterator[str]:
    """What the file is, where it is of a closed period or was saved by another program."""
    issued, stamp = verification.issued, verification.stamp
    fields: dict[str, object] = {"file": file}
    if issued is not None:
        fields |= {"period": issued.about, "version": issued.version, "at": issued.recorded_at, "by": issued.by}
    match verification.state:
        case "as_issued" if verification.faults:
            sentence = N_(
                "{file} is, byte for byte, version {version} of {period} as it was handed out on {at} by {by}: it is "
                "the books that were changed. Compare them with a backup."
            )
        case "as_issued":
            sentence = N_(
                "{file} is, byte for byte, version {version} of {period} as it was handed out on {at} by {by}."
            )
        case "saved_again" if issued is not None:
            sentence = N_(
                "{file} is version {version} of {period}, handed out on {at} by {by} and saved again by another "
                "program: other bytes, the same cells."
            )
        case "saved_again":
            sentence = N_(
                "{file} was saved again by another program, or written by another version of Seisan: other bytes, the "
                "same cells."
            )
        case "changed" if issued is not None and verification.certain:
            sentence = N_("{file} was changed after version {version} of {period} was handed out on {at} by {by}.")
        case "as_made" if stamp is not None and stamp.version is not None:
            sentence = N_(
                "{file} is, byte for byte, as Seisan writes it; the books do not record that it was handed out."
            )
        case _state:
            return
    yield _(sentence, **fields)


def _moved_on(moved_on: MovedOn) -> Iterator[str]:
    yield from map(_line, moved_on.differences[:_SHOWN])
    if len(moved_on.differences) > _SHOWN:
        yield _("The first {shown} are named; all of them: --json", shown=_SHOWN)
    yield ngettext(
        "Since write {batch} the books have moved on: {count} difference from what they say now.",
        "Since write {batch} the books have moved on: {count} differences from what they say now.",
        len(moved_on.differences),
        batch=moved_on.batch,
    )
    if not moved_on.closed:
        yield _("The period is open now.")
    elif moved_on.version is not None:
        yield _("The last version that was handed out is {version}.", version=moved_on.version)
