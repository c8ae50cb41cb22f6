"""The notices in the order of their announcement: which one answers a question asked on a day.

Whatever stands here, or is proposed to stand here, has passed `objections`: its clauses quote it word for word, its
conditions can be told apart, and it replaces the one before it, so that on every day exactly one answers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from types import ModuleType
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnClause, ColumnElement, Null
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

from ledger.codes import COVERED, REASONS, USED
from ledger.errors import Refusal
from ledger.facts import STATED
from ledger.notices import conditions, n2012_03_05, n2012_03_23, n2012_09_21
from ledger.notices.conditions import Clause, Condition, Notice, Truth
from ledger.notices.refusals import (
    DoesNotRun,
    NotInTheForm,
    OverlapsAnother,
    QuotesOtherWords,
    ReplacesNone,
    ReplacesReplaced,
    ReplacesUnknown,
    SameNameTwice,
    UnknownFact,
)

_PAPERS = (n2012_03_05, n2012_03_23, n2012_09_21)
IN_ORDER: tuple[Notice, ...] = tuple(paper.notice for paper in _PAPERS)

_CODES = {"reason": REASONS.codes, "used": USED.codes, "covered": COVERED.codes}
_BETWEEN = (operators.between_op, operators.not_between_op)
_COMPARISONS = {
    *(operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge, operators.is_),
    *(operators.is_not, operators.in_op, operators.not_in_op, *_BETWEEN),
}

# What each condition is called in its file.
_called: dict[Condition, str] = {}


def in_force(day: date) -> Notice | None:
    """The notice that answers a question asked on this day; None before the first was announced."""
    return next((notice for notice in reversed(IN_ORDER) if notice.announced_on <= day), None)


def announced(day: date | None) -> Notice | None:
    """The notice announced on exactly this day."""
    return next((notice for notice in IN_ORDER if notice.announced_on == day), None)


def last_day(notice: Notice) -> date | None:
    """The last day on which a notice answers; None for the one that nothing has replaced."""
    after = next((each for each in IN_ORDER if each.replaces == notice.announced_on), None)
    return after.announced_on - timedelta(days=1) if after else None


def words(notice: Notice) -> str:
    """The paper's words, as they stand at the head of its file."""
    return next(str(paper.__doc__) for paper in _PAPERS if paper.notice is notice)


def call(paper: ModuleType) -> None:
    """Remembers what a file calls its conditions."""
    _called.update({value: name for name, value in vars(paper).items() if isinstance(value, Condition)})


@cache
def names(notice: Notice) -> dict[Condition, str]:
    """What each condition of a notice is called in its file, for SQL that can be read beside it."""
    return {condition: _called.get(condition, f"condition_{n}") for n, condition in enumerate(notice.conditions, 1)}


# --- what may stand here --------------------------------------------------------------------------------------------


def objections(notice: Notice, words: str, paper: str, earlier: Sequence[Notice]) -> Iterator[Refusal]:
    """All that speaks against a paper's following these earlier ones; nothing, if it may stand in the register."""
    wrong = list(_form(notice, words, paper))
    yield from wrong
    if not wrong:  # the other questions can only be asked of a notice in the form of one
        yield from _quotations(notice, words, paper)
        yield from _names(notice, paper)
        yield from _order(notice, paper, earlier)


def _form(notice: Notice, words: str, paper: str) -> Iterator[Refusal]:
    if not words.strip():
        yield NotInTheForm(paper, "words", '"""…"""')
    if type(notice.announced_on) is not date:
        yield NotInTheForm(paper, "announced_on", "announced_on=date(2012, 9, 21)")
    if notice.replaces is not None and type(notice.replaces) is not date:
        yield NotInTheForm(paper, "replaces", "replaces=date(2012, 3, 23)")
    if not _texts(notice.name_ja, notice.name_en):
        yield NotInTheForm(paper, "name_ja, name_en", 'name_ja="…", name_en="…"')
    if not _all(Clause, notice.clauses):
        yield NotInTheForm(paper, "clauses", 'clauses=(Clause("①", "…", revoked, unused),)')
        return
    for clause in notice.clauses:
        if _texts(clause.mark, clause.words) and clause.conditions and _all(Condition, clause.conditions):
            for condition in clause.conditions:
                yield from _condition_form(condition, paper)
        else:
            yield NotInTheForm(paper, f"Clause {clause.mark}", 'Clause("①", "…", revoked, unused)')


