"""--pdf: LibreOffice prints what is written, each letter on one page; where it cannot, nothing is written at all."""

import stat
from pathlib import Path

import pytest

from exports.formats import pdf
from exports.issued.read import ReadWorkbook
from ledger.store import database
from tests import desk
from tests.libreoffice import pages
from tests.test_letter import TOLD, decided, told

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def letters(book_url: str) -> str:
    """Books with a decision of each outcome that needs no refund."""
    with database.writing(book_url) as connection:
        for nth, facts in enumerate(TOLD.values(), 1):
            told(connection, f"2011-{nth:04}", facts)
            decided(connection, f"2011-{nth:04}")
    return book_url


@SQLITE
def test_without_libreoffice_nothing_is_written(letters: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAMS", ("no-such-program",))
    for words in (("letter", "1", "--out", "x.xlsx"), ("letter", "--everyone", "--out", "letters")):
        said = desk.typed(letters, *words[:-1], str(tmp_path / words[-1]), "--pdf")
        assert (said.exit_code, "(no-libre-office)" in said.stderr) == (1, True)
        assert not (tmp_path / words[-1]).exists()


@pytest.mark.thorough
@SQLITE
@pytest.mark.parametrize("does", ["exit 1", "sleep 60", "touch 1.pdf"])
def test_when_libreoffice_fails_nothing_is_written(
    letters: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(pdf, "PROGRAMS", (str(program),))
    monkeypatch.setattr(pdf, "_START", 0.3)
    monkeypatch.setattr(pdf, "_EACH", 0)
    for words in (("letter", "1", "--out", "x.xlsx"), ("letter", "--everyone", "--out", "letters")):
        said = desk.typed(letters, *words[:-1], str(tmp_path / words[-1]), "--pdf")
        assert (said.exit_code, "(no-pdf-made)" in said.stderr) == (1, True)
        assert not (tmp_path / words[-1]).exists()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in LibreOffice's place that makes something of each workbook; it notes down how it was called."""
    program, calls = tmp_path / "soffice", tmp_path / "calls"
    program.write_text(
        f"""#!/bin/sh
echo "$@" >> {calls}
for file in "$@"; do case "$file" in *.xlsx) echo "%PDF-1.7" > "${{file%.xlsx}}.pdf";; esac; done
"""
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(pdf, "PROGRAMS", (str(program),))
    return calls


@SQLITE
def test_all_letters_are_printed_in_one_call_with_a_profile_of_its_own(
    letters: str, tmp_path: Path, stand_in: Path
) -> None:
    folder = tmp_path / "letters"
    desk.done(letters, "letter", "--everyone", "--out", str(folder), "--pdf")
    stems = {ending: {path.stem for path in folder.glob(f"*.{ending}")} for ending in ("xlsx", "pdf")}
    assert stems["xlsx"] == stems["pdf"] and len(stems["pdf"]) == len(TOLD) + 1
    (call,) = stand_in.read_text().splitlines()
    assert "-env:UserInstallation=file:///" in call and call.count(".xlsx") == len(TOLD) + 1


@SQLITE
def test_file_of_somebody_is_not_written_over_nor_is_anything_beside_it(
    letters: str, tmp_path: Path, stand_in: Path
) -> None:
    (tmp_path / "x.pdf").write_text("somebody's")
    said = desk.typed(letters, "letter", "1", "--out", str(tmp_path / "x.xlsx"), "--pdf")
    assert (said.exit_code, "(file-in-the-way)" in said.stderr, stand_in.exists()) == (1, True, True)
    assert not (tmp_path / "x.xlsx").exists()
    desk.done(letters, "letter", "1", "--out", str(tmp_path / "x.xlsx"), "--pdf", "--replace")
    assert (tmp_path / "x.pdf").read_text().startswith("%PDF")


@SQLITE
@pytest.mark.office
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_letter_is_printed_on_one_page(letters: str, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "letters"
    desk.done(letters, "letter", "--everyone", "--out", str(folder), "--pdf", "--lang", language)
    written = sorted(path.stem for path in folder.glob("*.xlsx"))
    assert written == sorted(path.stem for path in folder.glob("*.pdf"))
    for file in folder.glob("0*.pdf"):
        sheets = len(ReadWorkbook(file.with_suffix(".xlsx").read_bytes()).sheets)
        assert pages(file) == sheets <= 2, file


@SQLITE
@pytest.mark.office
def test_statement_is_printed_as_well(letters: str, tmp_path: Path) -> None:
    out = tmp_path / "member.xlsx"
    desk.done(letters, "statement", "member", "東京 第2011-0001号", "--out", str(out), "--pdf")
    assert out.exists() and pages(out.with_suffix(".pdf")) >= 1
