"""Input workbooks to be filled in: the headings of a kind of file, what may stand under each, a sample, and a guide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from exports.formats import xlsx
from exports.formats.outfile import require_workbook
from exports.formats.sheet import Block, EntryRule, Kind, Sheet, SheetColumn, Value, Workbook, guide
from ledger import dates
from ledger.errors import NoSuchKind
from ledger.i18n import N_, _, in_each
from ledger.intake.columns import MOST_YEN, InputColumn
from ledger.intake.kind import KNOWN_ON
from ledger.intake.kind import Kind as InputKind
from ledger.intake.kinds import KINDS
from ledger.kana import search_key

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FORMS: dict[str, Kind] = {"day": "day", "yen": "yen", "percent": "percent"}

# More numbers than this are not listed: whoever fills in thousands of rows does not choose them one by one.
_MOST_LISTED = 20_000

# What the sample row shows, by the name of the column; a day, a word of a list and yen are found without it.
SAMPLE: Mapping[str, str] = {
    "member": "東京 第9001号",
    "application": "2012-0001",
    "deposit": "20120402-001",
    "bill": "S-2012-04",
    "account": "1110",
    "document": "日司連発第1号",
    "name": "甲山 太郎",
    "payer": "コウヤマ タロウ",
    "kana": "コウヤマ タロウ",
    "account_name": "コウヤマ タロウ",
    "bank": "9999",
    "branch": "999",
    "account_number": "1234567",
    "association": "東京",
    "postal_code": "999-9999",
    "address": "架空県架空市架空町1-1",
    "relation": "相続人",
}
SAMPLE_DAY, SAMPLE_YEN, SAMPLE_PERCENT = date(2012, 4, 2), 7245, 5
_MARK = "(例) "
# What the sample row leaves blank, as it does not go with the rest of it: the bank's account is kept by no parts.
_LEFT_BLANK = {("openings", "application"), ("openings", "deposit")}

_GUIDE = (
    N_("Fill in one row for each, without empty columns between. The row marked (例) is a sample: delete it."),
    N_("A cell that is left empty is not known, and never zero or no. There is no other sign for it."),
    N_("Days may be entered as 2012-04-02, 2012/4/2, H24.4.2 or 平成24年4月2日; amounts in figures, such as 7,245."),
    N_("Enter no dittos, no marks beside figures, one number to a cell, and no sums: such rows are refused by number."),
    N_("To take it in: seisan import FILE. All rows are taken in or none, and all that is wrong is said at once."),
    N_("The same file taken in twice changes nothing. A later row about the same thing supersedes the earlier one."),
)


def read_kind(typed: str) -> InputKind:
    """A kind of input file, by its code or its title in either language. Refused: another (no-such-kind)."""
    named = {search_key(name): kind for kind in KINDS for name in (kind.code, *in_each(kind.title))}
    if (kind := named.get(search_key(typed))) is None:
        raise NoSuchKind(typed, [f"{each.code} ({_(each.title)})" for each in KINDS])
    return kind


def write(typed: str, path: Path, connection: "Connection | None" = None) -> None:
    """Writes the empty workbook of a kind with a second sheet that explains it; an unknown kind is refused.

    With books, the numbers that are known there can be chosen.
    """
    kind = read_kind(typed)
    require_workbook(path)
    known = _known(connection) if connection is not None else {}
    columns = tuple(_column(kind, column, known) for column in kind.by_heading.values())
    sample = tuple(_sample(kind, column, first=at == 0) for at, column in enumerate(kind.by_heading.values()))
    sheet = Sheet(kind.title, kind.title, (Block(columns, (sample,)),), landscape=True, to_fill=True)
    explained = replace(guide(sheet), notes=(*_GUIDE, _known_from(kind)))
    xlsx.write(Workbook(kind.title, dates.today(), (sheet, explained)), path)


def _column(kind: InputKind, column: InputColumn, known: Mapping[str, Sequence[str]]) -> SheetColumn:
    return SheetColumn(
        column.heading,
        _FORMS.get(column.form, "text"),
        width=max(14, 2 * len(column.heading) + 4),
        required=column.required,
        note=column.note,
        choices=column.choices,
        rule=_rule(kind, column, known),
    )


def _rule(kind: InputKind, column: InputColumn, known: Mapping[str, Sequence[str]]) -> EntryRule | None:
    if column.form == "day":
        return EntryRule("day", first=column.since, years_ahead=column.planned)
    if column.form == "yen":
        return EntryRule("whole", column.least_yen, MOST_YEN)
    if column.form == "percent" or column.choices:
        return None
    if (kind.code, column.name) not in _BRINGS and (numbers := known.get(column.name)):
        return EntryRule("known", known=tuple(numbers))
    return EntryRule("length", *column.length)


# The columns that bring a new number, and do not name a known one.
_BRINGS = {("members", "member"), ("applications", "application"), ("deposits", "deposit"), ("bills", "bill")}


def _known(connection: "Connection") -> dict[str, list[str]]:
    """The numbers that the books know, by the names of the columns that may name one."""
    from sqlalchemy import select

    from ledger import tables
    from ledger.store.numbers import NAMED

    of_kind = {"member": tables.member.c.number, "application": tables.application.c.number}
    of_kind |= {"deposit": tables.deposit.c.reference, "account": tables.account.c.code}
    listed = {
        kind: list(connection.execute(select(column).order_by(column).limit(_MOST_LISTED + 1)).scalars())
        for kind, column in of_kind.items()
    }
    named = {**NAMED, "account": "account"}
    return {name: listed[kind] for name, kind in named.items() if 0 < len(listed.get(kind, ())) <= _MOST_LISTED}


def _sample(kind: InputKind, column: InputColumn, *, first: bool) -> Value:
    """What stands in a cell of the sample row; its first cell says that it is one."""
    value: Value = SAMPLE.get(column.name)
    if (kind.only_one and column.heading in kind.any_of[1:]) or (kind.code, column.name) in _LEFT_BLANK:
        return None
    if column.choices and value is None:
        value = column.choices[0]
    elif column.form == "day":
        value = SAMPLE_DAY if column.required or column.heading in kind.any_of else None
    elif column.form in ("yen", "percent"):
        value = SAMPLE_YEN if column.form == "yen" else SAMPLE_PERCENT
    return f"{_MARK}{value}" if first else value


def _known_from(kind: InputKind) -> str:
    """From which day the rows of this kind count as known where 把握日 is empty."""
    if kind.dated_by is not None:
        sentence, column = N_("Where {known_on} is empty, a row counts as known from its {column}."), kind.dated_by
    elif kind.received_on is not None:
        sentence = N_("Where {known_on} is empty, a row counts as known from --known-on, or else from its {column}.")
        column = kind.received_on
    else:
        sentence = N_(
            "Where {known_on} is empty, a row counts as known from --known-on, or else from the day of import"
        )
        return _(sentence, known_on=KNOWN_ON.heading)
    return _(sentence, known_on=KNOWN_ON.heading, column=kind.headings[column])
