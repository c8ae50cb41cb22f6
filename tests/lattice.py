"""Every combination of a few values of every fact, and books that hold them: one application per combination.

A family is one full cross product over facts that belong together, and the days on which all of it is asked. Days lie
just inside, on and just outside each boundary; what goes against applied <= issued <= mailed <= revoked is left out.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, func, select

from ledger import codes, dates, tables
from ledger.codes import REASONS, TREATMENTS, USED
from ledger.notices import review_flags
from ledger.store import records
from ledger.store.records import last_number
from tests import given
from tests.oracle import Known

Part = dict[str, Any]

NEVER = date(2099, 12, 31)
"""A day on which nothing is asked: what becomes known on it may not count."""

# Each reason that a rule speaks of by itself, two that none does, and not known.
KINDS_OF_REASON: list[Part] = [
    {"reason": code}
    for code in (
        "tool_defect",
        "download_failed",
        "receipt_not_returned",
        "ca_other",
        "deleted_by_mistake",
        "obligation_breach",
        "info_changed",
        None,
    )
]
EVERY_REASON: list[Part] = [{"reason": code} for code in (*REASONS.codes, None)]
USES: list[Part] = [{"used": code} for code in (*USED.codes, None)]
COVERS: list[Part] = [{"covered": literal} for literal in (True, False, None)]


@dataclass(frozen=True)
class Family:
    """A cross product and the days on which it is asked; `superseded`: other values stood before and come after."""

    name: str
    known: list[Known]
    asked_on: tuple[date, ...]
    superseded: bool = False

    @property
    def size(self) -> int:
        """How many combinations it has, a day of asking being one fact more."""
        return len(self.known) * len(self.asked_on)


def after(day: date, count: int) -> date:
    """The day so many days later (earlier, when negative)."""
    return day + timedelta(days=count)


def cross(*factors: Sequence[Part]) -> list[Known]:
    """Every combination of one part of each factor, as far as the days of it can follow upon each other."""
    every = (Known(**{name: value for part in parts for name, value in part.items()}) for parts in product(*factors))
    return [known for known in every if _in_order(known)]


def _in_order(known: Known) -> bool:
    every = [known.applied_on, known.issued_on, known.mailed_on, known.revoked_on]
    stated = [day for day in every if day is not None]
    return stated == sorted(stated)


def downloads(end: date) -> list[Part]:
    """No record, none up to the day before the end, none up to the end, downloaded."""
    reaches: list[Part] = [{"downloads_none_to": after(end, -1)}, {"downloads_none_to": end}]
    return [{}, *reaches, {"downloaded_on": after(end, -3)}]


def revoked(day: date) -> list[Part]:
    """Revoked on the day, with all that can be known of a download."""
    return [{"revoked_on": day} | part for part in downloads(day)]


# --- the families ---------------------------------------------------------------------------------------------------

MAILED = date(2012, 3, 1)

# Issued inside and outside the window; unknown, and bounded by application and mailing or not.
WINDOWS: list[Part] = [
    {"applied_on": date(2012, 2, 1), "issued_on": date(2012, 2, 20), "mailed_on": MAILED},
    {"applied_on": date(2012, 2, 1), "mailed_on": MAILED},
    {"applied_on": date(2011, 12, 1), "issued_on": date(2012, 1, 9), "mailed_on": MAILED},
    {"applied_on": date(2011, 12, 1), "mailed_on": MAILED},
    {"applied_on": date(2011, 12, 1)},
    {"applied_on": date(2012, 2, 1), "issued_on": date(2012, 2, 20)},
]


def every_fact() -> Family:
    """A revoked certificate under the notice of September: every fact with every other."""
    ends = [part for count in (29, 30) for part in revoked(after(MAILED, count))]
    receipts: list[Part] = [
        {},
        {"receipts_none_to": after(MAILED, 29)},
        {"receipts_none_to": after(MAILED, 30)},
        {"receipt_on": after(MAILED, 5)},
        {"receipt_on": after(MAILED, 40)},
    ]
    known = cross(WINDOWS, ends, receipts, KINDS_OF_REASON, USES, COVERS)
    return Family("every fact", known, (date(2012, 9, 21),))


def every_reason() -> Family:
    """Each reason of the list, with use, download, receipt, window and the authority's word on 「等」."""
    windows = [WINDOWS[0], WINDOWS[2], WINDOWS[3]]
    receipts: list[Part] = [{}, {"receipts_none_to": after(MAILED, 30)}, {"receipt_on": after(MAILED, 31)}]
    known = cross(windows, revoked(after(MAILED, 31)), receipts, EVERY_REASON, USES, COVERS)
    return Family("every reason", known, (date(2012, 10, 1),))


