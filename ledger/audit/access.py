"""The access log: who looked at a whole bank account and for what, and what was refused to whom."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from ledger import errors, masking, tables
from ledger.errors import Exit, Refusal
from ledger.people.permissions import people
from ledger.people.register import require_member
from ledger.store import database
from ledger.store.account_numbers import AccountHolder, record_look
from ledger.store.records import next_number, signature


def look(connection: Connection, member: str, *, purpose: str, by: str) -> Row[Any]:
    """What the register says last of a member; who looks at the account, and for what, is recorded.

    Refused: no purpose, an unknown member, and one of whom no account is known. The record has to be kept before the
    whole number is read (`store.account_numbers`).
    """
    if not purpose.strip():
        raise errors.NoPurposeGiven(member)
    told = require_member(connection, member)
    if told.account_number is None:
        raise errors.NoAccountKnown(member)
    record_look(connection, [AccountHolder(member)], purpose=purpose, by=by)
    return told


@dataclass(frozen=True)
class RefusalRecord:
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
    *(errors.NoDatabase, errors.NotADatabase, errors.DatabaseNewer, errors.DatabaseOlder, errors.DatabaseUnreachable),
    *(errors.DatabaseLocked, errors.DiskFull, errors.NotWritable),
)


def _spelled(connection: Connection, by: str) -> str:
    return people(connection).spelled(by)


@contextmanager
def writing(address: str, *, by: str, command: str, dry_run: bool = False) -> Iterator[Connection]:
    """The books for one writer, as `database.writing` gives them; a refusal in the block is recorded.

    It is recorded in a write of its own, when everything else has been taken back. A dry run records nothing, and so
    does a role that may write nothing. What was not understood (a usage error) is no attempt. Who is listed signs as
    the name was listed, however it was typed.
    """
    try:
        with database.writing(address, dry_run=dry_run, by=by, command=command, spelled=_spelled) as connection:
            yield connection
    except Refusal as refusal:
        if not dry_run and refusal.exit == Exit.REFUSED and not isinstance(refusal, _NOWHERE):
            again = database.writing(address, by=by, command=command, spelled=_spelled)
            with suppress(Refusal), again as connection:
                record(connection, refusal, command=command, by=by)
        raise


def record(connection: Connection, refusal: Refusal, *, command: str, by: str) -> None:
    """Records that a command was refused; a password in what was typed is not kept."""
    values = {
        name: masking.passwords(fact) if isinstance(fact, str) else fact for name, fact in refusal.arguments.items()
    }
    fields = json.dumps(values, ensure_ascii=False, default=str, sort_keys=True)
    row: dict[str, Any] = {"code": refusal.code(), "fields": fields}
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT keep_refusal(:code, :fields)"), row)
        return
    row |= {"no": next_number(connection, tables.refused.c.no), "command": command}
    connection.execute(tables.refused.insert().values(row | signature(connection, by)))


def refusals(connection: Connection) -> Iterator[RefusalRecord]:
    """Every refusal recorded, oldest first."""
    refused = tables.refused
    names = ("no", "recorded_at", "by", "role", "command", "code", "fields")
    for row in connection.execute(select(*(refused.c[name] for name in names)).order_by(refused.c.no)):
        yield RefusalRecord(**dict(zip(names, row, strict=True)) | {"fields": json.loads(row.fields)})
