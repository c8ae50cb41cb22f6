"""The vocabulary of the notices: each word of the law a few lines of SQL, true, false or not known.

A condition says which facts it shows as its grounds, and which fact could still change it (`settled_by`). The facts
are the columns of `ledger.facts`, written here without a table, so that a notice reads like its paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, String, and_, case, column, false, null, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement, literal_column

from ledger.dates import format_western
from ledger.i18n import _, calendar, either, format_day

Truth = ColumnElement[bool]

applied_on = column("applied_on", Date)
issued_on = column("issued_on", Date)
mailed_on = column("mailed_on", Date)
expires_on = column("expires_on", Date)
downloaded_on = column("downloaded_on", Date)
downloads_checked_to = column("downloads_checked_to", Date)
receipt_on = column("receipt_on", Date)
receipts_entered_to = column("receipts_entered_to", Date)
revoked_on = column("revoked_on", Date)
ended_on = column("ended_on", Date)
withdrawn_on = column("withdrawn_on", Date)
reason = column("reason", String)
used = column("used", String)
covered = column("covered", String)
total_received = column("total_received", Integer)
fee_due = column("fee_due", Integer)
recovered_yen = column("recovered_yen", Integer)

UNKNOWN: Truth = null().cast(Boolean)


class days_after(FunctionElement[date]):  # noqa: N801 - it reads as a word of the law
    """The day that lies a number of days after another: day n of Civil Code 140, the first day not counted."""

    type = Date()
    inherit_cache = True

    def __init__(self, day: ColumnElement[date], days: int) -> None:
        # The number is a part of the expression: beside it, it would not be seen where compiled statements are kept, and
        # 30 days and 60 days would be the same SQL.
        super().__init__(day, literal_column(str(days), Integer))


@compiles(days_after, "sqlite")
def _days_after_sqlite(element: days_after, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, '{int(days):+d} days')"


@compiles(days_after)
def _days_after(element: days_after, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({day} + {days})"


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition in the papers' words and in English: a truth of SQL, its grounds, and what could still change it.

    `settled_by` gives for a fact (as `missing` names it) the truth that the fact is not known and matters here;
    `revisable` facts could end the condition although nothing is needed for it to hold (A24). `fails` is how it is said
    that it does not hold, in both languages, so that nobody reads a denial of a denial. `counted` are the two facts
    between whose days it counts.
    """

    ja: str
    en: str
    holds: Truth
    shows: tuple[str, ...] = ()
    settled_by: Mapping[str, Truth] = field(default_factory=dict)
    revisable: Mapping[str, Truth] = field(default_factory=dict)
    fails: tuple[str, str] | None = None
    counted: tuple[str, str] | None = None

    @property
    def says(self) -> str:
        """The condition in the language being spoken."""
        return either(self.ja, self.en)

    @property
    def says_not(self) -> str:
        """That it does not hold, in the language being spoken."""
        return _("not so: {condition}", condition=self.says) if self.fails is None else either(*self.fails)


@dataclass(frozen=True)
class Clause:
    """A clause: its mark (①), the words it quotes, and the conditions that must all hold."""

    mark: str
    words: str
    conditions: tuple[Condition, ...]

    def __init__(self, mark: str, words: str, *conditions: Condition) -> None:
        object.__setattr__(self, "mark", mark)
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True)
class Notice:
    """An official paper: the day it was announced, what it replaces, and the clauses under which the fee comes back."""

    announced_on: date
    name_ja: str
    name_en: str
    clauses: tuple[Clause, ...]
    replaces: date | None = None

    @property
    def name(self) -> str:
        """What the paper is called, in the language being spoken; its day by the calendar of the document."""
        name = either(self.name_ja, self.name_en)
        return name.replace(format_western(self.announced_on), format_day(self.announced_on)) if calendar() else name

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of its clauses, each once, in their order."""
        return tuple(dict.fromkeys(condition for clause in self.clauses for condition in clause.conditions))


# --- the words ------------------------------------------------------------------------------------------------------


def happened(day: ColumnElement[date]) -> Truth:
    """It has happened by the day asked. What no paper reports as ended has not ended (A22), so this is never unknown."""
    return day.is_not(None)


def such_as(*codes: str) -> Truth:
    """「…次の事由等」: a listed reason is one; any other is not known until the authority says (A9).

    While the reason itself is not known, 「非該当」 does not exclude that it is a listed one.
    """
    return case(
        (reason.in_(codes), true()),
        (covered == "yes", true()),
        (and_(covered == "no", reason.is_not(None)), false()),
        else_=UNKNOWN,
    )


def not_by(day: ColumnElement[date], happened_on: ColumnElement[date], register_to: ColumnElement[date]) -> Truth:
    """It had not happened by the day: absence counts only once the register reaches that day."""
    return case((happened_on <= day, false()), (happened_on > day, true()), (register_to >= day, true()), else_=UNKNOWN)


def between(first: date, last: date) -> Truth:
    """Issued within the span, both days included; where the day is not known, between application and mailing (A8)."""
    return case(
        (issued_on.is_not(None), issued_on.between(first, last)),
        (and_(applied_on.between(first, last), mailed_on.between(first, last)), true()),
        (or_(applied_on > last, mailed_on < first), false()),
        else_=UNKNOWN,
    )


# A certificate that has ended: not downloaded, known up to that day. A live one: not downloaded up to the last check,
# and never before it was mailed, for before that there was nothing to download.
NOT_DOWNLOADED: Truth = case(
    (downloaded_on.is_not(None), false()),
    (and_(ended_on.is_not(None), downloads_checked_to >= ended_on), true()),
    (and_(ended_on.is_(None), downloads_checked_to >= mailed_on), true()),
    else_=UNKNOWN,
)

# The authority's answer where there is one; else not downloaded, therefore not used; else 「確認不能」 does not
# confirm anything, and no answer is not an answer.
UNUSED: Truth = case(
    (used == "yes", false()),
    (used == "no", true()),
    else_=or_(NOT_DOWNLOADED, case((used == "cannot", false()), else_=UNKNOWN)),
)

not_downloaded_unknown: Truth = NOT_DOWNLOADED.is_(None)

# --- the conditions that more than one notice names -----------------------------------------------------------------

revoked = Condition(
    "電子証明書を取消した",
    "the certificate was revoked",
    happened(revoked_on),
    ("revoked_on",),
    fails=("電子証明書は取消されていません", "the certificate was not revoked"),
)

ended = Condition(
    "電子証明書が取消され、又は有効期間が満了した",
    "the certificate was revoked or has expired",
    happened(ended_on),
    ("revoked_on", "expires_on"),
    fails=("電子証明書の取消しも有効期間の満了もありません", "the certificate was neither revoked nor has it expired"),
)

never_downloaded = Condition(
    "ダウンロードを行っていない",
    "it was not downloaded",
    NOT_DOWNLOADED,
    ("downloaded_on", "downloads_checked_to"),
    {
        "downloaded": not_downloaded_unknown,
        "mailed_on": and_(not_downloaded_unknown, ended_on.is_(None), mailed_on.is_(None)),
    },
    fails=("電子証明書はダウンロードされています", "the certificate was downloaded"),
)

unused = Condition(
    "電子証明書を利用していない",
    "the certificate was not used",
    UNUSED,
    ("used", "downloaded_on", "downloads_checked_to"),
    {"used": used.is_(None), "downloaded": not_downloaded_unknown},
    fails=(
        "電子証明書が利用されたか、利用の有無を認証局が確認できません",
        "the certificate was used, or the authority cannot confirm whether it was",
    ),
)
