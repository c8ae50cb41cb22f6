"""Two workbooks cell by cell: what stands in the one that was handed out, and what the books say stands there.

How another program writes the same (texts shared, formulas without their values, formats spelled in its own way) is no
difference. Rows that were put in or taken out are found first, so that what follows them is still compared with its
own.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from exports.issued.layout import Uncompared
from exports.issued.read import Cell, Content, ErrorValue, ReadSheet, ReadWorkbook, Row, SheetContents
from ledger.audit.faults import Fault
from ledger.i18n import either
from ledger.intake.files import letter

# A moment is a part of a day, and programs round it differently: it is the same to the second.
_SECOND = 0.5 / 86400
_DAY_ZERO = datetime(1899, 12, 30)
_FROM_1904 = 1462
_LONGEST = 80
_EMPTY = Cell(None, None, "General")

# Two things of which the second belongs to the first, by their places; one of them may stand alone.
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Difference(Fault):
    """A place where the file and the books differ; `there` is the file's, `here` the books', as data."""

    sheet: str | None = None
    cell: str | None = None
    there: Content = None
    here: Content = None

    def as_json(self) -> dict[str, object]:
        """The difference as other programs read it."""
        place = {"sheet": self.sheet, "cell": self.cell, "there": self.there, "here": self.here}
        return super().as_json() | place


def differences(
    file: ReadWorkbook, books: ReadWorkbook, name: str, uncompared: Sequence[Uncompared] = ()
) -> Iterator[Difference]:
    """Every difference of a file from what the books say, sheet by sheet; `name` is what the file is called.

    `uncompared` says of each sheet of the books what is left out.
    """
    pairs = list(_sheets(file.sheets, books.sheets))
    omitted = {sheet.name: part for sheet, part in zip(books.sheets, uncompared, strict=False)}
    for sheet, original in pairs:
        if sheet is None and original is not None:
            yield Difference("sheet-missing", name, {"sheet": original.name}, original.name)
        elif sheet is not None and original is None:
            yield Difference("sheet-added", name, {"sheet": sheet.name}, sheet.name)
        elif sheet is not None and original is not None:
            if sheet.name != original.name:
                names: dict[str, object] = {"sheet": sheet.name, "name": original.name}
                yield Difference("sheet-renamed", name, names, sheet.name, None, sheet.name, original.name)
            if sheet.hidden and not original.hidden:
                yield Difference("sheet-hidden", name, {"sheet": sheet.name}, sheet.name)
            comparison = _SheetComparison(name, sheet.name, _FROM_1904 if file.from_1904 else 0)
            skipped = omitted.get(original.name, Uncompared())
            yield from comparison.pages(file.page(sheet), books.page(original), skipped)
    order = [original.name for sheet, original in pairs if sheet is not None and original is not None]
    if order != [sheet.name for sheet in books.sheets if sheet.name in order]:
        yield Difference("sheets-reordered", name, {"sheets": order})


def _sheets(file: list[ReadSheet], books: list[ReadSheet]) -> Iterator[tuple[ReadSheet | None, ReadSheet | None]]:
    """The sheets of the file with those of the books, in the file's order; one that is nowhere may be one renamed."""
    by_name = {sheet.name: sheet for sheet in books}
    missing = [sheet for sheet in books if sheet.name not in {other.name for other in file}]
    for at, sheet in enumerate(file):
        original = by_name.get(sheet.name)
        if original is None and at < len(books) and books[at] in missing:
            original = books[at]
            missing.remove(original)
        yield sheet, original
    for sheet in missing:
        yield None, sheet


