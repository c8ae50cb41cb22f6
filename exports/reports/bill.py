"""請求照合: the authority's bills beside the books, line by line, what differs first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from exports.formats import terminal
from exports.formats.sheet import Kind, Sheet, TypedValue
from exports.reports.empty import Empty
from exports.reports.filters import ASSOCIATION, MEMBER, month, state
from exports.reports.next_step import next_step
from exports.reports.report import (
    Cells,
    Column,
    Connection,
    Line,
    Listing,
    Parameter,
    Question,
    Report,
    Table,
    member,
    sheet,
)
from ledger.codes import format_code
from ledger.i18n import N_, _
from ledger.statements.labels import label

if TYPE_CHECKING:
    from ledger.booking.billed import BilledLine, Tie
    from ledger.booking.bills import BillComparison
    from ledger.people.register import Owners, Person
    from ledger.statements.authority import Payable


OF_MONTH = N_("Reconciliation of bills")


class ComparedLine(NamedTuple):
    """A line of a bill beside the books on a day, and whose application it is about, where that is known."""

    line: "BillComparison"
    member: "Person | None"
    as_of: date

    @property
    def dispute(self) -> str | None:
        """open; credited: a later line of the authority ended it; None: nobody disputed it, or took that back."""
        if self.line.dispute is None:
            return None
        return "open" if self.line.disputed else "credited"

    @property
    def days(self) -> int | None:
        """For how many days it has been in dispute; None where it is in none."""
        if self.line.dispute is None or not self.line.disputed:
            return None
        return (self.as_of - self.line.dispute.on).days


class ComparedBills(NamedTuple):
    """Every line, and how many there are in each state; `totals` also has the yen billed and owed in all.

    `tie` is that of all lines with account 2010, also where only some of them are listed.
    """

    lines: list[ComparedLine]
    totals: dict[str, int]
    tie: "Tie"


def _rows(connection: Connection, question: Question) -> ComparedBills:
    from ledger.booking.billed import tie
    from ledger.booking.bills import reconcile
    from ledger.people.register import owners

    lines, owned = reconcile(connection), owners(connection, question["as_of"])
    of = {line.application: owned.of(line.application) for line in lines if line.application in owned.member_of}
    compared = [ComparedLine(line, of.get(line.application), question["as_of"]) for line in lines]
    compared.sort(key=lambda row: not row.line.differs)  # the order of bills and lines stays within each
    return ComparedBills(compared, _totals(compared), tie(connection, lines))


def _narrowed(bills: ComparedBills, left: list[ComparedLine]) -> ComparedBills:
    """The lines that are left, with the sums of these."""
    return ComparedBills(left, _totals(left), bills.tie)


def _totals(rows: list[ComparedLine]) -> dict[str, int]:
    from ledger.booking.bills import totals

    return totals([row.line for row in rows])


def _bill(connection: Connection, number: str) -> str:
    """A bill there is. Refused: another (unknown-bill)."""
    from ledger.booking.bills import require_bill

    return require_bill(connection, number)


def _states() -> Mapping[str, str]:
    from ledger.booking.bills import STATES

    return STATES


def _is_open(row: ComparedLine, _asked: object) -> bool:
    """Whether anything is left to do about a line: it does not agree, is in dispute, or is not wholly transferred."""
    return row.line.differs or row.line.open != 0


def _is_disputed(row: ComparedLine, _asked: object) -> bool:
    return row.line.disputed


def _transferred(row: "ComparedLine | BilledLine") -> int:
    """What was paid for a line; what the authority gave back is negative."""
    return row.line.paid if row.line.billed >= 0 else -row.line.paid


def _of_dispute(name: str) -> Callable[[ComparedLine], Any]:
    """What is known of the dispute about a line."""
    return lambda row: row.line.dispute and getattr(row.line.dispute, name)


# What became of a dispute.
_DISPUTES = {"open": N_("in dispute"), "credited": N_("ended by a later line")}


def _state(code: str) -> str:
    return _(_states()[code])


def _counts(bills: ComparedBills) -> Iterator[tuple[str, TypedValue]]:
    """The sums, and the lines in each state. What is owed stands once for each application, so no column sums it."""
    for code, count in bills.totals.items():
        sums = {"billed": N_("Billed in all"), "owed": N_("Owed in all")}
        words = sums | {"disputed": N_("of these in dispute")}
        kind: Kind = "yen" if code in sums else "count"
        yield _(words[code]) if code in words else _state(code), TypedValue(kind, count)


# How the lines come to the balance of the account, and what is worked out from what.
_TIE = {
    "owed": N_("Owed for certificates issued to date, less waivers"),
    "opened": N_("Payable when the books began"),
    "transferred": N_("Transferred to date, less what was given back"),
    "by_lines": N_("Payable to the authority by the lines of bills"),
    "in_ledger": N_("Balance of 2010 payable to the authority in the general ledger"),
    "difference": N_("Difference"),
}
_WORKED_OUT = {"by_lines": "{owed.yen}+{opened.yen}-{transferred.yen}", "difference": "{by_lines.yen}-{in_ledger.yen}"}


def _tied(bills: ComparedBills) -> Iterator[Line]:
    for name, words in _TIE.items():
        formulas = {"yen": _WORKED_OUT[name]} if name in _WORKED_OUT else {}
        yield Line({"sum": _(words), "yen": getattr(bills.tie, name)}, formulas=formulas, name=name)


def _text(listing: Listing) -> str:
    """The lines, and below them what is typed next about those that do not agree and are in no dispute."""
    differing = [
        row.line for row in listing.content.lines if row.line.differs and row.line.bill and not row.line.disputed
    ]
    lines = [terminal.format_sheet(listing.drawn())]
    if any(line.state == "billed_though_waived" for line in differing):
        lines.append(next_step("bill", "claims", "--out", "claims.xlsx"))
    if differing:
        lines.append(next_step("bill", "dispute", differing[0].bill, differing[0].application) + " --reason …")
    return "\n".join(lines)


REPORT = Report(
    name="bill",
    title=N_("Bills compared with the books"),
    summary=N_("The authority's bills beside the books, line by line."),
    examples=("bill", "bill 2012-09", "bill --open", "bill --disputed", "bill --out 請求照合.xlsx"),
    parameters=(
        Parameter("bill", "text", N_("one bill, by its number"), "", "BILL", read=_bill, column="bill"),
        Parameter(
            *("open", "flag", N_("only what does not agree, or is not transferred yet"), "--open"),
            default=False,
            column=lambda row: row,
            fits=_is_open,
        ),
        Parameter(
            *("disputed", "flag", N_("only what is in dispute with the authority"), "--disputed"),
            default=False,
            column=lambda row: row,
            fits=_is_disputed,
        ),
        ASSOCIATION,
        MEMBER,
        state(_states),
        month("billed_on"),
    ),
    rows=_rows,
    list_key="lines",
    listed=lambda bills: bills.lines,
    text=_text,
    columns=(
        Column("bill", N_("Bill"), "line.bill", width=16, importance=3),
        Column("billed_on", N_("Billed on"), "line.billed_on", "day", 17, importance=1),
        *member(),
        Column("application", N_("Application No."), "line.application", width=14, importance=3),
        Column("billed", N_("Billed"), "line.billed", "yen", 13, total=True, importance=3),
        Column("left", N_("After clearing"), "line.left", "yen", 13, total=True),
        Column("owed", N_("Owed per books"), "line.owed", "yen", 13),
        Column("paid", N_("Transferred"), _transferred, "yen", 13, total=True),
        Column("state", N_("Comparison"), "line.state", width=36, show=_state, importance=4),
        Column("dispute", N_("Dispute"), width=22, show=lambda code: label(_DISPUTES, code), importance=3),
        Column("disputed_on", N_("Disputed since"), _of_dispute("on"), "day", 17),
        Column("disputed_days", N_("Days in dispute"), "days", "count", 9),
        Column("dispute_reason", N_("Why disputed"), _of_dispute("reason"), width=24, wrap=True, on_paper=True),
        Column("dispute_document", N_("Paper"), _of_dispute("document"), width=16, on_paper=True),
        Column("credited_by", N_("Credited by bill"), "line.credited_by", width=16, on_paper=True),
    ),
    facts=(
        Column("totals", data="yen `billed` and `owed`, the number of lines in each state and of those in dispute"),
        Column("tie", columns=tuple(Column(name, kind="yen") for name in _TIE)),
    ),
    total=N_("Total"),
    empty=Empty(N_("Nothing has been billed, and nothing is owed."), "bill_known", ("bills",)),
    narrowed=_narrowed,
    tables=(
        Table(
            columns=(
                Column("comparison", N_("Comparison"), lambda row: row[0], width=16),
                Column("lines", N_("Lines"), lambda row: row[1], "any", 17),
            ),
            rows=_counts,
            heading=N_("Lines by comparison"),
        ),
        Table(
            columns=(
                Column("sum", N_("Sum"), width=16, wrap=True),
                Column("yen", N_("Amount"), kind="yen", width=17),
            ),
            rows=_tied,
            heading=N_("All lines, and what they leave payable to the authority"),
        ),
    ),
)


# What is done about a line (対応).
_NEXT_STEPS = {
    "transferred": N_("transferred"),
    "to_transfer": N_("to be transferred"),
    "nothing": N_("nothing: cleared by other lines"),
    "ask": N_("to be asked of the authority, not transferred"),
    "disputed": N_("the authority's answer is awaited, not transferred"),
    "wait": N_("its bill is awaited"),
}


def _difference(row: "BilledOfMember") -> str:
    """How the difference comes about; not said of a line that other lines clear in part, or are owed with."""
    line = row.row.line
    differs = line.state != "agreed" and line.left in (0, line.billed)
    return "{billed}-{owed}" if differs or line.billed == line.owed else ""


_OF_MONTH = Table(
    columns=(
        Column("bill", N_("Bill"), "row.line.bill", width=16),
        Column("billed_on", N_("Billed on"), "row.line.billed_on", "day", 17, importance=1),
        *member(),
        Column("application", N_("Application No."), "row.line.application", width=14, importance=3),
        Column("issued_on", N_("Issued on"), "row.days.issued_on", "day", 17, importance=1),
        Column("revoked_on", N_("Revoked on"), "row.days.revoked_on", "day", 17, importance=1),
        Column(
            "cause",
            N_("Reason for revocation"),
            "row.days.reason",
            width=18,
            show=lambda code: code and format_code("reason", code),
            importance=1,
        ),
        Column("owed", N_("Owed per books"), "row.line.owed", "yen", 13, importance=3),
        Column("billed", N_("Billed"), "row.line.billed", "yen", 13, total=True, importance=3),
        Column(
            *("difference", N_("Difference"), "row.difference", "yen", 13),
            total=True,
            importance=3,
            formula=_difference,
        ),
        Column("state", N_("Comparison"), "row.line.state", width=22, show=_state, wrap=True, importance=3),
        Column("paid", N_("Transferred"), lambda row: _transferred(row.row), "yen", 13, total=True),
        Column(
            "next", N_("Next step"), "row.next_step", width=26, show=lambda code: label(_NEXT_STEPS, code), wrap=True
        ),
    ),
    total=N_("Total"),
    label_at="name",
)
_SUMS = Table(
    columns=(
        Column("sum", N_("Sum"), width=26, wrap=True),
        Column("lines", N_("Number of lines"), kind="count", width=9),
        Column("yen", N_("Amount"), kind="yen", width=16),
    ),
    heading=N_("Sums, and what they leave payable to the authority"),
)


class BilledOfMember(NamedTuple):
    """A line of a month beside the books, and whose application it is about, where that is known."""

    row: "BilledLine"
    member: "Person | None"


def of_month(billed: "Sequence[BilledLine]", payable: "Payable", owners: "Owners", period: tuple[date, date]) -> Sheet:
    """The lines billed in a month and what of before does not agree, what differs first; and below it the sums."""
    known = owners.member_of
    rows = [
        BilledOfMember(row, owners.of(row.line.application) if row.line.application in known else None)
        for row in billed
    ]
    return sheet(OF_MONTH, _OF_MONTH.block(rows), _SUMS.block(_sums(billed, payable, period[0])), period=period)


def _sums(billed: "Sequence[BilledLine]", payable: "Payable", first: date) -> Iterator[Line]:
    lines = [row.line for row in billed if row.line.bill and row.line.billed_on and row.line.billed_on >= first]
    for code, words in _states().items():
        of_state = [line for line in lines if line.state == code]
        if of_state:
            said = _("Billed in the month: {comparison}", comparison=_(words))
            yield Line({"sum": said, "lines": len(of_state), "yen": sum(line.billed for line in of_state)})
    in_all: Cells = {
        "sum": _("Billed in the month in all"),
        "lines": len(lines),
        "yen": sum(line.billed for line in lines),
    }
    yield Line(in_all, formulas={key: f"SUM({{all.{key}}})" for key in ("lines", "yen")})
    yield Line({"sum": _("Waived by the authority in the month"), "yen": payable.waived})
    yield Line({"sum": _("Waived by the authority in earlier months"), "yen": payable.waived_before})
    yield Line({"sum": _("Payable when the books began"), "yen": payable.opened}, name="opened")
    yield Line({"sum": _("Owed for certificates issued to date, less waivers"), "yen": payable.owed}, name="owed")
    yield Line({"sum": _("Transferred to date, less what was given back"), "yen": payable.transferred}, name="paid")
    in_all = {"sum": _("Payable to the authority"), "yen": payable.payable}
    yield Line(in_all, formulas={"yen": "{opened.yen}+{owed.yen}-{paid.yen}"})
