"""The manual keeps its word: README.md and docs, in both languages.

What begins with `$` on a page is typed, in the order of the page; on docs/postgresql.md at a server of its own
(`test_manual_postgresql.py`). Other blocks are not run, which the page says.
"""

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from exports.demo import play
from exports.shell.help import GLOBAL
from ledger import dates, i18n
from ledger.intake import kinds
from ledger.store import database
from tests import desk, pictures
from tests.commands import COMMANDS, OPTIONS
from tests.manual import DOCS, ENGLISH, JAPANESE, PAGES, ROOT, blocks, commands, twin

RUN = [page for page in ENGLISH if page.name != "postgresql.md" and commands(page)]


# --- what is typed --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books of the demo's files in which refund 1 is approved."""
    file = tmp_path_factory.mktemp("manual") / "seisan.db"
    for words in (
        "init",
        f"import '{play.INPUT}'",
        "decide --everyone --as-of 2012-09-23",
        "refund propose 2011-0001 --on 2012-09-24",
        f"refund approve 1 --on 2012-09-25 --by '{play.APPROVER}'",
    ):
        desk.done(f"sqlite:///{file}", *shlex.split(words), by=play.PROPOSER)
    return file


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each_their_own: None) -> Path:
    """A folder with the demo's input files, at a day after its month."""
    monkeypatch.chdir(tmp_path)
    database._engine.cache_clear()  # `seisan.db` is another file in each folder
    monkeypatch.setattr(dates, "now", lambda: datetime(2012, 10, 31, 9, 0))
    play.copy_input(Path("demo/input"))
    return tmp_path


# What a command refuses on a page: the first `close` says what stands against it.
REFUSED = {"close 2012-09"}


@pytest.mark.thorough
@pytest.mark.parametrize("page", RUN, ids=[page.name for page in RUN])
def test_what_a_page_shows_can_be_typed(
    page: Path, office: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ["seisan", "init"] not in commands(page):
        shutil.copyfile(prepared, office / "seisan.db")
        monkeypatch.setenv("SEISAN_USER", play.PROPOSER)
    for kind, body in blocks(page):
        if kind == "toml":
            (office / "seisan.toml").write_text(body, encoding="utf-8")
        for program, *words in commands(body) if kind == "console" else ():
            if program == "export":
                for setting in words:
                    monkeypatch.setenv(*setting.split("=", 1))
            elif program != "source":
                assert program == "seisan"
                inputs = sorted(map(str, Path("demo/input").iterdir()))
                typed = [path for word in words for path in (inputs if word == "demo/input/*" else [word])]
                answer = CliRunner().invoke(cli.app, typed)
                assert answer.exit_code == (1 if shlex.join(words) in REFUSED else 0), (words, answer.output)
    if page == ROOT / "README.md":  # which is typed in the sources: everything goes into the folder that git ignores
        assert [path.name for path in office.iterdir()] == ["demo"]
        assert "/demo/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_month_by_hand_is_short() -> None:
    assert 15 <= len(commands(ROOT / "README.md")) <= 25


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", DOCS / "payment-file.md", ROOT / "tests/walkthrough/refund.md"],
    ids=lambda page: page.name,
)
def test_manual_has_the_payer_of_the_demo(page: Path) -> None:
    said = [words[3:5] for words in commands(page) if words[:3] == ["seisan", "settings", "set"]]
    payer = {name: value for name, value in play.SETTINGS.items() if name.startswith("payer_")}
    assert {name: value for name, value in said if name.startswith("payer_")} == payer


def _named() -> Iterator[tuple[str, list[str]]]:
    """Every command that a page names in a line of text, as words, with the page."""
    for page in PAGES:
        for words in re.findall(r"`seisan ([^`]+)`", page.read_text(encoding="utf-8")):
            yield page.name, shlex.split(words)


def test_every_command_that_is_named_is_there_with_its_options() -> None:
    faults = []
    for page, words in _named():
        names = [" ".join(words[:count]) for count in (1, 2)]
        name = next((name for name in reversed(names) if name in COMMANDS), "")
        group = any(command.startswith(f"{words[0]} ") for command in COMMANDS)
        known = OPTIONS.get(name, set()) | {f"--{option}" for option in GLOBAL} | {"--install-completion"}
        unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - known
        if unknown or not (name or group or words[0].startswith("--")):
            faults.append((page, words))
    assert faults == []


