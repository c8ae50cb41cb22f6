"""合計残高試算表: the sums and balances of every account as of a day."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from exports.formats.sheet import Sheet
from exports.reports.report import AS_OF, Column, Connection, Line, Question, Report, Subtotal, Table, sheet
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.journal.balances import Balance, PeriodBalance
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


def _rows(connection: Connection, question: Question) -> list[AccountBalance]:
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
        Column(
            "debit_balance", N_("Debit balance"), kind="yen", width=16, total=True, formula="MAX({debit}-{credit},0)"
        ),
        Column("debit", N_("Debit total"), "balance.debit", "yen", 16, total=True),
        Column("account", N_("Account"), width=30, in_json=False),
        Column("credit", N_("Credit total"), "balance.credit", "yen", 16, total=True),
        Column(
            "credit_balance", N_("Credit balance"), kind="yen", width=16, total=True, formula="MAX({credit}-{debit},0)"
        ),
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


def _balance(opening: "Balance") -> str:
    """What an account holds at the end of a period, from what was brought forward and what moved."""
    sides = "{debit}-{credit}" if opening.on_debit_side else "{credit}-{debit}"
    return f"{{brought_forward}}+{sides}"


KINDS = {
    "asset": N_("Assets in total"),
    "liability": N_("Liabilities in total"),
    "revenue": N_("Revenues in total"),
    "expense": N_("Expenses in total"),
}
_CHANGES = Table(
    columns=(
        Column("brought_forward", N_("Brought forward"), lambda row: row[0].opening.balance, "yen", 16, total=True),
        Column("debit", N_("Debits of the month"), lambda row: row[0].debit, "yen", 16, total=True),
        Column("account", N_("Account"), lambda row: row[1].name(row[0].opening.code), width=30),
        Column("credit", N_("Credits of the month"), lambda row: row[0].credit, "yen", 16, total=True),
        Column(
            *("balance", N_("Balance of the month"), lambda row: row[0].closing.balance, "yen", 16),
            total=True,
            formula=lambda row: _balance(row[0].opening),
        ),
    ),
    heading=N_("Changes of the month (balances on the account's own side)"),
    subtotal=Subtotal(by=lambda row: row[0].opening.kind, title=lambda kind: _(KINDS[kind])),
    label_at="account",
)


def closing(changes: "list[PeriodBalance]", chart: "Chart", period: tuple[date, date]) -> Sheet:
    """The trial balance up to the end of a period."""
    balances = [AccountBalance(change.closing, chart) for change in changes]
    block = REPORT.every_table[0].block(balances)
    return sheet(REPORT.tab, block, title=REPORT.title, period=period, landscape=False)


SECTIONS = N_("Trial balance of the month")
_SHARE_OF = {"asset": "asset", "liability": "asset", "revenue": "revenue", "expense": "revenue"}
_SECTIONS = Table(
    columns=(
        Column("code", N_("Code"), lambda row: row.account.opening.code, width=8, importance=3),
        Column("account", N_("Account"), lambda row: row.account.opening.name, width=30, importance=3),
        Column(
            "brought_forward",
            N_("Brought forward"),
            lambda row: row.account.opening.balance,
            "yen",
            16,
            total=True,
        ),
        Column("debit", N_("Debits of the month"), "account.debit", "yen", 16, total=True),
        Column("credit", N_("Credits of the month"), "account.credit", "yen", 16, total=True),
        Column(
            *("balance", N_("Balance of the month"), lambda row: row.account.closing.balance, "yen", 16),
            total=True,
            formula=lambda row: _balance(row.account.opening),
        ),
        Column("share", N_("Share"), kind="percent", width=9),
    ),
)


class SectionRow(NamedTuple):
    """An account over a month, and its share: whole percent of all assets, or of all revenues; None of nothing."""

    account: "PeriodBalance"
    share: int | None


def sections(changes: "list[PeriodBalance]", period: tuple[date, date]) -> Sheet:
    """The trial balance as accounting software prints it: by section, each account with its share and subtotals.

    An account in which nothing has ever moved is left out; one that moved before stays, whatever is left in it.
    """
    every = {kind: [change for change in changes if change.opening.kind == kind] for kind in KINDS}
    whole = {kind: sum(change.closing.balance for change in of_kind) for kind, of_kind in every.items()}
    rows: list[SectionRow | Line] = []
    for kind, of_kind in every.items():
        of = whole[_SHARE_OF[kind]]
        moved = [change for change in of_kind if change.closing.debit or change.closing.credit]
        rows += [SectionRow(change, _percent(change.closing.balance, of)) for change in moved]
        if moved:
            rows.append(Line({"account": _(KINDS[kind]), "share": _percent(whole[kind], of)}, "subtotal"))
    note = N_("The share is of all assets, or of all revenues. An account in which nothing has ever moved is left out.")
    return sheet(SECTIONS, _SECTIONS.block(rows), period=period, landscape=False, notes=(note,))


def _percent(yen: int, whole: int) -> int | None:
    """Whole percent, halves away from zero."""
    if not whole:
        return None
    percent = (abs(yen) * 200 + abs(whole)) // (2 * abs(whole))
    return percent if (yen < 0) == (whole < 0) else -percent


def month(changes: "list[PeriodBalance]", chart: "Chart", period: tuple[date, date]) -> Sheet:
    """The trial balance up to the end of a month, and below it the changes of the month itself."""
    balances = [AccountBalance(change.closing, chart) for change in changes]
    blocks = (REPORT.every_table[0].block(balances), _CHANGES.block([(change, chart) for change in changes]))
    return sheet(REPORT.tab, *blocks, title=REPORT.title, period=period, landscape=False)
