"""Every combination of facts has one answer: what the SELECT says on both databases, a plain reading says as well.

What learning one more fact can do to an answer is then asked of the plain reading alone.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.decisions.findings import Finding, judging
from ledger.notices import register
from ledger.notices.conditions import Notice
from ledger.store import database
from tests import lattice, spread
from tests.lattice import Family, after
from tests.lattice_learning import EXCUSES, could_change, learnt, partly_known, verdict
from tests.oracle import FACTS, NOTICES, Answer, Known, answer, notice_on

pytestmark = pytest.mark.thorough

ASKED = date(2012, 10, 1)


def read_on(day: date) -> Notice | None:
    """The notice that the oracle reads on a day, which is the one in force until a later one is announced."""
    return register.announced(notice_on(day))


def said(finding: Finding) -> Answer:
    """A finding of the product, in the form of the oracle's answer."""
    return Answer(
        notice=finding.notice.announced_on.isoformat() if finding.notice else None,
        **{each.name: getattr(finding, each.name) for each in fields(Answer) if each.name != "notice"},
    )


def told(known: Known) -> str:
    """A combination on one line: what is known, without what is not."""
    stated = ((each.name, getattr(known, each.name)) for each in fields(Known))
    return " ".join(f"{name}={value}" for name, value in stated if value is not None)


def differing(day: date, known: Known, found: Answer | None) -> str:
    """Where the product and the oracle part, legibly."""
    pairs = [(part.name, getattr(found, part.name, None), getattr(answer(day, known), part.name)) for part in _PARTS]
    wrong = [f"    {name}: {one}, but by the rules {other}" for name, one, other in pairs if one != other]
    return "\n".join([f"as of {day}: {told(known)}", *wrong])


_PARTS = fields(Answer)


# --- the SELECT and the rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", lattice.FAMILIES, ids=lambda family: str(family.__name__))
def test_the_select_says_what_the_rules_say(family: Callable[[], Family], book_url: str, engine: str) -> None:
    """Some combinations of each family on SQLite and fewer on PostgreSQL, which is asked the same SELECT."""
    whole = family()
    every = replace(whole, known=whole.known[:: spread.COMBINATIONS[engine]])
    with database.writing(book_url) as connection:
        lattice.put(connection, every)
    faults = []
    for day in every.asked_on:
        with database.reading(book_url) as connection:
            found = {finding.application: said(finding) for finding in judging(connection, day, read_on(day))}
        asked = {lattice.number(n): known for n, known in enumerate(every.known) if known.applied_on <= day}
        assert found.keys() <= asked.keys()
        faults += [(day, known, found.get(no)) for no, known in asked.items() if found.get(no) != answer(day, known)]
    shown = "\n".join(differing(*fault) for fault in faults[:5])
    assert not faults, f"{len(faults)} of {every.size} combinations differ\n{shown}"


def test_there_are_enough_combinations() -> None:
    assert sum(family().size for family in lattice.FAMILIES) >= 50_000


def test_each_clause_and_condition_holds_fails_and_is_unknown(book_url: str) -> None:
    """From a part of the lattice, in the product's own words.

    What no fact settles is never unknown: no record of an end means that there was none (A22), and ① asks only for a
    use that is known.
    """
    known = [*lattice.every_fact().known[::17], *lattice.window().known[::17], *lattice.live().known]
    sample = Family("sample", known, (date(2012, 9, 20), date(2012, 12, 31)))
    with database.writing(book_url) as connection:
        lattice.put(connection, sample)
    seen: dict[object, set[bool | None]] = defaultdict(set)
    for day in sample.asked_on:
        with database.reading(book_url) as connection:
            for finding in judging(connection, day, read_on(day)):
                for clause in finding.notice.clauses if finding.notice else ():
                    seen[clause].add(finding.clause_holds(clause))
                    for condition in clause.conditions:
                        seen[condition].add(finding.holds(condition))
    for notice in filter(None, map(register.announced, NOTICES)):
        for clause in notice.clauses:
            assert seen[clause] == {True, False, None}, clause.mark
        for condition in notice.conditions:
            answers = {True, False, None} if condition.settled_by else {True, False}
            assert seen[condition] == answers, condition.en


# --- which rule answers ---------------------------------------------------------------------------------------------


def test_on_every_day_one_notice_answers_and_none_before_the_first() -> None:
    announced_on = [notice.announced_on for notice in register.NOTICES]
    first, end = date(2011, 11, 1), after(max(date(2027, 1, 1), announced_on[-1]), 30)
    days = [after(first, count) for count in range((end - first).days)]
    answering = {day: register.in_force(day) for day in days}
    for day, notice in answering.items():
        announced = [notice for notice in register.NOTICES if notice.announced_on <= day]
        replaced = {notice.replaces for notice in announced}
        assert [notice for notice in announced if notice.announced_on not in replaced] == (
            [notice] if notice else []
        ), day
    changes = [day for day in days[1:] if answering[day] is not answering[day - timedelta(days=1)]]
    assert changes == announced_on
    assert answering[days[0]] is None


