"""The letter to the member (回答): what a kept decision said, told as it was kept, whatever became known since."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, false, literal, select

from ledger import fees
from ledger.decisions.findings import first_decided
from ledger.decisions.rulings import Ruling
from ledger.decisions.store import GIVEN_BACK, Decision, decision, decisions_of, numbers_standing
from ledger.facts import COLUMNS
from ledger.money import Yen, tax_inside
from ledger.notices import review_flags
from ledger.notices.conditions import Condition, Notice
from ledger.people.register import (
    FEW,
    EndedRegistration,
    Person,
    PostalAddress,
    ended_registration,
    latest_rows,
    members,
    postal_addresses,
)
from ledger.statements.issuer import Issuer, issuer
from ledger.store.records import batches

# Where no clause decides, or a person has to look, these are the facts that the answer is about.
_OF_A_LIVE_ONE = ("applied_on", "issued_on", "mailed_on", "expires_on")
_OF_A_DOUBT = (
    *("withdrawn_on", "downloaded_on", "downloads_checked_to", "receipt_on", "receipts_entered_to"),
    *("revoked_on", "reason", "used"),
)
# How far a register reached says something only while nothing stands in it.
_REGISTERS = {"downloads_checked_to": "downloaded_on", "receipts_entered_to": "receipt_on"}


@dataclass(frozen=True)
class CitedClause:
    """A clause that the answer rests on: its mark, its words, whether it held (None: not known).

    `unmet` are the conditions that did not hold.
    """

    mark: str
    words: str
    holds: bool | None
    unmet: tuple[Condition, ...]


@dataclass(frozen=True)
class Letter(Decision):
    """A decision as it is told to the member: all that the answer says; yen and codes as they were when it was kept.

    The letter bears the day that the decision was asked for. `facts` are those it rests on, by column, in the order of
    a certificate's life. `tax_percent` is the rate inside the fee, None where no fee is known. `choice` is what the
    member had asked for, None while nothing was; `ended` that their registration had ended; `sender` is the federation.
    Where the post reaches the member (`postal_address`) is as the register says last, whatever day the answer is of.
    """

    addressee: Person
    postal_address: PostalAddress
    applied_on: date
    cited: tuple[CitedClause, ...]
    facts: Mapping[str, date | str]
    returned: int
    overpaid: int | None
    tax_percent: int | None
    choice: str | None
    ended: EndedRegistration | None
    sender: Issuer

    @property
    def yen(self) -> int:
        """The yen that the letter is about: to be given back, or already given back."""
        return self.returned if self.outcome in GIVEN_BACK else self.refundable

    @property
    def ruled(self) -> Ruling | None:
        """The ruling of the federation that the answer rests on; None where it rests on none."""
        return self.ruling if self.ruling is not None and self.ruling.settles else None

    @property
    def tax(self) -> int | None:
        """The consumption tax inside those yen."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)


def letter(connection: Connection, no: int) -> Letter:
    """The letter for a decision, also for one that was superseded. Refused: a number never given (unknown-decision)."""
    row = decision(connection, no)
    addressee = members(connection, row.as_of, [row.member])[row.member]
    registered = latest_rows(connection, row.as_of, [row.member])
    places = postal_addresses(connection, [row.member])
    return _letter(connection, row, addressee, registered, places, issuer(connection))


def letters(connection: Connection, numbers: Collection[int] | None = None) -> Iterator[Letter]:
    """The letter for each decision that stands, by number; of these, where some are named."""
    sender = issuer(connection)
    for group in batches([no for no in numbers_standing(connection) if numbers is None or no in numbers], FEW):
        decisions = decisions_of(connection, group)
        places = postal_addresses(connection, {row.member for row in decisions})
        persons: dict[date, dict[str, Person]] = {}
        registers: dict[date, dict[str, Row[Any]]] = {}
        for as_of in {row.as_of for row in decisions}:
            theirs = {row.member for row in decisions if row.as_of == as_of}
            persons[as_of] = members(connection, as_of, theirs)
            registers[as_of] = latest_rows(connection, as_of, theirs)
        for row in decisions:
            yield _letter(connection, row, persons[row.as_of][row.member], registers[row.as_of], places, sender)


