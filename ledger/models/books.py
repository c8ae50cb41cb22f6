"""The tables: what came in, what was decided, what was posted. A NULL is 'not known', and no row is ever changed.

Money is whole yen, a day is a date in Japan, a moment is UTC. Identities (`member`, `application`, `deposit`) are
written once; what is known of them stands in rows of its own, and the row known last counts.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Column, Index, String, Text, UniqueConstraint
from sqlmodel import Field

from ledger import codes as words
from ledger.codes import (
    ACCOUNT_TYPES,
    ANSWER_FACTS,
    ASSOCIATIONS,
    CODE_FACTS,
    CODE_LISTS,
    DAY_FACTS,
    FACTS,
    LINK_FACTS,
    OUTCOMES,
    REGISTER_FACTS,
    VERDICTS,
)
from ledger.columns import HiddenColumn
from ledger.models.rows import KnownBase, RowBase, SignedBase, SourcedBase, coded, named, one_of


class SourceRow(SignedBase, table=True):
    """A file that was taken in, or a command by which a person added a fact.

    A file's bytes are taken in once; again after all of it was withdrawn, and then `/2` stands behind their SHA-256.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str
    sha256: str | None = Field(default=None, unique=True)


class MemberRow(SourcedBase, table=True):
    """A member of the federation, by the registration number as it was received."""

    number: str = Field(primary_key=True)


class MemberKnownRow(KnownBase, table=True):
    """What the register of members said of a member, since when.

    `said` names the columns that the line itself filled in; the others it carries on. NULL: that is not known.
    """

    __table_args__ = (
        CheckConstraint(one_of("association", ASSOCIATIONS), "association"),
        CheckConstraint(f"account_type IS NULL OR {one_of('account_type', ACCOUNT_TYPES.codes)}", "account_type"),
        Index(None, "member", "known_on", "id"),
        Index(None, "account_number"),
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
    account_number: str | None = Field(default=None, sa_column=HiddenColumn(String, nullable=True))
    account_name: str | None = None
    postal_code: str | None = None
    address: str | None = None
    said: str | None = None


class ApplicationRow(SourcedBase, table=True):
    """An application for a certificate: the key of everything; at most one certificate, at most one fee.

    `member` is whose it was recorded to be first; whose it is as of a day says `facts.owned`.
    """

    number: str = Field(primary_key=True)
    member: str = Field(foreign_key="member.number", index=True)


class ApplicationKnownRow(KnownBase, table=True):
    """Whose an application is known to be since a day, when that was recorded wrongly at first."""

    __table_args__ = (Index(None, "application", "known_on", "id"),)
    application: str = Field(foreign_key="application.number")
    member: str = Field(foreign_key="member.number", index=True)


class FactRow(KnownBase, table=True):
    """One thing known of one application, since when; the row known last counts, and of two the one recorded last.

    `day` is the day it happened or was answered, `code` a word of a closed list or another application, `up_to` how
    far a register reached: a download with no `day` means none up to `up_to`.
    """

    __table_args__ = (
        CheckConstraint(one_of("name", FACTS), "name"),
        CheckConstraint(named(DAY_FACTS, "day IS NOT NULL AND code IS NULL AND up_to IS NULL"), "day"),
        CheckConstraint(
            named(REGISTER_FACTS, "up_to IS NOT NULL AND code IS NULL AND (day IS NULL OR day <= up_to)"), "register"
        ),
        CheckConstraint(
            " AND ".join(f"({coded(name, CODE_LISTS[name].codes)})" for name in (*CODE_FACTS, *ANSWER_FACTS)), "code"
        ),
        CheckConstraint(named(ANSWER_FACTS, "day IS NOT NULL"), "answer"),
        CheckConstraint(
            named(LINK_FACTS, "code IS NOT NULL AND code <> application AND day IS NULL AND up_to IS NULL"), "link"
        ),
        Index(None, "application", "name", "known_on", "id"),
    )
    application: str = Field(foreign_key="application.number")
    name: str
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


class DepositRow(SourcedBase, table=True):
    """A transfer received, by its reference number (照会番号)."""

    reference: str = Field(primary_key=True)


class DepositKnownRow(KnownBase, table=True):
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


class AllocationRow(KnownBase, table=True):
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


class WithdrawnRow(RowBase, table=True):
    """A row of an import that was withdrawn: from `known_on` on what was known before it counts again.

    `of` is the table and `row_id` the record that it brought; the command is the `source`, and `reason` says why.
    """

    of: str = Field(primary_key=True)
    row_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    known_on: date
    reason: str
    source: int = Field(foreign_key="source.id")


class BillKnownRow(KnownBase, table=True):
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


class OpeningRow(KnownBase, table=True):
    """A balance with which the books begin, in yen, debit positive; of which application or deposit, if of either."""

    __table_args__ = (CheckConstraint("yen <> 0", "yen"),)
    opened_on: date
    account: str = Field(foreign_key="account.code")
    yen: int
    application: str | None = Field(default=None, foreign_key="application.number")
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")


class FeeRow(RowBase, table=True):
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


class AccountRow(RowBase, table=True):
    """An account of the chart; `kept_by` names what its subsidiary ledger is kept by."""

    __table_args__ = (CheckConstraint(one_of("kind", ("asset", "liability", "revenue", "expense")), "kind"),)
    code: str = Field(primary_key=True)
    kind: str
    ja: str
    en: str
    kept_by: str | None = None


class EntryRow(SignedBase, table=True):
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


class MovementRow(RowBase, table=True):
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
        Index(None, "debit_application"),
        Index(None, "credit_application"),
        Index(None, "yen"),
    )
    entry: int = Field(primary_key=True, foreign_key="entry.no")
    nth: int = Field(primary_key=True)
    debit: str = Field(foreign_key="account.code")
    credit: str = Field(foreign_key="account.code")
    yen: int
    debit_application: str | None = Field(default=None, foreign_key="application.number")
    credit_application: str | None = Field(default=None, foreign_key="application.number")
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")


