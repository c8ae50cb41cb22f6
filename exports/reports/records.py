"""記録: every table of the books as it was written, row by row, with what each of its columns is called.

Numbers of bank accounts are masked, and what has them whole (the payment file itself, whose SHA-256 stands beside it)
is left out. Moments are in Japan's time.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from exports.formats.sheet import Kind
from exports.reports.report import Column, Connection, Table
from ledger import masking
from ledger.i18n import N_

if TYPE_CHECKING:
    import sqlalchemy

# What each table holds, in the order in which the books come to be.
TITLES = {
    "source": N_("Files taken in, and commands by which a person added a fact"),
    "member": N_("Members by number"),
    "member_known": N_("What the register said of members"),
    "application": N_("Applications by number"),
    "application_known": N_("Whose applications are, where that was corrected"),
    "fact": N_("Facts of applications"),
    "deposit": N_("Deposits by reference number"),
    "deposit_known": N_("What is known of deposits"),
    "allocation": N_("What deposits pay for"),
    "bill_known": N_("Lines of bills"),
    "bill_dispute": N_("Disputes about lines of bills"),
    "bank_line": N_("Lines of the account at the bank"),
    "bank_balance": N_("Balances by the bank's word"),
    "opening": N_("Opening balances"),
    "withdrawn": N_("Rows of imports that were withdrawn"),
    "fee": N_("Fees"),
    "account": N_("Chart of accounts"),
    "entry": N_("Entries"),
    "movement": N_("Movements of entries"),
    "decision": N_("Decisions"),
    "ruling": N_("Rulings of the federation"),
    "ruling_step": N_("Steps of rulings"),
    "refund": N_("Refunds"),
    "refund_step": N_("Steps of refunds"),
    "credit": N_("Credits"),
    "credit_step": N_("Steps of credits"),
    "payment_file": N_("Payment files"),
    "slip": N_("Slips"),
    "slip_step": N_("Steps of slips"),
    "payee_known": N_("Payees in a member's place"),
    "payee_approval": N_("Approvals of payees"),
    "payee_end": N_("Ends of payees"),
    "account_approval": N_("Approvals of changed bank accounts"),
    "journal_export": N_("Exports of the journal for other software"),
    "issued_version": N_("Statements of closed periods that were handed out"),
    "month_step": N_("Closings and reopenings of months"),
    "people_change": N_("Changes of what people may do"),
    "people_step": N_("Steps of these changes"),
    "setting": N_("Settings"),
    "looked": N_("Who looked at whole account numbers"),
    "refused": N_("Commands that were refused"),
    "request": N_("Commands that were given a key"),
    "batch": N_("Writes, with the chain of their heads"),
    "seal": N_("Seals of rows"),
}

# What a column is called, by its name, which means the same in every table.
_COLUMNS = {
    "about": N_("Period"),
    "accepted": N_("Points accepted (JSON)"),
    "account": N_("Account"),
    "account_name": N_("Name on the account"),
    "account_number": N_("Account number (masked)"),
    "account_type": N_("Kind of account"),
    "accounts": N_("Names of accounts (JSON)"),
    "address": N_("Address"),
    "allocations_to": N_("Last allocation then known"),
    "answer": N_("Answer (JSON)"),
    "application": N_("Application No."),
    "applies_from": N_("Applies from"),
    "applies_to": N_("Applies to"),
    "as_of": N_("As of"),
    "association": N_("Association"),
    "bank": N_("Bank"),
    "bank_yen": N_("Bank's balance"),
    "basis": N_("Ground"),
    "batch": N_("Write"),
    "bill": N_("Bill No."),
    "billed_on": N_("Billed on"),
    "branch": N_("Branch"),
    "by": N_("By"),
    "calendar": N_("Calendar"),
    "change": N_("Change"),
    "closed_to": N_("Closed up to"),
    "code": N_("Code"),
    "command": N_("Command"),
    "corrects": N_("Takes back line"),
    "credit": N_("Credit No."),
    "credit_application": N_("Credit application"),
    "day": N_("Date"),
    "debit": N_("Debit account"),
    "debit_application": N_("Debit application"),
    "decided_on": N_("Day of the paper"),
    "decision": N_("Decision No."),
    "decisions_to": N_("Last decision then known"),
    "deposit": N_("Deposit"),
    "deregistered_on": N_("Deregistered on"),
    "deregistered_reason": N_("Reason of the deregistration"),
    "despite": N_("Goes on all the same because"),
    "digest": N_("SHA-256 of the content"),
    "document": N_("Document"),
    "doubts": N_("Doubts settled (JSON)"),
    "en": N_("Name in English"),
    "encoding": N_("Encoding"),
    "entries": N_("Number of entries"),
    "entries_from": N_("First entry"),
    "entries_to": N_("Last entry then known"),
    "entry": N_("Entry No."),
    "entry_count": N_("Number of entries"),
    "event": N_("Event"),
    "fees_to": N_("Last fee then known"),
    "fields": N_("Fields of the sentence (JSON)"),
    "finding": N_("Finding with its grounds (JSON)"),
    "for_day": N_("Of the day, whose month was closed"),
    "form": N_("Kind of file"),
    "format": N_("Format"),
    "grounds": N_("Answer known then"),
    "happened_on": N_("Date"),
    "head": N_("Head of the chain"),
    "id": N_("Record No."),
    "ja": N_("Name in Japanese"),
    "kana": N_("Name in kana"),
    "kept_by": N_("Parts kept by"),
    "key": N_("Key"),
    "kind": N_("Kind"),
    "known_on": N_("Known on"),
    "language": N_("Language"),
    "line": N_("Line at the bank"),
    "may": N_("May"),
    "member": N_("Member No."),
    "member_known": N_("Record of the register"),
    "month": N_("Month"),
    "name": N_("Name"),
    "no": N_("No."),
    "note": N_("Note"),
    "notice": N_("Notice"),
    "nth": N_("Place"),
    "number": N_("Number"),
    "of": N_("Table"),
    "opened_on": N_("Day of the balance"),
    "outcome": N_("Answer"),
    "part": N_("Part"),
    "pay_on": N_("Day of the transfers"),
    "payee": N_("Record of the payee"),
    "payee_known": N_("Record of the payee"),
    "payer": N_("Payer"),
    "payment_file": N_("Payment file"),
    "postal_code": N_("Postal code"),
    "previous": N_("Head before it"),
    "purpose": N_("Purpose"),
    "reason": N_("Reason"),
    "received_on": N_("Received on"),
    "recorded_at": N_("Recorded at (Japan time)"),
    "reference": N_("Reference No."),
    "refund": N_("Refund No."),
    "refund_count": N_("Number of refunds"),
    "refundable": N_("To be given back, in yen"),
    "relation": N_("Relation or reason"),
    "reverses": N_("Reverses"),
    "role": N_("Database role"),
    "row": N_("Row"),
    "row_id": N_("Record No."),
    "ruling": N_("Ruling"),
    "rulings_to": N_("Last step of a ruling then known"),
    "said": N_("Columns that the line itself filled in"),
    "sha256": N_("SHA-256"),
    "sheet": N_("Sheet"),
    "slip": N_("Slip No."),
    "source": N_("Source"),
    "sources_to": N_("Last source then known"),
    "state": N_("State"),
    "statement": N_("Statement"),
    "substituted": N_("Written for what the encoding lacks"),
    "supersedes": N_("Supersedes"),
    "tax_percent": N_("Tax rate, in percent"),
    "to_application": N_("Credited to"),
    "treatment": N_("Ruling on the fee"),
    "undoes": N_("Takes back step"),
    "up_to": N_("Register reached up to"),
    "value": N_("Value"),
    "verdict": N_("Verdict"),
    "version": N_("Version"),
    "way": N_("In or out"),
    "yen": N_("Amount"),
}
_OF_TABLE = {
    ("movement", "credit"): N_("Credit account"),
    ("slip", "credit"): N_("Credit account"),
    ("journal_export", "entries_to"): N_("Last entry"),
    ("bank_line", "account"): N_("Account at the bank (masked)"),
    ("bank_balance", "account"): N_("Account at the bank (masked)"),
    ("bank_line", "number"): N_("Reference No."),
    ("bank_line", "code"): N_("Kind of line"),
}
LEFT_OUT = {("payment_file", "content")}
# Shown with their last digits.
_MASKED = {
    *((table, "account_number") for table in ("member_known", "payee_known")),
    *((table, "account") for table in ("bank_line", "bank_balance")),
}
_YEN = ("yen", "bank_yen", "refundable")


def records(connection: Connection) -> Iterator[tuple[str, str, Table]]:
    """Every table with its name and its title, in the order of `TITLES`, its rows in the order of their key."""
    from ledger import tables

    every = tables.metadata.tables
    for name in [*TITLES, *sorted(every.keys() - TITLES.keys())]:
        yield name, TITLES.get(name, name), _table(connection, every[name])


def _table(connection: Connection, table: "sqlalchemy.Table") -> Table:
    from sqlalchemy import select

    from ledger.store.large import each_row
    from ledger.store.records import by_characters

    def rows(_content: object) -> Iterator[Any]:
        key = (by_characters(part) if _kind(part) == "text" else part for part in table.primary_key)
        statement = select(*kept).order_by(*key)
        return each_row(connection, statement)

    kept = [column for column in table.columns if (table.name, column.name) not in LEFT_OUT]
    return Table(tuple(_column(table.name, column) for column in kept), rows)


def _column(table: str, column: "sqlalchemy.Column[Any]") -> Column:
    # What a later step of the books added is called by its name until it has a title.
    title = _OF_TABLE.get((table, column.name), _COLUMNS.get(column.name, column.name))
    kind = _kind(column)
    if (table, column.name) in _MASKED:
        return Column(column.name, title, kind=kind, show=lambda number: number and masking.account(number))
    if (table, column.name) == ("setting", "value"):
        return Column(column.name, title, _setting, kind)
    return Column(column.name, title, column.name, kind)


def _setting(row: Any) -> str:
    from ledger.store.settings import SETTINGS

    setting = SETTINGS.get(row.name)
    return str(row.value if setting is None else setting.shown(row.value))


def _kind(column: "sqlalchemy.Column[Any]") -> Kind:
    from sqlalchemy import Date, DateTime, Integer

    if isinstance(column.type, Integer):
        return "yen" if column.name in _YEN else "number"
    return "moment" if isinstance(column.type, DateTime) else "day" if isinstance(column.type, Date) else "text"
