"""Bank accounts of members: a changed one is paid once a second person has said that it is right."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Label, Row, Select, func, or_, select

from ledger import masking, tables
from ledger.errors import AccountNotApproved, NoChangeToApprove, SamePersonBroughtAccount
from ledger.facts import ONLY, not_withdrawn
from ledger.people.four_eyes import one_person
from ledger.people.register import require_member
from ledger.store.records import signature

# What makes up a bank account: when any of it changes, another account is paid.
ACCOUNT = ("bank", "branch", "account_type", "account_number", "account_name")


@dataclass(frozen=True)
class AccountChange:
    """A bank account of a member that differs from the one before it, or is another member's: when, and by whom.

    `was` and `now` are the parts named by `ACCOUNT`, masked. `version` is the row of the register that brings it.
    `approved_by` is None while it waits for a second person. `also_of` is the member who had the account before.
    `same_ending`: another number that, masked, looks like the one before.
    """

    member: str
    name: str
    version: int
    known_on: date
    was: tuple[str | None, ...]
    now: tuple[str | None, ...]
    brought_by: str
    role: str | None
    approved_by: str | None = None
    also_of: str | None = None
    same_ending: bool = False


def changes(connection: Connection, *members: str) -> list[AccountChange]:
    """The changed bank accounts that count now, of every member or of these: those that wait and those approved.

    The first account ever recorded of a member needs nobody's word, unless it was another member's before, or a refund
    had been approved while none was known. Each later one that differs is trusted from its approval on; what is
    recorded after it is compared with the account that was trusted last, in the order recorded, so that a row dated
    back changes nothing. So it is with one that was withdrawn: whatever counts then is compared with it all the same.
    """
    rows = connection.execute(
        _versions(bool(members), connection.dialect.name), {"only": list(members)} if members else None
    )
    latest = (_change(list(of_member)) for _member, of_member in groupby(rows, lambda row: row.member))
    return [change for change in latest if change is not None]


@cache
def _versions(few: bool, dialect: str) -> Select[Any]:
    """Every row of the members whose account may have been changed, or of those handed over; put together once."""
    version, source, approval = tables.member_known, tables.source, tables.account_approval
    changed = select(version.c.member).group_by(version.c.member).having(func.count() > 1)
    also_of, after_approval = _also_of(dialect), _after_approval()
    return (
        select(version, source.c.by.label("brought_by"), source.c.role, approval.c.by.label("approved_by"), also_of)
        .add_columns(after_approval, not_withdrawn(version, None).label("stands"))
        .join(source, source.c.id == version.c.source)
        .outerjoin(approval, approval.c.member_known == version.c.id)
        .where(
            version.c.member.in_(ONLY)
            if few
            else or_(version.c.member.in_(changed), also_of.is_not(None), version.c.id < 1)
        )
        .order_by(version.c.member, version.c.id)
    )


def _also_of(dialect: str) -> Label[str | None]:
    """The member of whom the same bank account was recorded first, before this one; NULL when it was nobody's."""
    version, other = tables.member_known, tables.member_known.alias("other")
    if dialect == "postgresql":  # which compares numbers that nobody else may read
        return func.account_before(version.c.id).label("also_of")
    same = [other.c[name] == version.c[name] for name in ("account_number", "bank", "branch", "account_type")]
    earlier = select(other.c.member).where(*same, other.c.member != version.c.member, other.c.id < version.c.id)
    return earlier.order_by(other.c.id).limit(1).scalar_subquery().label("also_of")


def _after_approval() -> Label[bool]:
    """Whether a refund to the member had been approved when no account was known, before this row was recorded."""
    step, none, version = tables.refund_step, tables.member_known.alias("none"), tables.member_known
    approved = select(step.c.refund).join(none, none.c.id == step.c.member_known).where(step.c.state == "approved")
    of_member = (none.c.member == version.c.member, none.c.account_number.is_(None), none.c.id < version.c.id)
    return approved.where(*of_member).exists().label("after_approval")


def _change(rows: list[Row[Any]]) -> AccountChange | None:
    """The change by which the account came about that counts now; None when it was never changed."""
    counts = max((row for row in rows if row.stands), key=lambda row: (row.known_on, row.id), default=None)
    if counts is None:
        return None
    # No write numbers a row below 1: such a row was put there around the program, and is not the first.
    first = next((row for row in rows if row.account_number is not None and row.id >= 1), None)
    trusted: Row[Any] | None = None
    change: AccountChange | None = None
    for row in rows:
        if row is first and row.also_of is None and not row.after_approval:
            trusted = row
        elif row.account_number is not None and (trusted is None or _account(row) != _account(trusted)):
            was, now = _masked(trusted), _masked(row)
            columns = (row.member, row.name, row.id, row.known_on, was, now, row.brought_by, row.role)
            another = trusted is not None and trusted.account_number != row.account_number
            later = AccountChange(*columns, row.approved_by, row.also_of, another and was[3] == now[3])
            if row.id == counts.id:
                return later
            if row.approved_by is not None:
                trusted, change = row, later
        if row.id == counts.id:
            return change
    return None


def _account(row: Row[Any]) -> tuple[str | None, ...]:
    return tuple(getattr(row, name) for name in ACCOUNT)


def _masked(row: Row[Any] | None) -> tuple[str | None, ...]:
    if row is None:
        return (None,) * len(ACCOUNT)
    return (row.bank, row.branch, row.account_type, masking.account(row.account_number), row.account_name)


def waiting(connection: Connection, *members: str) -> dict[str, AccountChange]:
    """The changed bank accounts of every member, or of these, that wait for a second person, by member."""
    return {change.member: change for change in changes(connection, *members) if change.approved_by is None}


def require_account(connection: Connection, member: str) -> None:
    """Refuses to pay a member whose changed bank account waits for a second person (account-not-approved)."""
    if member in waiting(connection, member):
        raise AccountNotApproved(member)


def approve_account(connection: Connection, member: str, *, by: str) -> tuple[AccountChange, bool]:
    """Says, as a second person, that the changed bank account of a member is right; False: that was said before.

    Refused: an unknown member, one whose account was not changed, and who brought the change.
    """
    require_member(connection, member)
    change = next(iter(changes(connection, member)), None)
    if change is None:
        raise NoChangeToApprove(member)
    if change.approved_by is not None:
        return change, False
    if one_person(connection, by, change.brought_by, change.role):
        raise SamePersonBroughtAccount(by, member)
    row = {"member_known": change.version, **signature(connection, by)}
    connection.execute(tables.account_approval.insert().values(row))
    return change, True
