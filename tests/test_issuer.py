"""Who issues a paper: what the settings say of the federation, as it was when the paper was handed out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from exports.issued import stamp
from ledger.intake.matching import as_before
from tests import desk
from tests.test_handed_out import STATEMENTS, edited, marked, places_of, verified, written

FEDERATION = {
    "federation_name": "架空司法書士会連合会",
    "federation_department": "電子証明書係",
    "federation_address": "〒999-9999 架空県架空市架空町1-1",
    "federation_telephone": "00-0000-0000",
}
EARLIER = "日本司法書士会連合会"
OF_EACH_FORM = ["month", "member", "letter", "check of everyone", "due", "refunds", "balance"]


@pytest.fixture(params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield url


def named(url: str, **settings: str) -> None:
    """Sets what the federation is called."""
    for name, value in settings.items():
        desk.done(url, "settings", "set", name, value)


def texts(file: Path) -> list[list[str]]:
    """The texts of each sheet."""
    return [[str(cell.value) for row in page.rows for cell in row if cell.value] for page in load_workbook(file)]


def _issued_by(name: str) -> Callable[[Workbook], None]:
    """An edit that makes a file one of the first form, with this name where the issuer stands."""

    def edit(book: Workbook) -> None:
        for page in book.worksheets:
            page.cell(3, page.max_column).value = name
        marked(lambda stamp: stamp.pop("form"))(book)

    return edit


def _names(sheet: list[str], issuer: str) -> bool:
    """Whether a sheet bears the name of its issuer, which a form puts before 御中."""
    return not {issuer, f"{issuer} 御中"}.isdisjoint(sheet)


@pytest.mark.thorough
def test_every_sheet_bears_the_name_in_the_settings(kept: str, tmp_path: Path) -> None:
    def all_written(folder: str) -> dict[str, Path]:
        (tmp_path / folder).mkdir()
        return {name: written(kept, tmp_path / folder / f"{name}.xlsx", *STATEMENTS[name]) for name in OF_EACH_FORM}

    without = all_written("without")
    named(kept, **FEDERATION)
    first = all_written("first")
    named(kept, federation_name="架空連合会")
    for name, second in all_written("second").items():
        said = [[_names(sheet, each) for sheet in texts(second)] for each in ("架空連合会", "架空司法書士会連合会")]
        assert (all(said[0]), any(said[1])) == (True, False), name
        assert all(_names(sheet, "架空司法書士会連合会") for sheet in texts(first[name])), name
        assert not any("連合会" in sheet for sheet in texts(without[name])) or name == "letter"
        assert (verified(kept, first[name])["ok"], verified(kept, without[name])["ok"]) == (True, True), name


@pytest.mark.thorough
def test_file_from_before_the_name_could_be_set_is_not_accused(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamp, "FORM", 2)
    named(kept, **FEDERATION)
    for statement in OF_EACH_FORM:
        if statement == "letter":  # nothing could be set then, and the desk would be another
            continue
        with as_before():
            file, other = (
                written(kept, tmp_path / f"{statement}-{name}.xlsx", *STATEMENTS[statement]) for name in "xy"
            )
        assert verified(kept, edited(file, _issued_by(EARLIER)))["ok"], statement
        found = verified(kept, edited(other, _issued_by("別の連合会")))
        assert {place[0] for place in places_of(found)} == {"cell-differs"}, statement


def test_closed_month_keeps_the_name_with_which_it_was_closed(kept: str, tmp_path: Path) -> None:
    closed = "2010-11"
    desk.done(kept, "reopen", closed, "--reason", "名称")
    named(kept, **FEDERATION)
    desk.done(kept, "close", closed, "--bank-balance", "0")
    named(kept, federation_name="架空連合会")
    file = written(kept, tmp_path / "x.xlsx", "statement", "month", closed)
    assert all(FEDERATION["federation_name"] in sheet for sheet in texts(file))


def test_letter_says_whom_to_ask(kept: str, tmp_path: Path) -> None:
    letter = "\n".join(texts(written(kept, tmp_path / "x.xlsx", "letter", "1"))[0])
    assert "連合会 電子証明書担当" in letter
    named(kept, **FEDERATION)
    lines = texts(written(kept, tmp_path / "y.xlsx", "letter", "1"))[0]
    telephone = "電話 00-0000-0000"
    at = lines.index("架空司法書士会連合会")
    assert lines[at + 1 : at + 5] == ["印", "電子証明書係", "〒999-9999 架空県架空市架空町1-1", telephone]
    assert f"架空司法書士会連合会 電子証明書係 {telephone}" in lines
    assert verified(kept, tmp_path / "x.xlsx")["ok"]


@pytest.mark.parametrize("value", ["連" * 101, "連合会\u202e", "連合会\x07"])
def test_name_that_could_not_be_printed_is_refused(book_url: str, value: str) -> None:
    answer: Any = desk.typed(book_url, "settings", "set", "federation_name", value)
    assert (answer.exit_code, "(not-a-setting)" in answer.stderr) == (1, True)
