"""Rulings: what the federation itself decided, on a dated paper, where no notice decides; as columns of the one SELECT.

A ruling counts from the day on which a second person approved it, for the doubts that stood then. It settles what has
to be reviewed and nothing else: a verdict of a notice stands whatever a ruling says. Of two, the later paper counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, or_, select

from ledger import facts, tables
from ledger.codes import TREATMENTS
from ledger.decisions.course import Scope
from ledger.facts import AS_OF
from ledger.i18n import N_, _, either
from ledger.notices import review_flags
from ledger.notices.conditions import Truth

# What stands in the place of a clause where a ruling decides, and what is so then.
MARK = "決裁"
SETTLES = N_("the federation has decided the doubt itself")

COLUMNS = ("no", "decided_on", "document", "treatment", "reason", "approved_on")


@dataclass(frozen=True)
class Ruling:
    """An approved ruling as of a day: its number, its paper, what it says, since when it counts.

    `settles`: the answer rests on it. Otherwise it is not needed, or there is a doubt of which it does not speak
    (`silent_on`).
    """

    no: int
    decided_on: date
    document: str
    treatment: str
    reason: str | None
    approved_on: date
    settles: bool
    silent_on: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The paper and what it says, in the language being spoken."""
        sentence = N_("ruling of the federation of {on}, document {document}: the fee is {treatment}")
        return _(sentence, on=self.decided_on, document=self.document, treatment=TREATMENTS[self.treatment].said)

    @property
    def grounds(self) -> str:
        """The paper with its reason, since when it counts, and its number here."""
        reason = () if self.reason is None else (self.reason,)
        numbered = _("ruling No. {no}, approved on {on}", no=self.no, on=self.approved_on)
        return either("、", ", ").join((self.text, *reason, numbered))


def approved(scope: Scope | None) -> CTE:
    """The ruling that counts for each application by the day: of those approved the one with the latest paper."""
    ruling, step = tables.ruling, tables.ruling_step
    after = func.lead(step.c.no).over(partition_by=step.c.ruling, order_by=step.c.no).label("after")
    taken = select(step.c.ruling, step.c.state, step.c.happened_on.label("approved_on"), step.c.doubts, after)
    taken = taken.where(step.c.happened_on <= AS_OF)
    if scope is not None:
        taken = taken.where(step.c.ruling.in_(select(ruling.c.id).where(ruling.c.application.in_(scope))))
    last = taken.subquery()
    later = func.lead(ruling.c.id).over(partition_by=ruling.c.application, order_by=(ruling.c.decided_on, ruling.c.id))
    columns = (ruling.c.application, last.c.doubts, *(_column(ruling, last, name) for name in COLUMNS))
    ranked = (
        select(*columns, later.label("later"))
        .join(last, last.c.ruling == ruling.c.id)
        .where(last.c.after.is_(None), last.c.state == "approved", facts.not_withdrawn(ruling))
        .subquery()
    )
    names = (column for column in ranked.c if column.name != "later")
    return select(*names).where(ranked.c.later.is_(None)).cte("rulings")


def _column(ruling: Any, last: Any, name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = last.c[name] if name in last.c else ruling.c["id" if name == "no" else name]
    return column.label(f"ruling_{name}")


def settles(judged: Any, rulings: CTE) -> Truth:
    """Whether a ruling counts and speaks of every doubt there is. That a fee is not known no ruling can mend."""
    silent = [judged.c[f"doubt_{code}"] for code in (review_flags.FEE_NOT_KNOWN,)]
    silent += [
        and_(judged.c[f"doubt_{doubt.code}"], ~rulings.c.doubts.contains(f'"{doubt.code}"', autoescape=True))
        for doubt in review_flags.DOUBTS
        if doubt.code != review_flags.FEE_NOT_KNOWN
    ]
    return and_(rulings.c.ruling_no.is_not(None), ~or_(*silent))


def of_row(row: Mapping[Any, Any], doubts: tuple[str, ...], spoken_of: tuple[str, ...]) -> Ruling | None:
    """The ruling that a row of the SELECT names; None where there is none."""
    if row["ruling_no"] is None:
        return None
    silent = () if row["ruled"] or not row["under_review"] else tuple(code for code in doubts if code not in spoken_of)
    values = {name: row[f"ruling_{name}"] for name in COLUMNS}
    return Ruling(**values, settles=bool(row["ruled"]), silent_on=silent)
