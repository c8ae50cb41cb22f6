"""Which books, who and which language, when it is not typed: a variable, a settings file, or nothing said."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from ledger import i18n

PROJECT, BELOW = "事務所", "事務所/2012/09"


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("SEISAN_DATABASE", "SEISAN_USER", "SEISAN_LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / BELOW).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / BELOW)


def typed(*words: str) -> Result:
    """What the program answers to what is typed, nothing being added."""
    answer = CliRunner().invoke(cli.app, list(words))
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    i18n.use("ja")
    return answer


def where(*words: str) -> dict[str, object]:
    """What `where` answers to other programs."""
    answer = typed(*words, "where", "--json")
    assert answer.exit_code == 0, answer.output
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def settings(folder: Path, text: str) -> Path:
    """A settings file of this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "seisan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_said_is_a_file_of_the_current_folder_said_in_full(tmp_path: Path) -> None:
    found = where()
    assert found["database"] == f"sqlite:///{tmp_path / BELOW / 'seisan.db'}"
    assert (found["lang"], found["from"]) == ("ja", dict.fromkeys(("database", "by", "lang"), "default"))


def test_the_nearest_settings_file_counts_and_its_books_lie_beside_it(tmp_path: Path) -> None:
    users = settings(tmp_path / "config" / "seisan", 'database = "sqlite:////var/books.db"\nby = "会計 甲野"\n')
    assert where()["database"] == "sqlite:////var/books.db"
    assert where()["from"] == {"database": str(users), "by": str(users), "lang": "default"}
    own = settings(tmp_path / PROJECT, 'database = "sqlite:///帳簿/books.db"\nlang = "en"\n')
    found = where()
    assert found["database"] == f"sqlite:///{tmp_path / PROJECT / '帳簿' / 'books.db'}"
    assert (found["lang"], found["from"]) == ("en", {"database": str(own), "by": "default", "lang": str(own)})
    assert "Books: " in typed("where").stdout, "it speaks the language of the file"


def test_what_is_typed_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path / PROJECT, 'database = "sqlite:////a.db"\nby = "会計 甲野"\nlang = "en"\n')
    monkeypatch.setenv("SEISAN_DATABASE", "sqlite:////b.db")
    monkeypatch.setenv("SEISAN_USER", "会計 乙川")
    found = where("--database", "sqlite:////c.db")
    assert (found["database"], found["by"], found["lang"]) == ("sqlite:////c.db", "会計 乙川", "en")
    assert found["from"] == {
        "database": "--database",
        "by": "SEISAN_USER",
        "lang": str(tmp_path / PROJECT / "seisan.toml"),
    }
    assert where()["database"] == "sqlite:////b.db"


def test_commands_use_the_books_of_the_file_and_say_their_full_path(tmp_path: Path) -> None:
    settings(tmp_path / PROJECT, 'database = "sqlite:///books.db"\nby = "会計 甲野"\nlang = "en"\n')
    place = f"sqlite:///{tmp_path / PROJECT / 'books.db'}"
    missing = typed("balance")
    assert (missing.exit_code, place in missing.stderr) == (1, True)
    assert place in typed("init").stdout and (tmp_path / PROJECT / "books.db").exists()
    assert typed("balance").exit_code == 0
    assert place in typed("init").stdout


REFUSED = {
    "no TOML": "database = sqlite:///a.db\n",
    "another key": 'databse = "sqlite:///a.db"\n',
    "no text": "by = 7\n",
    "blank": 'by = " "\n',
    "a table": '[seisan]\ndatabase = "sqlite:///a.db"\n',
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_says_anything_else_is_refused_by_name_and_help_is_not(tmp_path: Path, name: str) -> None:
    file = settings(tmp_path / PROJECT, REFUSED[name])
    answer = typed("where", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["refused"] == "not-a-settings-file" and str(file) in answer.stderr
    assert typed("--help").exit_code == 0 and typed("where", "-h").exit_code == 0


def test_a_language_that_there_is_not_is_refused_also_from_a_file(tmp_path: Path) -> None:
    settings(tmp_path / PROJECT, 'lang = "fr"\n')
    assert "no-such-language" in typed("where").stderr


@pytest.mark.parametrize("password", ["geheim", "ge%20heim"])
def test_a_password_is_not_shown(tmp_path: Path, password: str) -> None:
    settings(tmp_path / PROJECT, f'database = "postgresql://clerk:{password}@host/books"\n')
    assert password not in typed("where").output and where()["database"] == "postgresql://clerk:***@host/books"