# --- the pages ------------------------------------------------------------------------------------------------------


def test_every_page_is_there_in_both_languages_and_leads_to_the_other() -> None:
    assert [twin(page) for page in ENGLISH] == JAPANESE
    for page in PAGES:
        head = page.read_text(encoding="utf-8")[:1200]
        assert f"]({twin(page).name})" in head, page


@pytest.mark.parametrize("page", ENGLISH, ids=[page.name for page in ENGLISH])
def test_both_languages_show_the_same_blocks(page: Path) -> None:
    """Comments apart, which are in the language of the page."""

    def bare(body: str) -> list[str]:
        return [re.sub(r"\s*(#|--) .*$", "", line).strip() for line in body.splitlines()]

    english, japanese = ([(kind, bare(body)) for kind, body in blocks(each)] for each in (page, twin(page)))
    if page.name == "README.md":
        english, japanese = english[1:], japanese[1:]  # what make does is a comment on each line
    assert english == japanese


def test_every_link_leads_to_a_file_in_the_language_of_the_page() -> None:
    faults = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            path = (page.parent / target).resolve()
            other = page in JAPANESE and path in [twin(each) for each in JAPANESE] and path != twin(page)
            if not path.is_file() or other or not path.is_relative_to(ROOT):
                faults.append((page.name, target))
    assert faults == []


def test_every_page_is_one_click_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    there = [page.name for page in ENGLISH if page.parent == DOCS]
    assert [name for name in there if f"](docs/{name})" not in text] == []


# --- facts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [DOCS / "input-files.md", DOCS / "input-files.ja.md"], ids=lambda page: page.name)
def test_table_of_input_files_is_that_of_the_kinds(page: Path) -> None:
    rows = re.findall(r"(?m)^\| (?!kind \|)([a-z]+) \| (.*) \|$", page.read_text(encoding="utf-8"))
    assert [code for code, _headings in rows] == [kind.code for kind in kinds.KINDS]
    for (_code, text), kind in zip(rows, kinds.KINDS, strict=True):
        assert re.findall(r"\*\*(\S+?)\*\*", text) == [column.heading for column in kind.columns if column.required]
        assert all(re.search(rf"(^|[ *]){column.heading}($|[ *:;。])", text) for column in kind.columns), kind.code


@pytest.mark.parametrize("page", [DOCS / "notices.md", DOCS / "notices.ja.md"], ids=lambda page: page.name)
def test_notice_of_the_manual_can_be_compared(page: Path, office: Path, prepared: Path) -> None:
    ((_kind, body),) = [block for block in blocks(page) if block[0] == "python"]
    (office / "n2027_04_01.py").write_text(body, encoding="utf-8")
    desk.done(f"sqlite:///{prepared}", "notices", "compare", "n2027_04_01.py", "--as-of", "2012-10-30")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_picture_of_a_check_is_the_answer(language: i18n.Language, prepared: Path, update: bool) -> None:
    drawn = pictures.check(f"sqlite:///{prepared}", language)
    file = pictures.FOLDER / f"check.{language}.svg"
    if update:
        file.write_text(drawn, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == drawn, "read what changed, then: pytest tests/test_manual.py --update"


def test_compose_file_keeps_the_books_and_lets_nobody_else_in() -> None:
    """It is not run here; what would lose books or open them is looked for."""
    text = (DOCS / "compose.yaml").read_text(encoding="utf-8")
    assert re.search(r"(?m)^    image: postgres:\d+$", text), "a version of the server, and not the latest"
    (volume,) = re.findall(r"(?m)^      - (\w+):/var/lib/postgresql/data$", text)
    assert re.search(rf"(?m)^volumes:\n  {volume}:$", text)
    assert re.findall(r'- "(.*):5432:5432"', text) == ["127.0.0.1"]
    assert "pg_isready" in text and "POSTGRES_PASSWORD_FILE" in text and "POSTGRES_PASSWORD:" not in text


def test_pictures_are_small() -> None:
    assert all(picture.stat().st_size < 60_000 for picture in pictures.FOLDER.iterdir())
