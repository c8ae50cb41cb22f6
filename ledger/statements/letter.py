"""The letter to the member (回答): what a kept decision said, told as it was kept, whatever became known since."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ledger import fees, tables
from ledger.errors import UnknownDecision
from ledger.facts import COLUMNS
from ledger.money import Yen, tax_inside
from ledger.notices import register, review_flags
from ledger.notices.conditions import Condition, Notice
from ledger.people.register import Person, members

# Where no clause decides, or a person has to look, these are the facts that the answer is about.
_OF_A_LIVE_ONE = ("applied_on", "issued_on", "mailed_on", "expires_on")
_OF_A_DOUBT = (
    "withdrawn_on",
    "downloaded_on",
    "downloads_checked_to",
    "receipt_on",
    "receipts_entered_to",
    "revoked_on",
    "reason",
    "used",
)
# How far a register reached says something only while nothing stands in it.
_REGISTERS = {"downloads_checked_to": "downloaded_on", "receipts_entered_to": "receipt_on"}


@dataclass(frozen=True)
class CitedClause:
    """A clause that the answer rests on: its mark, its words, whether it held (None: not known).

    `unmet` are the conditions that did not hold, each in Japanese and in English.
    """

    mark: str
    words: str
    holds: bool | None
    unmet: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Letter:
    """All that the answer to a member says; yen as they were when it was decided, codes as they were kept.

    The letter bears the day that the decision was asked for. `facts` are those it rests on, by column, in the order of
    a certificate's life. `tax_percent` is the rate inside the fee, None where no fee is known. `choice` is what the
    member had asked for, None while nothing was.
    """

    no: int
    application: str
    applied_on: date
    member: Person
    as_of: date
    outcome: str
    notice: Notice | None
    clauses: tuple[CitedClause, ...]
    facts: Mapping[str, date | str]
    missing: tuple[str, ...]
    doubts: tuple[str, ...]
    returned: int
    overpaid: int | None
    refundable: int
    tax_percent: int | None
    suggested: str | None
    choice: str | None

    @property
    def yen(self) -> int:
        """The yen that the letter is about: to be given back, or already given back."""
        return self.returned if self.outcome == "settled" else self.refundable

    @property
    def tax(self) -> int | None:
        """The consumption tax inside those yen."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)


def letter(connection: Connection, no: int) -> Letter:
    """The letter for a decision, also for one that was superseded. Refused: a number never given (unknown-decision)."""
    found = list(_letters(connection, select(tables.decision).where(tables.decision.c.no == no)))
    if not found:
        raise UnknownDecision(no)
    return found[0]


def letters(connection: Connection) -> Iterator[Letter]:
    """The letter for each decision that stands, by number."""
    decision, later = tables.decision, tables.decision.alias("later")
    standing = select(decision).where(~select(later.c.no).where(later.c.supersedes == decision.c.no).exists())
    return _letters(connection, standing.order_by(decision.c.no))


def _letters(connection: Connection, decisions: Select[Any]) -> Iterator[Letter]:
    persons: dict[date, dict[str, Person]] = {}
    application = tables.application
    own = decisions.add_columns(application.c.member).join(
        application, application.c.number == tables.decision.c.application
    )
    for row in connection.execute(own).all():
        if row.as_of not in persons:
            persons[row.as_of] = members(connection, row.as_of)
        yield _letter(connection, row, persons[row.as_of][row.member])


def _letter(connection: Connection, row: Row[Any], member: Person) -> Letter:
    kept = json.loads(row.finding)
    notice = register.announced(date.fromisoformat(row.notice)) if row.notice else None
    told = _told(kept)
    applied_on = told["applied_on"]
    assert isinstance(applied_on, date), row.no
    cited = _cited(kept, notice)
    return Letter(
        no=row.no,
        application=row.application,
        applied_on=applied_on,
        member=member,
        as_of=row.as_of,
        outcome=row.outcome,
        notice=notice,
        clauses=cited,
        facts=_rests_on(row.outcome, told, notice, cited),
        missing=tuple(kept["missing"]),
        doubts=tuple(kept["doubts"]),
        returned=kept["returned"],
        overpaid=kept["overpaid"],
        refundable=row.refundable,
        tax_percent=_tax_percent(connection, kept, applied_on, row.as_of),
        suggested=kept["suggested"],
        choice=str(told["choice"]) if "choice" in told else None,
    )


def _told(kept: Mapping[str, Any]) -> dict[str, date | str]:
    """The facts as they were kept: what had not happened, or was not known, is not there."""
    values = {column: each["value"] for column, each in kept["facts"].items() if each["value"] is not None}
    return {
        column: values[column] if fact.part == "code" else date.fromisoformat(values[column])
        for column, fact in COLUMNS.items()
        if column in values
    }


def _cited(kept: Mapping[str, Any], notice: Notice | None) -> tuple[CitedClause, ...]:
    """The clauses that decided: those that held; else those not known yet; else all, for all of them failed."""
    if (
        notice is None
        or kept["outcome"] in ("in_force", "settled", "no_fee")
        or review_flags.WITHDRAWN in kept["doubts"]
    ):
        return ()
    english = {condition.ja: condition.en for condition in notice.conditions}
    every = []
    for clause in notice.clauses:
        unmet = tuple(
            (each["condition"], english.get(each["condition"], each["condition"]))
            for each in kept["conditions"]
            if each["clause"] == clause.mark and each["holds"] is False
        )
        holds = True if clause.mark in kept["clauses"] else False if unmet else None
        every.append(CitedClause(clause.mark, clause.words, holds, unmet))
    for wanted in (True, None):
        if some := tuple(citation for citation in every if citation.holds is wanted):
            return some
    return tuple(every)


def _rests_on(
    outcome: str, told: Mapping[str, date | str], notice: Notice | None, cited: tuple[CitedClause, ...]
) -> dict[str, date | str]:
    """The facts that the answer rests on: those of the clauses that decided, or those it is otherwise about."""
    columns = {column for condition in _decisive(notice, cited) for column in condition.shows}
    if outcome == "in_force":
        columns.update(_OF_A_LIVE_ONE)
    if outcome == "needs_review":
        columns.update(_OF_A_DOUBT)
    if "used" in columns:
        columns.add("used_answered_on")
    return {column: value for column, value in told.items() if column in columns and _REGISTERS.get(column) not in told}


def _decisive(notice: Notice | None, cited: tuple[CitedClause, ...]) -> Iterator[Condition]:
    for clause in notice.clauses if notice else ():
        for citation in cited:
            if citation.mark == clause.mark:
                unmet = {ja for ja, _en in citation.unmet}
                yield from (condition for condition in clause.conditions if not unmet or condition.ja in unmet)


def _tax_percent(connection: Connection, kept: Mapping[str, Any], applied_on: date, as_of: date) -> int | None:
    """The rate of tax inside the fee that was due; where it was not kept, of that day's fee with exactly these yen."""
    if "tax_percent" in kept or kept["fee_due"] is None:
        return kept.get("tax_percent")
    return connection.execute(select(fees.tax_percent(applied_on, as_of, kept["fee_due"]))).scalar()
