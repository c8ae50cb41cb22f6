"""返金通知・充当通知: what a member is told once money was paid back, or set against a reissue."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.people.register import Person, PostalAddress, postal_addresses
from ledger.statements.issuer import Issuer, issuer
from ledger.statements.letter import Letter, letter
from ledger.statements.settlements import SettlementLine


@dataclass(frozen=True)
class Advice:
    """A refund that was paid or a credit that was applied, as the member is told of it on a day.

    `letter` is the decision it rests on, None for money that was never due. Where somebody else received the money, the
    advice goes to them, and no address is known. A payer whom nobody knows has a name alone, as the bank wrote it.
    """

    made_on: date
    line: SettlementLine
    done_on: date
    letter: Letter | None
    to: Person
    postal_address: PostalAddress
    sender: Issuer


def advice(connection: Connection, line: SettlementLine, made_on: date) -> Advice:
    """What is told of a refund or credit that was carried out."""
    done_on, person = line.done_on, line.person
    assert done_on is not None, line.no
    to = person if person is not None else Person("", _payer(connection, str(line.deposit)), "")
    place = PostalAddress()
    if line.receiver is not None:
        to = Person(to.number, line.receiver, to.association)
    elif person is not None:
        place = postal_addresses(connection, [person.number]).get(person.number, place)
    decided = None if line.decision is None else letter(connection, line.decision)
    return Advice(made_on, line, done_on, decided, to, place, issuer(connection))


def _payer(connection: Connection, deposit: str) -> str:
    """The name that the bank wrote of a transfer."""
    versions = tables.deposit_known
    latest = facts.latest_version(versions, (versions.c.deposit,), None, versions.c.deposit == deposit).subquery().c
    return str(connection.execute(select(latest.payer)).scalar_one())
