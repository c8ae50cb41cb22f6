"""会員別計算書: one member's applications, facts, findings, money, decisions and ledger."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from exports.formats.formulas import running
from exports.formats.sheet import Block, Sheet, SheetColumn, Value, Workbook
from exports.reports import decisions, settlements
from exports.reports.report import Column, Table, sheet
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.statements.labels import mark
from ledger.statements.member import LedgerLine, MemberStatement

TITLE = N_("Statement of a member")
NOTHING = N_("There is nothing of this kind about the member.")


def _origin(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.origin, name) if row.origin else None


_FINDINGS = Table(
    columns=(
        Column("application", N_("Application No."), width=16),
        *decisions.answer(widths=(18, 12, 12), total=False),
    ),
    heading=N_("The answer for each application"),
)
_FACTS = Table(
    columns=(
        Column("application", N_("Application No."), width=14),
        Column("fact", N_("Fact"), "name", width=26),
        Column("value", N_("Content"), kind="any", width=26),
        Column("known_on", N_("Known on"), _origin("known_on"), "day", 17),
        Column("file", N_("Source"), _origin("file"), width=28),
        Column("sheet", N_("Sheet of the source"), _origin("sheet"), width=14),
        Column("row", N_("Row"), _origin("row"), "number", 7),
        Column("by", N_("Entered by"), _origin("by")),
    )
)
_CONDITIONS = Table(
    columns=(
        Column("application", N_("Application No."), width=14),
        Column("clause", N_("Clause"), width=10),
        Column("words", N_("Words of the clause"), width=40, wrap=True),
        Column("condition", N_("Condition"), "says", width=42, wrap=True),
        Column("holds", N_("Holds"), width=7, show=mark),
        Column("grounds", N_("Grounds"), width=40, wrap=True),
        Column("sources", N_("Source"), width=40, wrap=True),
    )
)
_DEPOSITS = Table(
    columns=(
        Column("deposit", N_("Deposit"), "reference", width=16),
        Column("received_on", N_("Received on"), kind="day", width=17),
        Column("amount", N_("Amount"), "yen", "yen", total=True),
        Column("payer", N_("Payer"), width=28),
        Column("application", N_("Application No."), width=14),
    ),
    heading=N_("Transfers received"),
    total=N_("Total"),
)
_RETURNS = Table(settlements.COLUMNS, heading=N_("Returned or credited"))


def _balance(row: LedgerLine) -> str:
    """How the balance of a part begins with its first line, and goes on from line to line."""
    if row.first:
        return "{debit}-{credit}" if row.account.on_debit_side else "{credit}-{debit}"
    return running(on_debit_side=row.account.on_debit_side)


_LEDGER = Table(
    columns=(
        Column("on", N_("Date"), "entry.on", "day", 17),
        Column("no", N_("Entry No."), "entry.no", "number", 9),
        Column("part", N_("Part"), width=14),
        Column("text", N_("Description"), lambda row: description(row.entry), width=56, wrap=True),
        Column("debit", N_("Debit"), "line.debit", "yen", 14),
        Column("credit", N_("Credit"), "line.credit", "yen", 14),
        Column("balance", N_("Balance"), "left", "yen", 14, formula=_balance),
    )
)


def workbook(statement: MemberStatement, *, form: int = 4) -> Workbook:
    """The workbook about a member. The bank account shows its last four digits only.

    `form` is that of its stamp: before the fourth all sheets had one title, and none said that nothing was on it.
    """
    summary = (_particulars(statement), _FINDINGS.block(statement.findings))
    conditions = _CONDITIONS.block(statement.conditions)
    money = (_DEPOSITS.block(statement.deposits), _RETURNS.block(statement.returns))
    sheets: tuple[Sheet, ...] = (
        _sheet(statement, N_("Summary"), *summary, title=TITLE),
        _sheet(statement, N_("Facts"), _FACTS.block(statement.facts), empty=not statement.facts),
        _sheet(statement, N_("Conditions and grounds"), conditions, empty=not statement.conditions),
        _sheet(statement, N_("Money"), *money, empty=not (statement.deposits or statement.returns)),
        _sheet(statement, decisions.NAME, _history(statement), empty=not statement.decisions),
        _sheet(statement, N_("Subsidiary ledger"), *_ledger(statement), empty=not statement.ledger),
    )
    if form < 4:
        sheets = tuple(replace(made, title=TITLE, notes=()) for made in sheets)
    return Workbook(title=_(TITLE), made_on=statement.as_of, sheets=sheets)


def _history(statement: MemberStatement) -> Block:
    return decisions.HISTORY.block([decisions.ListedDecision(row, statement.person) for row in statement.decisions])


def _sheet(statement: MemberStatement, name: str, *blocks: Block, title: str = "", empty: bool = False) -> Sheet:
    person, notes = statement.person, (NOTHING,) if empty else ()
    whose = f"{person.number} {person.name}"
    return sheet(name, *blocks, title=title, subtitle=whose, as_of=statement.as_of, notes=notes)


def _particulars(statement: MemberStatement) -> Block:
    account = "-".join(filter(None, [statement.bank, statement.branch, statement.account]))
    particulars: tuple[tuple[str, Value], ...] = (
        (N_("Member No."), statement.person.number),
        (N_("Name"), statement.person.name),
        (N_("Name in kana"), statement.kana),
        (N_("Association"), statement.person.association),
        (N_("Deregistered on"), statement.deregistered_on),
        (N_("Bank account"), settlements.format_account(account or None, waits=statement.account_waits)),
    )
    # A row only where one is known, so that statements of before there were addresses are the same made again.
    known = ((N_("Postal code"), statement.postal_code), (N_("Address"), statement.address))
    particulars += tuple((name, value) for name, value in known if value is not None)
    columns = (SheetColumn("", width=16, key="about"), SheetColumn("", "any", 18, key="content"))
    return Block(columns, tuple((_(name), value) for name, value in particulars))


def _ledger(statement: MemberStatement) -> Iterator[Block]:
    """One block for each account; within it each part has its own running balance."""
    accounts = groupby(statement.ledger, key=lambda row: (row.account.code, row.account.name))
    for at, ((code, name), lines) in enumerate(accounts):
        block = _LEDGER.block(list(lines))
        yield Block(block.columns, block.rows, heading=f"{code} {name}", new_page=bool(at))
    if not statement.ledger:
        yield _LEDGER.block()
