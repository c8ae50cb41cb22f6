"""How long writing a sheet of 200,000 rows takes beside the fastest well-known writer.

Run as: PYTHONPATH=. python benchmarks/writing.py (needs the package XlsxWriter, which Seisan itself does not)

Prints the processor time of `xlsx.write` for a sheet of 200,000 rows and eight styled columns, as a ratio to that of
XlsxWriter in its mode of constant memory, which writes the same values in the same kinds of cells.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter  # type: ignore[import-not-found]

from exports.formats import xlsx
from exports.formats.sheet import Block, Kind, Sheet, SheetColumn, Values, Workbook

ROWS = 200_000
RUNS = 3
KINDS: tuple[Kind, ...] = ("day", "number", "text", "text", "yen", "yen", "yen", "text")
FIRST = date(2012, 4, 1)


def main() -> None:
    """Prints the least time of some runs, and their ratio."""
    with TemporaryDirectory() as folder:
        ours = min(_timed(lambda: _ours(Path(folder, "ours.xlsx"))) for _run in range(RUNS))
        theirs = min(_timed(lambda: _theirs(Path(folder, "theirs.xlsx"))) for _run in range(RUNS))
    share = f"{ours / theirs:.2f} of the time of XlsxWriter ({ours:.1f} s of {theirs:.1f} s)"
    print(f"{ROWS} rows of {len(KINDS)} cells: {share}")


def _timed(write: Callable[[], None]) -> float:
    began = time.process_time()
    write()
    return time.process_time() - began


def _rows() -> Iterator[Values]:
    for number in range(1, ROWS + 1):
        day = FIRST + timedelta(number % 365)
        yield day, number, f"2012-{number:06}", f"甲野 太郎{number % 977}", 7245, -7245, number * 5, "発行手数料"


def _ours(path: Path) -> None:
    block = Block(tuple(SheetColumn(f"列{at}", kind) for at, kind in enumerate(KINDS)), _rows())
    xlsx.write(Workbook("仕訳帳", FIRST, (Sheet("仕訳帳", "仕訳帳", (block,)),)), path)


def _theirs(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    shown = {"day": '[$-411]ggge"年"m"月"d"日"', "yen": '#,##0;[Red]"△"#,##0;"-"', "number": "0", "text": "@"}
    styles = [book.add_format({"num_format": shown[kind], "border": 4, "font_name": "游ゴシック"}) for kind in KINDS]
    sheet = book.add_worksheet("仕訳帳")
    for row, values in enumerate(_rows()):
        for at, value in enumerate(values):
            if KINDS[at] == "day":
                sheet.write_datetime(row, at, value, styles[at])
            elif KINDS[at] == "text":
                sheet.write_string(row, at, value, styles[at])
            else:
                sheet.write_number(row, at, value, styles[at])
    book.close()


if __name__ == "__main__":
    main()
