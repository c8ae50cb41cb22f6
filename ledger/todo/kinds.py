"""The kinds of what has to be done: how each is found, and the next command, which can be typed as it stands."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from ledger import tables
from ledger.booking import bank_compared, open_items
from ledger.booking.bills import payable
from ledger.booking.open_items import OpenItem
from ledger.booking.pay_days import bank_calendar
from ledger.booking.waiting import WAITING
from ledger.codes import Account
from ledger.dates import Month
from ledger.decisions.findings import SUPPLY, Finding, judge
from ledger.decisions.outdated import outdated
from ledger.journal import closing
from ledger.statements.due import OutstandingReceipt
from ledger.store import settings
from ledger.store.numbers import spans
from ledger.store.records import batches
from ledger.todo.asked import AskedBooks

# So many days after the last backup, and the last verification, the next one is due.
BACKUP_DAYS = 7
VERIFY_DAYS = 31

Items = Sequence[OpenItem]


class WorkKind(NamedTuple):
    """How things of a kind are found, and what is typed next for them, of which there is at least one."""

    find: Callable[[AskedBooks], Items]
    next: Callable[[AskedBooks, Items], str]


def _command(*words: object) -> str:
    return shlex.join(["seisan", *map(str, words)])


def typed(*words: str, on: str = "") -> Callable[[AskedBooks, Items], str]:
    """These words, with the day behind the option `on`."""

    def command(asked: AskedBooks, _items: Items) -> str:
        return _command(*words, *([on, asked.as_of] if on else []))

    return command


def _for_oldest(*words: str, on: str = "") -> Callable[[AskedBooks, Items], str]:
    """The same, with the name of the oldest behind the words."""

    def command(asked: AskedBooks, items: Items) -> str:
        return _command(*words, oldest(items).name, *([on, asked.as_of] if on else []))

    return command


def _for_payee(step: str) -> Callable[[AskedBooks, Items], str]:
    """A step of the oldest payee, of an application or of a deposit."""

    def command(_asked: AskedBooks, items: Items) -> str:
        item = oldest(items)
        return _command("payee", step, item.name, *(["--deposit"] if item.application is None else []))

    return command


def _for_all(*words: str) -> Callable[[AskedBooks, Items], str]:
    """The same, with the numbers of all."""
    return lambda _asked, items: _command(*words, *spans(int(item.name) for item in items).split())


def _template(kind: str) -> Callable[[AskedBooks, Items], str]:
    """An empty input file of this kind."""
    return lambda _asked, _items: _command("template", kind, "--out", f"{kind}.xlsx")


def oldest(items: Items) -> OpenItem:
    """The one that waits longest; what waits since nobody knows when comes last."""
    return min(items, key=lambda item: (item.on or date.max, item.name))


# --- receipts -------------------------------------------------------------------------------------------------------


def _receipts(state: str) -> Callable[[AskedBooks], Items]:
    def find(asked: AskedBooks) -> Items:
        rows = (row for row in asked.due if row.state == state)
        return [OpenItem(row.application, _since(row), None, row.application) for row in rows]

    return find


def _since(row: OutstandingReceipt) -> date:
    return row.revocable_on if row.state == "revocable" else row.reminder_on


def _receipts_missing(asked: AskedBooks) -> Items:
    """A reminder or a revocation may be due, but the register of receipts does not reach the day from which it is."""
    return [
        OpenItem(row.application, _since(row), None, row.application)
        for row in asked.due
        if row.state != "waiting" and (row.entered_to is None or row.entered_to < _since(row))
    ]


# --- what comes back ------------------------------------------------------------------------------------------------


def _fallen(asked: AskedBooks) -> Items:
    return [item for item in asked.refunds_in("approved") if item.name in asked.fallen]


def _approved(asked: AskedBooks) -> Items:
    return [item for item in asked.refunds_in("approved") if item.name not in asked.fallen]


def _payer_settings(asked: AskedBooks) -> Items:
    """What a payment file needs and nobody has set, once there is something to pay."""
    if not any(refund.state in ("proposed", "approved", "returned") for refund in asked.refunds):
        return []
    return [OpenItem(name) for name in settings.missing(asked.connection)]


def _paid(asked: AskedBooks, items: Items) -> str:
    """That the transfers of the oldest file are recorded as paid; before its day there is nothing to record."""
    first, table = oldest(items).name, tables.payment_file.c
    file = next(refund.payment_file for refund in asked.refunds if str(refund.no) == first)
    pay_on = asked.connection.execute(select(table.pay_on).where(table.no == file)).scalar()
    if pay_on is None or pay_on > asked.as_of:
        return _command("refund", "list")
    return _command("refund", "paid", "--file", file, "--on", pay_on)


def _file(asked: AskedBooks, _items: Items) -> str:
    day = bank_calendar(asked.connection).first_from(asked.as_of)
    return _command("refund", "file", "--on", day, "--out", f"transfers-{day}.txt")


def _coming_back(suggested: str) -> Callable[[AskedBooks], Items]:
    def find(asked: AskedBooks) -> Items:
        rows = (row for row in asked.findings if row.outcome == "eligible" and row.suggested == suggested)
        rows = (row for row in rows if row.application not in asked.proposed_since)
        return [OpenItem(row.application, row.row["ended_on"], row.refundable, row.application) for row in rows]

    return find


def _credit(asked: AskedBooks, items: Items) -> str:
    application = oldest(items).name
    row = next(finding.row for finding in asked.findings if finding.application == application)
    to = row["credit_to"] or row["open_reissue"]
    return _command("credit", "propose", application, "--to", to, "--on", asked.as_of)


# --- what waits for a second person ---------------------------------------------------------------------------------


def _waiting(code: str) -> Callable[[AskedBooks], Items]:
    return lambda asked: WAITING[code][1](asked.connection, asked.as_of)


def _close_proposed(asked: AskedBooks, items: Items) -> str:
    proposal = closing.proposal(asked.connection)
    assert proposal is not None, "it was found"
    return _command("close", items[0].name, "--bank-balance", proposal.bank_yen)


# --- deposits and books ---------------------------------------------------------------------------------------------


def _deposits_unknown(asked: AskedBooks) -> Items:
    return open_items.unknown(asked.suspense)


def _overpayments(asked: AskedBooks) -> Items:
    unknown = {item.name for item in asked.left.get("fee_not_known", ())}
    return [item for item in asked.suspense if item.application is not None and item.name not in unknown]


def _fee_not_known(asked: AskedBooks) -> Items:
    waiting = {item.name: item for item in asked.suspense}
    return [waiting.get(item.name, item) for item in asked.left.get("fee_not_known", ())]


def _bank_lines(asked: AskedBooks) -> Items:
    """The lines of the bank of the days that are not closed that are in no book."""
    if bank_compared.told_to(asked.connection) is None:
        return []
    rows = bank_compared.compare(asked.connection, *bank_compared.open_days(asked.connection, asked.as_of))
    lines = (row.line for row in rows if row.line is not None and row.state == "bank_only")
    return [OpenItem(line.name, line.on, line.yen) for line in lines if line.on <= asked.as_of]


def _left(code: str) -> Callable[[AskedBooks], Items]:
    return lambda asked: asked.left.get(code, [])


def _fee_not_received(asked: AskedBooks) -> Items:
    items = asked.left.get("fee_not_received", ())
    days: dict[str, date | None] = {}
    for names in batches([item.name for item in items]):
        findings = judge(asked.connection, asked.as_of, applications=names)
        days |= {row.application: row.row["issued_on"] or row.row["mailed_on"] for row in findings}
    return [replace(item, on=days.get(item.name), application=item.name) for item in items]


# --- answers --------------------------------------------------------------------------------------------------------


def _outdated(asked: AskedBooks) -> Items:
    rows = {row.decision.no: row.decision for row in outdated(asked.connection, asked.as_of)}
    return [OpenItem(str(no), row.as_of, None, row.application) for no, row in rows.items()]


def _rulings_needed(asked: AskedBooks) -> Items:
    """What has to be reviewed, and of which no ruling waits for approval."""
    brought = {item.application for item in _waiting("rulings_proposed")(asked)}
    rows = (row for row in asked.findings if row.outcome == "needs_review" and row.application not in brought)
    return [_answer(row) for row in rows]


def _missing(fact: str) -> Callable[[AskedBooks], Items]:
    def find(asked: AskedBooks) -> Items:
        return [_answer(row) for row in asked.findings if row.outcome == "needs_facts" and fact in row.missing]

    return find


def _answer(finding: Finding) -> OpenItem:
    return OpenItem(finding.application, finding.row["ended_on"], finding.fee_received, finding.application)


# --- the authority --------------------------------------------------------------------------------------------------


def _bills_to_pay(asked: AskedBooks) -> Items:
    lines = [line for line in asked.lines if line.billed_on is not None and line.billed_on <= asked.as_of]
    billed_on = {line.bill: line.billed_on for line in lines}
    return [OpenItem(bill, billed_on[bill], yen) for bill, yen in payable(lines, asked.owed).items()]


def _bills_disputed(asked: AskedBooks) -> Items:
    lines = open_items.differing_lines(asked.lines, asked.as_of)
    return [OpenItem(f"{line.bill} {line.application}", line.billed_on, abs(line.billed)) for line in lines]


def _disputes(asked: AskedBooks) -> Items:
    return open_items.disputes(asked.lines, asked.as_of)


# --- the end of the month, and care ---------------------------------------------------------------------------------


def _months(asked: AskedBooks) -> Items:
    """Every month that ended before the day and is not closed, from the first one with entries on."""
    connection = asked.connection
    listed = [row.month for row in closing.months(connection) if row.entries]
    closed_to, proposal = closing.closed_to(connection), closing.proposal(connection)
    months: list[Month] = []
    if listed:
        month = listed[0]
        while month.last < asked.as_of:
            months.append(month)
            month = Month.of(month.last + timedelta(days=1))
    still_open = (month for month in months if closed_to is None or month.last > closed_to)
    proposed = None if proposal is None else proposal.month
    return [OpenItem(str(month), month.last) for month in still_open if month != proposed]


def _unknown(care: str) -> Callable[[AskedBooks], Items]:
    def find(asked: AskedBooks) -> Items:
        return [OpenItem("")] if getattr(asked, care) is None and _anything_is_booked(asked) else []

    return find


def _overdue(care: str, days: int) -> Callable[[AskedBooks], Items]:
    def find(asked: AskedBooks) -> Items:
        day: date | None = getattr(asked, care)
        return [OpenItem("", day)] if day is not None and asked.as_of - day >= timedelta(days=days) else []

    return find


def _anything_is_booked(asked: AskedBooks) -> bool:
    return asked.connection.execute(select(tables.entry.c.no).limit(1)).first() is not None


def _backup(asked: AskedBooks, _items: Items) -> str:
    name = f"backup-{asked.as_of}"
    if asked.connection.dialect.name == "postgresql":  # which makes its own
        database = str(asked.connection.engine.url.database)
        return shlex.join(["pg_dump", "--format=custom", f"--file={name}.dump", database])
    return _command("backup", f"{name}.db")


_BOOK = typed("book", on="--through")
_BILL = typed("bill")

# Each kind by its code in `codes.WORK`, which has them in the order of their urgency.
KINDS: Mapping[str, WorkKind] = {
    "revocable": WorkKind(_receipts("revocable"), typed("due", on="--as-of")),
    "reminders": WorkKind(_receipts("remind"), typed("letter", "--reminders", "--out", "reminders", on="--as-of")),
    "refunds_returned": WorkKind(lambda asked: asked.refunds_in("returned"), _for_all("refund", "approve")),
    "accounts_changed": WorkKind(_waiting("accounts_changed"), _for_oldest("account", "approve")),
    "payees_proposed": WorkKind(_waiting("payees_proposed"), _for_payee("approve")),
    "payee_ends_proposed": WorkKind(_waiting("payee_ends_proposed"), _for_payee("approve-end")),
    "approvals_fallen": WorkKind(_fallen, _for_all("refund", "approve")),
    "refunds_filed": WorkKind(lambda asked: asked.refunds_in("filed"), _paid),
    "payer_settings": WorkKind(_payer_settings, typed("settings")),
    "refunds_approved": WorkKind(_approved, _file),
    "refunds_proposed": WorkKind(lambda asked: asked.refunds_in("proposed"), _for_all("refund", "approve")),
    "credits_proposed": WorkKind(_waiting("credits_proposed"), _for_oldest("credit", "approve")),
    "rulings_proposed": WorkKind(_waiting("rulings_proposed"), _for_oldest("ruling", "approve")),
    "slips_proposed": WorkKind(_waiting("slips_proposed"), _for_oldest("slip", "approve")),
    "people_changes": WorkKind(_waiting("people_changes"), _for_oldest("people", "approve")),
    "closing_proposed": WorkKind(_waiting("closing_proposed"), _close_proposed),
    "refunds_to_propose": WorkKind(_coming_back("refund"), typed("refund", "propose", "--everyone", on="--on")),
    "credits_to_propose": WorkKind(_coming_back("credit"), _credit),
    "deposits_unknown": WorkKind(_deposits_unknown, typed("match")),
    "overpayments": WorkKind(_overpayments, _for_oldest("overpaid", "return", on="--on")),
    "fee_not_known": WorkKind(_fee_not_known, _template("fees")),
    "bank_lines": WorkKind(_bank_lines, typed("bank", "--state", "bank_only")),
    "to_book": WorkKind(lambda asked: open_items.to_book(asked.not_posted), _BOOK),
    "money_gone": WorkKind(_left("money_gone"), _BOOK),
    "money_reserved": WorkKind(_left("money_reserved"), _BOOK),
    "reversed_by_hand": WorkKind(_left("reversed_by_hand"), _BOOK),
    "fee_not_received": WorkKind(_fee_not_received, _for_oldest("entries", "--application")),
    "fees_owed": WorkKind(lambda asked: asked.owing, typed("applications", "--owing", on="--as-of")),
    "claims": WorkKind(
        lambda asked: open_items.claims(asked.connection, asked.as_of), typed("entries", "--account", Account.CLAIMS)
    ),
    "decisions_outdated": WorkKind(_outdated, typed("decision", "outdated")),
    "rulings_needed": WorkKind(_rulings_needed, _for_oldest("check", "--application", on="--as-of")),
    "receipts_missing": WorkKind(_receipts_missing, _template("receipts")),
    **{f"missing_{fact}": WorkKind(_missing(fact), _template(kind)) for fact, (_who, kind) in SUPPLY.items()},
    "bills_to_pay": WorkKind(_bills_to_pay, _for_oldest("bill", "pay", on="--on")),
    "bills_disputed": WorkKind(_bills_disputed, _BILL),
    "disputes": WorkKind(_disputes, typed("bill", "--disputed")),
    "authority_claims": WorkKind(lambda asked: open_items.authority_claims(asked.connection, asked.as_of), _BILL),
    "not_billed": WorkKind(lambda asked: open_items.not_billed(asked.connection, asked.lines, asked.as_of), _BILL),
    "months_to_close": WorkKind(_months, _for_oldest("close")),
    "backup_unknown": WorkKind(_unknown("backed_up_on"), _backup),
    "backup_overdue": WorkKind(_overdue("backed_up_on", BACKUP_DAYS), _backup),
    "verify_unknown": WorkKind(_unknown("verified_on"), typed("verify")),
    "verify_overdue": WorkKind(_overdue("verified_on", VERIFY_DAYS), typed("verify")),
}
