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

from exports.issued.read import Cell, Content, ErrorValue, ReadSheet, ReadWorkbook, Row, SheetContents
from ledger.audit.faults import Fault
from ledger.i18n import either
from ledger.intake.workbook import letter

# A moment is a part of a day, and programs round it differently: it is the same to the second.
_SECOND = 0.5 / 86400
_DAY_ZERO = datetime(1899, 12, 30)
_FROM_1904 = 1462
_SHOWN = 80
_NOTHING = Cell(None, None, "General")


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


def differences(there: ReadWorkbook, here: ReadWorkbook, file: str) -> Iterator[Difference]:
    """Every difference of the first workbook from the second, sheet by sheet; `file` is what the first is called."""
    pairs = list(_sheets(there.sheets, here.sheets))
    for its, ours in pairs:
        if its is None and ours is not None:
            yield Difference("sheet-missing", file, {"sheet": ours.name}, ours.name)
        elif its is not None and ours is None:
            yield Difference("sheet-added", file, {"sheet": its.name}, its.name)
        elif its is not None and ours is not None:
            if its.name != ours.name:
                names: dict[str, object] = {"sheet": its.name, "name": ours.name}
                yield Difference("sheet-renamed", file, names, its.name, None, its.name, ours.name)
            if its.hidden and not ours.hidden:
                yield Difference("sheet-hidden", file, {"sheet": its.name}, its.name)
            compared = _Compared(file, its.name, _FROM_1904 if there.from_1904 else 0)
            yield from compared.pages(there.page(its), here.page(ours))
    order = [ours.name for its, ours in pairs if its is not None and ours is not None]
    if order != [sheet.name for sheet in here.sheets if sheet.name in order]:
        yield Difference("sheets-reordered", file, {"sheets": order})


def _sheets(there: list[ReadSheet], here: list[ReadSheet]) -> Iterator[tuple[ReadSheet | None, ReadSheet | None]]:
    """The sheets of the file with those of the books, in the file's order; one that is nowhere may be one renamed."""
    ours = {sheet.name: sheet for sheet in here}
    gone = [sheet for sheet in here if sheet.name not in {other.name for other in there}]
    for at, sheet in enumerate(there):
        own = ours.get(sheet.name)
        if own is None and at < len(here) and here[at] in gone:
            own = here[at]
            gone.remove(own)
        yield sheet, own
    for sheet in gone:
        yield None, sheet