def counting() -> Family:
    """Days 28 to 32 of revocation, register and receipt; day 30 in a leap February, and on the day that is asked."""
    known: list[Known] = []
    for mailed in (date(2012, 1, 30), date(2012, 8, 22)):
        some_day = [after(mailed, count) for count in range(28, 33)]
        ends: list[Part] = [{"revoked_on": day} for day in some_day]
        receipts: list[Part] = [{}, *({"receipts_none_to": day} for day in some_day)]
        receipts += [{"receipt_on": day} for day in some_day]
        sent: list[Part] = [{"mailed_on": mailed}, {"issued_on": mailed}]
        checks: list[Part] = [{}, {"downloads_none_to": after(mailed, 30)}, {"downloaded_on": after(mailed, 1)}]
        reasons: list[Part] = [{"reason": each} for each in (None, "receipt_not_returned", "ca_other", "pin_lost")]
        used: list[Part] = [{}, {"used": "yes"}]
        known += cross([{"applied_on": date(2012, 1, 4)}], sent, ends, receipts, checks, reasons, used)
    asked_on = (*(date(2012, 9, day) for day in (20, 21, 22, 23)), date(2012, 10, 31))
    return Family("counting", known, asked_on)


def window() -> Family:
    """Application, issue and mailing on and beside both edges of the mass issue."""
    before, first, last, past = date(2012, 1, 9), date(2012, 1, 10), date(2012, 7, 31), date(2012, 8, 1)
    applied: list[Part] = [{"applied_on": day} for day in (before, first, last, past)]
    issued: list[Part] = [{"issued_on": day} for day in (None, before, first, last, past)]
    mailed: list[Part] = [{"mailed_on": day} for day in (None, before, first, last, past)]
    reasons: list[Part] = [{"reason": literal} for literal in ("pin_lost", "info_changed", "use_discontinued", None)]
    known = cross(applied, issued, mailed, revoked(date(2012, 12, 20)), reasons, USES, COVERS)
    return Family("window", known, (date(2013, 3, 1),))


def rules() -> Family:
    """Every kind of life on the days around each notice, some of it announced before it happens."""
    applied = {"applied_on": date(2011, 11, 1)}
    sent = applied | {"mailed_on": date(2012, 1, 26)}
    ends = [date(2012, 2, 26), date(2012, 3, 5), date(2012, 3, 23), date(2012, 9, 21)]
    lives: list[Part] = [
        applied,
        applied | {"withdrawn_on": date(2012, 3, 5)},
        sent | {"withdrawn_on": date(2012, 3, 5)},
        applied | {"issued_on": date(2012, 1, 20)},
        sent,
        *(sent | {"revoked_on": day} for day in ends),
        *(sent | {"expires_on": day} for day in ends),
        sent | {"revoked_on": ends[2], "expires_on": after(ends[2], -1)},
        sent | {"revoked_on": ends[2], "expires_on": after(ends[2], 1)},
        sent | {"revoked_on": ends[3], "expires_on": ends[2]},
    ]
    checks: list[Part] = [{}, *({"downloads_none_to": after(day, back)} for day in ends for back in (-1, 0))]
    checks.append({"downloaded_on": date(2012, 3, 23)})
    receipts: list[Part] = [{}, {"receipts_none_to": date(2012, 3, 1)}]
    reasons: list[Part] = [{"reason": each} for each in (None, "antisocial_forces", "receipt_not_returned")]
    known = cross(lives, checks, receipts, reasons, USES)
    first = (date(2012, 2, 24), date(2012, 3, 4), date(2012, 3, 5))
    asked_on = (*first, date(2012, 3, 22), date(2012, 3, 23), date(2012, 9, 20), date(2012, 9, 21))
    return Family("rules", known, asked_on, superseded=True)


