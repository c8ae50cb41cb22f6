"""判定の経過: every decision in the order in which it was kept, superseded ones included; and an answer in words."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from exports.formats.sheet import Sheet
from exports.reports.empty import Empty
from exports.reports.filters import ASSOCIATION, MEMBER, read_application, state
from exports.reports.filters import month as in_month
from exports.reports.report import Column, Connection, Parameter, Question, Report, Table, member, sheet
from ledger.i18n import N_
from ledger.statements.labels import OUTCOMES, SUGGESTED, joined, label, missing, remarks

if TYPE_CHECKING:
    from ledger.decisions.course import CourseStep
    from ledger.decisions.rulings import Ruling
    from ledger.decisions.store import Decision
    from ledger.people.register import Owners, Person

NAME = N_("Decisions")


def format_outcome(code: str) -> str | None:
    """The outcome in words."""
    return label(OUTCOMES, code)


def announced_on(answer: Any) -> date | None:
    """The day of the notice under which it was answered; None where there was none."""
    return None if answer.notice is None else answer.notice.announced_on


def format_notice(announced: date | None) -> str | None:
    """The name of the notice of a day; None where there was none."""
    from ledger.notices.register import announced as announced_notice

    notice = announced_notice(announced)
    return None if notice is None else notice.name


# A refund or a credit of a fee, as it stood on the day; and a ruling of the federation.
COURSE = (
    *(
        Column("kind"),
        Column("no", kind="number"),
        Column("state"),
        Column("yen", kind="yen"),
        Column("on", kind="day"),
    ),
    *(Column("to"), Column("decision", kind="number")),
)
RULING = (
    *(Column("no", kind="number"), Column("on", get="decided_on", kind="day"), Column("document"), Column("treatment")),
    *(Column("reason"), Column("approved_on", kind="day"), Column("settles", kind="flag")),
    Column("silent_on", data="texts"),
)


def format_course(course: "Iterable[CourseStep]") -> str:
    """How a fee goes back, a line for each refund and credit; empty where nothing does."""
    return "\n".join(step.says for step in course)


def format_ruling(ruling: "Ruling | None") -> str | None:
    """A ruling in words: what it says, the number and the day of its paper; None where it decides nothing."""
    return ruling.text if ruling is not None and ruling.settles else None


def answer(
    get: Callable[[Any], Any] = lambda row: row,
    *,
    widths: tuple[int, int, int] = (16, 10, 10),
    total: bool = True,
    on_paper: bool = False,
) -> tuple[Column, ...]:
    """The columns of an answer: outcome, clauses, notice, yen, way, what is missing, doubts, what is to be noted.

    How the money goes back and what the federation itself decided stand beside it.

    `widths` are those of outcome, clauses and way. People are told what is missing where somebody has to supply it: not
    while nothing has ended.
    """

    def of(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(get(row), name)

    def to_supply(row: Any) -> tuple[str, ...]:
        return get(row).missing if get(row).outcome in ("needs_facts", "needs_review") else ()

    texts = partial(Column, wrap=True, on_paper=on_paper)
    return (
        Column("outcome", N_("Answer"), of("outcome"), width=widths[0], show=format_outcome, importance=3),
        Column("verdict", get=of("verdict")),
        Column("clauses", N_("Clauses"), of("clauses"), width=widths[1], show=joined, data="texts"),
        texts(
            "notice",
            N_("Notice"),
            lambda row: announced_on(get(row)),
            width=26,
            show=format_notice,
            data="day",
            importance=1,
        ),
        Column("refundable", N_("Amount to be given back"), of("refundable"), "yen", 13, total=total, importance=3),
        Column("suggested", N_("Way"), of("suggested"), width=widths[2], show=lambda way: label(SUGGESTED, way)),
        Column("missing", get=of("missing"), data="texts"),
        Column("to_supply", N_("Missing"), to_supply, width=36, show=missing, wrap=True, in_json=False),
        Column("course", get=lambda row: list(of("course")(row)), columns=COURSE),
        Column("course", N_("How it goes back"), of("course"), width=36, show=format_course, wrap=True, in_json=False),
        Column("ruling", get=of("ruling"), columns=RULING),
        texts("ruling", N_("Ruling"), of("ruling"), width=26, show=format_ruling, in_json=False),
        texts("doubts", N_("Doubts"), of("doubts"), width=36, show=remarks, data="texts"),
        texts("warnings", N_("To be noted"), of("warnings"), width=30, show=remarks, data="texts"),
    )


class ListedDecision(NamedTuple):
    """A decision that was kept, and whose application it is about."""

    decision: "Decision"
    member: "Person"


def listed(connection: Connection, rows: "Iterable[Decision]") -> list[ListedDecision]:
    """The decisions with the members whose they are."""
    from ledger.people.naming import persons

    decisions = list(rows)
    members = persons(connection, sorted({row.member for row in decisions}))
    return [ListedDecision(row, members[row.member]) for row in decisions]


def _rows(connection: Connection, question: Question) -> list[ListedDecision]:
    from ledger.decisions.store import decisions
    from ledger.store.owners import ever_theirs

    application, member = question["application"], question["member"]
    of = [application] if application is not None else None if member is None else ever_theirs(connection, member)
    return listed(connection, decisions(connection, of))


_NO = Column("no", N_("Decision No."), "decision.no", "number", 8, importance=3)
_SAYS = (
    Column("application", N_("Application No."), "decision.application", width=14, importance=3),
    Column("as_of", N_("Decided as of"), "decision.as_of", "day", 17),
    Column("decided_at", N_("Decided at (Japan time)"), "decision.decided_at", "moment", 20, on_paper=True),
    Column("by", N_("Decided by"), "decision.by", importance=1),
    Column("outcome", N_("Answer"), "decision.outcome", width=16, show=format_outcome, importance=3),
    Column("clauses", N_("Clauses"), "decision.clauses", width=10, show=joined, data="texts"),
    Column(
        *("notice", N_("Notice"), lambda row: announced_on(row.decision)),
        width=26,
        show=format_notice,
        wrap=True,
        data="day",
        importance=1,
    ),
    Column("refundable", N_("Amount to be given back"), "decision.refundable", "yen", 13, importance=3),
    Column("superseded_by", N_("Superseded by"), "decision.superseded_by", "number", 9),
)

# The decisions on the applications of one member.
HISTORY = Table(columns=(_NO, *_SAYS))

REPORT = Report(
    name="decisions",
    title=N_("History of decisions"),
    tab=NAME,
    summary=N_("The decisions kept, superseded ones included."),
    examples=("decisions", "decisions 2011-0001", "decisions --association 東京 --standing"),
    parameters=(
        Parameter("application", "text", N_("one application"), "", "APPLICATION", read=read_application),
        ASSOCIATION,
        MEMBER,
        state(lambda: OUTCOMES, "outcome"),
        in_month("as_of"),
        Parameter(
            *("standing", "flag", N_("only those that nothing has superseded"), "--standing"),
            default=False,
            column="superseded_by",
            fits=lambda superseded_by, _asked: superseded_by is None,
        ),
    ),
    rows=_rows,
    columns=(_NO, *member(), *_SAYS),
    empty=Empty(N_("No decision has been kept."), "decision", command="decide --everyone"),
)

_STANDING = Table(
    columns=(
        Column("no", N_("Decision No."), lambda row: row[0].no, "number", 8, importance=3),
        *member(lambda row: row[1]),
        Column("application", N_("Application No."), lambda row: row[0].application, width=14, importance=3),
        Column("as_of", N_("Decided as of"), lambda row: row[0].as_of, "day", 17),
        *answer(lambda row: row[0]),
        Column("by", N_("Decided by"), lambda row: row[0].by, importance=1),
    ),
    total=N_("Total"),
)


def month(decided: "Iterable[Decision]", owners: "Owners", day: date) -> Sheet:
    """判定一覧: the decision that stood for each application at the end of a month."""
    rows = ((decision, owners.of(decision.application)) for decision in decided)
    return sheet(NAME, _STANDING.block(rows), as_of=day)
