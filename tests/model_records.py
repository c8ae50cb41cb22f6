"""Records that the model remembers, and how months are written."""

from dataclasses import dataclass, field
from datetime import date, timedelta


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


@dataclass
class BankAccount:
    """What is known of a member's bank account: the last one, the one trusted, and who brought the last."""

    last: str | None = None
    trusted: str | None = None
    brought_by: str | None = None
    approved: bool = False
    numbers: set[str] = field(default_factory=set)

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


def month_of(day: date) -> str:
    """The month of a day, as it is written."""
    return f"{day:%Y-%m}"


def last_day(month: str) -> date:
    """The last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(31)).replace(day=1) - timedelta(1)