def live() -> Family:
    """A live certificate around its issue and mailing, with checks of the download log before, on and after them."""
    applied, issued, mailed = date(2012, 9, 1), date(2012, 10, 5), date(2012, 10, 10)
    sent: list[Part] = [
        {**mailing, **issue}
        for mailing in ({}, {"mailed_on": mailed})
        for issue in ({}, {"issued_on": issued}, {"withdrawn_on": issued})
    ]
    marks = [after(day, back) for day in (issued, mailed) for back in (-1, 0, 1)]
    checks: list[Part] = [{}, *({"downloads_none_to": day} for day in marks), {"downloaded_on": after(mailed, 1)}]
    known = cross([{"applied_on": applied}], sent, checks, USES, COVERS)
    return Family("live", known, (after(applied, -1), *marks))


def old() -> Family:
    """Certificates that ended around the last day of February, asked about five years later and beside it."""
    ends = [date(2012, 2, 27), date(2012, 2, 28), date(2012, 2, 29), date(2012, 3, 1)]
    ends += [date(2015, 2, 27), date(2015, 2, 28), date(2015, 3, 1)]
    lives: list[Part] = [{name: day} for name in ("revoked_on", "expires_on") for day in ends]
    known = cross([{"applied_on": date(2011, 11, 1), "mailed_on": date(2012, 1, 26)}], lives, USES)
    asked_on = [after(date(year, 3, 1), back) for year in (2017, 2020) for back in (-2, -1, 0, 1)]
    return Family("old", known, tuple(asked_on))


def money() -> Family:
    """Nothing, less, exactly, more received; nothing, part, all given back; a fee that no schedule tells."""
    applied: list[Part] = [
        {"applied_on": date(2014, 3, 31), "due": 7245},
        {"applied_on": date(2014, 4, 1), "due": None},
    ]
    sent: Part = {"mailed_on": date(2014, 4, 2)}
    lives: list[Part] = [{}, {"withdrawn_on": date(2014, 4, 2)}, sent, sent | {"revoked_on": date(2014, 5, 2)}]
    lives.append(sent | {"withdrawn_on": date(2014, 4, 3), "expires_on": date(2014, 5, 2)})
    paid: list[Part] = [
        {"received": received, "returned": returned, "waiting": returned}
        for received in (0, 1, 7244, 7245, 7246)
        for returned in (0, 1, 7244, 7245)
        if returned <= received
    ]
    known = cross(applied, lives, paid, downloads(date(2014, 5, 2)), USES)
    return Family("money", known, (date(2014, 5, 2),))


# Every doubt that a ruling can settle, and what a ruling was approved for: all of them, all but one, none.
DOUBTS = tuple(flag.code for flag in review_flags.DOUBTS if flag.code != review_flags.FEE_NOT_KNOWN)


def rulings() -> Family:
    """What raises a doubt, and what raises none, with each ruling there can be: under every notice and under none."""
    lives: list[Part] = [
        {"withdrawn_on": date(2012, 3, 2)},
        {"withdrawn_on": date(2012, 3, 2), "mailed_on": MAILED},
        {"mailed_on": MAILED, "downloads_none_to": after(MAILED, 40)},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30), "receipts_none_to": after(MAILED, 30)},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30), "receipt_on": after(MAILED, 5)},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30), "downloads_none_to": after(MAILED, 30)},
    ]
    ruled: list[Part] = [{}] + [
        {"ruling": treatment, "ruled_doubts": doubts}
        for treatment in TREATMENTS.codes
        for doubts in ((), DOUBTS, *(tuple(code for code in DOUBTS if code != left_out) for left_out in DOUBTS))
    ]
    applied: list[Part] = [{"applied_on": date(2012, 2, 1)}]
    known = cross(applied, lives, KINDS_OF_REASON, USES, [{}, {"received": 0}], ruled)
    return Family("rulings", known, (date(2012, 4, 2), date(2012, 9, 21)))


def on_its_way() -> Family:
    """All or part of the fee in a refund, in each state that it can have, with every verdict and with a ruling."""
    lives: list[Part] = [
        {"withdrawn_on": date(2012, 3, 2)},
        {"mailed_on": MAILED},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30)},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30), "downloads_none_to": after(MAILED, 30)},
        {"mailed_on": MAILED, "revoked_on": after(MAILED, 30), "used": "yes"},
    ]
    returned: list[Part] = [
        {"returned": yen, "waiting": yen if waits else 0} for yen in (7244, 7245) for waits in (True, False)
    ]
    ruled: list[Part] = [{}, {"ruling": "refund", "ruled_doubts": DOUBTS}]
    known = cross([{"applied_on": date(2012, 2, 1)}], lives, returned, ruled)
    return Family("on its way", known, (date(2012, 4, 2), date(2012, 9, 21)))