class DecisionRow(SignedBase, table=True):
    """A finding that was kept, with everything known when it was made; a later one supersedes it.

    `sources_to`, `fees_to`, `entries_to` and `rulings_to` are the last source, fee, entry and step of a ruling that the
    books then held, 0 where there was none; NULL of what was kept before these were. `allocations_to`, the last
    allocation, is NULL of what was kept by books up to version 0003, which read what was received from the deposits and
    not from the journal.
    """

    __table_args__ = (
        CheckConstraint(one_of("outcome", OUTCOMES), "outcome"),
        CheckConstraint(one_of("verdict", VERDICTS), "verdict"),
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
    rulings_to: int | None = None


class RefundRow(RowBase, table=True):
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


class RefundStepRow(SignedBase, table=True):
    """A state that a refund came into, on a day, by a person, with the entry posted for it; `payment_file` is the file
    that it was put in (filed), or was in until that file was declared void (approved).

    `undoes` is the step that was recorded by mistake and is taken back: the state is the one before it. `yen` are what
    the member paid back (recovered). `member_known` and `payee` are what was proposed and approved: the row of the
    register, and who receives the money in the member's place. `despite` is why it goes on although something stands
    against it, and `grounds` the answer (outcome and yen) that was known then.
    """

    __table_args__ = (
        CheckConstraint(one_of("state", words.REFUND_STATES), "state"),
        CheckConstraint("(nth = 1) = (state = 'proposed')", "first"),
        CheckConstraint("state IN ('approved', 'filed') OR entry IS NOT NULL", "entry"),
        CheckConstraint("state NOT IN ('rejected', 'returned', 'ended') OR reason IS NOT NULL", "reason"),
        CheckConstraint("payment_file IS NULL OR state IN ('approved', 'filed')", "payment_file"),
        CheckConstraint("undoes IS NULL OR (reason IS NOT NULL AND entry IS NOT NULL)", "undoes"),
        CheckConstraint("(yen IS NOT NULL AND yen > 0) = (state = 'recovered' AND undoes IS NULL)", "recovered"),
    )
    refund: int = Field(primary_key=True, foreign_key="refund.no")
    nth: int = Field(primary_key=True)
    state: str
    happened_on: date
    reason: str | None = None
    entry: int | None = Field(default=None, foreign_key="entry.no", unique=True)
    payment_file: int | None = Field(default=None, foreign_key="payment_file.no", index=True)
    undoes: int | None = None
    yen: int | None = None
    member_known: int | None = Field(default=None, foreign_key="member_known.id", index=True)
    payee: int | None = Field(default=None, foreign_key="payee_known.id")
    despite: str | None = None
    grounds: str | None = None


class PaymentFileRow(SignedBase, table=True):
    """A file of transfers for the bank, to be carried out on a day: how many, for how many yen, and every character."""

    __table_args__ = (CheckConstraint("refund_count > 0 AND yen > 0", "total"), Index(None, "pay_on", "name"))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    pay_on: date
    name: str
    sha256: str
    refund_count: int
    yen: int
    content: str = Field(sa_column=HiddenColumn(Text, nullable=False))


class CreditRow(RowBase, table=True):
    """A fee set against the reissue of the same member; its states stand in `credit_step`."""

    __table_args__ = (CheckConstraint("yen > 0", "yen"), CheckConstraint("application <> to_application", "another"))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application: str = Field(foreign_key="application.number", index=True)
    to_application: str = Field(foreign_key="application.number", index=True)
    decision: int = Field(foreign_key="decision.no")
    yen: int


class CreditStepRow(SignedBase, table=True):
    """A state that a credit came into, on a day, by a person, with the entry that was posted for it."""

    __table_args__ = (
        CheckConstraint(one_of("state", words.CREDIT_STATES), "state"),
        CheckConstraint("(nth = 1) = (state = 'proposed')", "first"),
        CheckConstraint("state NOT IN ('rejected', 'undone') OR reason IS NOT NULL", "reason"),
    )
    credit: int = Field(primary_key=True, foreign_key="credit.no")
    nth: int = Field(primary_key=True)
    state: str
    happened_on: date
    reason: str | None = None
    entry: int = Field(foreign_key="entry.no", unique=True)


class SlipRow(RowBase, table=True):
    """What a person posts that no file brings, such as a bank charge; its states stand in `slip_step`.

    `refund` is the refund that a bank charge belongs to; `reverses` the entry that a slip takes back.
    """

    __table_args__ = (
        CheckConstraint(one_of("kind", list(words.SLIP_KINDS)), "kind"),
        CheckConstraint("yen > 0", "yen"),
        CheckConstraint("debit <> credit", "sides"),
        CheckConstraint("application IS NULL OR deposit IS NULL", "one_subject"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", "reverses"),
        Index(None, "kind", "yen"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    debit: str = Field(foreign_key="account.code")
    credit: str = Field(foreign_key="account.code")
    yen: int
    application: str | None = Field(default=None, foreign_key="application.number", index=True)
    deposit: str | None = Field(default=None, foreign_key="deposit.reference", index=True)
    refund: int | None = Field(default=None, foreign_key="refund.no")
    reverses: int | None = Field(default=None, foreign_key="entry.no")


class SlipStepRow(SignedBase, table=True):
    """A state that a slip came into, on a day, by a person; the entry of a slip bears the day of its first step."""

    __table_args__ = (
        CheckConstraint(one_of("state", words.SLIP_STATES), "state"),
        CheckConstraint("(nth = 1) = (state IN ('proposed', 'posted'))", "first"),
        CheckConstraint("state = 'approved' OR reason IS NOT NULL", "reason"),
        CheckConstraint("(state IN ('approved', 'posted')) = (entry IS NOT NULL)", "entry"),
    )
    slip: int = Field(primary_key=True, foreign_key="slip.no")
    nth: int = Field(primary_key=True)
    state: str
    happened_on: date
    reason: str | None = None
    entry: int | None = Field(default=None, foreign_key="entry.no", unique=True)
