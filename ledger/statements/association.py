"""One association over a period (会別計算書): its members and applications, what came in, went back and is held."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ledger.errors import Exit, Refusal
from ledger.i18n import N_
from ledger.people.register import owners
from ledger.statements import fees_held, settlements
from ledger.statements.applications import KnownApplication, known_applications
from ledger.statements.deposits import ReceivedDeposit, received_in
from ledger.statements.fees_held import FeeHolding
from ledger.statements.members import RegisteredMember, registered
from ledger.statements.settlements import SettlementLine


class EndsBeforeItBegins(Refusal):
    """from {first} to {last} is no period"""

    first: date
    last: date
    exit = Exit.USAGE
    instead = N_("name a first day that does not lie after the last")


@dataclass(frozen=True)
class AssociationStatement:
    """An association from one day to another, both counted; lists by member, what is known as known by the last day.

    `members` and `applications` are those known by then, `received` the deposits of the period, `held` the fees of
    which anything moved in it or is left, `returns` what moved in it or was still open at its end.
    """

    name: str
    first: date
    last: date
    members: list[RegisteredMember] = field(repr=False)
    applications: list[KnownApplication] = field(repr=False)
    received: list[ReceivedDeposit] = field(repr=False)
    held: list[FeeHolding] = field(repr=False)
    returns: list[SettlementLine] = field(repr=False)

    @property
    def registered(self) -> int:
        """How many members are registered on the last day."""
        return sum(not member.ended for member in self.members)

    @property
    def applied(self) -> int:
        """How many applications were made in the period."""
        return sum(self.first <= row.applied_on <= self.last for row in self.applications)

    def moved(self, way: str) -> int:
        """What moved of the fees held in the period, in yen: received, authority, refunded, credited, other, left."""
        return sum(getattr(holding, way) for holding in self.held)


def require_period(first: date, last: date) -> date:
    """The first day. Refused: a period that ends before it begins (ends-before-it-begins)."""
    if first > last:
        raise EndsBeforeItBegins(first, last)
    return first


def association_statement(connection: Connection, name: str, first: date, last: date) -> AssociationStatement:
    """The statement of an association from one day to another."""
    whose = owners(connection, last)
    theirs = [application for application in whose.member_of if whose.of(application).association == name]
    moved = fees_held.totals(connection, first, last, theirs)
    returns = settlements.in_period(settlements.returns(connection, whose, last), first, last)
    return AssociationStatement(
        *(name, first, last),
        members=[row for row in registered(connection, last) if row.person.association == name],
        applications=known_applications(connection, last, association=name),
        received=[
            row
            for row in received_in(connection, first, last)
            if any(member.association == name for member in row.members)
        ],
        held=list(fees_held.held(connection, moved, whose, first, last)),
        returns=[row for row in returns if row.person is not None and row.person.association == name],
    )
