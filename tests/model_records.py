"""Records that the model remembers, and how months are written."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Bill:
    """A bill of one line; negative yen withdraw what was billed."""

    reference: str
    billed_on: date
    application: str
    yen: int


@dataclass
class Ruling:
    """A paper of the federation: what it says, who brought it when, and its last step with the doubts it speaks of."""

    no: int
    application: str
    treatment: str
    known_on: date
    by: str
    state: str = "proposed"
    on: date | None = None
    reason: str | None = None
    doubts: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass
class Version:
    """A bank account or a payee as it was told: by whom, by which line; whether it needs nobody's word, or has it."""

    number: str
    by: str
    line: int
    trusted: bool
    approved: bool = False
    withdrawn: bool = False


@dataclass
class BankAccount:
    """What is known of a member's bank account, or of a payee: each version in the order told.

    One that was withdrawn is not the last, but what is told after it is compared with it all the same.
    """

    versions: list[Version] = field(default_factory=list)

    @property
    def last(self) -> str | None:
        """The one told last; None: none."""
        return self.counts.number if self.counts is not None else None

    @property
    def counts(self) -> Version | None:
        """The version told last that stands; None: none."""
        return next((version for version in reversed(self.versions) if not version.withdrawn), None)

    @property
    def brought_by(self) -> str | None:
        """Who told the last."""
        return self.counts.by if self.counts is not None else None

    @property
    def trusted(self) -> str | None:
        """The one that needed nobody's word, or the last of those that differed from it and have a second person's."""
        return self._trusted()[0]

    @property
    def approved(self) -> bool:
        """Whether the one that is trusted has a second person's word."""
        return self._trusted()[1]

    def _trusted(self) -> tuple[str | None, bool]:
        trusted, approved = None, False
        for version in self.versions:
            if version.trusted:
                trusted, approved = version.number, False
            elif version.approved and version.number != trusted:
                trusted, approved = version.number, True
            if version is self.counts:
                return trusted, approved
        return None, False

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.last != self.trusted


@dataclass(frozen=True)
class Step:
    """A state that a refund or credit came into."""

    state: str
    on: date
    by: str
    reason: str | None
    entry: int | None
    payment_file: int | None
    nth: int = 1
    undoes: int | None = None
    yen: int | None = None


@dataclass(frozen=True)
class Close:
    """A month that was closed, with all before it."""

    month: str
    last: date
    bank: int | None
    accept: str | None
    reasons: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposed:
    """A month that one person proposed to close with a bank's balance that differs: what they accepted, and why."""

    month: str
    bank: int
    by: str
    accepted: dict[str, tuple[dict[str, Any], str | None]]


@dataclass
class PeopleChange:
    """A change of the list of people: what somebody shall be allowed, by whom it was proposed, what became of it."""

    no: int
    name: str
    may: tuple[str, ...]
    by: str
    state: str | None = None


def month_of(day: date) -> str:
    """The month of a day, as it is written."""
    return f"{day:%Y-%m}"


def last_day(month: str) -> date:
    """The last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(31)).replace(day=1) - timedelta(1)
