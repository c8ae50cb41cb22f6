"""会員別計算書: one member's applications, facts, findings, money, decisions and ledger."""

from collections.abc import Iterator
from itertools import groupby

from exports.formats.sheet import Block, Column, Sheet, Value, Values, Workbook
from exports.reports import ISSUER
from exports.reports import decisions as decision_sheet
from exports.reports.decisions import answer
from exports.reports.settlements import COLUMNS as RETURN_COLUMNS
from exports.reports.settlements import account as marked
from exports.reports.settlements import cells as return_cells
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.statements.labels import mark
from ledger.statements.member import LedgerLine, MemberStatement

TITLE = N_("Statement of a member")

_FINDINGS = (
    Column(N_("Application No."), width=16),
    Column(N_("Answer"), width=18),
    Column(N_("Clauses"), width=12),
    Column(N_("Notice"), width=26, wrap=True),
    Column(N_("Amount to be given back"), "yen", 13),
    Column(N_("Way"), width=12),
    Column(N_("Missing"), width=36, wrap=True),
    Column(N_("Doubts"), width=36, wrap=True),
    Column(N_("To be noted"), width=30, wrap=True),
)
_FACTS = (
    Column(N_("Application No."), width=14),
    Column(N_("Fact"), width=26),
    Column(N_("Content"), "any", 26),
    Column(N_("Known on"), "day", 17),
    Column(N_("Source"), width=28),
    Column(N_("Sheet of the source"), width=14),
    Column(N_("Row"), "number", 7),
    Column(N_("Entered by"), width=12),
)
_CONDITIONS = (
    Column(N_("Application No."), width=14),
    Column(N_("Clause"), width=10),
    Column(N_("Words of the clause"), width=40, wrap=True),
    Column(N_("Condition"), width=36, wrap=True),
    Column(N_("Holds"), width=7),
    Column(N_("Grounds"), width=40, wrap=True),
    Column(N_("Source"), width=40, wrap=True),
)
_DEPOSITS = (
    Column(N_("Deposit"), width=16),
    Column(N_("Received on"), "day", 17),
    Column(N_("Amount"), "yen", 12, total=True),
    Column(N_("Payer"), width=28),
    Column(N_("Application No."), width=14),
)
_LEDGER = (
    Column(N_("Date"), "day", 17),
    Column(N_("Entry No."), "number", 9),
    Column(N_("Part"), width=14),
    Column(N_("Description"), width=46, wrap=True),
    Column(N_("Debit"), "yen", 14),
    Column(N_("Credit"), "yen", 14),
    Column(N_("Balance"), "yen", 14),
)


def workbook(statement: MemberStatement, *, mark: str = "") -> Workbook:
    """The workbook about a member. The bank account shows its last four digits only."""
    facts = tuple(
        (
            fact.application,
            fact.name,
            fact.value,
            fact.origin.known_on if fact.origin else None,
            fact.origin.file if fact.origin else None,
            fact.origin.sheet if fact.origin else None,
            fact.origin.row if fact.origin else None,
            fact.origin.by if fact.origin else None,
        )
        for fact in statement.facts
    )
    return Workbook(
        title=_(TITLE),
        made_on=statement.as_of,
        mark=mark,
        sheets=(
            _sheet(statement, N_("Summary"), *_summary(statement)),
            _sheet(statement, N_("Facts"), Block(_FACTS, facts)),
            _sheet(statement, N_("Conditions and grounds"), Block(_CONDITIONS, list(_conditions(statement)))),
            _sheet(statement, N_("Money"), *_money(statement)),
            _sheet(
                statement,
                decision_sheet.NAME,
                Block(decision_sheet.HISTORY, list(decision_sheet.historical(statement.decisions))),
            ),
            _sheet(statement, N_("Subsidiary ledger"), *_ledger(statement)),
        ),
    )


def _sheet(statement: MemberStatement, name: str, *blocks: Block) -> Sheet:
    person = statement.person
    return Sheet(
        name=name,
        title=TITLE,
        subtitle=f"{person.number} {person.name}",
        blocks=blocks,
        as_of=statement.as_of,
        issuer=ISSUER,
        landscape=True,
    )


def _summary(statement: MemberStatement) -> Iterator[Block]:
    account = [each for each in (statement.bank, statement.branch, statement.account) if each is not None]
    told: tuple[tuple[str, Value], ...] = (
        (N_("Member No."), statement.person.number),
        (N_("Name"), statement.person.name),
        (N_("Name in kana"), statement.kana),
        (N_("Association"), statement.person.association),
        (N_("Deregistered on"), statement.deregistered_on),
        (N_("Bank account"), marked("-".join(account) or None, waits=statement.account_waits)),
    )
    yield Block((Column("", width=16), Column("", "any", 18)), tuple((_(name), value) for name, value in told))
    rows = tuple((finding.application, *answer(finding)) for finding in statement.findings)
    yield Block(_FINDINGS, rows, heading=N_("The answer for each application"))


def _conditions(statement: MemberStatement) -> Iterator[Values]:
    for condition in statement.conditions:
        yield (
            condition.application,
            condition.clause,
            condition.words,
            condition.says,
            mark(condition.holds),
            condition.grounds,
            condition.sources,
        )


def _money(statement: MemberStatement) -> Iterator[Block]:
    deposits = [
        (deposit.reference, deposit.received_on, deposit.yen, deposit.payer, deposit.application)
        for deposit in statement.deposits
    ]
    yield Block(_DEPOSITS, deposits, heading=N_("Transfers received"), total=N_("Total"))
    yield Block(
        RETURN_COLUMNS,
        [return_cells(settlement) for settlement in statement.returns],
        heading=N_("Returned or credited"),
    )


def _ledger(statement: MemberStatement) -> Iterator[Block]:
    """One block for each account; within it each part has its own running balance."""
    several = groupby(statement.ledger, key=lambda each: (each.account.code, each.account.name))
    for at, ((code, name), lines) in enumerate(several):
        yield Block(_LEDGER, [_posted(line) for line in lines], heading=f"{code} {name}", new_page=bool(at))
    if not statement.ledger:
        yield Block(_LEDGER, ())


def _posted(each: LedgerLine) -> Values:
    line, entry = each.line, each.entry
    return (entry.on, entry.no, each.part, description(entry), line.debit, line.credit, each.left)
