"""Requests: a command that is given a key is carried out once, and given again answers what it answered then.

The key is claimed in the transaction of the command itself, and looked at before anything else is: a retry is answered
although the month has closed, the file is gone or somebody else went on from there. A key never expires. Whoever types
no key has the books' own: the bytes of a file, what an entry stands for, the number and state of a refund.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, select, text

from ledger import tables
from ledger.errors import Exit, Refusal
from ledger.i18n import N_
from ledger.store.records import role, signature

# A field that could be left out, or name several things.
_MARKED = re.compile(r"\[(.+?)…?\]|(.+?)…?")


class KeyUsedDifferently(Refusal):
    """the key {key} belongs to a command with {field} {there}, not {here}"""

    key: str
    field: str
    there: str
    here: str
    instead = N_("give every command a key of its own, and repeat a command as it was; nothing was changed")


class KeyOfAnother(Refusal):
    """the key {key} was given by another login: {login}"""

    key: str
    login: str
    instead = N_("give every command a key of your own: what one login was answered is no answer to another")


class NoKeyTaken(Refusal):
    """{command} takes no key: it can be repeated as often as you like"""

    command: str
    exit = Exit.USAGE
    instead = N_("leave --key out")


@dataclass(frozen=True)
class Request:
    """A command with its key: `asked` is what it was asked for, each field as it is typed with its value as text."""

    key: str
    command: str
    asked: Mapping[str, str]

    @property
    def content(self) -> dict[str, str]:
        """Everything that has to be the same when the key comes again."""
        return {"command": self.command, **self.asked}

    @property
    def digest(self) -> str:
        """SHA-256 over the content."""
        return sha256(_plain(self.content).encode()).hexdigest()


@dataclass(frozen=True)
class StoredAnswer:
    """What a command answered: to people, in the language then spoken, and to other programs, as JSON."""

    text: str
    json: str


def answered(connection: Connection, request: Request) -> StoredAnswer | None:
    """What the request was answered before; None when the key is new. Other content is refused, naming the field.

    On PostgreSQL a key is its login's: what somebody else was answered says nothing of what this one asks for, and is
    refused (key-of-another).
    """
    table = tables.request
    columns = (table.c.answer, table.c.role)
    before = connection.execute(select(*columns).where(table.c.key == request.key)).one_or_none()
    if before is None:
        return None
    # A file knows no logins: there the keys of books that came from a server are everybody's.
    if before.role is not None and role(connection) not in (None, before.role):
        raise KeyOfAnother(request.key, before.role)
    stored = json.loads(before.answer)
    first, now = _by_name(stored["asked"]), _by_name(request.content)
    if first == now:
        return StoredAnswer(stored["text"], stored["json"])
    field = next(name for name in (*first, *now) if first.get(name) != now.get(name))
    raise KeyUsedDifferently(request.key, field, first.get(field) or "—", now.get(field) or "—")


def keep(connection: Connection, request: Request, answer: StoredAnswer, *, by: str) -> None:
    """Keeps what the request was answered, with what it was asked for, so that a difference can be named."""
    stored = {"asked": request.content, "text": answer.text, "json": answer.json}
    row = {"key": request.key, "digest": request.digest, "answer": _plain(stored)}
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT keep_request(:key, :digest, :answer)"), row)
        return
    connection.execute(tables.request.insert().values(row | {"command": request.command} | signature(connection, by)))


def _by_name(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked for, by the bare names of its fields.

    Keys of before tell NO, NO… and [NO…] apart: whether a field could be left out or named several things. A command
    that came to take more is still the one that it was.
    """
    found = {field: _MARKED.fullmatch(field) for field in asked}
    return {field if of is None else of[1] or of[2]: asked[field] for field, of in found.items()}


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
