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

from ledger import dates, kana, masking, money
from ledger.codes import ASSOCIATIONS, CodeList
from ledger.errors import FORMULAS
from ledger.i18n import N_, _
from ledger.intake import debris
from ledger.width import narrow


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

# The most characters of a number of a member, an application, a transfer or a bill.
NUMBER_LENGTH = 60

_LARGEST_INTEGER_OF_A_FLOAT = 2**53
# Spreadsheet programs keep 15 digits of a number; from the 16th on they put noughts.
_DIGITS_KEPT = 15

# The Act on electronic signatures (平成12年法律第102号) came into force: before it nobody certified anything.
SCHEME_BEGAN = date(2001, 4, 1)


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
    day; unless a row says otherwise, it is known from this day. `received`: the day on which what the row tells came to
    the federation, which knows it from then on unless told otherwise. `planned`: a day that may lie ahead, by so many
    years. `since`: the first day that it can be.
    """

    heading: str
    name: str
    read: Callable[[Cell], Value]
    note: str
    required: bool = False
    blank_says: bool = False
    choices: tuple[str, ...] = ()
    dates: str | None = None
    received: bool = False
    planned: int = 0
    since: date = SCHEME_BEGAN

    @property
    def form(self) -> Form:
        """What its cells look like in a blank workbook."""
        return "word" if self.choices else _FORMS.get(self.read, "text")

    @property
    def length(self) -> tuple[int, int]:
        """The fewest and the most characters of its cells, where they are texts."""
        return _LENGTHS.get(self.read, (1, NUMBER_LENGTH))

    @property
    def least_yen(self) -> int:
        """The least that an amount in it may be, in yen."""
        return 1 if self.read is positive_yen else -MOST_YEN


@dataclass(frozen=True)
class CellNote:
    """Something noticed in a cell that was taken in all the same: its code and the fields of its sentence."""

    heading: str
    code: str
    fields: dict[str, object]


def parse_cell(column: InputColumn, cell: Cell, noticed: list[CellNote] | None = None) -> Value:
    """What the cell holds; what is odd about it and plain all the same is added to `noticed`.

    Raises CellProblem for what no column takes (an error value, an unknown formula result), and what `read` refuses.
    """
    if isinstance(cell, str):
        if found := debris.of_spreadsheets(cell):
            raise CellProblem(found[0], **found[1])
    elif isinstance(cell, Uncalculated):
        raise CellProblem("formula-not-calculated")
    elif isinstance(cell, NotAsShown):
        raise CellProblem(cell.code, shown=cell.shown, value=cell.value)
    value = column.read(cell)
    if isinstance(value, date):
        if value < column.since:
            raise CellProblem("before-the-scheme", value=value, limit=column.since)
        if column.planned and value > (limit := _years_on(dates.today(), column.planned)):
            raise CellProblem("too-far-ahead", value=value, limit=limit)
        if noticed is not None and isinstance(cell, str) and dates.read_day(cell).lapsed:
            noticed.append(CellNote(column.heading, "era-had-ended", {"value": cell, "day": value}))
    return value


def _years_on(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def format_cell(cell: Cell) -> str:
    """The cell as a person sees it: whole numbers without a fraction, a day without a time of 00:00."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_INTEGER_OF_A_FLOAT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return str(cell)


def _close(text: str) -> str:
    return narrow(text).replace(" ", "")


def _require_value(entered: str) -> None:
    """Raises CellProblem for what people write in place of a value."""
    if found := debris.of_people(entered):
        raise CellProblem(found[0], **found[1])


