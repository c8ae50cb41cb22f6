"""Workbooks that are handed out: made from the books, and made once more, as they stood, to be held against them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from exports.formats import xlsx
from exports.formats.files import require_workbook, workbook
from exports.formats.sheet import Sheet, Workbook
from exports.issued import stamp as marks
from exports.issued.compare import differences
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import Stamp
from exports.reports import check, cover, due, letter, member, month, settlements, trial_balance
from ledger import dates, i18n
from ledger.audit import chain, snapshot, verify
from ledger.audit.faults import Fault
from ledger.dates import Month
from ledger.errors import NotAStatement
from ledger.i18n import Language, _
from ledger.intake import workbook as sheets
from ledger.journal import balances
from ledger.journal.chart import chart
from ledger.journal.closing import seal
from ledger.people.register import owners
from ledger.statements import due as outstanding
from ledger.statements import letter as letters
from ledger.statements import settlements as returned
from ledger.statements.member import member_statement
from ledger.statements.month import month_statement
from ledger.statements.settlements import SettlementLine


def _month(connection: Connection, mark: Stamp) -> Workbook:
    wanted = Month.of(mark.day)
    return month.workbook(month_statement(connection, wanted), seal=seal(connection, wanted), mark=mark.text)


def _member(connection: Connection, mark: Stamp) -> Workbook:
    return member.workbook(member_statement(connection, mark.about, mark.day), mark=mark.text)


def _letter(connection: Connection, mark: Stamp) -> Workbook:
    return letter.workbook(letters.letter(connection, int(mark.about)), mark=mark.text)


def _check(connection: Connection, mark: Stamp) -> Sheet:
    return check.answer(connection, check.asked_again(mark.of, mark.about, mark.day)).sheet()


def _returned(connection: Connection, mark: Stamp) -> list[SettlementLine]:
    return returned.returns(connection, owners(connection, mark.day), mark.day)


_LISTS: dict[str, Callable[[Connection, Stamp], Sheet]] = {
    "due": lambda connection, mark: due.sheet(outstanding.due(connection, mark.day), mark.day),
    "check": _check,
    "check --all": _check,
    "refund list": lambda connection, mark: settlements.refunds(_returned(connection, mark), mark.day),
    "credit list": lambda connection, mark: settlements.credits(_returned(connection, mark), mark.day),
    "balance": lambda connection, mark: trial_balance.as_of(
        balances.trial_balance(connection, mark.day), chart(connection), mark.day
    ),
}


def _list(connection: Connection, mark: Stamp) -> Workbook:
    return workbook(_LISTS[mark.of](connection, mark), mark.day, mark.text)


_MADE: dict[str, Callable[[Connection, Stamp], Workbook]] = {
    "month": _month,
    "member": _member,
    "letter": _letter,
    **dict.fromkeys(_LISTS, _list),
}


def write(connection: Connection, mark: Stamp, path: Path) -> None:
    """Writes the workbook that a mark describes. Refused: the name of another kind of file, what cannot be written."""
    require_workbook(path)
    with snapshot.after(connection, mark.batch):
        xlsx.write(_MADE[mark.of](connection, mark), path)


@dataclass(frozen=True)
class WorkbookVerification(verify.Verification):
    """What was found of a workbook; `batch` is the write after which the books say what it is held against.

    `certain`: the file itself says that it was made after this write.
    """

    batch: int
    certain: bool

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        return super().as_json() | {"batch": self.batch, "certain": self.certain}


def compared(connection: Connection, file: Path) -> WorkbookVerification:
    """Holds every cell of a workbook that was handed out against the books as they stood when it was made.

    Refused: a file that is no statement of ours (not-a-statement).
    """
    try:
        data = sheets.contents(file)
        return _compared(connection, data, ReadWorkbook(data), file)
    except sheets.Unreadable:
        raise NotAStatement(str(file)) from None


def _compared(connection: Connection, data: bytes, there: ReadWorkbook, file: Path) -> WorkbookVerification:
    told = marks.read(there.properties.get(xlsx.PROPERTY, ""))
    found: list[Fault] = []
    batch = 0
    for mark in [told] if told is not None else _by_cover(connection, there, file):
        if marks.batch_of(connection, mark.head) != mark.batch:
            found = [Fault("head-unknown", file.name, {"head": mark.head})]
            continue
        batch, found = mark.batch, _faults(connection, mark, data, there, file)
        if not found:
            break
    return WorkbookVerification(
        verify.entries(connection), chain.last_head(connection), tuple(found), batch, certain=told is not None
    )


def _faults(connection: Connection, mark: Stamp, data: bytes, there: ReadWorkbook, file: Path) -> list[Fault]:
    if mark.of not in _MADE or (mark.of == "letter" and not re.fullmatch("[1-9][0-9]{0,8}", mark.about)):
        raise NotAStatement(str(file))
    made = BytesIO()
    with i18n.speaking(mark.language), snapshot.after(connection, mark.batch):
        xlsx.compose(_MADE[mark.of](connection, mark), made)
    return [] if made.getvalue() == data else list(differences(there, ReadWorkbook(made.getvalue()), file.name))


# --- a file that bears no mark --------------------------------------------------------------------------------------


def _by_cover(connection: Connection, there: ReadWorkbook, file: Path) -> Iterator[Stamp]:
    """What the cover of a month's workbook says, after each write that it may have been made after."""
    page = there.page(there.sheets[0]) if there.sheets else None
    texts = [str(cell.value) for row in (page.rows if page else {}).values() for _at, cell in sorted(row.items())]
    language, last = _language(texts[:1]), _last_day(texts[:6])
    heads = [text for text in texts if re.fullmatch("[0-9a-f]{64}", text)]
    if language is None or last is None or not heads:
        raise NotAStatement(str(file))
    numbers = [marks.batch_of(connection, head) for head in heads]
    with i18n.speaking(language):
        now = marks.of_month(connection, Month.of(last))
    for head, no in zip(heads, numbers, strict=True):
        if no is None:
            yield Stamp("month", now.about, now.as_of, language, 0, head)
            return
    yield now


def _language(title: list[str]) -> Language | None:
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            if title == [_(cover.TITLE)]:
                return language
    return None


def _last_day(texts: list[str]) -> date | None:
    found = [day for text in texts for word in text.split() if (day := dates.parse_day(word)) is not None]
    return found[-1] if found else None
