"""Formulas beside the values of a sheet: how a cell is worked out from others, as a person would write it.

A formula names cells by the keys of their columns, so that it stays right wherever these stand: `{debit}` in its own
row, `{above.balance}` in the nearest row above of the same table that has a value there, `{all.yen}` from the first row
of the table to the one above, `{carried.balance}` in the row last called so on the sheet (a total is called `total`).
One that names a cell that is not there is not written: the value stands there alone.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from string import Formatter

from exports.formats.sheet import RenderedRow, SheetColumn, TypedValue, Values

ON_DEBIT_SIDE = "{above.balance}+{debit}-{credit}"
ON_CREDIT_SIDE = "{above.balance}-{debit}+{credit}"
SAME = "{above.balance}"
_NEAR = 3  # rows above, within which the nearest with a value stands


def running(*, on_debit_side: bool) -> str:
    """The balance after a line, on the account's own side."""
    return ON_DEBIT_SIDE if on_debit_side else ON_CREDIT_SIDE


def added(keys: Iterable[str]) -> str:
    """The sum of columns of a row."""
    return f"SUM({','.join(f'{{{key}}}' for key in keys)})"


def sum_where(key: str, words: str, yen: str) -> str:
    """The sum of what stands in the column `yen` of the rows above in whose column `key` these words stand."""
    quoted = words.replace('"', '""').replace("{", "{{").replace("}", "}}")
    return f'SUMIF({{all.{key}}},"{quoted}",{{all.{yen}}})'


class SheetFormulas:
    """The formulas of a sheet, row by row from top to bottom, with cells under their letters and row numbers."""

    def __init__(self) -> None:
        self._named: dict[str, dict[str, str]] = {}
        self._letters: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._above: deque[tuple[int, Values]] = deque(maxlen=_NEAR)
        self._first = 0

    def begin(self, columns: tuple[SheetColumn, ...], letters: list[str], first: int) -> None:
        """Begins a table with these columns, under these letters; its first row is this one, counted from 1."""
        keys = [column.key for column in columns]
        self._letters = dict(zip(keys, letters, strict=True))
        self._places = {key: at for at, key in enumerate(keys)}
        self._above.clear()
        self._first = first

    def of(self, line: RenderedRow, row: int) -> dict[int, str]:
        """The formulas of the next row, each by the place of its column, counted from 0."""
        formulas = {}
        for key, formula in line.formulas.items():
            if key in self._places and (written := self._written(formula, row)) is not None:
                formulas[self._places[key]] = written
        self._above.appendleft((row, line.cells))
        if line.name:
            self._named[line.name] = {key: f"{letter}{row}" for key, letter in self._letters.items()}
        return formulas

    def _written(self, formula: str, row: int) -> str | None:
        """A formula with the cells that it names; None where one of them is not there."""
        parts = []
        for words, where, key in _parts(formula):
            cell = self._cell(where, key, row) if key else ""
            if cell is None:
                return None
            parts += [words, cell]
        return "".join(parts)

    def _cell(self, where: str, key: str, row: int) -> str | None:
        if where not in ("", "above", "all"):
            return self._named.get(where, {}).get(key)
        if key not in self._places:
            return None
        letter = self._letters[key]
        if where == "above":
            return next((f"{letter}{at}" for at, cells in self._above if _stands(cells, self._places[key])), None)
        if where == "all":
            return f"{letter}{self._first}:{letter}{row - 1}" if row > self._first else None
        return f"{letter}{row}"


def _stands(cells: Values, at: int) -> bool:
    value = cells[at]
    return (value.value if isinstance(value, TypedValue) else value) is not None


@cache
def _parts(formula: str) -> list[tuple[str, str, str]]:
    """A formula as words, each with the cell after it: where it stands, and the key of its column."""
    return list(_parsed(formula))


def _parsed(formula: str) -> Iterator[tuple[str, str, str]]:
    for words, name, _form, _conversion in Formatter().parse(formula):
        where, _dot, key = (name or "").rpartition(".")
        yield words, where, key
