"""The notices for the terminal: which rules were in force when, in their own words."""

from collections.abc import Iterator
from datetime import date

from exports.reports.report import Json
from ledger.i18n import _, language
from ledger.notices import register
from ledger.notices.conditions import Clause, Notice
from ledger.notices.refusals import NoNoticeYet


def notice_of(day: date) -> Notice:
    """The notice that answers on a day. A day before the first is refused (no-notice-yet)."""
    notice = register.in_force(day)
    if notice is None:
        raise NoNoticeYet(day, register.NOTICES[0].announced_on)
    return notice


def listed() -> tuple[str, list[Json]]:
    """Every notice, oldest first: its name, the days on which it answers, its clauses; and for other programs."""
    texts = ("\n".join([*_head(notice), *_clauses(notice)]) for notice in register.NOTICES)
    return "\n\n".join(texts), [_head_json(notice) for notice in register.NOTICES]


def _head(notice: Notice) -> Iterator[str]:
    yield f"{notice.announced_on}  {notice.name}"
    last = register.last_day(notice)
    if last is None:
        yield _("  in force from {first} on", first=notice.announced_on)
    else:
        yield _("  in force from {first} to {last}", first=notice.announced_on, last=last)
    if notice.replaces is not None:
        yield _("  replaces the notice of {day}", day=notice.replaces)


def _clauses(notice: Notice) -> Iterator[str]:
    if not notice.clauses:
        yield _("  it names no case in which the fee comes back")
    for clause in notice.clauses:
        yield from _quoted(clause)


def _quoted(clause: Clause) -> Iterator[str]:
    """The clause in its own words, and under them, where the catalogue has it, what they say in the language spoken."""
    yield f"  {clause.mark}「{clause.words}」"
    if (translated := _(clause.words)) != clause.words:
        yield f"      {translated}"


def _head_json(notice: Notice) -> Json:
    return {
        "announced_on": notice.announced_on,
        "name": notice.name,
        "replaces": notice.replaces,
        "from": notice.announced_on,
        "to": register.last_day(notice),
        "clauses": [{"mark": clause.mark, "words": clause.words} for clause in notice.clauses],
    }


def paper(day: date) -> tuple[str, Json]:
    """The notice that answers on a day: its words as they stand, then each clause with the conditions read from it.

    For other programs the conditions are named as the SELECT names their columns.
    """
    notice = notice_of(day)
    words, names = register.words(notice), register.names(notice)
    text = "\n".join([*_head(notice), "", *_words(words), "", _("Read as:"), *_read(notice)])
    clauses = [
        {
            "mark": clause.mark,
            "words": clause.words,
            "conditions": [{"name": names[condition], "says": condition.says} for condition in clause.conditions],
        }
        for clause in notice.clauses
    ]
    return text, _head_json(notice) | {"words": words.strip(), "clauses": clauses}


def _words(paper: str) -> list[str]:
    """The words of the paper; what its file says about them is English, and is left out when Japanese is spoken."""
    lines = paper.strip().splitlines()
    return lines if language() == "en" else [lines[0], "", *(line for line in lines if line.startswith(">"))]


def _read(notice: Notice) -> Iterator[str]:
    if not notice.clauses:
        yield from _clauses(notice)
    for clause in notice.clauses:
        yield from _quoted(clause)
        for condition in clause.conditions:
            yield f"    ・{condition.says}"
            if condition.says != condition.ja:
                yield f"      {condition.ja}"
