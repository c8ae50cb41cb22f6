"""The tables: what came in, what was decided, what was posted. A NULL is 'not known', and no row is ever changed.

Money is whole yen, a day is a date in Japan, a moment is UTC. Identities (`member`, `application`, `deposit`) are
written once; what is known of them stands in rows of its own, and the row known last counts.
"""

import re
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Text, UniqueConstraint
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from ledger import codes as words
from ledger.codes import ACCOUNT_TYPES, ASSOCIATIONS, CODE_LISTS, PEOPLE

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

DAY_FACTS = ("applied_on", "withdrawn_on", "issued_on", "mailed_on", "expires_on", "revoked_on")
REGISTER_FACTS = ("downloaded", "receipt")
CODE_FACTS = ("kind", "side", "reason", "covered")
ANSWER_FACTS = ("used", "choice")
LINK_FACTS = ("previous", "credit_to")
FACTS = (*DAY_FACTS, *REGISTER_FACTS, *CODE_FACTS, *ANSWER_FACTS, *LINK_FACTS)

OUTCOMES = ("eligible", "not_eligible", "needs_facts", "needs_review", "in_force", "settled", "no_fee")
VERDICTS = ("eligible", "not_eligible", "undetermined")


def _one_of(column: str, values: tuple[str, ...] | list[str]) -> str:
    quoted = ", ".join(map(repr, values))
    return f"{column} = {quoted}" if len(values) == 1 else f"{column} IN ({quoted})"


def _named(names: tuple[str, ...], rule: str) -> str:
    return f"NOT ({_one_of('name', names)}) OR ({rule})"


def _coded(name: str, codes: tuple[str, ...]) -> str:
    return _named((name,), f"code IS NOT NULL AND {_one_of('code', codes)} AND up_to IS NULL")


class _Row(SQLModel):
    """A table named after its class: `MemberKnownRow` is `member_known`."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it on the class
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


class _Signed(_Row):
    """Who wrote a record and when; `role` is the database role, known on PostgreSQL only."""

    recorded_at: datetime = Field(sa_type=DateTime)
    by: str
    role: str | None = None


class _Sourced(_Row):
    """The line of the file that a record came from; sheet and row are NULL when a person entered it by command."""

    source: int = Field(foreign_key="source.id")
    sheet: str | None = None
    row: int | None = None


class _Known(_Sourced):
    """A record that became known on a day (把握日)."""

    id: int | None = Field(default=None, primary_key=True)
    known_on: date


class SourceRow(_Signed, table=True):
    """A file that was taken in, or a command by which a person added a fact.

    A file's bytes are taken in once; again after all of it was withdrawn, and then `/2` stands behind their SHA-256.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str
    sha256: str | None = Field(default=None, unique=True)


class MemberRow(_Sourced, table=True):
    """A member of the federation, by the registration number as it was received."""

    number: str = Field(primary_key=True)


class MemberKnownRow(_Known, table=True):
    """What the register of members said of a member, since when.

    `said` names the columns that the line itself filled in; the others it carries on. NULL: that is not known.
    """

    __table_args__ = (
        CheckConstraint(_one_of("association", ASSOCIATIONS), "association"),
        CheckConstraint(f"account_type IS NULL OR {_one_of('account_type', ACCOUNT_TYPES.codes)}", "account_type"),
        Index(None, "member", "known_on", "id"),
    )
    member: str = Field(foreign_key="member.number")
    name: str
    kana: str | None = None
    association: str
    deregistered_on: date | None = None
    deregistered_reason: str | None = None
    bank: str | None = None
    branch: str | None = None
    account_type: str | None = None
    account_number: str | None = None
    account_name: str | None = None
    said: str | None = None


class ApplicationRow(_Sourced, table=True):
    """An application for a certificate: the key of everything; at most one certificate, at most one fee."""

    number: str = Field(primary_key=True)
    member: str = Field(foreign_key="member.number", index=True)


