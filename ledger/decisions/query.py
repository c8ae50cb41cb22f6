"""The one SELECT that decides: facts → conditions → clauses → verdict → outcome, all columns of the same row.

The databases' own three-valued logic combines what is not known; nothing is combined again in Python, so the
explanation, which is read from the same row, cannot differ from the decision.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from ledger import allocations, facts, fees, tables
from ledger.codes import OPENING, RECEIPTS, Account
from ledger.decisions import rulings
from ledger.decisions.course import Scope, courses, numbers_of
from ledger.facts import AS_OF
from ledger.notices import register, review_flags
from ledger.notices.conditions import Clause, Condition, Notice, Truth
from ledger.store.owners import ever_owned
from ledger.store.records import by_characters

# The facts that `missing` may name, in the order in which it does.
MISSABLE = ("issued_on", "mailed_on", "downloaded", "receipt", "reason", "used", "covered")


# The applications of one member; and these applications with the others of their members, for a reissue may be among
# those. Which they are is handed over with the day asked, so that the SELECT is built and prepared once.
# Whose they ever were is asked, for whose they were as of the day the SELECT itself says.
MEMBER: Scope = ever_owned(bindparam("scope_member"))
_own, _known = tables.application.alias("own"), tables.application_known.alias("known")
_named: BindParameter[Any] = bindparam("scope_applications", expanding=True)
_members = union_all(
    select(_own.c.member).where(_own.c.number.in_(_named)),
    select(_known.c.member).where(_known.c.application.in_(_named)),
)
_corrected = select(tables.application_known.c.application).where(tables.application_known.c.member.in_(_members))
APPLICATIONS: Scope = (
    select(tables.application.c.number).where(tables.application.c.member.in_(_members)).union_all(_corrected)
)


@cache
def question(notice: Notice | None, scope: Scope | None = None) -> Select[Any]:
    """The SELECT that judges the applications of the scope (None: everyone) under a notice (None: no rules).

    The scope is `MEMBER` or `APPLICATIONS`. The parameters are those of `parameters`. One row per application that had
    been applied for by that day.
    """
    rules, named = clause_columns(notice), condition_columns(notice)
    clauses = _clauses(rules, named, _conditions(named, _asked(scope)))
    return _outcomes(_judged(rules, named, clauses), scope)


def parameters(
    as_of: date, *, member: str | None = None, applications: Sequence[str] | None = None
) -> dict[str, object]:
    """The parameters of the SELECT for a question asked on this day, with those of its scope."""
    values: dict[str, object] = {"as_of": as_of, "five_years_before": _years_before(as_of, 5)}
    if member is not None:
        values["scope_member"] = member
    if applications is not None:
        values["scope_applications"] = list(applications)
    return values


def _years_before(day: date, years: int) -> date:
    """The day some years earlier; of 29 February, 28 February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


@cache
def condition_columns(notice: Notice | None) -> dict[Condition, str]:
    """For each condition of a notice the column that says whether it holds."""
    return {} if notice is None else {condition: f"is_{name}" for condition, name in register.names(notice).items()}


@cache
def clause_columns(notice: Notice | None) -> dict[Clause, str]:
    """For each clause of a notice the column that says whether it holds."""
    return {} if notice is None else {clause: f"clause_{nth}" for nth, clause in enumerate(notice.clauses, 1)}


# --- the steps ------------------------------------------------------------------------------------------------------


def _asked(scope: Scope | None) -> CTE:
    """The facts of each application with the day it ended and the money received, due and already returned."""
    within = None if scope is None else tables.fact.c.application.in_(scope)
    fact = facts.known(AS_OF, within)
    posted, returned, recovered = _posted(), _returned(scope), _recovered_of_fees(scope)
    fees_received, suspense, claimed = _fees_received(posted, scope), _suspense(posted, scope), _claimed(posted, scope)
    revoked_first = func.coalesce(fact.c.expires_on >= fact.c.revoked_on, true())
    ended_on = case(
        (and_(fact.c.revoked_on.is_not(None), revoked_first), fact.c.revoked_on),
        (fact.c.expires_on <= AS_OF, fact.c.expires_on),
    )
    received, waiting = func.coalesce(fees_received.c.yen, 0), func.coalesce(suspense.c.yen, 0)
    gone_back = func.coalesce(returned.c.yen, 0) - func.coalesce(claimed.c.yen, 0)
    joined = fact
    for part in (fees_received, suspense, returned, claimed, recovered):
        joined = joined.outerjoin(part, part.c.application == fact.c.application)  # type: ignore[assignment]
    return (
        select(
            *fact.c,
            ended_on.label("ended_on"),
            fees.due(fact, AS_OF).label("fee_due"),
            fees.tax_percent(fact, AS_OF).label("tax_percent"),
            received.label("received"),
            waiting.label("in_suspense"),
            (received + waiting).label("total_received"),
            gone_back.label("returned"),
            func.coalesce(recovered.c.yen, 0).label("recovered_yen"),
        )
        .select_from(joined)
        .cte("asked")
        .prefix_with("MATERIALIZED")
    )


