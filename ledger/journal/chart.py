"""The chart of accounts as the books hold it: names, and by what the parts of each account are kept."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ledger import tables
from ledger.i18n import either

# The kinds of account whose own side is the debit side.
DEBIT_KINDS = ("asset", "expense")


@dataclass(frozen=True)
class ChartAccount:
    """An account of the chart: its code, its names and its kind."""

    code: str
    ja: str
    en: str
    kind: str

    @property
    def name(self) -> str:
        """Its name in the language being spoken."""
        return either(self.ja, self.en)

    @property
    def on_debit_side(self) -> bool:
        """Whether the account's own side is the debit side."""
        return self.kind in DEBIT_KINDS


@dataclass(frozen=True)
class Chart:
    """The accounts by code, and what the parts of each are kept by: application, deposit, either, or nothing."""

    accounts: dict[str, ChartAccount]
    kept_by: dict[str, str]

    def name(self, code: str) -> str:
        """The account as statements name it: its code and its name in the language being spoken."""
        return f"{code} {self.accounts[code].name}"

    def part(self, code: str, application: str | None, deposit: str | None) -> str | None:
        """The part of the account (補助) that a movement touches; None for an account without parts."""
        kept_by = self.kept_by.get(code, "")
        if "application" in kept_by and application is not None:
            return application
        return deposit if "deposit" in kept_by else None


def chart(connection: Connection) -> Chart:
    """The chart of accounts."""
    account = tables.account.c
    statement = select(account.code, account.ja, account.en, account.kind, account.kept_by).order_by(account.code)
    rows = connection.execute(statement).all()
    kept_by = {row.code: row.kept_by for row in rows if row.kept_by is not None}
    return Chart({row.code: ChartAccount(*row[:4]) for row in rows}, kept_by)
