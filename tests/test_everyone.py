"""The answer about everyone: made while it is written, in one order, and the same as when it is held."""

import json
from collections.abc import Iterator
from datetime import date

from sqlalchemy import Engine, event

from exports.formats.json import MadeAsWritten, pieces, text
from exports.reports import REPORTS
from exports.reports.check import EXPLAINED, Everyone
from ledger.decisions.findings import judge, judge_everyone
from ledger.store import database
from tests import desk, given, posted

DAY = date(2012, 4, 2)
# Texts that databases put in another order than their characters: case, width, signs, Japanese.
NUMBERS = ("b-1", "B-1", "a-2", "a_2", "a2", "A-10", "A-9", "Ａ-1", "ア-1", "ｱ-1", "申-1", "甲-1", "z", "é", "e")


def _filled(url: str) -> None:
    with database.writing(url) as connection:
        of = given.source(connection)
        given.member(connection, of)
        for nth in range(2):
            for number in NUMBERS:
                given.application(connection, of, f"{number}/{nth}", posted.ELIGIBLE, as_of=date(2030, 1, 1))
        given.book(connection)


def test_everyone_is_judged_in_the_order_of_the_characters_on_either_database(book_url: str) -> None:
    _filled(book_url)
    with database.reading(book_url) as connection:
        one_by_one = [finding.application for finding in judge_everyone(connection, DAY)]
        assert one_by_one == [finding.application for finding in judge(connection, DAY)]
    assert one_by_one == sorted(f"{number}/{nth}" for number in NUMBERS for nth in range(2))


def test_it_is_the_same_whether_it_is_held_or_made_while_it_is_written(book_url: str) -> None:
    _filled(book_url)
    with database.reading(book_url) as connection:
        listing = REPORTS["check"].ask(connection, {"everyone": True, "as_of": DAY})
        assert isinstance(listing.content, Everyone)
        assert len(listing.content) == 2 * len(NUMBERS) > EXPLAINED
        held = text(listing.data())
        assert "".join(pieces(listing.data(MadeAsWritten))) == held
        assert listing.text().count("/") >= 2 * len(NUMBERS)  # read once more, it is all there
    assert desk.typed(book_url, "check", "--everyone", "--as-of", str(DAY), "--json").stdout == held + "\n"


def test_nobody_is_judged_twice_for_one_answer(book_url: str) -> None:
    _filled(book_url)
    judged: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "open_reissues" in statement:
            judged.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        desk.done(book_url, "check", "--everyone", "--as-of", str(DAY))
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    assert len(judged) == 1


def test_a_list_that_is_made_while_it_is_written_is_empty_or_whole() -> None:
    def things() -> Iterator[object]:
        yield from ({"no": no} for no in range(3))

    assert json.loads("".join(pieces({"rows": MadeAsWritten(things()), "none": MadeAsWritten(iter(()))}))) == {
        "rows": [{"no": 0}, {"no": 1}, {"no": 2}],
        "none": [],
    }