def day(cell: Cell) -> date:
    """A day: a date cell of Excel, or a text such as 2012-02-26, 20120226, 平成24年2月26日. A bare serial is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (bool, time, timedelta)):
        raise CellProblem("not-a-day", value=format_cell(cell))
    entered = format_cell(cell)
    read = dates.read_day(entered)
    if read.day is not None:
        return read.day
    _require_value(entered)
    weekday = {"weekday": _(_WEEKDAYS[dates.WEEKDAYS.index(read.weekday)])} if read.weekday else {}
    raise CellProblem(read.why, value=entered, **weekday)


_WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday")
)  # fmt: skip


def _whole_yen(cell: Cell) -> int:
    amount: int | None = None
    if isinstance(cell, str):
        amount = money.parse_whole(cell)
        if amount is None:
            _require_value(cell)
    elif isinstance(cell, int) and not isinstance(cell, bool):
        amount = cell
    elif isinstance(cell, float) and cell.is_integer():
        amount = int(cell)
    if amount is None:
        raise CellProblem(_WRONG_YEN.get(type(cell), "not-a-number"), value=format_cell(cell))
    if abs(amount) > MOST_YEN:
        raise CellProblem("too-much", value=amount, limit=MOST_YEN)
    return amount


_WRONG_YEN = dict.fromkeys((datetime, date, time, timedelta), "day-for-number") | {bool: "from-a-formula"}


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


# A fraction above this may be meant in percent itself: 0.8 is rather 0.8 % or a slip than 80 %.
_MOST_OF_A_FRACTION = 30


def percent(cell: Cell) -> int:
    """A tax rate in whole percent, 0 to 99: 5, 5%, or the 0.05 that Excel keeps of a cell showing 5 %."""
    rate: int | None = None
    if isinstance(cell, str):
        plain = _close(cell)
        if integer := re.fullmatch(r"([0-9]{1,2})(?:\.00?)?%?", plain):
            rate = int(integer[1])
        elif fraction := re.fullmatch(r"0\.([0-9][0-9]?)0*", plain):
            rate = int(fraction[1].ljust(2, "0"))
            rate = None if rate > _MOST_OF_A_FRACTION else rate
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        whole_percent = round(cell * 100, 6) if 0 < cell <= _MOST_OF_A_FRACTION / 100 else cell
        rate = int(whole_percent) if isinstance(whole_percent, int) or whole_percent.is_integer() else None
    if rate is None or not 0 <= rate <= 99:
        raise CellProblem("not-a-rate", value=format_cell(cell))
    return rate


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (date, time, timedelta)):
        raise CellProblem("day-for-number", value=format_cell(cell))
    return format_cell(cell)


def _shown(cell: Cell) -> str:
    """What the cell shows, where a text or a number of digits is asked for. Raises CellProblem for what is neither."""
    entered = _text(cell)
    if isinstance(cell, (int, float)):
        if isinstance(cell, bool) or cell == 0:
            raise CellProblem("from-a-formula", value=entered)
        if abs(cell) >= 10**_DIGITS_KEPT:
            raise CellProblem("digits-lost", value=entered)
        if cell < 0 or cell != int(cell):
            raise CellProblem("not-text", value=entered)
    elif len(entered) <= debris.LONGEST and (found := debris.of_people(entered) or debris.of_boxes(entered)):
        raise CellProblem(found[0], **found[1])
    return entered


def _printable(text: str, limit: int) -> str:
    if "\ufffd" in text or (
        not text.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    ):
        raise CellProblem("control-character")
    if len(text) > limit:
        raise CellProblem("too-long", length=len(text), limit=limit)
    return text


def _is_plain(text: str, limit: int) -> bool:
    """Whether a glance tells that nothing is wrong with a text, as with nearly all; else a closer look does."""
    return (
        debris.LONGEST < len(text) <= limit
        and text.isprintable()
        and "\ufffd" not in text
        and not (text[0].isdigit() or text[0] in "+-")
    )


# The fewest and the most characters that each reader of texts takes.
_LENGTHS: dict[Callable[[Cell], Value], tuple[int, int]] = {}


def text(limit: int) -> Callable[[Cell], str]:
    """A text exactly as received, up to `limit` characters; names are never normalised.

    Refused: a day, a number that has lost digits, and what stands for the cell above or for nothing.
    """

    def read(cell: Cell) -> str:
        if isinstance(cell, str) and _is_plain(cell, limit):
            return cell
        shown = _shown(cell)
        if debris.lost_digits(shown):
            raise CellProblem("digits-lost", value=shown)
        return _printable(shown, limit)

    _LENGTHS[read] = (1, limit)
    return read


def name(limit: int) -> Callable[[Cell], str]:
    """The name of somebody: a text, exactly as received, with a letter in it."""
    as_text = text(limit)

    def read(cell: Cell) -> str:
        entered = as_text(cell)
        if not any(sign.isalpha() for sign in entered):
            raise CellProblem("no-letter", value=entered)
        if entered[0] in "'’‘`=":
            raise CellProblem("formula-as-text" if entered[0] == "=" else "apostrophe", value=entered)
        return entered

    _LENGTHS[read] = (1, limit)
    return read


def account_holder(cell: Cell) -> str:
    """The holder of a bank account, in kana: a name, exactly as received, that fits the payment file of a bank.

    Refused: characters that banks do not read, and more of them than the file has room for; nothing is cut short.
    """
    entered = _as_name(cell)
    written, unreadable = kana.as_banks_read(entered, kana.PAYEE)
    if unreadable:
        raise CellProblem("unreadable-for-banks", value=entered, characters=unreadable)
    if len(written) > kana.PAYEE.length:
        raise CellProblem("too-long-for-banks", value=entered, length=len(written), limit=kana.PAYEE.length)
    return entered


_as_name = name(100)
_LENGTHS[account_holder] = (1, 100)


def remark(limit: int) -> Callable[[Cell], str]:
    """A remark of up to `limit` characters, whatever it says; its line breaks and tabs become spaces."""

    def read(cell: Cell) -> str:
        return _printable(re.sub(r"[\r\n\t]+", " ", _text(cell)), limit)

    _LENGTHS[read] = (1, limit)
    return read


def number(cell: Cell) -> str:
    """The number of a member, an application, a transfer or a bill: exact text, also where Excel holds a number.

    Refused: what has lost digits (2.01203E+11), what became a day (2月1日), a mark beside it, two numbers in one cell.
    """
    if isinstance(cell, str) and len(cell) <= NUMBER_LENGTH and debris.SOUND.fullmatch(cell):
        return cell
    shown = _shown(cell)
    if found := debris.of_numbers(shown):
        raise CellProblem(found[0], **found[1])
    return _printable(shown, NUMBER_LENGTH)


def digits(count: int, *, masked: bool = False) -> Callable[[Cell], str]:
    """A number of exactly so many digits; where Excel holds a number, the zeros it dropped are put back in front.

    With `masked` it is not shown whole, not even when it is wrong.
    """

    def read(cell: Cell) -> str:
        plain = narrow(_shown(cell))
        if not isinstance(cell, (str, bool)):
            plain = plain.zfill(count)
        if not re.fullmatch(f"[0-9]{{{count}}}", plain):
            if debris.lost_digits(plain):
                raise CellProblem("digits-lost", value=plain)
            entered = masking.account(format_cell(cell)) if masked else format_cell(cell)
            raise CellProblem("not-a-number-of-digits", value=entered, digits=count)
        if masked and not plain.strip("0"):
            raise CellProblem("from-a-formula", value=plain)
        return plain

    _LENGTHS[read] = (count, count)
    return read


_POSTAL_CODE = re.compile("〒? ?([0-9]{3})-?([0-9]{4})")


def postal_code(cell: Cell) -> str:
    """A postal code of 7 digits, kept as 123-4567: 123-4567, 1234567, 〒123-4567, in either width.

    Where Excel holds a number, the noughts it dropped are put back in front. Refused: anything else.
    """
    plain = narrow(_shown(cell)).strip()
    if not isinstance(cell, str):
        plain = plain.zfill(7)
    found = _POSTAL_CODE.fullmatch(plain)
    if found is None or found[1] == "000":
        raise CellProblem("not-a-postal-code", value=format_cell(cell))
    return f"{found[1]}-{found[2]}"


_LENGTHS[postal_code] = (7, 10)


def address(cell: Cell) -> str:
    """A postal address of up to 200 characters, as received but that its line breaks become spaces."""
    return _as_address(re.sub(r"[\r\n\t]+", " ", cell).strip() or cell if isinstance(cell, str) else cell)


_as_address = text(200)
_LENGTHS[address] = (1, 200)


def word(words: CodeList, otherwise: str = "not-in-list") -> Callable[[Cell], str]:
    """The code of a word of a closed list, given as code or Japanese; another word is the problem `otherwise`."""

    def read(cell: Cell) -> str:
        entered = _text(cell)
        listed = words.find(entered) or words.find(_close(entered))
        if listed is None:
            _require_value(entered)
            choices = {"choices": words.japanese} if otherwise == "not-in-list" else {}
            raise CellProblem(otherwise, value=entered, **choices)
        return listed.code

    return read


def association(cell: Cell) -> str:
    """One of the 50 associations, as 東京, 東京会, 東京司法書士会, 福岡県司法書士会; kept as 東京, 福岡."""
    entered = _text(cell)
    name = _close(entered).removesuffix("司法書士会").removesuffix("会").removesuffix("県")
    if name not in ASSOCIATIONS:
        _require_value(entered)
        raise CellProblem("unknown-association", value=entered)
    return name


_FORMS: dict[Callable[[Cell], Value], Form] = {day: "day", positive_yen: "yen", nonzero_yen: "yen", percent: "percent"}