class FactRow(_Known, table=True):
    """One thing known of one application, since when; the row known last counts, and of two the one recorded last.

    `day` is the day it happened or was answered, `code` a word of a closed list or another application, `up_to` how
    far a register reached: a download with no `day` means none up to `up_to`.
    """

    __table_args__ = (
        CheckConstraint(_one_of("name", FACTS), "name"),
        CheckConstraint(_named(DAY_FACTS, "day IS NOT NULL AND code IS NULL AND up_to IS NULL"), "day"),
        CheckConstraint(
            _named(REGISTER_FACTS, "up_to IS NOT NULL AND code IS NULL AND (day IS NULL OR day <= up_to)"), "register"
        ),
        CheckConstraint(
            " AND ".join(f"({_coded(name, CODE_LISTS[name].codes)})" for name in (*CODE_FACTS, *ANSWER_FACTS)), "code"
        ),
        CheckConstraint(_named(ANSWER_FACTS, "day IS NOT NULL"), "answer"),
        CheckConstraint(
            _named(LINK_FACTS, "code IS NOT NULL AND code <> application AND day IS NULL AND up_to IS NULL"), "link"
        ),
        Index(None, "application", "name", "known_on", "id"),
    )
    application: str = Field(foreign_key="application.number")
    name: str
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


class DepositRow(_Sourced, table=True):
    """A transfer received, by its reference number (照会番号)."""

    reference: str = Field(primary_key=True)


class DepositKnownRow(_Known, table=True):
    """What is known of a transfer received; whose it is, says `allocation`.

    `application` is what books up to version 0003 knew it to pay for; since then it is NULL.
    """

    __table_args__ = (CheckConstraint("yen > 0", "yen"), Index(None, "deposit", "known_on", "id"))
    deposit: str = Field(foreign_key="deposit.reference")
    received_on: date
    yen: int
    payer: str
    application: str | None = Field(default=None, foreign_key="application.number", index=True)
    note: str | None = None
    said: str | None = None


class AllocationRow(_Known, table=True):
    """A part of a deposit: the application whose fee it is, and how many yen of it (NULL: as far as its fee is due).

    The parts of one `version` were said together and count until a later one; `application` NULL, alone, takes back
    what was said: whose the deposit is, is not known. `reason` is why a person took it back.
    """

    __table_args__ = (
        CheckConstraint("version >= 1 AND part >= 1", "place"),
        CheckConstraint("yen IS NULL OR (yen > 0 AND application IS NOT NULL)", "yen"),
        UniqueConstraint("deposit", "version", "part"),
        Index(None, "application"),
    )
    deposit: str = Field(foreign_key="deposit.reference")
    version: int
    part: int
    application: str | None = Field(default=None, foreign_key="application.number")
    yen: int | None = None
    reason: str | None = None


class WithdrawnRow(_Row, table=True):
    """A row of an import that was withdrawn: from `known_on` on what was known before it counts again.

    `of` is the table and `row_id` the record that it brought; the command is the `source`, and `reason` says why.
    """

    of: str = Field(primary_key=True)
    row_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    known_on: date
    reason: str
    source: int = Field(foreign_key="source.id")


class BillKnownRow(_Known, table=True):
    """A line of a bill of the authority; negative yen correct or withdraw what was billed.

    `application` is what the authority wrote and may be unknown to us; `nth` tells two lines of one bill for one
    application apart, whatever files they came in.
    """

    __table_args__ = (
        CheckConstraint("yen <> 0", "yen"),
        CheckConstraint("nth >= 1", "nth"),
        Index(None, "bill", "application", "nth", "known_on", "id"),
    )
    bill: str
    billed_on: date
    application: str = Field(index=True)
    nth: int
    yen: int
    note: str | None = None


# What tells one fee from another; of fees that agree in it the one known last counts.
FEE_KEY = ("applies_from",)


