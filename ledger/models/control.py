"""The tables of the office itself: seals, refusals, months, approvals, people, settings, keys of commands.

They are rows as those of `tables` are, which has them all for Core statements.
"""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, Text, UniqueConstraint
from sqlmodel import Field

from ledger.codes import ACCOUNT_TYPES, DISPUTE_STATES, PEOPLE
from ledger.columns import HiddenColumn
from ledger.models.rows import KnownBase, RowBase, SignedBase, named, one_of


class BatchRow(SignedBase, table=True):
    """What one write added to the books; `head` is over the head before, this row and all its seals."""

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    command: str
    previous: str
    head: str


class SealRow(RowBase, table=True):
    """The SHA-256 over every column of one row that was added: which batch, which table (`of`), which row (`key`)."""

    __table_args__ = (Index(None, "of", "key"),)
    batch: int = Field(primary_key=True, foreign_key="batch.no")
    nth: int = Field(primary_key=True)
    of: str
    key: str
    digest: str


class RefusedRow(SignedBase, table=True):
    """A command that the ledger did not carry out: its code and the fields of its sentence, as JSON."""

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    command: str
    code: str
    fields: str = Field(sa_column=Column(Text, nullable=False))


class MonthStepRow(SignedBase, table=True):
    """A month that was closed or reopened; the last step says up to which day the books are closed (NULL: not at all).

    `accepted` are the points against closing that were accepted, each with its reason, as JSON; `bank_yen` is the
    bank's own balance, and `decisions_to` the number of the last decision that the books held. A closing is proposed
    while a second person has not accepted that the bank's balance differs.
    """

    __table_args__ = (
        CheckConstraint("state IN ('closed', 'reopened', 'proposed')", "state"),
        CheckConstraint("state <> 'closed' OR closed_to IS NOT NULL", "closed_to"),
        CheckConstraint("state <> 'reopened' OR reason IS NOT NULL", "reason"),
        CheckConstraint("state <> 'proposed' OR bank_yen IS NOT NULL", "bank_yen"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    month: str
    state: str
    closed_to: date | None = None
    reason: str | None = None
    accepted: str | None = None
    bank_yen: int | None = None
    head: str | None = None
    decisions_to: int | None = None


class IssuedVersionRow(SignedBase, table=True):
    """A file of a closed period's statement that was handed out: which version, on what it stands, its SHA-256.

    It stands on the write (`batch`) that closed the period up to `as_of`, when the books held so many entries. Files
    that stand on the same write are of one version: in another language or calendar (empty: as the language has it), or
    of one `sheet` alone (NULL: all of them).
    """

    __table_args__ = (
        CheckConstraint("statement IN ('month', 'year')", "statement"),
        CheckConstraint("calendar IN ('', 'western', 'wareki')", "calendar"),
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("length(sha256) = 64", "sha256"),
        Index(None, "statement", "about", "batch"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    statement: str
    about: str
    as_of: date
    language: str
    calendar: str
    sheet: str | None = None
    version: int
    batch: int = Field(foreign_key="batch.no")
    entries: int
    sha256: str = Field(unique=True)


class AccountApprovalRow(SignedBase, table=True):
    """A second person's word that a changed bank account of a member is right."""

    member_known: int = Field(
        primary_key=True, foreign_key="member_known.id", sa_column_kwargs={"autoincrement": False}
    )


# A row is about an application or about a deposit, or about a member or a deposit: never both, never neither.
_EITHER = "({} IS NULL) <> (deposit IS NULL)"


class PayeeKnownRow(KnownBase, table=True):
    """Who receives what comes back for an application in the member's place (heirs, who paid), to which account; or
    for a deposit of which nobody knows whose it is.
    """

    __table_args__ = (
        CheckConstraint(one_of("account_type", ACCOUNT_TYPES.codes), "account_type"),
        CheckConstraint(_EITHER.format("application"), "subject"),
        Index(None, "application", "known_on", "id"),
        Index(None, "deposit", "known_on", "id"),
        Index(None, "account_number"),
    )
    application: str | None = Field(default=None, foreign_key="application.number")
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")
    name: str
    relation: str | None = None
    bank: str
    branch: str
    account_type: str
    account_number: str = Field(sa_column=HiddenColumn(String, nullable=False))
    account_name: str


class PayeeApprovalRow(SignedBase, table=True):
    """A second person's word that a payee is right."""

    payee_known: int = Field(primary_key=True, foreign_key="payee_known.id", sa_column_kwargs={"autoincrement": False})


class PayeeEndRow(SignedBase, table=True):
    """That a payee shall receive the money no more: proposed, then approved by a second person or rejected."""

    __table_args__ = (
        CheckConstraint(one_of("state", ("proposed", "approved", "rejected")), "state"),
        CheckConstraint("state = 'approved' OR reason IS NOT NULL", "reason"),
        Index(None, "payee_known", "no"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    payee_known: int = Field(foreign_key="payee_known.id")
    state: str
    reason: str | None = None


class LookedRow(SignedBase, table=True):
    """Who looked at the whole bank account number of a member, or of who receives a deposit, and for what."""

    __table_args__ = (CheckConstraint(_EITHER.format("member"), "subject"),)
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    member: str | None = Field(default=None, foreign_key="member.number")
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")
    purpose: str


class JournalExportRow(SignedBase, table=True):
    """What of the journal was written for other software, from which entry to which; the next begins behind it.

    What the bytes rest on is kept beside their SHA-256: encoding, language, the sign that was written for what the
    encoding cannot hold (NULL: such characters were refused), the user's list of accounts as JSON (NULL: none).
    """

    __table_args__ = (
        UniqueConstraint("format", "entries_from"),
        CheckConstraint("entries_from >= 1 AND entries_from <= entries_to", "entries"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    format: str
    entries_from: int
    entries_to: int
    entry_count: int
    name: str
    encoding: str
    language: str
    substituted: str | None = None
    accounts: str | None = Field(default=None, sa_column=Column(Text))
    sha256: str


class BillDisputeRow(SignedBase, table=True):
    """That a line of a bill came to be in dispute with the authority on a day, or is no more, and why.

    A line is named as in `bill_known`; whether anybody knows its application makes no difference. `yen` is how much of
    it no other line cleared when the dispute began; `document` is the paper it stands on, where there is one.
    """

    __table_args__ = (
        CheckConstraint(one_of("state", DISPUTE_STATES), "state"),
        CheckConstraint("(state = 'disputed') = (yen IS NOT NULL)", "disputed"),
        CheckConstraint("yen > 0", "yen"),
        Index(None, "bill", "application", "nth", "no"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    bill: str
    application: str
    nth: int
    state: str
    happened_on: date
    reason: str
    document: str | None = None
    yen: int | None = Field(default=None, sa_type=BigInteger)


class SettingRow(SignedBase, table=True):
    """What the federation is to the bank, and how many people a payment needs; of each name the last row counts."""

    __table_args__ = (CheckConstraint(named(("people",), one_of("value", PEOPLE.codes)), "people"),)
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(index=True)
    value: str


class PeopleChangeRow(SignedBase, table=True):
    """What a person shall be allowed to do from now on, as words with commas; nothing: the person is to be ended."""

    __table_args__ = (CheckConstraint("name <> ''", "name"), Index(None, "name"))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    may: str


class PeopleStepRow(SignedBase, table=True):
    """That such a change took effect, or was rejected; of each person the change counts that took effect last."""

    __table_args__ = (
        CheckConstraint(one_of("state", ("approved", "rejected")), "state"),
        CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", "reason"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    change: int = Field(foreign_key="people_change.no", unique=True)
    state: str
    happened_on: date
    reason: str | None = None


class RequestRow(SignedBase, table=True):
    """A command that was given a key: what it was (`digest` over its content) and what it answered, as JSON."""

    key: str = Field(primary_key=True)
    command: str
    digest: str
    answer: str = Field(sa_column=Column(Text, nullable=False))
