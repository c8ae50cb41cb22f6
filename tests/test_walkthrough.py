"""The transcripts are the manual: each is carried out in books of its own, on both databases, and says the same.

A ```csv block is an input file (its name stands after csv); a ```console block holds commands and what they answer.
`pytest tests/test_walkthrough.py --update` writes the answers anew, for a person to read.
"""

import re
import shlex
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from ledger import dates, i18n
from ledger.store.database import format_url

FOLDER = Path(__file__).parent / "walkthrough"
FILES = sorted(FOLDER.glob("*.md"))
_BLOCK = re.compile(r"^```(csv|toml|console)[ ]?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def replayed(text: str, folder: Path, url: str) -> str:
    """The transcript with every answer as the program gives it now."""

    def block(found: re.Match[str]) -> str:
        kind, name, body = found.groups()
        if kind != "console":
            (folder / name).write_text(body, encoding="utf-8")
            return found[0]
        return f"```console\n{''.join(_session(body, url))}```"

    return _BLOCK.sub(block, text)


def _session(body: str, url: str) -> Iterator[str]:
    for line in body.splitlines():
        if line.startswith("$ seisan "):
            yield line + "\n"
            i18n.use("ja")
            answer = CliRunner().invoke(cli.app, ["--database", url, *shlex.split(line.removeprefix("$ seisan "))])
            assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
            output = answer.output.replace(format_url(url), "sqlite:////事務所/seisan.db")
            output = _DIGEST.sub("0" * 64, output)  # on PostgreSQL the chain has the roles in it, and is another
            yield output if output.endswith("\n") or not output else output + "\n"
            if answer.exit_code:
                yield f"[{answer.exit_code}]\n"


# What a change is tried on at once; the others are left to `make test`.
QUICK = {"refund", "todo", "worked-case"}


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if path.stem in QUICK else pytest.mark.thorough, id=path.stem) for path in FILES],
)
def test_the_transcript_is_what_happens(
    path: Path, empty_url: str, engine: str, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEISAN_USER", "乙川")
    monkeypatch.setattr(dates, "now", lambda: datetime(2012, 10, 31, 9, 0))
    monkeypatch.setattr(dates, "today", lambda: date(2012, 10, 31))
    written = path.read_text(encoding="utf-8")
    now = replayed(written, tmp_path, empty_url)
    if update and engine == "sqlite":
        path.write_text(now, encoding="utf-8")
    else:
        assert now == written


def test_there_are_transcripts() -> None:
    assert {"month-end", "worked-case"} <= {path.stem for path in FILES}
