"""A declared column: its heading, what its cells may hold, and how a cell becomes a day, an amount, a code or a text.

A cell that cannot be read raises CellProblem; a blank cell never reaches a reader, because blank is 'not known' and
there is nothing to read.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from ledger import dates, masking, money
from ledger.codes import ASSOCIATIONS, CodeList
from ledger.errors import FORMULAS


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose result the file does not hold: what the cell would show is not known."""


@dataclass(frozen=True)
class NotAsShown:
    """A cell whose value is not what the sheet shows: the code of the problem, what is shown, and the value."""

    code: str
    shown: str
    value: str = ""


Cell = str | int | float | bool | date | datetime | time | timedelta | Uncalculated | NotAsShown
Value = date | int | str
Form = Literal["day", "yen", "percent", "text", "word"]

# The most that one amount may be, in yen: what fits a column of the books on every engine.
MOST_YEN = 999_999_999

_ERRORS = frozenset("#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA".split())
_LARGEST_INTEGER_OF_A_FLOAT = 2**53


class CellProblem(Exception):
    """A cell does not hold what its column is for: the code of the problem and the fields of its sentence."""

    def __init__(self, code: str, **fields: object) -> None:
        assert code in FORMULAS
        super().__init__(code)
        self.code = code
        self.fields = fields


@dataclass(frozen=True)
class InputColumn:
    """One column of an input file; `name` is what the books call its value, such as the fact that it brings.

    `required`: heading and cell have to be there. `blank_says`: a blank cell is a statement of its own ("none up to
    the day of the check"). `dates`: the fact that was checked up to this day or answered on it, or the paper of this
    day; unless a row says otherwise, it is known from this day. `planned`: a day that may lie ahead.
    """

    heading: str
    name: str
    read: Callable[[Cell], Value]
    note: str
    required: bool = False
    blank_says: bool = False
    choices: tuple[str, ...] = ()
    dates: str | None = None
    planned: bool = False

    @property
    def form(self) -> Form:
        """What its cells look like in a blank workbook."""
        return "word" if self.choices else _FORMS.get(self.read, "text")


def parse_cell(column: InputColumn, cell: Cell) -> Value:
    """What the cell holds. Raises CellProblem for an error value, an unknown formula result, what `read` refuses."""
    if isinstance(cell, Uncalculated):
        raise CellProblem("formula-not-calculated")
    if isinstance(cell, NotAsShown):
        raise CellProblem(cell.code, shown=cell.shown, value=cell.value)
    if isinstance(cell, str) and cell in _ERRORS:
        raise CellProblem("formula-error", value=cell)
    return column.read(cell)


def format_cell(cell: Cell) -> str:
    """The cell as a person sees it: whole numbers without a fraction, a day without a time of 00:00."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_INTEGER_OF_A_FLOAT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return str(cell)


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def day(cell: Cell) -> date:
    """A day: a date cell of Excel, or a text such as 2012-02-26, 20120226, 平成24年2月26日. A bare serial is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    parsed = None if isinstance(cell, (bool, time, timedelta)) else dates.parse_day(format_cell(cell))
    if parsed is None:
        raise CellProblem("not-a-day", value=format_cell(cell))
    return parsed


def _whole_yen(cell: Cell) -> int:
    amount: int | None = None
    if isinstance(cell, str):
        amount = money.parse_whole(cell)
    elif isinstance(cell, int) and not isinstance(cell, bool):
        amount = cell
    elif isinstance(cell, float) and cell.is_integer():
        amount = int(cell)
    if amount is None:
        raise CellProblem("not-a-number", value=format_cell(cell))
    if abs(amount) > MOST_YEN:
        raise CellProblem("too-much", value=amount, limit=MOST_YEN)
    return amount


def positive_yen(cell: Cell) -> int:
    """Whole yen, more than zero: 7245, 7,245, 7,245円, ¥7,245, in either width. A fraction of a yen is refused."""
    amount = _whole_yen(cell)
    if amount <= 0:
        raise CellProblem("not-positive", value=amount)
    return amount


