"""The cases tell every notice that differs in one place from one of the register; shown with `pytest -s`."""

import sys

import pytest

from ledger.notices import register
from ledger.notices.conditions import Notice
from tests import mutants
from tests.notice_cases import SAME

NOTICES = [pytest.param(notice, id=notice.announced_on.isoformat()) for notice in register.NOTICES]

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("notice", NOTICES)
def test_every_mutant_of_a_notice_is_told_by_a_case(notice: Notice, book_url: str) -> None:
    survived, told_all_the_same = [], []
    for mutant, by in mutants.listed(book_url, [notice]):
        sys.stdout.write(mutants.line(mutant, by))
        if by is None and mutant.same is None:
            survived.append(str(mutant))
        if by is not None and mutant.same is not None:
            told_all_the_same.append(f"{by}: {mutant}")
    assert survived == []
    assert told_all_the_same == []


@pytest.mark.parametrize("notice", NOTICES)
def test_every_reason_for_leaving_a_mutant_alive_is_still_one(notice: Notice) -> None:
    named = [same for same in SAME if same.notice is notice]
    assert {mutant.same for mutant in mutants.mutants(notice) if mutant.same} == set(named)
