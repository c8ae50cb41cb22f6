"""The tables of what the bank itself says of the federation's account: its lines, and its balances."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from ledger.models.rows import KnownBase, one_of


class BankLineRow(KnownBase, table=True):
    """A line of the account at the bank, as a file of the bank tells it; `account` is bank, branch and number.

    `line` names the line: files that tell the same have it in common, each with the `form` of the file. `payer` and
    `note` stand as the bank wrote them, `number` is its reference, `code` its word for the kind of line. A line that
    is a correction takes back an earlier one, `corrects`, which went the other way; NULL: it is not known which.
    `deposit` is the transfer that the line became in the books, if it became any. `digest` is the SHA-256 of its bytes.
    """

    __table_args__ = (
        CheckConstraint(one_of("form", ("statement", "notice", "csv")), "form"),
        CheckConstraint(one_of("way", ("in", "out")), "way"),
        CheckConstraint(one_of("state", ("ordinary", "correction")), "state"),
        CheckConstraint("yen > 0", "yen"),
        CheckConstraint("corrects IS NULL OR state = 'correction'", "corrects"),
        CheckConstraint("deposit IS NULL OR (way = 'in' AND state = 'ordinary')", "deposit"),
        Index(None, "happened_on", "id"),
        Index(None, "deposit"),
    )
    line: str
    account: str
    form: str
    happened_on: date
    way: str
    state: str
    yen: int = Field(sa_type=BigInteger)
    number: str | None = None
    payer: str | None = None
    note: str | None = None
    code: str | None = None
    corrects: str | None = None
    deposit: str | None = Field(default=None, foreign_key="deposit.reference")
    digest: str


class BankBalanceRow(KnownBase, table=True):
    """What an account held at the end of a day, in yen, by the bank's word; of one day the row recorded last counts."""

    __table_args__ = (Index(None, "happened_on", "id"),)
    account: str
    happened_on: date
    yen: int = Field(sa_type=BigInteger)