FAMILIES = (every_fact, every_reason, counting, window, rules, live, old, money, rulings, on_its_way)


# --- the books ------------------------------------------------------------------------------------------------------


def put(connection: Connection, family: Family) -> None:
    """Puts a family into empty books, straight into the tables; application n is the combination n."""
    source = given.source(connection)
    given.member(connection, source)
    numbered = [(number(n), known) for n, known in enumerate(family.known)]
    of: Part = {"source": source}
    _insert(connection, tables.application, ({"number": no, "member": given.MEMBER, **of} for no, _ in numbered))
    told = (row | of for no, known in numbered for row in _facts(no, known, superseded=family.superseded))
    _insert(connection, tables.fact, told)
    paid = [(no, known) for no, known in numbered if known.received]
    _insert(connection, tables.deposit, ({"reference": no, **of} for no, _ in paid))
    _insert(connection, tables.deposit_known, (_deposit(no, known) | of for no, known in paid))
    _insert(connection, tables.allocation, (_allocation(no, known) | of for no, known in paid))
    _post(connection, paid)
    _give_back(connection, [(no, known) for no, known in numbered if known.returned])
    _rule(connection, source, [(no, known) for no, known in numbered if known.ruling])


def number(n: int) -> str:
    """The application that holds the combination with this number."""
    return f"{n:06d}"


def _insert(connection: Connection, table: Table, rows: Iterable[Part]) -> None:
    """All rows at once; PostgreSQL takes them five times faster by COPY."""
    kept = list(rows)
    if connection.dialect.name == "sqlite":
        connection.execute(table.insert(), kept)
        return
    columns = ", ".join(f'"{name}"' for name in kept[0])
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN".encode()) as copy:
        for row in kept:
            copy.write_row(tuple(row.values()))


# Another value of each fact: it stands before the one that counts, or becomes known after every day that is asked.
_OTHERWISE: dict[str, Part] = {
    "applied_on": {"day": date(2012, 9, 1)},
    "withdrawn_on": {"day": date(2011, 12, 1)},
    "issued_on": {"day": date(2012, 1, 9)},
    "mailed_on": {"day": date(2012, 1, 10)},
    "expires_on": {"day": date(2012, 2, 20)},
    "revoked_on": {"day": date(2012, 2, 21)},
    "downloaded": {"day": date(2012, 2, 1), "up_to": date(2012, 2, 1)},
    "receipt": {"day": date(2012, 2, 2), "up_to": date(2012, 2, 2)},
    "reason": {"code": "tool_defect"},
    "used": {"day": date(2012, 2, 22), "code": "yes"},
    "covered": {"code": "no"},
}


def _facts(application: str, known: Known, *, superseded: bool) -> Iterator[Part]:
    """The rows of `fact`; the same columns in each, so that all go in at once."""
    empty: Part = {"application": application, "day": None, "code": None, "up_to": None, "sheet": None, "row": None}
    for stated in _stated(known):
        if superseded:
            yield empty | {"name": stated["name"], "known_on": stated["known_on"]} | _OTHERWISE[stated["name"]]
        yield empty | stated
    if superseded:
        for name, values in _OTHERWISE.items():
            yield empty | {"name": name, "known_on": NEVER} | values


def _stated(known: Known) -> Iterator[Part]:
    """Each stated fact: known from the day of application, what is seen to happen from the day it happens."""
    start = known.applied_on
    for name in codes.DAY_FACTS:
        if day := getattr(known, name, None):
            yield {"name": name, "known_on": start, "day": day}
    for name, on, none_to in (
        ("downloaded", known.downloaded_on, known.downloads_none_to),
        ("receipt", known.receipt_on, known.receipts_none_to),
    ):
        if reach := on or none_to:
            yield {"name": name, "known_on": on or start, "day": on, "up_to": reach}
    if known.reason is not None:
        yield {"name": "reason", "known_on": start, "code": known.reason}
    if known.used is not None:
        yield {"name": "used", "known_on": start, "day": start, "code": known.used}
    if known.covered is not None:
        yield {"name": "covered", "known_on": start, "code": "yes" if known.covered else "no"}


