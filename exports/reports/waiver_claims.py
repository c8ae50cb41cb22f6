"""免除請求: the list that is sent to the authority: what it is asked not to bill or to give back, by which clause."""

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from exports.reports.decisions import announced_on, format_notice
from exports.reports.empty import Empty
from exports.reports.report import AS_OF, Column, Connection, Parameter, Question, Report
from ledger.codes import format_code
from ledger.i18n import N_, _, either
from ledger.statements.labels import joined, label

if TYPE_CHECKING:
    from ledger.booking.waiver_claims import WaiverClaim
    from ledger.decisions.store import Decision

# What the authority is asked to do, in the order in which it stands on the list.
_ASKS = {
    "give_back": N_("give back what was paid"),
    "withdraw": N_("withdraw what is billed"),
    "not_bill": N_("not bill it"),
}


class Claims(NamedTuple):
    """What is claimed, and from whom: the authority's name, as the settings have it; empty: not set."""

    rows: "list[WaiverClaim]"
    addressee: str

    @property
    def yen(self) -> int:
        """What is claimed in all."""
        return sum(row.yen for row in self.rows)


def _rows(connection: Connection, question: Question) -> Claims:
    from ledger.booking.waiver_claims import waiver_claims
    from ledger.store.settings import values

    rows = waiver_claims(connection, question["as_of"])
    rows.sort(key=lambda row: list(_ASKS).index(row.asks))  # by application within each
    return Claims(rows, values(connection)["authority_name"] or "")


def _addressed(claims: Claims) -> str:
    return _("To: {name}", name=claims.addressee) if claims.addressee else ""


def _clauses(decision: "Decision") -> str:
    """The clauses that hold, each with its mark and the words of the notice."""
    clauses = () if decision.notice is None else decision.notice.clauses
    cited = [clause for clause in clauses if clause.mark in decision.clauses]
    quoted = [f"{clause.mark}{either('「', ' “')}{clause.words}{either('」', '”')}" for clause in cited]
    return "\n".join(filter(None, [format_notice(announced_on(decision)), *quoted]))


def _days(name: str) -> str:
    return f"days.{name}"


def _reason(code: str | None) -> str | None:
    return code and format_code("reason", code)


def _not_asked(asked_on: date | None, _asked: Any) -> bool:
    return asked_on is None


REPORT = Report(
    name="bill claims",
    title=N_("Claim that fees be waived"),
    summary=N_("What the authority is asked not to bill or to give back, by which clause: a list to be sent to it."),
    examples=("bill claims --out 免除請求.xlsx", "bill claims --new --as-of 2012-09-30"),
    parameters=(
        AS_OF,
        Parameter(
            *("new", "flag", N_("only what was not asked for before"), "--new"),
            default=False,
            column="asked_on",
            fits=_not_asked,
        ),
    ),
    rows=_rows,
    list_key="claims",
    listed=lambda claims: claims.rows,
    columns=(
        Column("application", N_("Application No."), width=14, importance=4),
        Column("issued_on", N_("Issued on"), _days("issued_on"), "day", 16, importance=1),
        Column("mailed_on", N_("Mailed on"), _days("mailed_on"), "day", 16, importance=1),
        Column("revoked_on", N_("Revoked on"), _days("revoked_on"), "day", 16),
        Column("cause", N_("Reason for revocation"), _days("reason"), width=16, show=_reason, wrap=True),
        Column("bills", N_("Bill"), width=14, show=joined, data="texts", wrap=True, importance=3),
        Column("billed", N_("Billed"), kind="yen", width=11, total=True, importance=3),
        Column("paid", N_("Transferred"), kind="yen", width=11, total=True, importance=3),
        Column("yen", N_("To be waived"), kind="yen", width=11, total=True, importance=4),
        Column("asks", N_("What is asked"), width=16, show=lambda code: label(_ASKS, code), wrap=True, importance=3),
        Column("notice", get=lambda row: announced_on(row.ground), data="day"),
        Column("clauses", get="ground.clauses", data="texts"),
        Column("decision", get="ground.no", kind="number"),
        Column(
            "ground", N_("Ground"), lambda row: _clauses(row.ground), width=44, wrap=True, on_paper=True, in_json=False
        ),
        Column("asked_on", N_("Asked for on"), kind="day", width=16),
        Column("document", N_("Paper"), width=12, wrap=True),
    ),
    facts=(Column("addressee"), Column("yen", kind="yen")),
    total=N_("Total"),
    dated=True,
    subtitle=_addressed,
    narrowed=lambda claims, left: Claims(left, claims.addressee),
    empty=Empty(N_("Nothing is waived that the authority has not granted."), "decision", command="decide --everyone"),
)
