"""The input files of the made-up federation, written as different offices write theirs.

Workbooks with real dates and with 和暦 as text, yen as numbers and as 7,245円, one register under a title of its own,
one CSV in UTF-8 and one in the encoding of older systems.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exports.demo import AS_OF
from exports.demo.rows import Cell, rows
from exports.formats import csv
from exports.formats.sheet import Block, Column, Sheet, TypedValue, Value, Workbook
from ledger import dates
from ledger.errors import NotWritable

_WIDTHS = {"根拠": 60.0, "摘要": 24.0, "口座名義カナ": 22.0, "振込依頼人名": 26.0}


@dataclass(frozen=True)
class _File:
    """A file: its name, the kind of its rows, and how its office writes a day and an amount in a row."""

    name: str
    kind: str
    day: Callable[[date, int], Value]
    yen: Callable[[int, int], Value]
    title: str = ""


def _real(day: date, _row: int) -> Value:
    return TypedValue("day", day)


def _era(day: date, _row: int) -> Value:
    return dates.format_japanese(day)


def _mixed(day: date, row: int) -> Value:
    """Several people keep this register, each in a way of their own."""
    ways: tuple[Value, ...] = (
        TypedValue("day", day),
        f"H{day.year - 1988}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        dates.format_japanese(day),
    )
    return ways[row % len(ways)]


def _slashes(day: date, _row: int) -> Value:
    return f"{day.year}/{day.month}/{day.day}"


def _compact(day: date, _row: int) -> Value:
    return f"{day:%Y%m%d}"


def _number(yen: int, _row: int) -> Value:
    return TypedValue("yen", yen)


def _sometimes_in_words(yen: int, row: int) -> Value:
    return f"{yen:,}円" if row % 4 == 3 else TypedValue("yen", yen)


def _in_words(yen: int, _row: int) -> Value:
    return f"{yen:,}円"


_FILES = (
    _File("会員名簿.xlsx", "members", _real, _number),
    _File("申込.xlsx", "applications", _real, _number),
    _File("発行送付.xlsx", "issues", _era, _number),
    _File("ダウンロード記録.csv", "downloads", _compact, _number),
    _File("受領簿.xlsx", "receipts", _mixed, _number, title="受領簿"),
    _File("取消通知.xlsx", "revocations", _era, _number),
    _File("利用回答.csv", "usage", _slashes, _number),
    _File("返金希望.xlsx", "choices", _mixed, _number),
    _File("入金.xlsx", "deposits", _real, _sometimes_in_words),
    _File("請求書.xlsx", "bills", _real, _number),
    _File("発行手数料.xlsx", "fees", _era, _in_words),
)
_OLD_ENCODING = "ダウンロード記録.csv"


def write(folder: Path) -> tuple[Path, ...]:
    """Writes every input file into the folder and names them in the order of the month; the same bytes each time.

    The folder is made if it is not there. Refused: a place that cannot be written, a full disk.
    """
    from exports.formats import xlsx  # openpyxl takes its time to load

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWritable(str(folder)) from error
    for file in _FILES:
        sheet, path = _sheet(file), folder / file.name
        if path.suffix == ".csv":
            csv.write(sheet, path, "cp932" if file.name == _OLD_ENCODING else "utf-8-sig")
        else:
            xlsx.write(Workbook(sheet.name, AS_OF, (sheet,)), path)
    return tuple(folder / file.name for file in _FILES)


def _sheet(file: _File) -> Sheet:
    headings, found = rows(file.kind)
    columns = tuple(Column(heading, "any", _WIDTHS.get(heading, 15)) for heading in headings)
    written = [
        tuple(_written(file, row, heading, cell) for heading, cell in zip(headings, cells, strict=True))
        for row, cells in enumerate(found)
    ]
    name = file.name.partition(".")[0]
    return Sheet(name, file.title or name, (Block(columns, written),), to_fill=not file.title)


def _written(file: _File, row: int, heading: str, cell: Cell) -> Value:
    if isinstance(cell, date):
        return file.day(cell, row)
    if isinstance(cell, int):
        return TypedValue("percent", cell) if heading == "税率" else file.yen(cell, row)
    return cell
