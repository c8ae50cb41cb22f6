"""The notices in the order of their announcement: which one answers a question asked on a day.

Each file `nYYYY_MM_DD.py` beside this one is a notice, announced on the day in its name. Whatever stands here, or is
proposed to stand here, has passed `objections`: its clauses quote it word for word, its conditions can be told apart,
and it replaces the one before it, so that on every day exactly one answers.
"""

import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnClause, ColumnElement, Null
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

from ledger import notices
from ledger.codes import CODE_LISTS
from ledger.errors import Refusal
from ledger.facts import STATED
from ledger.notices import conditions, refusals
from ledger.notices.conditions import Clause, Condition, Notice, Truth

_PAPERS = tuple(
    import_module(f"{notices.__name__}.{name}")
    for name in sorted(file.name for file in pkgutil.iter_modules(notices.__path__))
    if re.fullmatch(r"n\d{4}_\d\d_\d\d", name)
)
NOTICES: tuple[Notice, ...] = tuple(paper.notice for paper in _PAPERS)

_BETWEEN = (operators.between_op, operators.not_between_op)
_COMPARISONS = {
    *(operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge, operators.is_),
    *(operators.is_not, operators.in_op, operators.not_in_op, *_BETWEEN),
}

# What each condition is called in its file.
_name_by_condition: dict[Condition, str] = {}


def in_force(day: date) -> Notice | None:
    """The notice that answers a question asked on this day; None before the first was announced."""
    return next((notice for notice in reversed(NOTICES) if notice.announced_on <= day), None)


def announced(day: date | None) -> Notice | None:
    """The notice announced on exactly this day."""
    return next((notice for notice in NOTICES if notice.announced_on == day), None)


def last_day(notice: Notice) -> date | None:
    """The last day on which a notice answers; None for the one that nothing has replaced."""
    after = next((later for later in NOTICES if later.replaces == notice.announced_on), None)
    return after.announced_on - timedelta(days=1) if after else None


def words(notice: Notice) -> str:
    """The paper's words, as they stand at the head of its file."""
    return next(str(paper.__doc__) for paper in _PAPERS if paper.notice is notice)


def remember_names(paper: ModuleType) -> None:
    """Remembers what a file calls its conditions."""
    _name_by_condition.update({value: name for name, value in vars(paper).items() if isinstance(value, Condition)})


@cache
def names(notice: Notice) -> dict[Condition, str]:
    """What each condition of a notice is called in its file, for SQL that can be read beside it."""
    return {
        condition: _name_by_condition.get(condition, f"condition_{n}")
        for n, condition in enumerate(notice.conditions, 1)
    }


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
    in_clauses = _all(Clause, notice.clauses)
    for well_formed, part, form in (
        (words.strip(), "words", '"""…"""'),
        (type(notice.announced_on) is date, "announced_on", "announced_on=date(2012, 9, 21)"),
        (notice.replaces is None or type(notice.replaces) is date, "replaces", "replaces=date(2012, 3, 23)"),
        (_texts(notice.name_ja, notice.name_en), "name_ja, name_en", 'name_ja="…", name_en="…"'),
        (in_clauses, "clauses", 'clauses=(Clause("①", "…", revoked, unused),)'),
    ):
        if not well_formed:
            yield refusals.NotInTheForm(paper, part, form)
    for clause in notice.clauses if in_clauses else ():
        if _texts(clause.mark, clause.words) and clause.conditions and _all(Condition, clause.conditions):
            for condition in clause.conditions:
                yield from _condition_form(condition, paper)
        else:
            yield refusals.NotInTheForm(paper, f"Clause {clause.mark}", 'Clause("①", "…", revoked, unused)')


