"""The map keeps its word: rows of "Where does my line go?" (ledger/README.md), carried out on a copy of the sources."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("cli.py", "ledger", "exports", "migrations", "tests", "pyproject.toml", "Makefile", "CHANGELOG.md")
READMES = ("README.md", "README.ja.md")

# The files of a row with what they hold: the whole text of a new file, or a change to the one that is there.
Edits = dict[str, str | Callable[[str], str]]
Copy = Callable[[Edits], Callable[..., None]]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Copies the sources with the edits of a row made; gives a function that runs tests there and fails as they do.

    What it is given are the arguments of pytest. Each is tried on the copy alone: nothing here is written to.
    """

    def edited(edits: Edits) -> Callable[..., None]:
        folder = tmp_path / "seisan"
        folder.mkdir()
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for name in (*SOURCES, *READMES):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copyfile(source, folder / name)
        for name, edit in edits.items():
            file = folder / name
            text = edit if isinstance(edit, str) else edit(file.read_text(encoding="utf-8"))
            assert isinstance(edit, str) is not file.exists(), name
            file.write_text(text, encoding="utf-8")
        return lambda *arguments: _passes(folder, *arguments)

    return edited


def _passes(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEISAN_", "PYTEST_"))}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


# --- encode a new notice --------------------------------------------------------------------------------------------

NOTICE = '''"""お知らせ — 連合会会長 (2012年12月3日)

> 有効期間内に認証局の事由により取消された電子証明書については、発行手数料を払い戻す。

This paper is made up.
"""

from datetime import date

from ledger.notices.conditions import Clause, Condition, Notice, reason, revoked

by_the_authority = Condition(
    "認証局の事由により取消された",
    "it was revoked for a reason on the authority's side",
    reason.in_(("ca_other", "info_error")),
    ("reason",),
    {"reason": reason.is_(None)},
)

notice = Notice(
    announced_on=date(2012, 12, 3),
    replaces=date(2012, 9, 21),
    name_ja="会長お知らせ(2012年12月3日)",
    name_en="the president's notice of 3 December 2012",
    clauses=(Clause("事由", "認証局の事由により取消された電子証明書", by_the_authority, revoked),),
)
'''

_CASE = """
[[case]]
id = "{id}"
says = "{says}"
as_of = 2012-12-03
given.applied_on = 2012-08-01
given.mailed_on = 2012-08-12
{given}expect.outcome = "{outcome}"
expect.clauses = [{clauses}]
"""


def _case(nth: int, says: str, outcome: str, **given: str) -> str:
    lines = "".join(f"given.{name} = {value}\n" for name, value in given.items())
    clauses = '"事由"' if outcome == "eligible" else ""
    return _CASE.format(id=f"V{nth:02}", says=says, given=lines, outcome=outcome, clauses=clauses)


CASES = "\n".join(
    [
        "# Asked from 2012-12-03 on.",
        _case(1, "otherwise judged necessary", "eligible", revoked_on="2012-11-01", reason='"ca_other"'),
        _case(2, "an error in what is recorded", "eligible", revoked_on="2012-11-01", reason='"info_error"'),
        _case(3, "a reason of the subscriber's", "not_eligible", revoked_on="2012-11-01", reason='"pin_lost"'),
        _case(4, "the reason is not known", "needs_facts", revoked_on="2012-11-01"),
        _case(5, "not revoked", "in_force"),
        _case(6, "expired, and not revoked", "not_eligible", expires_on="2012-11-01", reason='"ca_other"'),
    ]
)


def test_notice_takes_its_file_its_cases_and_its_line_in_the_changes(copy: Copy) -> None:
    line = "- From 2012-12-03 the president's notice: certificates revoked for a reason on the authority's side.\n"
    passes = copy(
        {
            "ledger/notices/n2012_12_03.py": NOTICE,
            "tests/cases/2012-12-03.toml": CASES,
            "CHANGELOG.md": lambda text: text + line,
        }
    )
    chosen = "2012-12-03 or not test_mutants and not postgresql"
    passes("tests/test_mutants.py", "tests/test_cases.py", "tests/test_notices.py", "-k", chosen)
