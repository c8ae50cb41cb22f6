"""One member, whole (会員別): applications, what is known and from where, findings, money, decisions, ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, literal, select

from ledger import facts, masking, tables
from ledger.allocations import counting
from ledger.codes import format_code
from ledger.decisions.findings import Finding, grounds, grounds_text, judge
from ledger.decisions.store import Decision, decisions
from ledger.facts import COLUMNS, Origin
from ledger.journal import ledgers
from ledger.journal.chart import ChartAccount, chart
from ledger.journal.ledgers import AccountLine, JournalEntry
from ledger.people import accounts as people
from ledger.people import register
from ledger.people.register import Person, numerically
from ledger.statements import labels, settlements
from ledger.statements.settlements import SettlementLine
from ledger.store.owners import ever_owned, owned
from ledger.store.records import by_characters


@dataclass(frozen=True)
class FactLine:
    """One thing known of an application: a day, or a word in the language being spoken, and where it comes from."""

    application: str
    name: str
    value: date | str
    origin: Origin | None


@dataclass(frozen=True)
class ConditionLine:
    """A condition of a clause that decides: whether it holds (None: not known) and on which grounds."""

    application: str
    clause: str
    words: str
    says: str
    holds: bool | None
    grounds: str
    sources: str


@dataclass(frozen=True)
class DepositLine:
    """A transfer received from or for the member, as known by the day."""

    reference: str
    received_on: date
    yen: int
    payer: str
    application: str


@dataclass(frozen=True)
class LedgerLine:
    """A line of the member's part of an account, and what is left of that part after it (own side, yen).

    `first`: the part begins with it.
    """

    account: ChartAccount
    part: str
    entry: JournalEntry
    line: AccountLine
    left: int
    first: bool


@dataclass(frozen=True)
class MemberStatement:
    """Everything about one member as of a day. The bank account shows its last four digits only.

    `account_waits`: it was changed, and no second person has approved that yet.
    """

    person: Person
    as_of: date
    kana: str | None
    postal_code: str | None
    address: str | None
    deregistered_on: date | None
    bank: str | None
    branch: str | None
    account: str | None
    account_waits: bool
    findings: list[Finding]
    facts: list[FactLine]
    conditions: list[ConditionLine]
    deposits: list[DepositLine]
    returns: list[SettlementLine]
    decisions: list[Decision]
    ledger: list[LedgerLine]


def member_statement(connection: Connection, member: str, as_of: date) -> MemberStatement:
    """The statement of a member as of a day. A member who is not in the register is refused (unknown-member)."""
    member = register.member_number(connection, member)
    row = register.latest_rows(connection, as_of, [member]).get(member) or register.require_member(connection, member)
    findings = sorted(judge(connection, as_of, member=member), key=lambda finding: numerically(finding.application))
    origins = facts.origins(connection, {number for finding in findings for number in finding.fact_ids()})
    deposits = _deposits(connection, member, as_of)
    owner, ever = owned(facts.AS_OF), ever_owned(literal(member))
    theirs = select(owner.c.number).where(owner.c.number.in_(ever), owner.c.member == member)
    history = decisions(connection, connection.execute(theirs, {"as_of": as_of}).scalars().all())
    return MemberStatement(
        person=Person(member, row.name, row.association),
        as_of=as_of,
        **{
            name: getattr(row, name) for name in ("kana", "postal_code", "address", "deregistered_on", "bank", "branch")
        },
        account=None if row.account_number is None else masking.account(row.account_number),
        account_waits=member in people.waiting(connection, member),
        findings=findings,
        facts=[fact for finding in findings for fact in known(finding, origins)],
        conditions=[condition for finding in findings for condition in conditions(finding, origins)],
        deposits=deposits,
        returns=settlements.returns_to(connection, member, as_of),
        decisions=[decision for decision in history if decision.as_of <= as_of],
        ledger=_ledger(connection, member, {deposit.reference for deposit in deposits}, as_of),
    )


def known(finding: Finding, origins: Mapping[int, Origin]) -> list[FactLine]:
    """Everything known of the application of a finding, in the order of a certificate's life."""
    lines = []
    for column, fact in COLUMNS.items():
        value, number = finding.row[column], finding.row[f"{fact.name}_fact"]
        if value is not None:
            origin = None if number is None else origins.get(number)
            lines.append(FactLine(finding.application, labels.fact(column), format_code(column, value), origin))
    return lines


def conditions(finding: Finding, origins: Mapping[int, Origin]) -> list[ConditionLine]:
    """The conditions of the clauses that decide a finding, with the grounds of each."""
    return [
        ConditionLine(
            finding.application,
            clause.mark,
            clause.words,
            condition.says,
            finding.holds(condition),
            grounds_text(finding, condition, origins),
            labels.joined(
                dict.fromkeys(str(ground.origin) for ground in grounds(finding, condition, origins) if ground.origin)
            ),
        )
        for clause in finding.deciding()
        for condition in clause.conditions
    ]


def _deposits(connection: Connection, member: str, as_of: date) -> list[DepositLine]:
    versions = tables.deposit_known
    owner, row = owned(facts.AS_OF), tables.allocation.c
    theirs = select(row.deposit).where(row.application.in_(ever_owned(literal(member))))
    latest = facts.latest_version(versions, (versions.c.deposit,), within=versions.c.deposit.in_(theirs)).subquery()
    allocated = counting(within=row.deposit.in_(theirs)).subquery()
    statement = (
        select(latest.c.deposit, latest.c.received_on, latest.c.yen, latest.c.payer, allocated.c.application)
        .join(allocated, allocated.c.deposit == latest.c.deposit)
        .join(owner, owner.c.number == allocated.c.application)
        .where(owner.c.member == member, latest.c.received_on <= facts.AS_OF)
        .order_by(latest.c.received_on, by_characters(latest.c.deposit))
    )
    return [DepositLine(*row) for row in connection.execute(statement, {"as_of": as_of})]


def _ledger(connection: Connection, member: str, deposits: set[str], as_of: date) -> list[LedgerLine]:
    """The member's parts of the subsidiary ledgers, account by account, part by part, line by line."""
    by_number = {entry.no: entry for entry in ledgers.entries(connection, last=as_of, member=member)}
    by_number |= {entry.no: entry for entry in ledgers.entries_of_deposits(connection, deposits, last=as_of)}
    parts_of = chart(connection)
    parts: dict[tuple[str, str], list[tuple[JournalEntry, AccountLine]]] = {}
    for entry in sorted(by_number.values(), key=lambda entry: (entry.on, entry.no)):
        for line in entry.lines:
            part = parts_of.part(line.account, line.application, line.deposit)
            if part is not None and (line.member == member or (line.member is None and line.deposit in deposits)):
                parts.setdefault((line.account, part), []).append((entry, line))
    posted = []
    for code, part in sorted(parts, key=lambda key: (key[0], numerically(key[1]))):
        balance = 0
        for nth, (entry, line) in enumerate(parts[code, part]):
            moved = line.debit - line.credit
            balance += moved if parts_of.accounts[code].on_debit_side else -moved
            posted.append(LedgerLine(parts_of.accounts[code], part, entry, line, balance, first=nth == 0))
    return posted
