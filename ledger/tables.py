"""The tables, for Core statements: a description of what `ledger/models` declares, so that no command loads sqlmodel.

`tables.json` is made from the declarations and compared with them: make tables.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlalchemy.schema import SchemaItem

from ledger.columns import NAMING, HiddenColumn

FILE = Path(__file__).with_name("tables.json")

metadata = MetaData(naming_convention=NAMING)


def _column(name: str, says: dict[str, Any]) -> Column[Any]:
    """A column: its type, of which column it is the key, and what it is besides; what is not said is not so."""
    kind = HiddenColumn if says.pop("hidden", False) else Column
    type_, of = getattr(sa, says.pop("type")), says.pop("of", None)
    return kind(name, type_, *([] if of is None else [ForeignKey(of)]), **{"nullable": False} | says)


def _items(says: dict[str, Any]) -> Iterator[SchemaItem]:
    """What a table consists of."""
    for name, column in says["columns"].items():
        yield _column(name, column)
    for name, rule in says.get("checks", {}).items():
        yield sa.CheckConstraint(rule, name)
    for columns in says.get("unique", ()):
        yield sa.UniqueConstraint(*columns)
    for columns in says.get("indexes", ()):
        yield sa.Index(None, *columns)


for _name, _says in json.loads(FILE.read_text(encoding="utf-8")).items():
    Table(_name, metadata, *_items(_says))


def _named(*names: str) -> tuple[Table, ...]:
    return tuple(metadata.tables[name] for name in names)


source, member, member_known = _named("source", "member", "member_known")
application, application_known, fact = _named("application", "application_known", "fact")
deposit, deposit_known, allocation, withdrawn = _named("deposit", "deposit_known", "allocation", "withdrawn")
bill_known, opening, fee, account = _named("bill_known", "opening", "fee", "account")
entry, movement, decision, refund, refund_step = _named("entry", "movement", "decision", "refund", "refund_step")
payment_file, credit, credit_step, batch, seal = _named("payment_file", "credit", "credit_step", "batch", "seal")
refused, month_step, account_approval = _named("refused", "month_step", "account_approval")
payee_known, payee_approval, payee_end = _named("payee_known", "payee_approval", "payee_end")
people_change, people_step, issued_version = _named("people_change", "people_step", "issued_version")
ruling, ruling_step = _named("ruling", "ruling_step")
journal_export, bill_dispute = _named("journal_export", "bill_dispute")
slip, slip_step, looked, setting, request = _named("slip", "slip_step", "looked", "setting", "request")
bank_line, bank_balance = _named("bank_line", "bank_balance")