def test_nothing_is_found_undownloaded_before_it_was_mailed() -> None:
    """A check counts from the mailing; where only the issue is known it counts from there, but nothing is paid."""
    before = [
        (known, answer(day, known))
        for day in lattice.live().asked_on
        for known in lattice.live().known
        if known.mailed_on is not None and day < known.mailed_on
    ]
    assert before
    for known, found in before:
        if known.issued_on is None:
            assert "③" not in found.clauses, told(known)
        assert found.outcome not in ("eligible", "not_eligible"), told(known)


# --- learning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2012, 9, 1), ASKED])
def test_learning_more_never_overturns_a_verdict(day: date) -> None:
    """Under both notices, for every fact and each value that does not contradict what is known; but A24 stands."""
    overturned = [
        (known, more, verdict(day, known), verdict(day, more))
        for known in partly_known()
        for fact in FACTS
        for more in learnt(fact, day, known)
        if {verdict(day, known), verdict(day, more)} == {"eligible", "not_eligible"}
        and not (more.used == "yes" and "①" in answer(day, known).clauses)
    ]
    assert not overturned, "\n".join(f"{told(known)} -> {told(more)}" for known, more, _, _ in overturned[:5])


MAILED = date(2012, 3, 1)
REVOKED = Known(date(2012, 2, 1), mailed_on=MAILED, revoked_on=after(MAILED, 40), receipt_on=after(MAILED, 5))
LIVE = replace(REVOKED, revoked_on=None)
DOWNLOADED = {"downloaded_on": after(MAILED, 9)}


@pytest.mark.parametrize(
    ("known", "before", "more", "doubts"),
    [
        pytest.param(REVOKED, DOWNLOADED | {"reason": "tool_defect"}, {"used": "yes"}, (), id="A24: used after all"),
        pytest.param(
            REVOKED,
            {"reason": "ca_other", "covered": False, "downloads_none_to": after(MAILED, 40)},
            DOWNLOADED,
            (),
            id="the download log was not complete",
        ),
        pytest.param(LIVE, {"downloads_none_to": after(MAILED, 9)}, DOWNLOADED, (), id="downloaded after the check"),
        pytest.param(
            REVOKED,
            DOWNLOADED
            | {"reason": "ca_other", "covered": False, "receipt_on": None}
            | {"receipts_none_to": after(MAILED, 30)},
            {"receipt_on": after(MAILED, 35)},
            (),
            id="a receipt between day 30 and the revocation",
        ),
        pytest.param(
            REVOKED,
            DOWNLOADED | {"reason": "receipt_not_returned", "covered": False, "receipt_on": None},
            {"receipt_on": after(MAILED, 35)},
            ("receipt_contradicts_reason",),
            id="a receipt against the recorded reason",
        ),
        pytest.param(
            REVOKED, DOWNLOADED | {"reason": "pin_lost", "used": "no"}, {"used": "yes"}, (), id="another answer on use"
        ),
        pytest.param(
            REVOKED,
            DOWNLOADED | {"reason": "ca_other", "used": "no", "covered": True},
            {"covered": False},
            (),
            id="another answer on such as",
        ),
        pytest.param(
            REVOKED,
            DOWNLOADED | {"reason": "pin_lost", "used": "no", "covered": False},
            {"reason": "ca_other"},
            (),
            id="another reason",
        ),
        pytest.param(
            REVOKED,
            DOWNLOADED | {"reason": "pin_lost", "used": "no"},
            {"issued_on": date(2012, 1, 9)},
            (),
            id="an issue before the application",
        ),
    ],
)
def test_what_overturns_a_verdict_all_the_same(
    known: Known, before: dict[str, Any], more: dict[str, Any], doubts: tuple[str, ...]
) -> None:
    """The list is complete: what is learnt corrects or contradicts something known, except under A24."""
    first = replace(known, **before)
    then = answer(ASKED, replace(first, **more))
    assert (verdict(ASKED, first), then.verdict, then.doubts) == ("eligible", "not_eligible", doubts)


def test_use_against_the_download_log_overturns_under_the_notice_of_march() -> None:
    """Not downloaded, therefore not used; then the authority answers that it was used, and the doubt says so."""
    known = replace(REVOKED, downloads_none_to=after(MAILED, 40))
    then = answer(date(2012, 9, 1), replace(known, used="yes"))
    assert verdict(date(2012, 9, 1), known) == "eligible"
    assert (then.verdict, then.doubts) == ("not_eligible", ("used_but_not_downloaded",))


@pytest.mark.parametrize(("day", "records"), [(date(2012, 9, 1), partly_known()[::20]), (ASKED, partly_known())])
def test_missing_names_what_could_still_change_the_verdict(day: date, records: list[Known]) -> None:
    """All of it and nothing else, by trying every value of every fact; where not so, the reason is written down."""
    needed, faults = set(), []
    for known in records:
        if verdict(day, known) != "undetermined":
            continue
        named = set(answer(day, known).missing)
        for fact in FACTS:
            if (fact in named) == could_change(fact, day, known):
                continue
            for excuse in EXCUSES:
                if excuse.wide == (fact in named) and fact in excuse.facts and excuse.applies(known):
                    needed.add(excuse)
                    break
            else:
                faults.append(f"{fact} is {'' if fact in named else 'not '}named: {told(known)}")
    assert not faults, f"{len(faults)}\n" + "\n".join(faults[:5])
    assert needed == (set(EXCUSES) if day == ASKED else set())
