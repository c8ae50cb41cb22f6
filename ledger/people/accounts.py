"""People: who may approve what, whose word a changed bank account needs, who looked at one, what was refused to whom.

A person is known by a name and, on PostgreSQL, by the role that they log in with; neither two spellings of one name nor
two names under one role are two people.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Label, Row, func, or_, select

from ledger import dates, masking, tables
from ledger.errors import (
    AccountNotApproved,
    DatabaseLocked,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseUnreachable,
    DiskFull,
    Exit,
    NoAccountKnown,
    NoChangeToApprove,
    NoDatabase,
    NoPurposeGiven,
    NotADatabase,
    NotWritable,
    Refusal,
    SamePersonBroughtAccount,
    UnknownMember,
)
from ledger.kana import same_person
from ledger.store import database

# What makes up a bank account: when any of it changes, another account is paid.
ACCOUNT = ("bank", "branch", "account_type", "account_number", "account_name")


def one_person(connection: Connection, by: str, first: str, role: str | None) -> bool:
    """Whether who is acting as `by` is who acted first, as `first` under a database role.

    The owner of the books on PostgreSQL is a role that an office may share, so it tells nobody apart; every other role
    is one person's own.
    """
    if same_person(by, first):
        return True
    return role is not None and role == database.role(connection) and not database.owns(connection)


# --- changes of bank accounts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A bank account of a member that differs from the one before it, or is another member's: when, and by whom.

    `was` and `now` are the parts named by `ACCOUNT`, masked. `version` is the row of the register that brings it.
    `approved_by` is None while it waits for a second person. `also_of` is the member who had the account before.
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


def changes(connection: Connection, member: str | None = None) -> list[Change]:
    """The changed bank accounts that count now, of every member or of one: those that wait and those approved.

    The first account ever recorded of a member needs nobody's word, unless it was another member's before. Each later
    one that differs is trusted from its approval on; what is recorded after it is compared with the account that was
    trusted last, in the order recorded, so that a row dated back changes nothing.
    """
    known, source, approval = tables.member_known, tables.source, tables.account_approval
    versions = select(known.c.member).group_by(known.c.member).having(func.count() > 1)
    also_of = _also_of()
    statement = (
        select(known, source.c.by.label("brought_by"), source.c.role, approval.c.by.label("approved_by"), also_of)
        .join(source, source.c.id == known.c.source)
        .outerjoin(approval, approval.c.member_known == known.c.id)
        .where(or_(known.c.member.in_(versions), also_of.is_not(None)) if member is None else known.c.member == member)
        .order_by(known.c.member, known.c.id)
    )
    found = (_change(list(rows)) for _member, rows in groupby(connection.execute(statement), lambda row: row.member))
    return [each for each in found if each is not None]


def _also_of() -> Label[str | None]:
    """The member of whom the same bank account was recorded first, before this one; NULL when it was nobody's."""
    known, other = tables.member_known, tables.member_known.alias("other")
    same = [other.c[name] == known.c[name] for name in ("account_number", "bank", "branch", "account_type")]
    earlier = select(other.c.member).where(*same, other.c.member != known.c.member, other.c.id < known.c.id)
    return earlier.order_by(other.c.id).limit(1).scalar_subquery().label("also_of")


def _change(rows: list[Row[Any]]) -> Change | None:
    """The change by which the account came about that counts now; None when it was never changed."""
    counts = max(rows, key=lambda row: (row.known_on, row.id))
    first = next((row for row in rows if row.account_number is not None), None)
    trusted: Row[Any] | None = None
    change: Change | None = None
    for row in rows:
        if row is first and row.also_of is None:
            trusted = row
        elif row.account_number is not None and (trusted is None or _account(row) != _account(trusted)):
            told = (row.member, row.name, row.id, row.known_on, _shown(trusted), _shown(row), row.brought_by, row.role)
            brought = Change(*told, row.approved_by, row.also_of)
            if row.id == counts.id:
                return brought
            if row.approved_by is not None:
                trusted, change = row, brought
        if row.id == counts.id:
            return change
    return None


def _account(row: Row[Any]) -> tuple[str | None, ...]:
    return tuple(getattr(row, name) for name in ACCOUNT)


def _shown(row: Row[Any] | None) -> tuple[str | None, ...]:
    if row is None:
        return (None,) * len(ACCOUNT)
    return (row.bank, row.branch, row.account_type, masking.account(row.account_number), row.account_name)


def waiting(connection: Connection, member: str | None = None) -> dict[str, Change]:
    """The changed bank accounts that wait for a second person, by member."""
    return {each.member: each for each in changes(connection, member) if each.approved_by is None}


