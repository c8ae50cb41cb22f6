"""The cases, in the words of the notices, have the answers that the papers give, on both databases."""

from typing import Any

import pytest

from ledger.decisions.findings import Finding, judging
from ledger.notices import register
from ledger.store import database
from tests import given
from tests.notice_cases import CASES, Case


def answer(finding: Finding, name: str) -> Any:
    """What a finding says under the name that a case uses."""
    if name == "notice":
        return finding.notice.announced_on.isoformat() if finding.notice else None
    value = getattr(finding, name)
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_papers_answer(case: Case, book_url: str) -> None:
    with database.writing(book_url) as connection:
        source = given.source(connection)
        given.member(connection, source)
        given.application(connection, source, case.id, case.given, as_of=case.as_of)
        given.book(connection)
    with database.reading(book_url) as connection:
        (finding,) = judging(connection, case.as_of, case.notice, applications=[case.id])
    assert {name: answer(finding, name) for name in case.expect} == case.expect


def test_every_notice_has_cases_on_days_on_which_it_answers() -> None:
    """A case may ask for a day on which a later notice answers instead: it says what its own would."""
    for notice in (None, *register.NOTICES):
        days = [case.as_of for case in CASES if case.notice is notice]
        assert any(register.in_force(day) is notice for day in days), notice
        assert notice is None or min(days) >= notice.announced_on, notice
