"""No file of the user's is written over: only what Seisan wrote and nobody changed since, or with --replace."""

import shlex
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.errors import Exit
from ledger.store import written
from tests import desk

WRITING_FILES = (
    "template members --out {file}.xlsx",
    "statement month 2012-04 --out {file}.xlsx",
    "statement member '東京 第9001号' --as-of 2012-04-30 --out {file}.xlsx",
    "check --everyone --as-of 2012-04-30 --out {file}.xlsx",
    "check --everyone --as-of 2012-04-30 --out {file}.csv",
    "check --everyone --as-of 2012-04-30 --out {file}.json",
    "entries --out {file}.csv",
    "export journal --format hledger --out {file}.journal",
    "export journal --format beancount --out {file}.beancount",
    "export journal --format csv --out {file}.txt",
    "backup {file}.db",
)

pytestmark = [
    *(pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]


@pytest.fixture
def books(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with a member and an application."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "members": "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n",
        "applications": "申込番号,会員番号,申込日,申込区分\nA1,東京 第9001号,2012-04-01,新規\n",
    }.items():
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
        desk.done(book_url, "import", f"{name}.csv", "--known-on", "2012-04-01")
    return book_url


@pytest.mark.parametrize("command", WRITING_FILES)
def test_file_that_somebody_changed_is_not_written_over(books: str, command: str) -> None:
    words = shlex.split(command.format(file="x"))
    desk.done(books, *words)
    desk.done(books, *words)  # as it was written, it may be written again
    file = Path(next(word for word in words if word.startswith("x.")))
    changed = file.read_bytes() + b" "
    file.write_bytes(changed)
    answer = desk.typed(books, *words)
    assert (answer.exit_code, "(file-in-the-way)" in answer.stderr) == (Exit.REFUSED, True), answer.output
    assert (file.read_bytes(), [path.name for path in Path.cwd().glob(".x*")]) == (changed, [])
    desk.done(books, *words, "--replace")
    assert file.read_bytes() != changed


@pytest.mark.parametrize("command", WRITING_FILES)
def test_file_of_another_program_is_not_written_over(books: str, command: str) -> None:
    words = shlex.split(command.format(file="y"))
    file = Path(next(word for word in words if word.startswith("y.")))
    file.write_bytes(b"somebody's")
    answer = desk.typed(books, *words)
    assert (answer.exit_code, file.read_bytes()) == (Exit.REFUSED, b"somebody's"), answer.output


def test_the_demo_writes_over_no_file_of_others(books: str) -> None:
    folder = Path("demo") / "input"
    folder.mkdir(parents=True)
    (folder / "申込.xlsx").write_bytes(b"somebody's")
    assert desk.typed(books, "demo", "demo").exit_code == Exit.REFUSED
    assert (folder / "申込.xlsx").read_bytes() == b"somebody's"


def test_where_nothing_can_be_remembered_the_same_bytes_are_no_other(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_bytes(b"a file where the folder would be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    words = ("export", "journal", "--format", "csv", "--out", "z.csv")
    desk.done(books, *words)
    desk.done(books, *words)
    Path("z.csv").write_bytes(b"-")
    assert desk.typed(books, *words).exit_code == Exit.REFUSED


def test_what_is_remembered_does_not_grow_for_ever(books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(written, "_MOST_BYTES", 650)
    for number in range(30):
        Path("w").write_bytes(bytes([number]))
        written.remember(Path("w"))
    kept = (tmp_path / "state" / "seisan" / "written").read_text(encoding="ascii").split()
    assert 0 < len(kept) <= 12 and {len(digest) for digest in kept} == {64}


def test_of_many_files_the_list_is_read_once_and_what_others_add_to_it(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place, new, memory = Path("there"), Path("new"), tmp_path / "state" / "seisan" / "written"
    new.write_bytes(b"new")

    def replaceable(content: bytes) -> bool:
        place.write_bytes(content)
        try:
            written.require_replaceable(place, new)
        except written.FileInTheWay:
            return False
        return True

    def digest(content: bytes) -> str:
        return sha256(content).hexdigest()

    new_to_us = [bytes([number]) for number in range(5)]
    assert not replaceable(new_to_us[0])  # where there is no list yet
    for content in new_to_us[:2]:
        place.write_bytes(content)
        written.remember(place)
    assert all(map(replaceable, new_to_us[:2])) and not replaceable(new_to_us[2])
    seen = written._Seen.to
    with memory.open("a", encoding="ascii") as added:  # by another process, which has not written its last line yet
        added.write(f"{digest(new_to_us[2])}\n{digest(new_to_us[3])[:20]}")
    assert replaceable(new_to_us[2]) and not replaceable(new_to_us[3])
    assert written._Seen.to == seen + 65
    with memory.open("a", encoding="ascii") as added:
        added.write(f"{digest(new_to_us[3])[20:]}\n")
    assert replaceable(new_to_us[3]) and replaceable(new_to_us[0])
    memory.unlink()
    memory.write_text(f"{digest(new_to_us[4])}\n", encoding="ascii")
    assert replaceable(new_to_us[4]) and not replaceable(new_to_us[0])