@dataclass(frozen=True)
class _Compared:
    """One sheet under comparison: the file and the sheet by name, and what to add to the file's days."""

    file: str
    sheet: str
    days: int

    def pages(self, there: SheetContents, here: SheetContents) -> Iterator[Difference]:
        theirs, ours = _lines(there), _lines(here)
        columns = _columns(theirs, ours)
        theirs = _as_ours(theirs, columns)
        pairs = list(_aligned([_key(row) for row in theirs], [_key(row) for row in ours]))
        yield from self._counted("rows-added", [f"{at + 1}" for at, own in pairs if at is not None and own is None])
        yield from self._counted("rows-missing", [f"{own + 1}" for at, own in pairs if at is None and own is not None])
        yield from self._counted("columns-added", [letter(at) for at, own in columns if at and own is None])
        yield from self._counted("columns-missing", [letter(own) for at, own in columns if at is None and own])
        yield from self._counted("rows-hidden", [str(row) for row in there.hidden_rows])
        used = {at for row in ours for at in row}
        yield from self._counted("columns-hidden", [letter(column) for column in sorted(there.hidden_columns & used)])
        shifted = any(at != own for at, own in columns)
        named = {own: letter(at) for at, own in columns if at and own}
        formats: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for at, own in pairs:
            if at is None or own is None:
                continue
            for column in theirs[at].keys() | ours[own].keys():
                its, wanted = theirs[at].get(column, _NOTHING), ours[own].get(column, _NOTHING)
                if its == wanted or column not in named:
                    continue
                cell = f"{named[column]}{at + 1}"
                yield from self._cell(cell, its, wanted, moved=shifted or at != own)
                if its.value is not None and not _reads_alike(its, wanted):
                    formats[named[column], its.format, wanted.format].append(cell)
        for (_column, its_format, own_format), cells in formats.items():
            said = {"sheet": self.sheet, "cell": cells[0], "count": len(cells), "there": its_format, "here": own_format}
            yield Difference("format-differs", self.file, said, self.sheet, cells[0], its_format, own_format)

    def _counted(self, code: str, places: list[str]) -> Iterator[Difference]:
        """One for all the rows or columns of which this can be said: the first of them and how many they are."""
        if places:
            said: dict[str, object] = {"sheet": self.sheet, "first": places[0], "count": len(places)}
            yield Difference(code, self.file, said, self.sheet)

    def _cell(self, cell: str, its: Cell, own: Cell, *, moved: bool) -> Iterator[Difference]:
        if not _same_formula(its.formula, own.formula, moved=moved):
            there, here = (each.value if each.formula is None else f"={each.formula}" for each in (its, own))
            yield self._differs("formula-differs", cell, own.format, there, here)
        elif not (its.formula is not None and its.value is None) and not self._same(its.value, own):
            yield self._differs("cell-differs", cell, own.format, its.value, own.value)

    def _same(self, value: Content, own: Cell) -> bool:
        """Whether a value is that of the books; a text is no number, and a truth value is neither."""
        if isinstance(value, bool | str | None) or isinstance(own.value, bool | str | None):
            return value == own.value and type(value) is type(own.value)
        if _is_day(own.format):
            return abs(value + self.days - own.value) < _SECOND
        return value == own.value

    def _differs(self, code: str, cell: str, form: str, there: Content, here: Content) -> Difference:
        said: dict[str, object] = {"sheet": self.sheet, "cell": cell}
        said |= {"there": _shown(there, form), "here": _shown(here, form)}
        return Difference(code, self.file, said, self.sheet, cell, _data(there, form), _data(here, form))


# --- rows -----------------------------------------------------------------------------------------------------------


def _lines(page: SheetContents) -> list[Row]:
    """Every row from the first to the last in which anything stands."""
    blank: Row = {}
    return [page.rows.get(number, blank) for number in range(1, max(page.rows, default=0) + 1)]


def _key(row: Row) -> Hashable:
    """What tells a row from others: its values, and of a formula only that there is one."""
    return tuple([(at, _told(cell)) for at, cell in row.items()])


def _told(cell: Cell) -> Content:
    if cell.formula is not None:
        return "="
    return round(cell.value, 5) if type(cell.value) is float else cell.value


def _aligned(there: Sequence[Hashable], here: Sequence[Hashable]) -> Iterator[tuple[int | None, int | None]]:
    """The rows of both, each with its own: equal ones together, and in between those that were changed or are alone.

    Rows were put in or taken out if an equal one comes nearer that way than by taking row for row.
    """
    next_there, next_here = _places(there), _places(here)
    at = own = 0
    while at < len(there) and own < len(here):
        added = missing = changed = 0
        if there[at] == here[own]:
            changed = 1
        else:
            added, missing = next_there(here[own], at) - at, next_here(there[at], own) - own
            changed = _changed(there, at, here, own, min(added, missing))
        if changed:
            yield from zip(range(at, at + changed), range(own, own + changed), strict=True)
            at, own = at + changed, own + changed
        elif added <= missing:
            yield from ((each, None) for each in range(at, at + added))
            at += added
        else:
            yield from ((None, each) for each in range(own, own + missing))
            own += missing
    yield from ((each, None) for each in range(at, len(there)))
    yield from ((None, each) for each in range(own, len(here)))


def _changed(there: Sequence[Hashable], at: int, here: Sequence[Hashable], own: int, skip: int) -> int:
    """How many rows differ, row for row, before the next equal ones; 0 when equal ones come sooner by skipping some."""
    if skip > len(there) + len(here):
        return 1
    for count in range(1, min(skip, len(there) - at, len(here) - own) + 1):
        following = there[at + count : at + count + 1]
        if following == here[own + count : own + count + 1] and following != [()]:
            return count
    return 0


