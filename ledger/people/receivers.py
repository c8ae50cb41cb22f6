"""To whom a refund goes: the member, or who receives it in the member's place; by what is known now, or as approved.

What nobody knows the payer of goes to a payee who was brought for the deposit, or to nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, Table, bindparam, select

from ledger import allocations, masking, tables
from ledger.facts import ONLY, latest_version
from ledger.i18n import _
from ledger.people import payees, register
from ledger.people.accounts import ACCOUNT
from ledger.people.payees import Subject
from ledger.people.register import EndedRegistration
from ledger.settlements import Settlement, Transition, ever_of, refunds
from ledger.store import account_numbers
from ledger.store.large import each_row
from ledger.store.owners import owned
from ledger.store.records import batches

_NUMBER = ACCOUNT.index("account_number")


@dataclass(frozen=True)
class Receiver:
    """Who a refund goes to: the member (None: not known whose the deposit is), their rows, and the whole account.

    `member_known` is the row of the register, `payee` that of somebody in the member's place, or of who receives a
    deposit of which nobody knows whose it is. `bank_account` are the parts named by `ACCOUNT`; None where nothing is
    known of it. `ended` says that the registration of the member to whom it goes has ended; nobody in their place has
    one.
    """

    member: str | None = None
    member_known: int | None = None
    payee: int | None = None
    name: str | None = None
    bank_account: tuple[str | None, ...] | None = None
    ended: EndedRegistration | None = None

    @property
    def is_known(self) -> bool:
        """Whether anybody is known to whom it goes."""
        return self.member is not None or self.payee is not None

    @property
    def bound(self) -> dict[str, int | None]:
        """What is kept with a step of it."""
        return {"member_known": self.member_known, "payee": self.payee}

    @property
    def account_number(self) -> str | None:
        """The whole number of the account, which is shown to nobody."""
        return self.bank_account[_NUMBER] if self.bank_account else None

    @property
    def account(self) -> str | None:
        """The number of the account, of which the last four digits are shown."""
        return masking.account(self.account_number or "") if self.bank_account else None

    @property
    def paid_to(self) -> tuple[object, ...]:
        """What makes another receiver of it, when it changes."""
        return (self.member, self.payee, self.bank_account)

    def __str__(self) -> str:
        if not self.is_known:
            return _("nobody that is known")
        of_payee = self.name if self.member is None else f"{self.name} ({self.member})"
        whose = self.member if self.payee is None else of_payee
        return f"{whose} {self.account or _('without a bank account')}"


def receiver(connection: Connection, refund: Settlement) -> Receiver:
    """To whom a refund goes by what is known now."""
    return receiver_of(connection, subject_of(connection, refund))


def receiver_of(connection: Connection, of: Subject) -> Receiver:
    """To whom what comes back for an application, or of a deposit, goes by what is known now."""
    payee = payees.counting(connection, of)
    if of.application is None:
        return _receiver(None, payee)
    return _receiver(register.require_member(connection, _member(connection, of.application)), payee)


def approved_receiver(connection: Connection, step: Transition | None) -> Receiver:
    """To whom a refund was to go by a step of it: as it was proposed, or approved; nobody, where that was not kept."""
    if step is None:
        return Receiver()
    known, payee = (tables.member_known, step.member_known), (tables.payee_known, step.payee)
    return _receiver(_row(connection, *known), _row(connection, *payee))


def _row(connection: Connection, table: Any, number: int | None) -> Row[Any] | None:
    return None if number is None else connection.execute(_numbered(table), {"number": number}).first()


@cache
def _numbered(table: Table) -> Select[Any]:
    return select(table).where(table.c.id == bindparam("number", type_=Integer))


def _receiver(known: Row[Any] | None, payee: Row[Any] | None) -> Receiver:
    row = known if payee is None else payee
    if row is None:
        return Receiver()
    parts = tuple(getattr(row, name) for name in ACCOUNT)
    of_payee = None if payee is None else payee.id
    account = parts if row.account_number else None
    if known is None:
        return Receiver(None, None, of_payee, row.name, account)
    ended = register.ended_registration(known) if payee is None else None
    return Receiver(known.member, known.id, of_payee, row.name, account, ended)


def refunds_to(connection: Connection, to: Receiver) -> list[Settlement]:
    """The refunds that may go to a bank account of this number: the register, or a payee, ever named it for them."""
    of = tables.member_known if to.payee is None else tables.payee_known
    row = to.member_known if to.payee is None else to.payee
    known, payee, application, corrected = (
        table.c for table in (tables.member_known, tables.payee_known, tables.application, tables.application_known)
    )
    by_register, by_payee = (
        account_numbers.same(connection, of, row or 0, among) for among in (tables.member_known, tables.payee_known)
    )
    members = select(known.member).where(by_register)
    ways = (
        select(application.number).where(application.member.in_(members)),
        select(corrected.application).where(corrected.member.in_(members)),
        select(payee.application).where(by_payee, payee.application.is_not(None)),
    )
    numbers = {number for way in ways for number in connection.execute(way).scalars()}
    to_payees = select(payee.deposit).where(by_payee, payee.deposit.is_not(None))
    return refunds(connection, ever_of(connection, numbers, deposits=connection.execute(to_payees).scalars().all()))


def subject_of(connection: Connection, refund: Settlement) -> Subject:
    """Of what the money of a refund is: the application or, where that is not known, the deposit."""
    whose = application_of(connection, refund)
    return Subject(application=whose) if whose is not None else Subject(deposit=refund.deposit)


def application_of(connection: Connection, refund: Settlement) -> str | None:
    """The application that a refund is of, or that its deposit is known to be for; None where that is not known."""
    if refund.application is not None:
        return refund.application
    version = deposit_version(connection, str(refund.deposit))
    return None if version is None else version.application


def deposit_version(connection: Connection, deposit: str) -> Row[Any] | None:
    """What is known last of a deposit: the application that it is for, with who recorded that."""
    return connection.execute(_deposit_version(), {"only": [deposit]}).first()


@cache
def _deposit_version() -> Select[Any]:
    version, source = allocations.counting(None, tables.allocation.c.deposit.in_(ONLY)).subquery(), tables.source
    columns: list[ColumnElement[Any]] = [version.c.application, source.c.by, source.c.role]
    statement = select(*columns).join(source, source.c.id == version.c.source)
    return statement.order_by(version.c.part).limit(1)


def _member(connection: Connection, application: str) -> str:
    return str(connection.execute(_owner(), {"only": [application]}).scalar_one())


@cache
def _owner() -> Select[Any]:
    return select(owned().c.member).where(owned().c.number.in_(ONLY))


# --- of many at once ------------------------------------------------------------------------------------------------


def receivers(connection: Connection, refunds: Collection[Settlement]) -> dict[int, Receiver]:
    """To whom each of these refunds goes by what is known now, by its number: a few SELECTs for all of them."""
    if not refunds:
        return {}
    of_deposit = dict(each_row(connection, allocations.owners(None)))
    whose = {refund.no: refund.application or of_deposit.get(str(refund.deposit)) for refund in refunds}
    owner = owned().c
    member_of: dict[str, str] = {}
    for batch in batches(sorted({number for number in whose.values() if number is not None})):
        member_of |= dict(_every(connection, select(owner.number, owner.member).where(owner.number.in_(batch))))
    known: dict[str, Row[Any]] = {}
    version = tables.member_known
    for batch in batches(sorted(set(member_of.values()))):
        latest = latest_version(version, (version.c.member,), None, version.c.member.in_(batch))
        known |= {row.member: row for row in _every(connection, latest)}
    counts = payees.counting_all(connection)
    found: dict[int, Receiver] = {}
    for refund in refunds:
        if (application := whose[refund.no]) is None:
            found[refund.no] = _receiver(None, counts.get(Subject(deposit=refund.deposit)))
        elif member_of[application] in known:
            payee = counts.get(Subject(application=application))
            found[refund.no] = _receiver(known[member_of[application]], payee)
    return found


def approved_receivers(connection: Connection, refunds: Collection[Settlement]) -> dict[int, Receiver]:
    """To whom each of these refunds was to go as it was approved, by its number; nobody, where that was not kept."""
    approvals = {refund.no: refund.approval for refund in refunds}
    kept = [step for step in approvals.values() if step is not None]
    known = _by_id(connection, tables.member_known, {step.member_known for step in kept})
    payee = _by_id(connection, tables.payee_known, {step.payee for step in kept})
    return {
        no: Receiver() if step is None else _receiver(known.get(step.member_known), payee.get(step.payee))
        for no, step in approvals.items()
    }


def _by_id(connection: Connection, table: Any, numbers: Collection[int | None]) -> dict[int | None, Row[Any]]:
    rows: dict[int | None, Row[Any]] = {}
    for batch in batches(sorted(number for number in numbers if number is not None)):
        rows |= {row.id: row for row in _every(connection, select(table).where(table.c.id.in_(batch)))}
    return rows


def _every(connection: Connection, statement: Any) -> list[Any]:
    return list(connection.execute(statement))
