"""The cases, in the words of the notices, have the answers that the papers give, on both databases."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ledger.decisions.findings import Finding, judge
from ledger.store import database
from tests import given

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def answer(finding: Finding, name: str) -> Any:
    """What a finding says under the name that a case uses."""
    if name == "notice":
        return finding.notice.announced_on.isoformat() if finding.notice else None
    said = getattr(finding, name)
    return list(said) if isinstance(said, tuple) else said


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_papers_answer(case: dict[str, Any], book_url: str) -> None:
    with database.writing(book_url) as connection:
        source = given.source(connection)
        given.member(connection, source)
        given.application(connection, source, case["id"], case["given"], as_of=case["as_of"])
    with database.reading(book_url) as connection:
        (finding,) = judge(connection, case["as_of"], applications=[case["id"]])
    assert {name: answer(finding, name) for name in case["expect"]} == case["expect"]