def _conditions(named: dict[Condition, str], facts_asked: CTE) -> CTE:
    """Each condition of the notice once, as true, false or NULL."""
    truths = [condition.holds.label(name) for condition, name in named.items()]
    return select(*facts_asked.c, *truths).select_from(facts_asked).cte("conditions").prefix_with("MATERIALIZED")


def _clauses(rules: dict[Clause, str], named: dict[Condition, str], conditions: CTE) -> CTE:
    """Each clause, the conjunction of its conditions."""
    truths = [
        and_(*(conditions.c[named[condition]] for condition in clause.conditions)).label(name)
        for clause, name in rules.items()
    ]
    return select(*conditions.c, *truths).cte("clauses")


def _judged(rules: dict[Clause, str], named: dict[Condition, str], clauses: CTE) -> CTE:
    """The verdict, the disjunction of the clauses; beside it doubts, warnings and what could still change it."""
    by_mark: dict[str, Truth] = {clause.mark: clauses.c[name] for clause, name in rules.items()}
    any_clause: Truth = or_(*by_mark.values()) if by_mark else false()

    def holds(mark: str | None) -> Truth:
        return any_clause if mark is None else by_mark.get(mark, false())

    verdict = case((any_clause, "eligible"), (any_clause.is_(None), "undetermined"), else_="not_eligible")
    remarks = [
        review_flags.raised(flag, holds).label(f"{kind}_{flag.code}")
        for kind, flags in (("doubt", review_flags.DOUBTS), ("warning", review_flags.WARNINGS))
        for flag in flags
    ]
    missing = [
        and_(any_clause.is_(None), _could_change(fact, rules, named, clauses)).label(f"missing_{fact}")
        for fact in MISSABLE
    ]
    return (
        select(*clauses.c, verdict.label("verdict"), *remarks, *missing)
        .select_from(clauses)
        .cte("judged")
        .prefix_with("MATERIALIZED")
    )


def _could_change(fact: str, rules: dict[Clause, str], named: dict[Condition, str], clauses: CTE) -> Truth:
    """Whether the fact could still change the answer: a clause is undecided, and so is a condition turning on it."""
    could: list[Truth] = []
    for clause, name in rules.items():
        undecided = clauses.c[name].is_(None)
        for condition in clause.conditions:
            if (unknown := condition.settled_by.get(fact)) is not None:
                could.append(and_(undecided, clauses.c[named[condition]].is_(None), unknown))
            if (unknown := condition.revisable.get(fact)) is not None:
                could.append(and_(undecided, unknown))
    return func.coalesce(or_(*could), false()) if could else false()


def _outcomes(judged: CTE, scope: Scope | None) -> Select[Any]:
    """The outcome, in the fixed order, and what it means in yen."""
    total, due, received = judged.c.total_received, judged.c.fee_due, judged.c.received
    # While no fee is known, what waits in suspense may be one.
    nothing = case((due.is_(None), total), else_=received) == 0
    received_of_due = case((nothing, 0), (due.is_(None), None), (due < received, due), else_=received)
    fee_received = received_of_due.label("fee_received")
    course, ruling = courses(scope), rulings.approved(scope)
    outcome, beside = _outcome(judged, nothing, fee_received, course, ruling)
    suspense = judged.c.in_suspense
    beyond_due = case((due.is_(None), None), (received > due, suspense + received - due), else_=suspense)
    overpaid = case((total == 0, 0), else_=beyond_due).label("overpaid")
    reissues = (
        select(judged.c.member, func.min(judged.c.application).label("open_reissue"))
        .where(
            judged.c.kind == "reissue",
            judged.c.total_received == 0,
            judged.c.withdrawn_on.is_(None),
            judged.c.ended_on.is_(None),
        )
        .group_by(judged.c.member)
        .cte("open_reissues")
    )
    weighed = (
        select(*judged.c, outcome, *beside, fee_received, overpaid, reissues.c.open_reissue)
        .select_from(
            judged.outerjoin(reissues, reissues.c.member == judged.c.member)
            .outerjoin(course, course.c.application == judged.c.application)
            .outerjoin(ruling, ruling.c.application == judged.c.application)
        )
        .cte("weighed")
    )
    eligible = weighed.c.outcome == "eligible"
    credit = and_(weighed.c.open_reissue.is_not(None), func.coalesce(weighed.c.choice, "credit") == "credit")
    given_back = weighed.c.outcome.in_(("no_fee", "being_settled", "settled"))
    return select(
        *weighed.c,
        case((eligible, weighed.c.fee_received - weighed.c.returned), else_=0).label("refundable"),
        case((and_(eligible, credit), "credit"), (eligible, "refund")).label("suggested"),
        or_(given_back, weighed.c.ruled, weighed.c[f"doubt_{review_flags.WITHDRAWN}"]).label("decided"),
    ).order_by(by_characters(weighed.c.application))