def nonzero_yen(cell: Cell) -> int:
    """Whole yen of either sign, written -7,245 or △7,245; zero is refused."""
    amount = _whole_yen(cell)
    if amount == 0:
        raise CellProblem("zero")
    return amount


def percent(cell: Cell) -> int:
    """A tax rate in whole percent, 0 to 99: 5, 5%, or the 0.05 that Excel keeps of a cell showing 5 %."""
    rate: int | None = None
    if isinstance(cell, str):
        plain = _narrow(cell)
        if integer := re.fullmatch(r"(\d{1,2})%?", plain):
            rate = int(integer[1])
        elif fraction := re.fullmatch(r"0\.(\d\d?)0*", plain):
            rate = int(fraction[1].ljust(2, "0"))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        whole_percent = round(cell * 100, 6) if 0 < cell < 1 else cell
        rate = int(whole_percent) if isinstance(whole_percent, int) or whole_percent.is_integer() else None
    if rate is None or not 0 <= rate <= 99:
        raise CellProblem("not-a-rate", value=format_cell(cell))
    return rate


def _text(cell: Cell) -> str:
    if isinstance(cell, (date, time, timedelta)):
        raise CellProblem("not-text", value=format_cell(cell))
    return format_cell(cell)


def _printable(text: str, limit: int) -> str:
    if "\ufffd" in text or (
        not text.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    ):
        raise CellProblem("control-character")
    if len(text) > limit:
        raise CellProblem("too-long", length=len(text), limit=limit)
    return text


def text(limit: int) -> Callable[[Cell], str]:
    """A text exactly as received, up to `limit` characters; names are never normalised."""
    return lambda cell: _printable(_text(cell), limit)


def remark(limit: int) -> Callable[[Cell], str]:
    """A remark of up to `limit` characters; its line breaks and tabs become spaces."""
    return lambda cell: _printable(re.sub(r"[\r\n\t]+", " ", _text(cell)), limit)


def number(cell: Cell) -> str:
    """The number of a member, an application, a transfer or a bill: exact text, also where Excel holds a number."""
    if isinstance(cell, float) and not cell.is_integer():
        raise CellProblem("not-text", value=format_cell(cell))
    return _printable(_text(cell), 60)


def digits(count: int, *, masked: bool = False) -> Callable[[Cell], str]:
    """A number of exactly so many digits; where Excel holds a number, the zeros it dropped are put back in front.

    With `masked` it is not shown whole, not even when it is wrong.
    """

    def read(cell: Cell) -> str:
        plain = unicodedata.normalize("NFKC", _text(cell))
        if not isinstance(cell, (str, bool)):
            plain = plain.zfill(count)
        if not re.fullmatch(f"[0-9]{{{count}}}", plain):
            entered = masking.account(format_cell(cell)) if masked else format_cell(cell)
            raise CellProblem("not-a-number-of-digits", value=entered, digits=count)
        return plain

    return read


def word(words: CodeList, otherwise: str = "not-in-list") -> Callable[[Cell], str]:
    """The code of a word of a closed list, given as code or Japanese; another word is the problem `otherwise`."""

    def read(cell: Cell) -> str:
        entered = _text(cell)
        listed = words.find(entered) or words.find(_narrow(entered))
        if listed is None:
            choices = {"choices": words.japanese} if otherwise == "not-in-list" else {}
            raise CellProblem(otherwise, value=entered, **choices)
        return listed.code

    return read


def association(cell: Cell) -> str:
    """One of the 50 associations, as 東京 or 東京司法書士会; kept as 東京."""
    entered = _text(cell)
    name = _narrow(entered).removesuffix("司法書士会")
    if name not in ASSOCIATIONS:
        raise CellProblem("unknown-association", value=entered)
    return name


_FORMS: dict[Callable[[Cell], Value], Form] = {day: "day", positive_yen: "yen", nonzero_yen: "yen", percent: "percent"}
