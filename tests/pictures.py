"""The pictures of the README, made from what the program really answers and writes: make pictures.

A check is drawn as SVG from its words, and a test holds it to the answer. The month's workbook is printed by
LibreOffice, and its cover drawn as PNG by pypdfium2; both are asked for here and nowhere else.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

import cli
from exports.demo import play
from exports.formats.screen import breaks
from ledger import i18n

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
CHECK = ("check", "東京 第9001号", "--as-of", "2012-09-23")
COLUMNS = 100

# The cover, and how many points are cut off at its left, bottom, right and top.
_PAGE, _CUT = "1", ("20", "140", "20", "30")

_LINE, _EM, _EDGE = 22, 14, 16
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<rect width="100%" height="100%" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>
<g xml:space="preserve" fill="#24292f" font-size="14"
 font-family="'Noto Sans Mono CJK JP', 'MS Gothic', Osaka-Mono, IPAGothic, monospace">
{lines}
</g>
</svg>
"""


def check(books: str, language: i18n.Language) -> str:
    """The answer to a check of these books, drawn as SVG: its first part, on one application."""
    asked = CliRunner().invoke(cli.app, [*CHECK, "--database", books, "--lang", language])
    assert asked.exit_code == 0, asked.output
    command = f"$ seisan {CHECK[0]} '{CHECK[1]}' {' '.join(CHECK[2:])}"
    answer = asked.output.partition("\n\n")[0]
    lines = [row for line in (command, *answer.splitlines()) for row in _rows(line)]
    drawn = [
        f'<text x="{_EDGE + indent * _EM // 2}" y="{_EDGE + nth * _LINE}">{escape(text)}</text>'
        for nth, (indent, text) in enumerate(lines, 1)
    ]
    size = {"width": COLUMNS * _EM // 2 + 2 * _EDGE, "height": len(lines) * _LINE + 2 * _EDGE}
    return _SVG.format(lines="\n".join(drawn), **size)


def _rows(line: str) -> Iterator[tuple[int, str]]:
    """A line of an answer as rows that fit, each with its indent; what does not fit goes on below, further in."""
    text = line.lstrip()
    indent = len(line) - len(text)
    places = [0, *breaks(text, COLUMNS - indent - 4), len(text)]
    for first, last in pairwise(places):
        yield indent + 4 * bool(first), text[first:last].strip()


def month(workbook: Path, folder: Path) -> bytes:
    """A page of a workbook, drawn as PNG, in a folder for what is made on the way."""
    profile = f"-env:UserInstallation={(folder / 'libreoffice').resolve().as_uri()}"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
    printed = folder / f"{workbook.stem}.pdf"
    draw = (os.environ.get("PDFIUM", "pypdfium2"), "render", str(printed), "--output", str(folder))
    _run(
        *draw, "--pages", _PAGE, "--scale", "1.2", "--crop", *_CUT, "--grayscale", "--format", "png", "--prefix", "page"
    )
    (page,) = folder.glob("page*.png")
    return page.read_bytes()


def _run(*command: str) -> None:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit(
            f"{command[0]} is not installed: LibreOffice and pypdfium2 are needed for the pictures (make pictures)"
        )
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)


def main() -> None:
    """Plays the demo, and draws each picture in each language."""
    with TemporaryDirectory() as made:
        folder = Path(made) / "demo"
        for act in play.acts(folder):
            assert CliRunner().invoke(cli.app, ["--database", play.books(folder), *act.words]).exit_code == 0
        for language in i18n.LANGUAGES:
            (FOLDER / f"check.{language}.svg").write_text(check(play.books(folder), language), encoding="utf-8")
            pages = Path(made) / language
            pages.mkdir()
            workbook = pages / "month.xlsx"
            words = ("statement", "month", str(play.MONTH), "--out", str(workbook), "--lang", language)
            assert CliRunner().invoke(cli.app, ["--database", play.books(folder), *words]).exit_code == 0
            (FOLDER / f"month.{language}.png").write_bytes(month(workbook, pages))


if __name__ == "__main__":
    main()
