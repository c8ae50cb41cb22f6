"""The figures of a month: what was received, paid, given back and credited in it, and what stands at its end."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, func, or_, select

from ledger import tables
from ledger.codes import Account
from ledger.dates import Period
from ledger.journal.balances import trial_balance
from ledger.statements.fees_held import HELD


@dataclass(frozen=True)
class Figures:
    """Yen of a month by the ledger: four sums of what moved in it, and four balances of its last day.

    What came back in the month is taken off what went out, and the other way round.
    """

    received: int
    paid: int
    refunded: int
    credited: int
    held: int
    suspense: int
    owed: int
    bank: int


def figures(connection: Connection, month: Period) -> Figures:
    """The figures of a month. The balances with which the books began are nothing that moved."""
    movement, entry = tables.movement.c, tables.entry.c
    # What is set aside for a credit stays with its application.
    elsewhere = or_(
        movement.debit.not_in(HELD),
        movement.credit.not_in(HELD),
        movement.debit_application != movement.credit_application,
    )
    statement = (
        select(movement.debit, movement.credit, func.sum(movement.yen).cast(BigInteger))
        .join_from(tables.movement, tables.entry, entry.no == movement.entry)
        .where(entry.happened_on.between(month.first, month.last), entry.event != "opening_balance", elsewhere)
        .group_by(movement.debit, movement.credit)
    )
    moved: Counter[tuple[str, str]] = Counter()
    for debit, credit, yen in connection.execute(statement):
        moved[debit, credit] = yen

    def out(*accounts: Account) -> int:
        bank = str(Account.BANK)
        return sum(moved[str(account), bank] - moved[bank, str(account)] for account in accounts)

    left = {balance.code: balance.balance for balance in trial_balance(connection, month.last)}
    return Figures(
        received=-out(Account.FEES_HELD, Account.SUSPENSE),
        paid=out(Account.AUTHORITY_PAYABLE),
        refunded=out(Account.REFUNDS_PAYABLE, Account.RETURNED_TRANSFERS),
        credited=moved[HELD[1], HELD[0]] - moved[HELD[0], HELD[1]],
        held=sum(left[code] for code in HELD),
        suspense=left[Account.SUSPENSE],
        owed=left[Account.AUTHORITY_PAYABLE],
        bank=left[Account.BANK],
    )
