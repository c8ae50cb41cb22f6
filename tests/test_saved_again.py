"""The month of the demo, saved again by LibreOffice, gives the same books: as .xlsx, .ods and .csv; some as .xls.

The files in `saved_again/` were written by LibreOffice 7.4: soffice --headless --convert-to FORMAT, of the workbooks in
`exports/demo/input`; for CSV with the filter "Text - txt - csv (StarCalc):44,34,76". Its own CSV files stand beside
them unchanged.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from exports.demo import play
from ledger import tables
from ledger.booking.recording import import_files
from ledger.intake.recognition import read_file
from ledger.store import database

pytestmark = pytest.mark.thorough

SAVED = Path(__file__).parent / "saved_again"

# Where a row came from, and when it was written, is another matter than what it says.
_ASIDE = {
    "source",
    "sheet",
    "row",
    "id",
    "no",
    "recorded_at",
    "sha256",
    "name",
    "at",
    "batch",
    "seal",
    "head",
    "digest",
}


def _paths(ending: str) -> list[Path]:
    """The demo's files, those that were saved in this format in place of the originals."""
    saved = (SAVED / ending / f"{Path(name).stem}.{ending}" for name in play.FILES)
    return [path if path.exists() else play.INPUT / name for path, name in zip(saved, play.FILES, strict=True)]


def _books(url: str, paths: list[Path]) -> dict[str, list[tuple[object, ...]]]:
    """What the books say after these files were taken in, table by table."""
    with database.writing(url) as connection:
        import_files(connection, paths, None, through=play.AS_OF, by="試験")
    told: dict[str, list[tuple[object, ...]]] = {}
    with database.reading(url) as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in ("source", "seal", "batch"):
                continue
            columns = [column for column in table.c if column.name not in _ASIDE]
            if columns:
                told[table.name] = [
                    tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))
                ]
    return told


@pytest.fixture(scope="module")
def lines() -> dict[str, list[tuple[object, ...]]]:
    """What each of the demo's own files says, row by row."""
    return {Path(name).stem: _lines(play.INPUT / name) for name in play.FILES}


def _lines(path: Path) -> list[tuple[object, ...]]:
    file = read_file(path.name, path.read_bytes(), path.suffix)
    assert file.problems == []
    return [(line.row, line.known_on, *line.values.items()) for table in file.sheets for line in table.lines]


@pytest.mark.parametrize("path", sorted(SAVED.glob("*/*")), ids=lambda path: path.name)
def test_file_that_was_saved_again_says_the_same(path: Path, lines: dict[str, list[tuple[object, ...]]]) -> None:
    assert _lines(path) == lines[path.stem]


@pytest.mark.parametrize("ending", ["xlsx", "ods", "csv", "xls"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_month_that_was_saved_again_gives_the_same_books(
    ending: str, new_book: Callable[[], str], one_moment: None
) -> None:
    assert _paths(ending) != [play.INPUT / name for name in play.FILES]
    assert _books(new_book(), _paths(ending)) == _books(new_book(), [play.INPUT / name for name in play.FILES])