@dataclass(frozen=True)
class _SheetComparison:
    """One sheet under comparison: the file and the sheet by name, and what to add to the file's days."""

    file: str
    sheet: str
    days: int

    def pages(self, file: SheetContents, books: SheetContents, uncompared: Uncompared) -> Iterator[Difference]:
        rows, originals = (_compared_rows(page, uncompared) for page in (file, books))
        columns = _columns(rows, originals)
        rows = _reordered(rows, columns)
        pairs = list(_aligned([_key(row) for row in rows], [_key(row) for row in originals]))
        hidden = sorted(file.hidden_columns & {at for row in originals for at in row})
        places = {
            "rows-added": [str(at + 1) for at, original in pairs if at is not None and original is None],
            "rows-missing": [str(original + 1) for at, original in pairs if at is None and original is not None],
            "columns-added": [letter(at) for at, original in columns if at and original is None],
            "columns-missing": [letter(original) for at, original in columns if at is None and original],
            "rows-hidden": [str(row) for row in file.hidden_rows],
            "columns-hidden": [letter(column) for column in hidden],
        }
        for code, names in places.items():
            if names:  # one for all of which this can be said: the first of them and how many they are
                fields: dict[str, object] = {"sheet": self.sheet, "first": names[0], "count": len(names)}
                yield Difference(code, self.file, fields, self.sheet)
        yield from self._cells(rows, originals, pairs, columns)

    def _cells(
        self, rows: list[Row], originals: list[Row], pairs: list[Pair], columns: list[Pair]
    ) -> Iterator[Difference]:
        """What differs within rows and columns that belong together; a format that differs is told of once a column."""
        shifted = any(at != original for at, original in columns)
        letters = {original: letter(at) for at, original in columns if at and original}
        formats: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for at, nth in pairs:
            if at is None or nth is None:
                continue
            for column in rows[at].keys() | originals[nth].keys():
                cell, original = rows[at].get(column, _EMPTY), originals[nth].get(column, _EMPTY)
                if cell == original or column not in letters:
                    continue
                place = f"{letters[column]}{at + 1}"
                yield from self._cell(place, cell, original, moved=shifted or at != nth)
                if cell.value is not None and not _reads_alike(cell, original):
                    formats[letters[column], cell.format, original.format].append(place)
        for (_column, code, original_code), cells in formats.items():
            fields = {"sheet": self.sheet, "cell": cells[0], "count": len(cells), "there": code, "here": original_code}
            yield Difference("format-differs", self.file, fields, self.sheet, cells[0], code, original_code)

    def _cell(self, place: str, cell: Cell, original: Cell, *, moved: bool) -> Iterator[Difference]:
        if not _same_formula(cell.formula, original.formula, moved=moved):
            in_file, in_books = (
                part.value if part.formula is None else f"={part.formula}" for part in (cell, original)
            )
            yield self._differs("formula-differs", place, original.format, in_file, in_books)
        elif not (cell.formula is not None and cell.value is None) and not self._same(cell.value, original):
            yield self._differs("cell-differs", place, original.format, cell.value, original.value)

    def _same(self, value: Content, original: Cell) -> bool:
        """Whether a value is that of the books; a text is no number, and a truth value is neither."""
        if isinstance(value, bool | str | None) or isinstance(original.value, bool | str | None):
            return value == original.value and type(value) is type(original.value)
        if _is_day(original.format):
            return abs(value + self.days - original.value) < _SECOND
        return value == original.value

    def _differs(self, code: str, place: str, form: str, value: Content, original: Content) -> Difference:
        fields: dict[str, object] = {"sheet": self.sheet, "cell": place}
        fields |= {"there": _format(value, form), "here": _format(original, form)}
        return Difference(code, self.file, fields, self.sheet, place, _data(value, form), _data(original, form))


# --- rows -----------------------------------------------------------------------------------------------------------


def _compared_rows(page: SheetContents, uncompared: Uncompared) -> list[Row]:
    """Every row from the first to the last in which anything stands, as far as it is compared."""
    blank: Row = {}
    rows = [page.rows.get(number, blank) for number in range(1, max(page.rows, default=0) + 1)]
    if not uncompared.columns:
        return rows
    omitted = [uncompared.at(number) for number in range(1, len(rows) + 1)]
    return [
        blank if columns is None else {at: cell for at, cell in row.items() if at not in columns}
        for row, columns in zip(rows, omitted, strict=True)
    ]


def _key(row: Row) -> Hashable:
    """What tells a row from others: its values, and of a formula only that there is one."""
    return tuple([(at, _value_key(cell)) for at, cell in row.items()])


def _value_key(cell: Cell) -> Content:
    if cell.formula is not None:
        return "="
    return round(cell.value, 5) if type(cell.value) is float else cell.value


def _aligned(file: Sequence[Hashable], books: Sequence[Hashable]) -> Iterator[Pair]:
    """The rows of both, paired: equal ones together, and in between those that were changed or are alone.

    Rows were put in or taken out if an equal one comes nearer that way than by taking row for row.
    """
    next_in_file, next_in_books = _places(file), _places(books)
    at = nth = 0
    while at < len(file) and nth < len(books):
        added = missing = changed = 0
        if file[at] == books[nth]:
            changed = 1
        else:
            added, missing = next_in_file(books[nth], at) - at, next_in_books(file[at], nth) - nth
            changed = _changed(file, at, books, nth, min(added, missing))
        if changed:
            yield from zip(range(at, at + changed), range(nth, nth + changed), strict=True)
            at, nth = at + changed, nth + changed
        elif added <= missing:
            yield from ((row, None) for row in range(at, at + added))
            at += added
        else:
            yield from ((None, row) for row in range(nth, nth + missing))
            nth += missing
    yield from ((row, None) for row in range(at, len(file)))
    yield from ((None, row) for row in range(nth, len(books)))


def _changed(file: Sequence[Hashable], at: int, books: Sequence[Hashable], nth: int, skip: int) -> int:
    """How many rows differ, row for row, before the next equal ones; 0 when equal ones come sooner by skipping some."""
    if skip > len(file) + len(books):
        return 1
    for count in range(1, min(skip, len(file) - at, len(books) - nth) + 1):
        following = file[at + count : at + count + 1]
        if following == books[nth + count : nth + count + 1] and following != [()]:
            return count
    return 0


