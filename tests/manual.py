"""The pages of the manual, README and docs, each in two languages, and what is to be typed on them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

PAGES = sorted([ROOT / "README.md", ROOT / "README.ja.md", *DOCS.glob("*.md")])
JAPANESE = [page for page in PAGES if page.name.endswith(".ja.md")]
ENGLISH = [page for page in PAGES if page not in JAPANESE]


def twin(page: Path) -> Path:
    """The same page in the other language."""
    name = page.name.replace(".ja.md", ".md") if page in JAPANESE else page.name.replace(".md", ".ja.md")
    return page.with_name(name)


def blocks(page: Path) -> list[tuple[str, str]]:
    """The blocks of a page, each with its kind."""
    return re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"))


def commands(page: Path | str) -> list[list[str]]:
    """The words of each command that a page, or a block, has typed: the lines that begin with `$`."""
    bodies = [page] if isinstance(page, str) else [body for kind, body in blocks(page) if kind == "console"]
    lines = [line for body in bodies for line in body.splitlines() if line.startswith("$ ")]
    return [shlex.split(line.removeprefix("$ "), comments=True) for line in lines]
