"""What has to be done as of a day, by kind, the most urgent first, each with the next command."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.booking.open_items import OpenItem
from ledger.codes import WORK
from ledger.people.register import owners
from ledger.todo.asked import AskedBooks
from ledger.todo.kinds import KINDS, oldest

# What is found quickly, whatever the size of the books: the kinds before the first for which everyone is judged.
_QUICK = WORK.codes[: WORK.codes.index("refunds_to_propose")]


@dataclass(frozen=True)
class Work:
    """What has to be done of one kind (a code of `codes.WORK`): the things themselves, and what is typed next."""

    kind: str
    items: Sequence[OpenItem]
    next: str

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.items)

    @property
    def yen(self) -> int | None:
        """What they are about together, in yen; None where none of them is about yen."""
        amounts = [item.yen for item in self.items if item.yen is not None]
        return sum(amounts) if amounts else None

    @property
    def oldest(self) -> OpenItem:
        """The one that waits longest."""
        return oldest(self.items)


def todo(asked: AskedBooks, association: str | None = None) -> list[Work]:
    """Everything that has to be done, kind by kind; of one association, what is about its members.

    What came up by the day and is to be done to this moment counts. Deposits, bills and the books as a whole belong to
    no association.
    """
    narrow = None if association is None else _OfAssociation(asked, association)
    return list(_work(asked, WORK.codes, narrow))


def most_urgent(connection: Connection, as_of: date) -> Work | None:
    """The most urgent of what is found quickly; None where nothing of these kinds waits."""
    return next(_work(AskedBooks(connection, as_of), _QUICK), None)


def _work(asked: AskedBooks, codes: Sequence[str], narrow: "_OfAssociation | None" = None) -> Iterator[Work]:
    for code in codes:
        kind = KINDS[code]
        items = kind.find(asked)
        if narrow is not None:
            items = [item for item in items if narrow.has(item)]
        if items:
            yield Work(code, items, kind.next(asked, items))


class _OfAssociation:
    """What is about the members of one association."""

    def __init__(self, asked: AskedBooks, association: str) -> None:
        self._owners = owners(asked.connection, asked.as_of)
        self._association = association

    def has(self, item: OpenItem) -> bool:
        member = item.member or self._owners.member_of.get(item.application or "")
        return member is not None and self._owners.persons[member].association == self._association