def insist_on_account(connection: Connection, member: str) -> None:
    """Refuses to pay a member whose changed bank account waits for a second person (account-not-approved)."""
    if member in waiting(connection, member):
        raise AccountNotApproved(member)


def approve_account(connection: Connection, member: str, *, by: str) -> tuple[Change, bool]:
    """Says, as a second person, that the changed bank account of a member is right; False: that was said before.

    Refused: an unknown member, one whose account was not changed, and who brought the change.
    """
    _known_last(connection, member)
    change = next(iter(changes(connection, member)), None)
    if change is None:
        raise NoChangeToApprove(member)
    if change.approved_by is not None:
        return change, False
    if one_person(connection, by, change.brought_by, change.role):
        raise SamePersonBroughtAccount(by, member)
    signed = {"recorded_at": dates.now(), "by": by, "role": database.role(connection)}
    connection.execute(tables.account_approval.insert().values(member_known=change.version, **signed))
    return change, True


# --- looking at one -------------------------------------------------------------------------------------------------


def look(connection: Connection, member: str, *, purpose: str, by: str) -> Row[Any]:
    """What the register says last of a member, with the whole account number; who looks, and for what, is recorded.

    Refused: no purpose, an unknown member, and one of whom no account is known. The record has to be kept before the
    number is shown.
    """
    if not purpose.strip():
        raise NoPurposeGiven(member)
    told = _known_last(connection, member)
    if told.account_number is None:
        raise NoAccountKnown(member)
    row = {"no": _next(connection, tables.looked.c.no), "member": member, "purpose": purpose}
    signed = {"recorded_at": dates.now(), "by": by, "role": database.role(connection)}
    connection.execute(tables.looked.insert().values(row | signed))
    return told


def _known_last(connection: Connection, member: str) -> Row[Any]:
    known = tables.member_known
    order = (known.c.known_on.desc(), known.c.id.desc())
    told = connection.execute(select(known).where(known.c.member == member).order_by(*order).limit(1)).one_or_none()
    if told is None:
        raise UnknownMember(member)
    return told


def _next(connection: Connection, number: Any) -> int:
    last: int = connection.execute(select(func.coalesce(func.max(number), 0))).scalar_one()
    return last + 1


# --- what was refused -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refused:
    """A command that was not carried out: when, by whom, which, the code of the refusal, the fields of its sentence."""

    no: int
    recorded_at: datetime
    by: str
    role: str | None
    command: str
    code: str
    fields: dict[str, Any]


# What says that the books cannot be written at all, so that nothing can be recorded in them.
_NOWHERE = (
    *(NoDatabase, NotADatabase, DatabaseNewer, DatabaseOlder, DatabaseUnreachable),
    *(DatabaseLocked, DiskFull, NotWritable),
)


@contextmanager
def writing(address: str, *, by: str, command: str, dry_run: bool = False) -> Iterator[Connection]:
    """The books for one writer, as `database.writing` gives them; a refusal in the block is recorded.

    It is recorded in a write of its own, when everything else has been taken back. A dry run records nothing, and so
    does a role that may write nothing. What was not understood (a usage error) is no attempt.
    """
    try:
        with database.writing(address, dry_run=dry_run, by=by, command=command) as connection:
            yield connection
    except Refusal as refusal:
        if not dry_run and refusal.exit == Exit.REFUSED and not isinstance(refusal, _NOWHERE):
            with suppress(Refusal), database.writing(address, by=by, command=command) as connection:
                record(connection, refusal, command=command, by=by)
        raise


def record(connection: Connection, refusal: Refusal, *, command: str, by: str) -> None:
    """Records that a command was refused; a password in what was typed is not kept."""
    told = {name: masking.passwords(fact) if isinstance(fact, str) else fact for name, fact in refusal.told.items()}
    fields = json.dumps(told, ensure_ascii=False, default=str, sort_keys=True)
    row = {"no": _next(connection, tables.refused.c.no), "command": command, "code": refusal.code()}
    signed = {"recorded_at": dates.now(), "by": by, "role": database.role(connection)}
    connection.execute(tables.refused.insert().values(row | signed | {"fields": fields}))


def refusals(connection: Connection) -> Iterator[Refused]:
    """Every refusal recorded, oldest first."""
    refused = tables.refused
    columns = (refused.c[name] for name in ("no", "recorded_at", "by", "role", "command", "code", "fields"))
    for *told, fields in connection.execute(select(*columns).order_by(refused.c.no)):
        no, recorded_at, by, role, command, code = told
        yield Refused(no, recorded_at, by, role, command, code, json.loads(fields))