def _outcome(
    judged: CTE, nothing: ColumnElement[bool], fee_received: ColumnElement[Any], course: CTE, ruling: CTE
) -> tuple[ColumnElement[str], list[ColumnElement[Any]]]:
    """The outcome, and what stands beside it: the course of the money, the ruling, whether it settles a doubt.

    A ruling takes the place of the review, and of nothing else.
    """
    doubtful = or_(*(judged.c[f"doubt_{doubt.code}"] for doubt in review_flags.DOUBTS))
    settled = and_(judged.c.fee_due.is_not(None), judged.c.returned >= fee_received)
    eligible, undetermined = judged.c.verdict == "eligible", judged.c.verdict == "undetermined"
    open_question = or_(eligible, and_(undetermined, judged.c.ended_on.is_not(None)))
    review = or_(judged.c[f"doubt_{review_flags.WITHDRAWN}"], and_(doubtful, open_question))
    ruled = and_(review, rulings.settles(judged, ruling))
    outcome = case(
        (nothing, "no_fee"),
        (and_(settled, course.c.waiting > 0), "being_settled"),
        (settled, "settled"),
        (and_(ruled, ruling.c.ruling_treatment == "refund"), "eligible"),
        (ruled, "not_eligible"),
        (review, "needs_review"),
        (eligible, "eligible"),
        (judged.c.ended_on.is_(None), "in_force"),
        (undetermined, "needs_facts"),
        else_="not_eligible",
    ).label("outcome")
    named = [ruling.c[f"ruling_{name}"] for name in rulings.COLUMNS]
    beside = [func.coalesce(review, false()).label("under_review"), func.coalesce(ruled, false()).label("ruled")]
    return outcome, [course.c.course, *named, ruling.c.doubts.label("ruling_doubts"), *beside]


# --- money ----------------------------------------------------------------------------------------------------------


def _posted() -> CTE:
    """The entries that count: by the day on which they happened, and on which what they rest on became known.

    What happened in a closed month counts from its own day. Entries of books up to version 0003 do not say since when
    they were known; their deposit does.
    """
    entry, deposit, moved = tables.entry.c, tables.deposit_known.c, tables.movement.alias("moved")
    of_deposit = (
        select(func.min(deposit.known_on))
        .join(moved, moved.c.deposit == deposit.deposit)
        .where(moved.c.entry == entry.no)
        .correlate(tables.entry)
        .scalar_subquery()
    )
    known_on = case((entry.known_on.is_not(None), entry.known_on), else_=func.coalesce(of_deposit, entry.happened_on))
    counts = and_(func.coalesce(entry.for_day, entry.happened_on) <= AS_OF, known_on <= AS_OF)
    return select(entry.no, entry.event).where(counts).cte("posted").prefix_with("NOT MATERIALIZED")


def _moved(
    posted: CTE, name: str, account: Account, key: str, events: Collection[str] | None, within: Scope | None
) -> CTE:
    """What the journal has brought into each part of an account, in yen; out is negative.

    `key` is what the parts are kept by; `events` narrows what counts, and `within` the parts.
    """
    movement = tables.movement.c
    sides = []
    for side, yen in (("credit", movement.yen), ("debit", -movement.yen)):
        part = movement.deposit if key == "deposit" else movement[f"{side}_application"]
        statement = (
            select(part.label("part"), yen.label("yen"))
            .join_from(tables.movement, posted, posted.c.no == movement.entry)
            .where(movement[side] == str(account))
        )
        if events is not None:
            statement = statement.where(posted.c.event.in_(events))
        # One or the other: with both, SQLite reads every part that is not NULL.
        statement = statement.where(part.is_not(None) if within is None else part.in_(within))
        sides.append(statement)
    return union_all(*sides).cte(name)