def _condition_form(condition: Condition, paper: str) -> Iterator[Refusal]:
    form = 'Condition("…", "…", reason.in_(("pin_lost",)), ("reason",), {"reason": reason.is_(None)})'
    well_formed = (
        _texts(condition.ja, condition.en)
        and _all(str, condition.shows)
        and all(_is_truth(each) for each in (condition.holds, *_values(condition.settled_by, condition.revisable)))
    )
    if not well_formed:
        yield NotInTheForm(paper, f"Condition {condition.ja}", form)
        return
    for column in condition.shows:
        if column not in STATED:
            yield UnknownFact(paper, column, sorted(STATED))
    for truth in (condition.holds, *condition.settled_by.values(), *condition.revisable.values()):
        yield from _comparisons(truth, paper)


def _comparisons(truth: Truth, paper: str) -> Iterator[Refusal]:
    """Both databases have to understand a comparison alike: like is compared with like, and codes are those there are.

    SQLite would compare a day with anything, and add 30 to one, and be silently wrong.
    """
    for part in visitors.iterate(truth):
        if not isinstance(part, BinaryExpression):
            continue
        left, right = part.left, part.right
        operands = right.get_children() if part.operator in _BETWEEN else [right]
        alike = all(isinstance(operand, Null) or _kind(operand) is _kind(left) for operand in operands)
        if part.operator not in _COMPARISONS or not alike:
            yield DoesNotRun(paper, _spelt(part))
        elif isinstance(left, ColumnClause) and isinstance(right, BindParameter) and left.name in _CODES:
            named = right.value if isinstance(right.value, list | tuple) else [right.value]
            for code in named or ():
                if code not in _CODES[left.name]:
                    yield UnknownFact(paper, str(code), list(_CODES[left.name]))


def _kind(value: Any) -> Any:
    """What a side of a comparison is: a day, a text, a number, a truth; None for something else."""
    try:
        return value.type.python_type
    except NotImplementedError:
        return None


def _spelt(part: BinaryExpression[Any]) -> str:
    try:
        written = str(part.compile(compile_kwargs={"literal_binds": True}))
    except SQLAlchemyError:  # a value of a kind that no SQL has
        written = str(part)
    return " ".join(written.split())


def _is_truth(value: object) -> bool:
    return isinstance(value, ColumnElement) and isinstance(value.type, Boolean)


def _texts(*values: object) -> bool:
    return all(isinstance(each, str) and each.strip() for each in values)


def _all(kind: type, several: object) -> bool:
    return isinstance(several, tuple) and all(isinstance(each, kind) for each in several)


def _values(*several: object) -> list[object]:
    """The values of mappings; None in place of what is no mapping."""
    return [value for each in several for value in (each.values() if isinstance(each, Mapping) else [None])]


def _quotations(notice: Notice, words: str, paper: str) -> Iterator[Refusal]:
    """Each clause quotes its paper word for word; only where a line is broken may differ."""
    said = re.sub(r"\s", "", words)
    for clause in notice.clauses:
        parts = [re.sub(r"\s", "", part) for part in clause.words.split("…")]
        if not all(part in said for part in parts) or not any(parts):
            yield QuotesOtherWords(paper, clause.mark, clause.words)


def _names(notice: Notice, paper: str) -> Iterator[Refusal]:
    """Two clauses have two marks; two conditions have two names in the SELECT and two wordings in either language."""
    every = notice.conditions
    for several in (
        [clause.mark for clause in notice.clauses],
        [_called.get(condition, f"condition_{n}") for n, condition in enumerate(every, 1)],
        [condition.ja for condition in every],
        [condition.en for condition in every],
    ):
        for name in sorted({each for each in several if several.count(each) > 1}):
            yield SameNameTwice(paper, name)


def _order(notice: Notice, paper: str, earlier: Sequence[Notice]) -> Iterator[Refusal]:
    """It is announced after the last, and replaces the last: no day without an answer, and none with two."""
    days = [notice.announced_on for notice in earlier]
    if days and notice.announced_on <= days[-1]:
        yield OverlapsAnother(paper, notice.announced_on, days[-1])
    if notice.replaces is None:
        if days:
            yield ReplacesNone(paper, notice.announced_on, days[-1])
    elif notice.replaces not in days:
        yield ReplacesUnknown(paper, notice.replaces, days)
    elif notice.replaces != days[-1]:
        yield ReplacesReplaced(paper, notice.replaces, days[-1])


for _home in (conditions, *_PAPERS):
    call(_home)
for _nth, _paper in enumerate(_PAPERS):
    _against = [*objections(_paper.notice, str(_paper.__doc__), _paper.__name__, IN_ORDER[:_nth])]
    assert not _against, _against
