"""The course of a fee on its way back: each refund and credit that stands, how far it had come by a day, as one column.

The SELECT that decides says in the same row how the money goes back, so an answer and its course cannot differ.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    CTE,
    BigInteger,
    CompoundSelect,
    Select,
    Table,
    Text,
    case,
    cast,
    func,
    literal,
    select,
)

from ledger import tables
from ledger.codes import STATES
from ledger.facts import AS_OF
from ledger.i18n import N_, _
from ledger.money import format_yen
from ledger.settlements import OPEN, TAKEN_BACK, WAYS

# The numbers of the applications that are asked about.
Scope = Select[tuple[str]] | CompoundSelect[tuple[str]]

# How far a refund or a credit has come, by its kind and state.
_SAYS = {
    ("refund", "proposed"): N_("refund {no}: {yen} yen, proposed on {on}, waits for a second person"),
    ("refund", "approved"): N_("refund {no}: {yen} yen, approved on {on}, waits for the transfer"),
    ("refund", "filed"): N_("refund {no}: {yen} yen, in a transfer file since {on}"),
    ("refund", "paid"): N_("refund {no}: {yen} yen, paid on {on}"),
    ("refund", "returned"): N_("refund {no}: {yen} yen, transfer came back on {on}, to be paid again"),
    ("credit", "proposed"): N_("credit {no} to {to}: {yen} yen, proposed on {on}, waits for a second person"),
    ("credit", "applied"): N_("credit {no} to {to}: {yen} yen, applied on {on}"),
}
_OTHER = N_("{kind} {no}: {yen} yen, since {on}: {state}")
# Between the parts of a step, and between steps; numbers of applications hold no control character.
_PART, _STEP = "|", "\t"


@dataclass(frozen=True)
class CourseStep:
    """A refund or a credit of a fee: its number, its state and since which day, its yen, the reissue it goes to.

    `decision` is the decision that it rests on.
    """

    kind: str
    no: int
    state: str
    yen: int
    on: date
    decision: int
    to: str | None

    @property
    def waits(self) -> bool:
        """Whether the yen are not paid out, or set against the reissue, yet."""
        return self.state in OPEN

    @property
    def says(self) -> str:
        """How far it has come, in the language being spoken."""
        values = vars(self) | {"yen": format_yen(self.yen), "state": _(STATES[self.state])}
        return _(_SAYS.get((self.kind, self.state), _OTHER), **values)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """The commands by which it goes on from there, the usual one first, and by which it is taken back."""
        # Which file a refund is in is not part of the answer.
        ways = WAYS[self.kind].get(self.state, (f"{self.kind} list",))
        return tuple("seisan " + way.format(no=self.no, file="FILE_NO") for way in ways)


def numbers_of(whole: Table, scope: Scope) -> Select[tuple[int]]:
    """The numbers of the refunds or credits of these applications."""
    return select(whole.c.no).where(whole.c.application.in_(scope))


def _last_states(steps: Table, whole: Table, scope: Scope | None) -> CTE:
    """The last step of each refund or credit by the day."""
    of = steps.c[whole.name]
    after = func.lead(steps.c.nth).over(partition_by=of, order_by=steps.c.nth)
    columns = (of.label("of"), steps.c.state, steps.c.happened_on, after.label("after"))
    taken = select(*columns).where(steps.c.happened_on <= AS_OF)
    ranked = (taken if scope is None else taken.where(of.in_(numbers_of(whole, scope)))).subquery()
    last = select(ranked.c.of, ranked.c.state, ranked.c.happened_on).where(ranked.c.after.is_(None))
    return last.cte(f"{whole.name}_course")


def courses(scope: Scope | None) -> CTE:
    """For each application of which a fee is on its way back, its course as text and the yen that still wait."""
    parts = []
    for table, steps, to in (
        (tables.refund, tables.refund_step, literal("")),
        (tables.credit, tables.credit_step, tables.credit.c.to_application),
    ):
        last = _last_states(steps, table, scope)
        waiting = case((last.c.state.in_(OPEN), table.c.yen), else_=0)
        parts.append(
            select(
                table.c.application,
                (literal(str(table.name)) + _PART + cast(table.c.no, Text) + _PART + last.c.state).label("what"),
                (cast(table.c.yen, Text) + _PART + cast(last.c.happened_on, Text)).label("since"),
                (cast(table.c.decision, Text) + _PART + to).label("grounds"),
                waiting.label("waiting"),
            )
            .join(last, last.c.of == table.c.no)
            .where(table.c.application.is_not(None), table.c.decision.is_not(None), last.c.state.not_in(TAKEN_BACK))
        )
    every = parts[0].union_all(*parts[1:]).subquery()
    step = every.c.what + _PART + every.c.since + _PART + every.c.grounds
    return (
        select(
            every.c.application,
            func.aggregate_strings(step, _STEP).label("course"),
            func.sum(every.c.waiting).cast(BigInteger).label("waiting"),
        )
        .group_by(every.c.application)
        .cte("courses")
    )


def parse_course(text: str | None) -> tuple[CourseStep, ...]:
    """The steps that a row of the SELECT names: refunds, then credits, each by number."""
    steps = []
    for step in (text or "").split(_STEP) if text else ():
        kind, no, state, yen, on, decision, to = step.split(_PART, 6)
        steps.append(CourseStep(kind, int(no), state, int(yen), date.fromisoformat(on), int(decision), to or None))
    return tuple(sorted(steps, key=lambda step: (step.kind != "refund", step.no)))
