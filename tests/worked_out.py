"""The few formulas that stand in our workbooks, worked out from the values that stand in the cells they name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import trunc
from pathlib import Path
from typing import Any

from openpyxl.utils import column_index_from_string

from exports.issued.read import Cell, Content, ReadWorkbook, SheetContents

_TOKEN = re.compile(r'"(?:[^"]|"")*"|[A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?|[A-Z]+(?=\()|.')
_PLACE = re.compile("([A-Z]+)([0-9]+)")
_EMPTY = Cell(None, None, "")


@dataclass(frozen=True)
class WorkedOut:
    """A cell with a formula: where it stands, the value beside it, and what the formula comes to."""

    sheet: str
    row: int
    column: int
    formula: str
    stored: Content
    value: Content

    @property
    def is_sum(self) -> bool:
        """Whether it is the sum of a column, which a total has had from the first version on."""
        return self.formula.startswith("SUBTOTAL(")


def worked_out(file: Path | bytes) -> Iterator[WorkedOut]:
    """Every formula of a workbook, sheet by sheet and row by row."""
    book = ReadWorkbook(file if isinstance(file, bytes) else file.read_bytes())
    for sheet in book.sheets:
        page = book.page(sheet)
        for row, cells in page.rows.items():
            for column, cell in cells.items():
                if cell.formula is not None:
                    value = _value(cell.formula, page)
                    yield WorkedOut(sheet.name, row, column, cell.formula, cell.value, value)


def _value(formula: str, page: SheetContents) -> Any:
    spoken = "".join(_as_python(token) for token in _TOKEN.findall(formula))
    names = {"page": page, "cells": _cells, "number": _number} | _FUNCTIONS
    return eval(spoken, {"__builtins__": {}}, names)  # noqa: S307 - of a workbook that the test itself has made


def _as_python(token: str) -> str:
    if token.startswith('"'):
        return repr(token[1:-1].replace('""', '"'))
    if ":" in token:
        return f"cells(page, {token!r})"
    return f"number(page, {token!r})" if _PLACE.fullmatch(token) else token


def _cells(page: SheetContents, places: str) -> list[Cell]:
    (left, first), (right, last) = (_PLACE.findall(place)[0] for place in places.split(":"))
    assert left == right, places
    column = column_index_from_string(left)
    return [page.rows.get(row, {}).get(column, _EMPTY) for row in range(int(first), int(last) + 1)]


def _number(page: SheetContents, place: str) -> int | float:
    """What stands there, as a formula reckons with it: nothing is 0, and a text is an error."""
    ((letters, row),) = _PLACE.findall(place)
    value = page.rows.get(int(row), {}).get(column_index_from_string(letters), _EMPTY).value
    assert not isinstance(value, str), f"{place}: {value}"
    return value or 0


def _sum(cells: Iterable[Cell]) -> int | float:
    return sum(cell.value for cell in cells if isinstance(cell.value, int | float))


def _subtotal(kind: int, cells: list[Cell]) -> int | float:
    assert kind == 9
    return _sum(cell for cell in cells if not (cell.formula or "").startswith("SUBTOTAL("))


_FUNCTIONS = {
    "SUBTOTAL": _subtotal,
    "SUM": lambda *given: sum(_sum(part) if isinstance(part, list) else part for part in given),
    "SUMIF": lambda where, words, yen: _sum(
        cell for about, cell in zip(where, yen, strict=True) if about.value == words
    ),
    "MAX": max,
    "ROUNDDOWN": lambda value, _places: trunc(value),
}
