"""合計残高試算表: the sums and balances of every account as of a day."""

from typing import TYPE_CHECKING, NamedTuple

from exports.reports.report import AS_OF, Column, Question, Report
from ledger.i18n import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.journal.balances import Balance
    from ledger.journal.chart import Chart


class AccountBalance(NamedTuple):
    """An account with the chart that names it."""

    balance: "Balance"
    chart: "Chart"

    @property
    def account(self) -> str:
        """Its code and name in the language being spoken."""
        return self.chart.name(self.balance.code)

    @property
    def debit_balance(self) -> int:
        """What its debits are more than its credits, in yen."""
        return max(self.balance.debit - self.balance.credit, 0)

    @property
    def credit_balance(self) -> int:
        """What its credits are more than its debits, in yen."""
        return max(self.balance.credit - self.balance.debit, 0)


def _rows(connection: "Connection", question: Question) -> list[AccountBalance]:
    from ledger.journal.balances import trial_balance
    from ledger.journal.chart import chart

    accounts = chart(connection)
    return [AccountBalance(balance, accounts) for balance in trial_balance(connection, question["as_of"])]


REPORT = Report(
    name="balance",
    title=N_("Trial balance of totals and balances"),
    tab=N_("Trial balance"),
    summary=N_("The trial balance."),
    examples=("balance --as-of 2012-09-30", "balance --json"),
    parameters=(AS_OF,),
    rows=_rows,
    list_key="accounts",
    columns=(
        Column("debit_balance", N_("Debit balance"), kind="yen", width=16, total=True),
        Column("debit", N_("Debit total"), "balance.debit", "yen", 16, total=True),
        Column("account", N_("Account"), width=30, in_json=False),
        Column("credit", N_("Credit total"), "balance.credit", "yen", 16, total=True),
        Column("credit_balance", N_("Credit balance"), kind="yen", width=16, total=True),
        Column("code", get="balance.code"),
        Column("name", get="balance.name"),
        Column("balance", get="balance.balance", kind="yen"),
    ),
    facts=(
        Column("debit", get=lambda rows: sum(row.balance.debit for row in rows), kind="yen"),
        Column("credit", get=lambda rows: sum(row.balance.credit for row in rows), kind="yen"),
    ),
    total=N_("Total"),
    dated=True,
    landscape=False,
)
