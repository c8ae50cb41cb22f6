"""The books held against themselves: every entry against its digest, every total both ways, every decision asked again.

It finds what was changed around the program. It cannot find what someone who owns the whole file rewrote together with
every digest; the head of the entries, which stands on each month's cover, shows that to whoever holds a workbook.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select, text

from ledger import tables
from ledger.days import Month
from ledger.decisions.shaken import recomputed
from ledger.i18n import _, say
from ledger.journal.posting import Posting, recorded
from ledger.statements.month import month_statement

FAULTS = {
    "entry-changed": _("the entry is not as it was recorded"),
    "entry-missing": _("there is no entry of this number, though there are later ones"),
    "entry-empty": _("the entry moves nothing"),
    "not-opposite": _("the entry says that it reverses entry {original}, and is not its opposite"),
    "amount-differs": _("{yen} yen were proposed, and the entry reserves {reserved} yen"),
    "total-differs": _("{month}: a total is {value} and has to be {expected} ({code})"),
    "decision-differs": _("asked again from what was known then, the answer is another one: {parts}"),
    "trigger-missing": _("the rule that the database enforces by this name is gone"),
}


@dataclass(frozen=True)
class Fault:
    """Something that does not agree: its code, where it stands, and the fields of its sentence."""

    code: str
    where: str
    fields: dict[str, object]

    @property
    def says(self) -> str:
        """The fault in the language being spoken."""
        return say(FAULTS[self.code], **self.fields)


@dataclass(frozen=True)
class Verified:
    """What was found: how many entries, the head over all of them in order, and every fault."""

    entries: int
    head: str
    faults: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        faults = [{"code": each.code, "where": each.where, "says": each.says} for each in self.faults]
        return {"ok": not self.faults, "entries": self.entries, "head": self.head, "faults": faults}


def verify(connection: Connection, triggers: Collection[str]) -> Verified:
    """Holds the books against themselves; `triggers` are the names of those that have to stand in the database."""
    entry = tables.entry
    digests = dict(connection.execute(select(entry.c.no, entry.c.digest).order_by(entry.c.no)).all())
    posted = recorded(connection, digests)
    head = ""
    for digest in digests.values():
        head = sha256(f"{head}{digest}".encode()).hexdigest()
    faults = [
        *_entries(digests, posted),
        *_proposals(connection, posted),
        *_totals(connection),
        *_decisions(connection),
        *_triggers(connection, triggers),
    ]
    return Verified(len(digests), head, tuple(faults))


def _entries(digests: dict[int, str], posted: dict[int, Posting]) -> Iterator[Fault]:
    for no in range(1, max(digests, default=0) + 1):
        if no not in digests:
            yield Fault("entry-missing", f"entry {no}", {})
            continue
        entry = posted[no]
        if not entry.movements:
            yield Fault("entry-empty", f"entry {no}", {})
        elif entry.digest != digests[no]:
            yield Fault("entry-changed", f"entry {no}", {})
        elif entry.reverses is not None and (original := posted.get(entry.reverses)) is not None:
            opposite = tuple(each.opposite for each in reversed(original.movements))
            if entry.movements != opposite:
                yield Fault("not-opposite", f"entry {no}", {"original": entry.reverses})


def _proposals(connection: Connection, posted: dict[int, Posting]) -> Iterator[Fault]:
    for things, steps, of in (
        (tables.refund, tables.refund_step, tables.refund_step.c.refund),
        (tables.credit, tables.credit_step, tables.credit_step.c.credit),
    ):
        statement = select(things.c.no, things.c.yen, steps.c.entry).join(steps, of == things.c.no)
        for no, yen, entry in connection.execute(statement.where(steps.c.nth == 1).order_by(things.c.no)):
            reserved = sum(each.yen for each in posted[entry].movements) if entry in posted else 0
            if reserved != yen:
                yield Fault("amount-differs", f"{things.name} {no}", {"yen": yen, "reserved": reserved})


def _totals(connection: Connection) -> Iterator[Fault]:
    last = connection.execute(select(func.max(tables.entry.c.happened_on))).scalar()
    if last is None:
        return
    month = Month.of(last)
    for each in month_statement(connection, month).controls:
        if each.holds is False:
            fields: dict[str, object] = {"month": month, "value": each.value, "expected": each.expected}
            where = f"account {each.account.code}" if each.account else "books"
            yield Fault("total-differs", where, fields | {"code": each.code})


def _decisions(connection: Connection) -> Iterator[Fault]:
    for each in recomputed(connection):
        if each.differs:
            yield Fault("decision-differs", f"decision {each.no}", {"parts": list(each.differs)})


def _triggers(connection: Connection, wanted: Collection[str]) -> Iterator[Fault]:
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    there = set(connection.execute(text(names)).scalars())
    for name in sorted(set(wanted) - there):
        yield Fault("trigger-missing", f"trigger {name}", {})
