"""What is as long as the books is never held whole by the driver: PostgreSQL's would (`ledger/store/large.py`).

Each command on everything is typed in books of a few hundred applications, where whatever is done some at a time is
done a few at a time. No result that the driver holds then has as many rows as there are members.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from benchmarks import made_up, scale
from exports.reports import check
from ledger.booking import inputs
from ledger.decisions import findings, shadows
from ledger.people import register
from ledger.statements import letter
from ledger.store import large, records
from tests import desk
from tests.server import Server

pytestmark = pytest.mark.thorough

SIZE, FEW = made_up.Size(applications=600, members=300), 20
COMMANDS = (
    *scale.ON_ALL,
    *("imports", "payee list", "refusal list", "ruling list", "credit list", "overpaid list", "find 甲山"),
    f"due --as-of {made_up.ASKED}",
    "letter --association 東京 --out some",
    f"receipt --month {made_up.CLOSED} --out receipts",
    "export books handed-over",
)
# As long as a piece, as there are days, or as what the database tells of itself.
_SHORT = re.compile(r"LIMIT \S+$|GROUP BY entry\.happened_on( ORDER BY entry\.happened_on)?$|FROM pg_")


@pytest.fixture(scope="module")
def books(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Made-up books on PostgreSQL; nothing is written to them."""
    server.copy(request.getfixturevalue("_postgresql_books"), "large")
    made_up.fill(server.url("large"), SIZE)
    yield server.url("large")
    server.drop("large")


@pytest.fixture(autouse=True)
def a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever is done some at a time is done a few at a time, so that few applications are many."""
    monkeypatch.setattr(records.batches, "__defaults__", (FEW,))
    for module, name in (
        *((large, "AT_A_TIME"), (findings, "AT_A_TIME"), (check, "_AT_A_TIME"), (shadows, "_BY_NAME")),
        *((inputs, "PIECE"), (register, "FEW"), (letter, "FEW")),
    ):
        assert getattr(module, name) > FEW
        monkeypatch.setattr(module, name, FEW)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_no_result_as_long_as_the_books_is_held_whole(engine: str, books: str) -> None:
    held: set[str] = set()

    def heard(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        # Of a cursor of the server's no row is held that was not asked for.
        by_driver = type(cursor).__name__ != "ServerCursor" and cursor.description is not None
        if by_driver and cursor.rowcount >= SIZE.members and not _SHORT.search(statement.strip()):
            held.add(f"{command}: {cursor.rowcount} rows of {statement}")

    event.listen(Engine, "after_cursor_execute", heard)
    try:
        for command in COMMANDS:
            assert desk.typed(books, *shlex.split(command), by=made_up.CLERK).exit_code < 2, command
    finally:
        event.remove(Engine, "after_cursor_execute", heard)
    assert not held, "\n\n".join(sorted(held))
