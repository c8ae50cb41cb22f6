"""会員一覧: the members as the register says, each with the account it knows and how many applications are theirs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from ledger import facts, masking, tables
from ledger.people.register import Person, ended_registration, person_order
from ledger.store.large import each_row
from ledger.store.owners import owned, owned_by
from ledger.store.records import batches


@dataclass(frozen=True, slots=True)
class RegisteredMember:
    """A member as the register said by a day: number, name and association, kana, end of the registration, account.

    `postal_code` (123-4567) and `address` are where letters reach them; None: not known. `account` shows the last four
    digits only. `applications` are those known to be the member's, counted.
    """

    person: Person
    kana: str | None
    deregistered_on: date | None
    deregistered_reason: str | None
    ended: bool
    account: str | None
    postal_code: str | None
    address: str | None
    applications: int

    @property
    def state(self) -> str:
        """Whether the registration stands or has ended: registered, deregistered."""
        return "deregistered" if self.ended else "registered"


def registered(connection: Connection, as_of: date, numbers: Collection[str] | None = None) -> list[RegisteredMember]:
    """The members in the register by the day, or these of them, by association and number."""
    lines: list[RegisteredMember] = []
    for group in [None] if numbers is None else batches(numbers):
        versions, owner = tables.member_known, owned(facts.AS_OF)
        within: ColumnElement[bool] | None = None
        counted = select(owner.c.member, func.count()).group_by(owner.c.member)
        if group is not None:
            within = versions.c.member.in_(group)
            counted = counted.where(owner.c.number.in_(owned_by(group)))
        counts: dict[str, int] = dict(each_row(connection, counted, {"as_of": as_of}))
        latest = facts.latest_version(versions, (versions.c.member,), facts.AS_OF, within)
        lines += (
            RegisteredMember(
                Person(row.member, row.name, row.association),
                row.kana,
                row.deregistered_on,
                row.deregistered_reason,
                ended_registration(row) is not None,
                _account(row),
                row.postal_code,
                row.address,
                counts.get(row.member, 0),
            )
            for row in each_row(connection, latest, {"as_of": as_of})
        )
    return sorted(lines, key=lambda line: person_order(line.person))


def _account(row: Any) -> str | None:
    """Bank, branch and account number, masked; None where no account is known."""
    if row.account_number is None:
        return None
    return "-".join(filter(None, [row.bank, row.branch, masking.account(row.account_number)]))
