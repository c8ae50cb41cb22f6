"""A bank's file as it was read: accounts with their lines and balances, and everything that is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Form = Literal["statement", "notice", "csv"]
Way = Literal["in", "out"]


@dataclass(frozen=True)
class BankLine:
    """A line of the account at the bank: money in or out on a day, in yen, and what the bank wrote of it.

    `row` is its record or row in the file; `payer` and `note` are as they stand there, without the spaces that fill
    them up; `number` is the bank's reference; `code` the bank's own word for the kind of line. `corrects`: it takes
    back an earlier line, which went the other way. `digest` is the SHA-256 of its bytes. `edi` is what the payer sent
    along (EDI情報), where it stands beside the note.
    """

    row: int
    on: date
    way: Way
    yen: int
    number: str | None
    payer: str | None
    note: str | None
    code: str | None
    corrects: bool
    digest: str
    edi: str | None = None


@dataclass(frozen=True)
class BankBalance:
    """What the account held at the end of a day, by the bank's word, in yen; `row` is the record that says so."""

    row: int
    on: date
    yen: int


@dataclass
class BankAccount:
    """An account of a file with its lines, and its balances where the file tells them.

    Of a CSV neither bank nor number is known. `row` is the record that begins it.
    """

    row: int
    bank: str | None
    branch: str | None
    kind: str | None
    number: str | None
    lines: list[BankLine] = field(default_factory=list)
    balances: list[BankBalance] = field(default_factory=list)


# Says what is wrong: the record, the field, the code, and the fields of the sentence.
Wrong = Callable[[int | None, str | None, str, dict[str, object]], None]