class FeeRow(_Row, table=True):
    """What a certificate costs from a day on, tax included; `applies_to` NULL: until the next one begins."""

    __table_args__ = (
        CheckConstraint("yen > 0", "yen"),
        CheckConstraint("tax_percent BETWEEN 0 AND 99", "tax_percent"),
        CheckConstraint("applies_to IS NULL OR applies_to >= applies_from", "span"),
        Index(None, "applies_from", "known_on", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    applies_from: date
    applies_to: date | None = None
    yen: int
    tax_percent: int
    basis: str | None = None
    known_on: date
    source: int | None = Field(default=None, foreign_key="source.id")
    sheet: str | None = None
    row: int | None = None


class AccountRow(_Row, table=True):
    """An account of the chart; `kept_by` names what its subsidiary ledger is kept by."""

    __table_args__ = (CheckConstraint(_one_of("kind", ("asset", "liability", "revenue", "expense")), "kind"),)
    code: str = Field(primary_key=True)
    kind: str
    ja: str
    en: str
    kept_by: str | None = None


class EntryRow(_Signed, table=True):
    """An entry of the journal. `key` says what it stands for, and is used once; `digest` is over its content.

    `for_day` is the day it would bear if that day's month had not been closed; NULL when it bears its own. `known_on`
    is the day on which what it was posted from became known; NULL of entries of books up to version 0003.
    """

    __table_args__ = (
        CheckConstraint("no >= 1", "no"),
        CheckConstraint("reverses IS NULL OR reverses < no", "reverses"),
        CheckConstraint("reverses IS NULL OR reason IS NOT NULL", "reason"),
        Index(None, "happened_on", "no"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    happened_on: date
    event: str
    key: str = Field(unique=True)
    digest: str
    reverses: int | None = Field(default=None, foreign_key="entry.no", unique=True)
    reason: str | None = None
    for_day: date | None = None
    known_on: date | None = None


class MovementRow(_Row, table=True):
    """One debit account, one credit account, a positive whole number of yen: it cannot be unbalanced."""

    __table_args__ = (
        CheckConstraint("yen > 0", "yen"),
        # A comparison with NULL is NULL, and a CHECK lets that pass: so each is asked for.
        CheckConstraint(
            "debit <> credit OR (debit_application IS NOT NULL AND credit_application IS NOT NULL"
            " AND debit_application <> credit_application)",
            "sides",
        ),
        Index(None, "debit", "debit_application"),
        Index(None, "credit", "credit_application"),
        Index(None, "deposit"),
    )
    entry: int = Field(primary_key=True, foreign_key="entry.no")
    nth: int = Field(primary_key=True)
    debit: str = Field(foreign_key="account.code")
    credit: str = Field(foreign_key="account.code")
    yen: int
    debit_application: str | None = Field(default=None, foreign_key="application.number")
    credit_application: str | None = Field(default=None, foreign_key="application.number")
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")


class DecisionRow(_Signed, table=True):
    """A finding that was kept, with everything known when it was made; a later one supersedes it.

    `sources_to`, `fees_to` and `entries_to` are the last source, fee and entry that the books then held, 0 where there
    was none; NULL of what was kept before these were. `allocations_to`, the last allocation, is NULL of what was kept
    by books up to version 0003, which read what was received from the deposits and not from the journal.
    """

    __table_args__ = (
        CheckConstraint(_one_of("outcome", OUTCOMES), "outcome"),
        CheckConstraint(_one_of("verdict", VERDICTS), "verdict"),
        CheckConstraint("outcome <> 'eligible' OR refundable > 0", "refundable"),
        CheckConstraint("outcome = 'eligible' OR refundable = 0", "nothing_refundable"),
        Index(None, "application", "no"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application: str = Field(foreign_key="application.number")
    as_of: date
    notice: str | None = None
    outcome: str
    verdict: str
    refundable: int
    finding: str = Field(sa_column=Column(Text, nullable=False))
    supersedes: int | None = Field(default=None, foreign_key="decision.no", unique=True)
    sources_to: int | None = None
    fees_to: int | None = None
    entries_to: int | None = None
    allocations_to: int | None = None


class RefundRow(_Row, table=True):
    """A fee to be paid back for an application, or a deposit that was never due; its states stand in `refund_step`."""

    __table_args__ = (
        CheckConstraint("yen > 0", "yen"),
        CheckConstraint("(application IS NOT NULL AND decision IS NOT NULL) OR deposit IS NOT NULL", "ground"),
        CheckConstraint("deposit IS NULL OR decision IS NULL", "one_ground"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application: str | None = Field(default=None, foreign_key="application.number", index=True)
    deposit: str | None = Field(default=None, foreign_key="deposit.reference", index=True)
    decision: int | None = Field(default=None, foreign_key="decision.no")
    yen: int


class RefundStepRow(_Signed, table=True):
    """A state that a refund came into, on a day, by a person, with the entry posted for it; `payment_file` is the file
    that it was put in (filed), or was in until that file was declared void (approved).
    """

    __table_args__ = (
        CheckConstraint(_one_of("state", words.REFUND_STATES), "state"),
        CheckConstraint("(nth = 1) = (state = 'proposed')", "first"),
        CheckConstraint("state IN ('approved', 'filed') OR entry IS NOT NULL", "entry"),
        CheckConstraint("state NOT IN ('rejected', 'returned') OR reason IS NOT NULL", "reason"),
        CheckConstraint("payment_file IS NULL OR state IN ('approved', 'filed')", "payment_file"),
    )
    refund: int = Field(primary_key=True, foreign_key="refund.no")
    nth: int = Field(primary_key=True)
    state: str
    happened_on: date
    reason: str | None = None
    entry: int | None = Field(default=None, foreign_key="entry.no", unique=True)
    payment_file: int | None = Field(default=None, foreign_key="payment_file.no", index=True)


class PaymentFileRow(_Signed, table=True):
    """A file of transfers for the bank, to be carried out on a day: how many, for how many yen, and every character."""

    __table_args__ = (CheckConstraint("refund_count > 0 AND yen > 0", "total"), Index(None, "pay_on", "name"))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    pay_on: date
    name: str
    sha256: str
    refund_count: int
    yen: int
    content: str = Field(sa_column=Column(Text, nullable=False))


class CreditRow(_Row, table=True):
    """A fee set against the reissue of the same member; its states stand in `credit_step`."""

    __table_args__ = (CheckConstraint("yen > 0", "yen"), CheckConstraint("application <> to_application", "another"))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application: str = Field(foreign_key="application.number", index=True)
    to_application: str = Field(foreign_key="application.number", index=True)
    decision: int = Field(foreign_key="decision.no")
    yen: int


class CreditStepRow(_Signed, table=True):
    """A state that a credit came into, on a day, by a person, with the entry that was posted for it."""

    __table_args__ = (
        CheckConstraint(_one_of("state", words.CREDIT_STATES), "state"),
        CheckConstraint("(nth = 1) = (state = 'proposed')", "first"),
        CheckConstraint("state NOT IN ('rejected', 'undone') OR reason IS NOT NULL", "reason"),
    )
    credit: int = Field(primary_key=True, foreign_key="credit.no")
    nth: int = Field(primary_key=True)
    state: str
    happened_on: date
    reason: str | None = None
    entry: int = Field(foreign_key="entry.no", unique=True)


class BatchRow(_Signed, table=True):
    """What one write added to the books; `head` is over the head before, this row and all its seals."""

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    command: str
    previous: str
    head: str


class SealRow(_Row, table=True):
    """The SHA-256 over every column of one row that was added: which batch, which table (`of`), which row (`key`)."""

    __table_args__ = (Index(None, "of", "key"),)
    batch: int = Field(primary_key=True, foreign_key="batch.no")
    nth: int = Field(primary_key=True)
    of: str
    key: str
    digest: str


class RefusedRow(_Signed, table=True):
    """A command that the ledger did not carry out: its code and the fields of its sentence, as JSON."""

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    command: str
    code: str
    fields: str = Field(sa_column=Column(Text, nullable=False))


class MonthStepRow(_Signed, table=True):
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


class AccountApprovalRow(_Signed, table=True):
    """A second person's word that a changed bank account of a member is right."""

    member_known: int = Field(
        primary_key=True, foreign_key="member_known.id", sa_column_kwargs={"autoincrement": False}
    )


class LookedRow(_Signed, table=True):
    """Who looked at the whole bank account number of a member, and for what."""

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    member: str = Field(foreign_key="member.number")
    purpose: str


class SettingRow(_Signed, table=True):
    """What the federation is to the bank, and how many people a payment needs; of each name the last row counts."""

    __table_args__ = (CheckConstraint(_named(("people",), _one_of("value", PEOPLE.codes)), "people"),)
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(index=True)
    value: str


class RequestRow(_Signed, table=True):
    """A command that was given a key: what it was (`digest` over its content) and what it answered, as JSON."""

    key: str = Field(primary_key=True)
    command: str
    digest: str
    answer: str = Field(sa_column=Column(Text, nullable=False))


metadata = SQLModel.metadata

# The same tables for Core statements: bulk work never builds a model object per row.
source = metadata.tables["source"]
member = metadata.tables["member"]
member_known = metadata.tables["member_known"]
application = metadata.tables["application"]
fact = metadata.tables["fact"]
deposit = metadata.tables["deposit"]
deposit_known = metadata.tables["deposit_known"]
allocation = metadata.tables["allocation"]
withdrawn = metadata.tables["withdrawn"]
bill_known = metadata.tables["bill_known"]
fee = metadata.tables["fee"]
account = metadata.tables["account"]
entry = metadata.tables["entry"]
movement = metadata.tables["movement"]
decision = metadata.tables["decision"]
refund = metadata.tables["refund"]
refund_step = metadata.tables["refund_step"]
payment_file = metadata.tables["payment_file"]
credit = metadata.tables["credit"]
credit_step = metadata.tables["credit_step"]
batch = metadata.tables["batch"]
seal = metadata.tables["seal"]
refused = metadata.tables["refused"]
month_step = metadata.tables["month_step"]
account_approval = metadata.tables["account_approval"]
looked = metadata.tables["looked"]
setting = metadata.tables["setting"]
request = metadata.tables["request"]