def _letter(
    connection: Connection,
    decision: Decision,
    addressee: Person,
    registered: Mapping[str, Row[Any]],
    places: Mapping[str, PostalAddress],
    sender: Issuer,
) -> Letter:
    finding, values, cited = decision.finding, _facts(decision), _cited(decision)
    applied_on = values["applied_on"]
    assert isinstance(applied_on, date), decision.no
    known = registered.get(decision.member)
    return Letter(
        **vars(decision),
        addressee=addressee,
        postal_address=places.get(decision.member, PostalAddress()),
        applied_on=applied_on,
        cited=cited,
        facts=_rests_on(decision, values, cited),
        returned=finding["returned"],
        overpaid=finding["overpaid"],
        tax_percent=_tax_percent(connection, finding, values, decision.as_of),
        choice=str(values["choice"]) if "choice" in values else None,
        ended=None if known is None else ended_registration(known),
        sender=sender,
    )


def _facts(decision: Decision) -> dict[str, date | str]:
    """The facts as they were kept: what had not happened, or was not known, is not among them."""
    stored = decision.finding["facts"]
    values = {column: stored[column]["value"] for column in COLUMNS if column in stored}
    return {
        column: value if COLUMNS[column].part == "code" else date.fromisoformat(value)
        for column, value in values.items()
        if value is not None
    }


def _cited(decision: Decision) -> tuple[CitedClause, ...]:
    """The clauses that decided: those that held; else those not known yet; else all, for all of them failed.

    Of a fee that is given back, or that a ruling decides, those that held.
    """
    notice = decision.notice
    # Of what was given back it was at first not kept how; those letters stay as they were.
    undecided = decision.outcome in ("in_force", "no_fee") or (decision.outcome == "settled" and not decision.course)
    if notice is None or undecided or review_flags.WITHDRAWN in decision.doubts:
        return ()
    known = {condition.ja: condition for condition in notice.conditions}
    clauses = []
    for clause in notice.clauses:
        unmet = tuple(
            known.get(stored["condition"], Condition(stored["condition"], stored["condition"], false()))
            for stored in decision.finding["conditions"]
            if stored["clause"] == clause.mark and stored["holds"] is False
        )
        holds = True if clause.mark in decision.clauses else False if unmet else None
        clauses.append(CitedClause(clause.mark, clause.words, holds, unmet))
    if decision.outcome in GIVEN_BACK or (decision.ruling is not None and decision.ruling.settles):
        # Why the fee comes back all the same, the decision carried out or the ruling says.
        return tuple(clause for clause in clauses if clause.holds)
    return first_decided(clauses, lambda clause: clause.holds)


def _rests_on(
    decision: Decision, values: Mapping[str, date | str], cited: tuple[CitedClause, ...]
) -> dict[str, date | str]:
    """The facts that the answer rests on: those of the clauses that decided, or those it is otherwise about."""
    columns = {column for condition in _decisive(decision.notice, cited) for column in condition.shows}
    if decision.outcome == "in_force":
        columns.update(_OF_A_LIVE_ONE)
    if decision.outcome == "needs_review" or (decision.ruling is not None and decision.ruling.settles):
        columns.update(_OF_A_DOUBT)
    if "used" in columns:
        columns.add("used_answered_on")
    return {
        column: value for column, value in values.items() if column in columns and _REGISTERS.get(column) not in values
    }


def _decisive(notice: Notice | None, cited: tuple[CitedClause, ...]) -> Iterator[Condition]:
    unmet_by_mark = {clause.mark: {condition.ja for condition in clause.unmet} for clause in cited}
    for clause in notice.clauses if notice else ():
        if clause.mark in unmet_by_mark:
            unmet = unmet_by_mark[clause.mark]
            yield from (condition for condition in clause.conditions if not unmet or condition.ja in unmet)


def _tax_percent(
    connection: Connection, finding: Mapping[str, Any], values: Mapping[str, date | str], as_of: date
) -> int | None:
    """The rate of tax inside the fee that was due; where it was not kept, of the fee for it with exactly these yen."""
    if "tax_percent" in finding or finding["fee_due"] is None:
        return finding.get("tax_percent")
    application = select(*(literal(values.get(column)).label(column) for column in COLUMNS)).subquery()
    rate = fees.tax_percent(application, as_of, finding["fee_due"])
    return connection.execute(select(rate).select_from(application)).scalar()