def _condition_form(condition: Condition, paper: str) -> Iterator[Refusal]:
    form = 'Condition("…", "…", reason.in_(("pin_lost",)), ("reason",), {"reason": reason.is_(None)})'
    truths = (condition.holds, *_values(condition.settled_by, condition.revisable))
    are_truths = all(isinstance(truth, ColumnElement) and isinstance(truth.type, Boolean) for truth in truths)
    if not (_texts(condition.ja, condition.en) and _all(str, condition.shows) and are_truths):
        yield refusals.NotInTheForm(paper, f"Condition {condition.ja}", form)
        return
    for column in condition.shows:
        if column not in STATED:
            yield refusals.UnknownFact(paper, column, sorted(STATED))
    for truth in (condition.holds, *condition.settled_by.values(), *condition.revisable.values()):
        yield from _comparisons(truth, paper)


def _comparisons(truth: Truth, paper: str) -> Iterator[Refusal]:
    """Both databases have to understand a comparison alike: like is compared with like, and codes are those there are.

    SQLite would compare a day with anything, and add 30 to one, and be silently wrong.
    """
    for part in visitors.iterate(truth):
        if not isinstance(part, BinaryExpression):
            continue
        operand, right = part.left, part.right
        operands = right.get_children() if part.operator in _BETWEEN else [right]
        alike = all(isinstance(value, Null) or _kind(value) is _kind(operand) for value in operands)
        if part.operator not in _COMPARISONS or not alike:
            yield refusals.DoesNotRun(paper, _spelt(part))
        elif isinstance(operand, ColumnClause) and isinstance(right, BindParameter) and operand.name in CODE_LISTS:
            named = right.value if isinstance(right.value, list | tuple) else [right.value]
            for code in named or ():
                if code not in CODE_LISTS[operand.name].codes:
                    yield refusals.UnknownFact(paper, str(code), list(CODE_LISTS[operand.name].codes))


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


def _texts(*values: object) -> bool:
    return all(isinstance(value, str) and value.strip() for value in values)


def _all(kind: type, values: object) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in values)


def _values(*mappings: object) -> list[object]:
    """The values of mappings; None in place of what is no mapping."""
    return [value for mapping in mappings for value in (mapping.values() if isinstance(mapping, Mapping) else [None])]


def _quotations(notice: Notice, words: str, paper: str) -> Iterator[Refusal]:
    """Each clause quotes its paper word for word; only where a line is broken may differ."""
    paper_words = re.sub(r"\s", "", words)
    for clause in notice.clauses:
        parts = [re.sub(r"\s", "", part) for part in clause.words.split("…")]
        if not all(part in paper_words for part in parts) or not any(parts):
            yield refusals.QuotesOtherWords(paper, clause.mark, clause.words)


def _names(notice: Notice, paper: str) -> Iterator[Refusal]:
    """Two clauses have two marks; two conditions have two names in the SELECT and two wordings in either language."""
    for labels in (
        [clause.mark for clause in notice.clauses],
        list(names(notice).values()),
        [condition.ja for condition in notice.conditions],
        [condition.en for condition in notice.conditions],
    ):
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            yield refusals.SameNameTwice(paper, label)


def _order(notice: Notice, paper: str, earlier: Sequence[Notice]) -> Iterator[Refusal]:
    """It is announced after the last, and replaces the last: no day without an answer, and none with two."""
    days = [notice.announced_on for notice in earlier]
    if days and notice.announced_on <= days[-1]:
        yield refusals.OverlapsAnother(paper, notice.announced_on, days[-1])
    if notice.replaces is None:
        if days:
            yield refusals.ReplacesNone(paper, notice.announced_on, days[-1])
    elif notice.replaces not in days:
        yield refusals.ReplacesUnknown(paper, notice.replaces, days)
    elif notice.replaces != days[-1]:
        yield refusals.ReplacesReplaced(paper, notice.replaces, days[-1])


for _home in (conditions, *_PAPERS):
    remember_names(_home)
for _nth, _paper in enumerate(_PAPERS):
    assert _paper.__name__.endswith(f".n{_paper.notice.announced_on:%Y_%m_%d}"), _paper.__name__
    _objections = [*objections(_paper.notice, str(_paper.__doc__), _paper.__name__, NOTICES[:_nth])]
    assert not _objections, _objections
