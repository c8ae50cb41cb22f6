"""The cases tell every notice that differs in one place from one of ours; shown with `pytest -s`."""

import sys

import pytest

from tests import mutants

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_mutant_of_a_notice_is_told_by_a_case(book_url: str) -> None:
    survived, told_all_the_same = [], []
    for mutant, by in mutants.listed(book_url):
        sys.stdout.write(f"{by or mutant.same or 'NO CASE'}: {mutant}\n")
        if by is None and mutant.same is None:
            survived.append(str(mutant))
        if by is not None and mutant.same is not None:
            told_all_the_same.append(f"{by}: {mutant}")
    assert survived == []
    assert told_all_the_same == []


def test_every_reason_for_leaving_a_mutant_alive_is_still_one() -> None:
    marked = {(mutant.mark, mutant.condition, mutant.same) for mutant in mutants.mutants() if mutant.same}
    assert marked == {(mark, name, why) for mark, name, _change, why in mutants.SAME}