def _fees_received(posted: CTE, scope: Scope | None) -> CTE:
    """What was received of each application's fee, by deposit, by credit or before the books began.

    A certificate that was owed to the authority when they began had been paid for.
    """
    held = _moved(posted, "fee_moved", Account.FEES_HELD, "application", (*RECEIPTS, OPENING), scope)
    owed = _moved(posted, "owed_moved", Account.AUTHORITY_PAYABLE, "application", (OPENING,), scope)
    received = union_all(select(held), select(owed).where(owed.c.yen > 0)).subquery()
    return (
        select(received.c.part.label("application"), func.sum(received.c.yen).cast(BigInteger).label("yen"))
        .group_by(received.c.part)
        .cte("fees_received")
    )


def _suspense(posted: CTE, scope: Scope | None) -> CTE:
    """What waits in suspense of the deposits that pay for each application; of several it is counted with the first."""
    within, row = None, tables.allocation
    if scope is not None:
        within = select(row.c.deposit).where(row.c.application.in_(scope))
    owners = allocations.owners(within=None if within is None else row.c.deposit.in_(within)).cte("owners")
    moved = _moved(posted, "suspense_moved", Account.SUSPENSE, "deposit", None, within)
    return (
        select(owners.c.application, func.sum(moved.c.yen).cast(BigInteger).label("yen"))
        .join_from(moved, owners, owners.c.deposit == moved.c.part)
        .group_by(owners.c.application)
        .cte("suspense")
    )


def _claimed(posted: CTE, scope: Scope | None) -> CTE:
    """What was paid back of each application's fee and is claimed from the member, for it was not theirs."""
    moved = _moved(posted, "claim_moved", Account.FEES_HELD, "application", ("claim_raised",), scope)
    return (
        select(moved.c.part.label("application"), func.sum(moved.c.yen).cast(BigInteger).label("yen"))
        .group_by(moved.c.part)
        .cte("claimed")
    )


def _states(steps: Table, whole: Table, scope: Scope | None, name: str) -> CTE:
    """The state that each refund or credit had come to by the day."""
    of = steps.c[whole.name]
    after = func.lead(steps.c.nth).over(partition_by=of, order_by=steps.c.nth)
    taken = select(of.label("of"), steps.c.state, after.label("after")).where(steps.c.happened_on <= AS_OF)
    ranked = (taken if scope is None else taken.where(of.in_(numbers_of(whole, scope)))).subquery()
    return select(ranked.c.of, ranked.c.state).where(ranked.c.after.is_(None)).cte(name)


def _returned(scope: Scope | None) -> CTE:
    """What of each application's fee is already promised or given back: refunds and credits from their proposal on."""
    refunds = _states(tables.refund_step, tables.refund, scope, "refund_states")
    credits = _states(tables.credit_step, tables.credit, scope, "credit_states")
    recovered = _recovered("recovered_of_refunds", scope)
    promised = (
        select(tables.refund.c.application, (tables.refund.c.yen - func.coalesce(recovered.c.yen, 0)).label("yen"))
        .join(refunds, refunds.c.of == tables.refund.c.no)
        .outerjoin(recovered, recovered.c.refund == tables.refund.c.no)
        .where(tables.refund.c.application.is_not(None), refunds.c.state.not_in(("rejected", "ended")))
        .union_all(
            select(tables.credit.c.application, tables.credit.c.yen)
            .join(credits, credits.c.of == tables.credit.c.no)
            .where(credits.c.state.in_(("proposed", "applied")))
        )
        .subquery()
    )
    return (
        select(promised.c.application, func.sum(promised.c.yen).cast(BigInteger).label("yen"))
        .group_by(promised.c.application)
        .cte("gone_back")
    )


def _recovered(name: str, scope: Scope | None) -> CTE:
    """What members paid back of each refund by the day."""
    step, taken = tables.refund_step.alias(f"{name}_step"), tables.refund_step.alias(f"{name}_taken")
    undone = select(taken.c.nth).where(taken.c.refund == step.c.refund, taken.c.undoes == step.c.nth)
    statement = select(step.c.refund, func.sum(step.c.yen).cast(BigInteger).label("yen")).where(
        step.c.yen.is_not(None), step.c.happened_on <= AS_OF, ~undone.where(taken.c.happened_on <= AS_OF).exists()
    )
    if scope is not None:
        statement = statement.where(step.c.refund.in_(numbers_of(tables.refund, scope)))
    return statement.group_by(step.c.refund).cte(name)


def _recovered_of_fees(scope: Scope | None) -> CTE:
    """What members paid back of refunds of each application's fee."""
    recovered = _recovered("recovered_of_fees", scope)
    return (
        select(tables.refund.c.application, func.sum(recovered.c.yen).cast(BigInteger).label("yen"))
        .join(recovered, recovered.c.refund == tables.refund.c.no)
        .where(tables.refund.c.application.is_not(None))
        .group_by(tables.refund.c.application)
        .cte("recovered")
    )
