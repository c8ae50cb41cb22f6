"""The books held against themselves, or against a workbook, as a few lines that end with what to do."""

import re
from pathlib import Path

from sqlalchemy import Connection

from exports.sheets.cover import TO_DATE
from ledger import days
from ledger.days import Month
from ledger.errors import NotAMonthsWorkbook
from ledger.i18n import _, in_each, say
from ledger.intake import sheets
from ledger.statements import handed_out, sealed, verified
from ledger.statements.handed_out import Cover
from migrations import guards


def verify(connection: Connection, *, month: Month | None = None, since: int | None = None) -> verified.Verified:
    """Verifies the books, or what a month or every batch after one wrote, with the rules that our migrations made."""
    return verified.verify(connection, guards.faults(connection), month=month, since=since)


def verify_workbook(connection: Connection, file: Path) -> verified.Verified:
    """Holds the cover of a month's workbook that was handed out against the books. Refused: a file that has none."""
    found = tuple(handed_out.faults(connection, _cover(file)))
    return verified.Verified(verified.entries(connection), sealed.last_head(connection), found)


def _cover(file: Path) -> Cover:
    try:
        rows = sheets.sheets(sheets.contents(file), file.suffix)[0].rows
    except (sheets.Unreadable, IndexError):
        raise NotAMonthsWorkbook(str(file)) from None
    cells = [[cell for _at, cell in sorted(row.items())] for _no, row in rows]
    said = {str(row[0]): row[1:] for row in cells if row}
    heads = tuple(str(row[1]) for row in cells if len(row) > 1 and re.fullmatch("[0-9a-f]{64}", str(row[1])))
    days_named = [day for row in cells[:3] for word in str(row[0]).split() if (day := days.read(word)) is not None]
    count = next((said[label] for label in in_each(TO_DATE) if label in said), [])
    if not heads or not days_named or not count or not isinstance(count[0], int):
        raise NotAMonthsWorkbook(str(file))
    return Cover(heads, count[0], days_named[-1])


def text(found: verified.Verified, file: Path | None = None) -> str:
    """What was found, fault by fault, in the books or by the workbook that they were held against."""
    if not found.faults and file is not None:
        return say(_("{file} agrees with the books: every head on its cover is theirs"), file=file.name)
    if not found.faults:
        return say(
            _("The books agree with themselves: {count} entries, head {head}"), count=found.entries, head=found.head
        )
    lines = [f"{each.where}: {each.says} ({each.code})" for each in found.faults]
    lines.append(say(_("{count} faults. Keep this file as it is, and compare it with a backup."), count=len(lines)))
    return "\n".join(lines)