def _places(rows: Sequence[Hashable]) -> Callable[[Hashable, int], int]:
    """Asks where something stands next, from a place on; blank rows and what does not are too far ahead to count."""
    places: dict[Hashable, list[int]] = {}
    for at in range(len(rows) - 1, -1, -1):
        if rows[at] != ():
            places.setdefault(rows[at], []).append(at)

    def next_from(row: Hashable, at: int) -> int:
        ahead = places.get(row, [])
        while ahead and ahead[-1] < at:
            ahead.pop()
        return ahead[-1] if ahead else sys.maxsize

    return next_from


# --- columns --------------------------------------------------------------------------------------------------------


def _columns(rows: list[Row], originals: list[Row]) -> list[Pair]:
    """The columns of both, counted from 1, paired; looked into only where hardly any row is as it was."""
    keys = {_key(row) for row in originals}
    if 2 * sum(_key(row) in keys for row in rows) >= len(rows):
        return [(at, at) for at in range(1, _width([*rows, *originals]) + 1)]
    first, second = (
        [tuple(_value_key(row[at]) if at in row else None for row in page) for at in range(1, _width(page) + 1)]
        for page in (rows, originals)
    )
    return [
        (None if at is None else at + 1, None if original is None else original + 1)
        for at, original in _aligned(first, second)
    ]


def _width(rows: list[Row]) -> int:
    return max((at for row in rows for at in row), default=0)


def _reordered(rows: list[Row], columns: list[Pair]) -> list[Row]:
    """The file's rows with each cell under the column of the books that it belongs to."""
    if all(at == original for at, original in columns):
        return rows
    places = {at: original for at, original in columns if at and original}
    return [{places[at]: cell for at, cell in row.items() if at in places} for row in rows]


# --- formulas -------------------------------------------------------------------------------------------------------


def _same_formula(formula: str | None, original: str | None, *, moved: bool) -> bool:
    """Whether two formulas, or two values without one, are the same; one that moved may name other cells."""
    if formula is None or original is None:
        return formula is original
    first, second = (re.sub(r"[\s$]", "", text).upper() for text in (formula, original))
    if not first or first == second:  # several cells may share one formula, and then only the first has its text
        return True
    return moved and re.sub(r"[A-Z]+\d+", "", first) == re.sub(r"[A-Z]+\d+", "", second)


# --- number formats -------------------------------------------------------------------------------------------------

# What means something in the code of a format; every other character stands for itself.
_PART = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|General|AM/PM|A/P|[_*].|(.)', re.IGNORECASE | re.DOTALL)
_MEANS = set("0#?.,%@/:;ymdhsgeb")


@cache
def _spelled(code: str) -> str:
    """The code of a number format in one spelling: each program quotes in its own way what stands for itself."""
    spelled = []
    for part in _PART.finditer(code):
        quoted = part[1] if part[1] is not None else part[2]
        if quoted is not None:
            spelled += [f'"{sign}"' if sign.lower() in _MEANS - set("/:") else sign for sign in quoted]
        else:
            spelled.append(part[0].lower())
    return "".join(spelled)


@cache
def _is_day(code: str) -> bool:
    return bool(re.search("[ygmd]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|general', "", code.lower())))


def _reads_alike(cell: Cell, original: Cell) -> bool:
    """Whether the same value reads the same in both formats. A text does in any that shows texts as they are."""
    if isinstance(original.value, str) and not isinstance(original.value, ErrorValue):
        return _shows_texts(cell.format)
    return _spelled(cell.format) == _spelled(original.format)


@cache
def _shows_texts(code: str) -> bool:
    sections = _spelled(code).split(";")
    of_text = sections[3] if len(sections) > 3 else next((section for section in sections if "@" in section), "@")
    return of_text == "@"


# --- how it is said -------------------------------------------------------------------------------------------------


def _format(value: Content, form: str) -> str:
    """A value in a sentence, so that a text is told from a number: 7,245 and 「7,245」."""
    if value is None:
        return either("空欄", "nothing")
    data = _data(value, form)
    if isinstance(data, bool | str):
        text = str(data) if len(str(data)) <= _LONGEST else f"{str(data)[:_LONGEST]}…"
        plain = text.startswith("=") or isinstance(value, int | float | ErrorValue)
        return text if plain else either(f"「{text}」", f"“{text}”")
    return f"{data:,}" if "#,##0" in form else str(data)


def _data(value: Content, form: str) -> Content:
    """A value as other programs read it: a day or moment written out, anything else as it stands in the cell."""
    if isinstance(value, bool | str | None) or not _is_day(form) or not 0 < value < 2_958_466:
        return value
    moment = _DAY_ZERO + timedelta(seconds=round(value * 86400))
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()