def _places(rows: Sequence[Hashable]) -> Callable[[Hashable, int], int]:
    """Asks where something stands next, from a place on; blank rows and what does not are too far ahead to count."""
    places: dict[Hashable, list[int]] = {}
    for at in range(len(rows) - 1, -1, -1):
        if rows[at] != ():
            places.setdefault(rows[at], []).append(at)

    def next_from(row: Hashable, at: int) -> int:
        left = places.get(row, [])
        while left and left[-1] < at:
            left.pop()
        return left[-1] if left else sys.maxsize

    return next_from


# --- columns --------------------------------------------------------------------------------------------------------


def _columns(theirs: list[Row], ours: list[Row]) -> list[tuple[int | None, int | None]]:
    """The columns of both, counted from 1, each with its own; looked into only where hardly any row is as it was."""
    width = max((at for row in (*theirs, *ours) for at in row), default=0)
    same = [(at, at) for at in range(1, width + 1)]
    known = {_key(row) for row in ours}
    if 2 * sum(_key(row) in known for row in theirs) >= len(theirs):
        return [*same]
    first, second = (
        [tuple(_told(row[at]) if at in row else None for row in rows) for at in range(1, _width(rows) + 1)]
        for rows in (theirs, ours)
    )
    return [(None if at is None else at + 1, None if own is None else own + 1) for at, own in _aligned(first, second)]


def _width(rows: list[Row]) -> int:
    return max((at for row in rows for at in row), default=0)


def _as_ours(theirs: list[Row], columns: list[tuple[int | None, int | None]]) -> list[Row]:
    """The file's rows with each cell under the column of the books that it belongs to."""
    if all(at == own for at, own in columns):
        return theirs
    places = {at: own for at, own in columns if at and own}
    return [{places[at]: cell for at, cell in row.items() if at in places} for row in theirs]


# --- formulas -------------------------------------------------------------------------------------------------------


def _same_formula(its: str | None, own: str | None, *, moved: bool) -> bool:
    """Whether two formulas, or two values without one, are the same; one that moved may name other cells."""
    if its is None or own is None:
        return its is own
    first, second = (re.sub(r"[\s$]", "", each).upper() for each in (its, own))
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
    for found in _PART.finditer(code):
        quoted = found[1] if found[1] is not None else found[2]
        if quoted is not None:
            spelled += [f'"{each}"' if each.lower() in _MEANS - set("/:") else each for each in quoted]
        else:
            spelled.append(found[0].lower())
    return "".join(spelled)


@cache
def _is_day(code: str) -> bool:
    return bool(re.search("[ygmd]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|general', "", code.lower())))


def _reads_alike(its: Cell, own: Cell) -> bool:
    """Whether the same value reads the same in both formats. A text does in any that shows texts as they are."""
    if isinstance(own.value, str) and not isinstance(own.value, ErrorValue):
        return _shows_texts(its.format)
    return _spelled(its.format) == _spelled(own.format)


@cache
def _shows_texts(code: str) -> bool:
    sections = _spelled(code).split(";")
    of_text = sections[3] if len(sections) > 3 else next((section for section in sections if "@" in section), "@")
    return of_text == "@"


# --- how it is said -------------------------------------------------------------------------------------------------


def _shown(value: Content, form: str) -> str:
    """A value in a sentence, so that a text is told from a number: 7,245 and 「7,245」."""
    if value is None:
        return either("空欄", "nothing")
    said = _data(value, form)
    if isinstance(said, bool | str):
        told = str(said) if len(str(said)) <= _SHOWN else f"{str(said)[:_SHOWN]}…"
        plain = told.startswith("=") or isinstance(value, int | float | ErrorValue)
        return told if plain else either(f"「{told}」", f"“{told}”")
    return f"{said:,}" if "#,##0" in form else str(said)


def _data(value: Content, form: str) -> Content:
    """A value as other programs read it: a day or moment written out, anything else as it stands in the cell."""
    if isinstance(value, bool | str | None) or not _is_day(form) or not 0 < value < 2_958_466:
        return value
    moment = _DAY_ZERO + timedelta(seconds=round(value * 86400))
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()
