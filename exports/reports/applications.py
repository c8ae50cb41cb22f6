"""申込一覧: the applications, each with its life, its fee and the answer to the question whether that comes back."""

from typing import Any

from exports.reports.decisions import COURSE, format_course, format_outcome
from exports.reports.empty import NO_APPLICATION
from exports.reports.filters import ASSOCIATION, MEMBER, month, state
from exports.reports.report import AS_OF, Column, Connection, Parameter, Question, Report, member
from ledger.codes import format_code
from ledger.i18n import N_
from ledger.statements.labels import OUTCOMES


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.statements.applications import known_applications

    return known_applications(connection, question["as_of"], member=question["member"])


def _fact(key: str, title: str, *, kind: Any = "day", on_paper: bool = False) -> Column:
    return Column(key, title, kind=kind, width=17 if kind == "day" else 10, on_paper=on_paper)


APPLICATION_NO = Column("application", N_("Application No."), width=14, importance=3)
STATE = Column("state", N_("State"), "outcome", width=16, show=format_outcome, importance=3)
FEE_RECEIVED = Column("fee_received", N_("Fee received"), kind="yen", total=True)
HOW_IT_GOES_BACK = (
    Column("course", get=lambda row: list(row.course), columns=COURSE),
    Column("course", N_("Refund or credit"), width=36, show=format_course, wrap=True, in_json=False),
)

_OWING = Parameter(
    *("owing", "flag", N_("only those whose fee is not wholly received"), "--owing"),
    default=False,
    column="fee_owed",
    fits=lambda owed, _asked: bool(owed),
)

REPORT = Report(
    name="applications",
    title=N_("Applications made"),
    summary=N_("The applications: applied for, issued, mailed, revoked, fee received, the answer, refund or credit."),
    examples=(
        "applications --member '甲山 太郎'",
        "applications --association 東京 --state needs_facts",
        "applications --month 2012-01 --out 申込一覧.xlsx",
        "applications --owing",
    ),
    parameters=(AS_OF, ASSOCIATION, MEMBER, state(lambda: OUTCOMES), month("applied_on"), _OWING),
    rows=_rows,
    list_key="applications",
    columns=(
        *member(),
        APPLICATION_NO,
        _fact("applied_on", N_("Applied on")),
        Column(
            "kind",
            N_("Kind"),
            width=8,
            show=lambda code: None if code is None else format_code("kind", code),
        ),
        _fact("issued_on", N_("Issued on"), on_paper=True),
        _fact("mailed_on", N_("Mailed on")),
        _fact("revoked_on", N_("Revoked on")),
        _fact("withdrawn_on", N_("Withdrawn on"), on_paper=True),
        FEE_RECEIVED,
        Column("fee_owed", get="owed", kind="yen"),
        STATE,
        *HOW_IT_GOES_BACK,
    ),
    total=N_("Total"),
    dated=True,
    empty=NO_APPLICATION,
)
