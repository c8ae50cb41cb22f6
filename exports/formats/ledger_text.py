"""What a journal export is given: entries with their movements, and the chart of accounts.

An account of the export is `kind:CODE name[:application or member]`. Whose part of an account a movement touches (its
owner) may be written with any characters, so each format spells owners in its own legal characters, and never two
owners alike.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ledger.i18n import _, either
from ledger.journal.entries import Movement

AccountKind = Literal["asset", "liability", "revenue", "expense"]


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """An account of the chart: its code, its kind and its two names.

    A federation's own list may add subaccount (補助科目), department (部門) and tax class (税区分), where the other
    software has them; empty: nothing is said.
    """

    code: str
    kind: AccountKind
    ja: str
    en: str
    subaccount: str = ""
    department: str = ""
    tax: str = ""

    @property
    def name(self) -> str:
        """Its name in the language being spoken."""
        return either(self.ja, self.en)


@dataclass(frozen=True, slots=True)
class Transaction:
    """An entry with its number, the day it happened, when, by whom and why it was recorded, and its movements.

    The moment is in Japan's time and says so, wherever it is written.
    """

    no: int
    on: date
    recorded_at: datetime
    by: str
    event: str
    key: str
    reverses: int | None
    text: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a movement: debits are positive yen, credits negative."""

    code: str
    owner: str | None
    yen: int
    deposit: str | None


def postings(entry: Transaction) -> Iterator[Posting]:
    """The two sides of each movement, debit first."""
    for movement in entry.movements:
        yield Posting(movement.debit, movement.debit_application, movement.yen, movement.deposit)
        yield Posting(movement.credit, movement.credit_application, -movement.yen, movement.deposit)


def parts_used(entries: Iterable[Transaction]) -> list[tuple[str, str]]:
    """Every account code and owner that a movement touches, sorted; movements without an owner are left out."""
    sides = (posting for entry in entries for posting in postings(entry))
    return sorted({(side.code, side.owner) for side in sides if side.owner is not None})


def first_day(entries: Iterable[Transaction]) -> date | None:
    """The earliest day on which anything happened; None in an empty journal."""
    return min((entry.on for entry in entries), default=None)


def width(text: str) -> int:
    """How many half-width characters of room a text takes, as Japanese software counts: a kanji is two."""
    return sum(1 if ord(character) < 0x80 or "｡" <= character <= "ﾟ" else 2 for character in text)


def cut(text: str, room: int) -> str:
    """The text as far as it fits into so many half-width characters; a shortened one ends with …, and no kanji is cut.

    `memo` names the entry in the books, which say all of it.
    """
    if width(text) <= room:
        return text
    left, kept = room - width("…"), ""
    for character in text:
        left -= width(character)
        if left < 0:
            break
        kept += character
    return f"{kept}…"


def memo(no: int, said: str, room: int) -> str:
    """The number of an entry in the books, and where its text had to be shortened, the text."""
    number = _("entry No. {no}", no=no)
    return number if width(said) <= room else f"{number} {said}"


def settled(character: str) -> str:
    """The general category of a character if it has been the same since Unicode 3.2; else empty.

    Other software may know an older or newer Unicode; a character that both may see differently is not relied on.
    """
    category = unicodedata.category(character)
    return category if unicodedata.ucd_3_2_0.category(character) == category else ""
