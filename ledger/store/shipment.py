"""What is shipped with Seisan and put into books that do not hold it yet: the chart of accounts, the fees."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ledger import tables
from ledger.codes import FEE_KEY

_LEDGER = Path(__file__).parents[1]
FEES = _LEDGER / "fees"
CHART = _LEDGER / "accounts.toml"

# What a shipped fee may say; the rest tells of the file that a fee was taken in from.
_FEE_COLUMNS = [column.name for column in tables.fee.c if column.name not in ("id", "source", "sheet", "row")]


def load_chart(connection: Connection) -> list[str]:
    """Adds the accounts that are not there yet; gives their codes."""
    chart = tomllib.loads(CHART.read_text(encoding="utf-8"))["account"]
    codes = set(connection.execute(select(tables.account.c.code)).scalars())
    if new := [
        {"kept_by": account.get("by"), **{name: account[name] for name in ("code", "kind", "ja", "en")}}
        for account in chart
        if account["code"] not in codes
    ]:
        connection.execute(tables.account.insert(), new)
    return [account["code"] for account in new]


def load_fees(connection: Connection) -> list[date]:
    """Adds the fees that are not there yet; gives the first day on which each applies."""
    key = [tables.fee.c[name] for name in FEE_KEY]
    loaded = set(map(tuple, connection.execute(select(*key).where(tables.fee.c.source.is_(None)))))
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FEES.glob("*.toml"))]
    # A file leaves out what it has not to say, such as a last day; all rows of one statement have the same columns.
    shipped: list[dict[str, Any]] = [
        dict.fromkeys(_FEE_COLUMNS) | fee | {"known_on": fee["applies_from"]} for fee in files
    ]
    if new := [fee for fee in shipped if tuple(fee[name] for name in FEE_KEY) not in loaded]:
        connection.execute(tables.fee.insert(), new)
    return [fee["applies_from"] for fee in new]