def _deposit(application: str, known: Known) -> Part:
    return {
        "deposit": application,
        "received_on": known.applied_on,
        "yen": known.received,
        "payer": "ｺｳﾔﾏ ﾀﾛｳ",
        "known_on": known.applied_on,
    }


def _allocation(application: str, known: Known) -> Part:
    return {"deposit": application, "version": 1, "part": 1, "application": application, "known_on": known.applied_on}


def _post(connection: Connection, paid: list[tuple[str, Known]]) -> None:
    """Posts what was received as booking does: up to the fee due as a fee, the rest in suspense."""
    entries: list[Part] = []
    movements: list[Part] = []
    for application, known in paid:
        fee = 0 if known.due is None else min(known.due, known.received)
        for event, credit, yen, whose in (
            ("fee_received", "2040", fee, application),
            ("overpaid", "2050", known.received - fee, None),
        ):
            if yen:
                no, day = len(entries) + 1, known.applied_on
                entry = {"no": no, "happened_on": day, "known_on": day, "event": event, "key": str(no), "digest": ""}
                entries.append(entry | {"recorded_at": dates.now(), "by": "test"})
                sides = {"debit": "1110", "credit": credit, "credit_application": whose, "deposit": application}
                movements.append({"entry": no, "nth": 1, "yen": yen} | sides)
    _insert(connection, tables.entry, entries)
    _insert(connection, tables.movement, movements)


def _give_back(connection: Connection, numbered: Iterable[tuple[str, Known]]) -> None:
    """A refund on the day of application for all that is already given back: proposed, and paid as far as it is."""
    entries = count(last_number(connection, tables.entry.c.no) + 1)
    for no, (application, known) in enumerate(numbered, 1):
        entry = next(entries)
        signed = {"recorded_at": dates.now(), "by": "test"}
        day = known.applied_on
        decided = {"as_of": day, "outcome": "eligible", "verdict": "eligible", "refundable": known.returned}
        connection.execute(
            tables.decision.insert().values(no=no, application=application, finding="{}", **decided, **signed)
        )
        posted = {"happened_on": day, "event": "refund_proposed", "key": f"refund:{no}", "digest": "0"}
        connection.execute(tables.entry.insert().values(no=entry, **posted, **signed))
        owed = {"no": no, "application": application, "decision": no, "yen": known.returned}
        connection.execute(tables.refund.insert().values(owed))
        step = {"refund": no, "nth": 1, "state": "proposed", "happened_on": day, "entry": entry}
        connection.execute(tables.refund_step.insert().values(step | signed))
        if not known.waiting:
            _pay(connection, no, next(entries), signed | {"happened_on": day})


def _pay(connection: Connection, no: int, entry: int, signed: Part) -> None:
    posted = {"event": "refund_paid", "key": f"paid:{no}", "digest": "0"}
    connection.execute(tables.entry.insert().values(no=entry, **posted, **signed))
    approved = {"refund": no, "nth": 2, "state": "approved", "by": "another"}
    approved["member_known"] = connection.execute(select(func.max(tables.member_known.c.id))).scalar_one()
    paid = {"refund": no, "nth": 3, "state": "paid", "entry": entry}
    for step in (approved, paid):
        connection.execute(tables.refund_step.insert().values(signed | step))


def _rule(connection: Connection, source: int, numbered: Sequence[tuple[str, Known]]) -> None:
    """A ruling, approved on the day of application by another person."""
    if not numbered:
        return
    of = {"source": source, "sheet": None, "row": None, "reason": None, "document": "連発第9001号"}
    signed = {"recorded_at": dates.now(), "by": "another", "role": records.role(connection)}
    rulings, steps = [], []
    for no, (application, known) in enumerate(numbered, 1):
        days = {"decided_on": known.applied_on, "known_on": known.applied_on}
        rulings.append({"id": no, "application": application, "treatment": known.ruling, **days, **of})
        approved = {"no": no, "ruling": no, "state": "approved", "happened_on": known.applied_on, "reason": None}
        steps.append(approved | {"doubts": json.dumps(known.ruled_doubts)} | signed)
    _insert(connection, tables.ruling, rulings)
    _insert(connection, tables.ruling_step, steps)
