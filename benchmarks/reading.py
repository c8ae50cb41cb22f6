"""How long reading 200,000 rows takes beside the fastest reader.

Run as: PYTHONPATH=. python benchmarks/reading.py

Prints, for a workbook of 200,000 rows and eight columns, the time of `read_file` as a ratio to that of python-calamine,
which only makes lists of the cells.
"""

import io
import time

import python_calamine

from ledger.intake.files import LIMIT_ROWS
from ledger.intake.recognition import read_file
from tests.written import Value, book, sheet

HEADINGS: list[Value] = ["照会番号", "入金日", "金額", "振込依頼人名", "摘要", "把握日", "列7", "列8"]


def main() -> None:
    """Prints the ratio."""
    rows: list[list[Value]] = [
        [f"D-{n}", (1, 40965), 7245, f"コウヤマ タロウ{n}", "発行手数料", (1, 40966), "x", n]
        for n in range(1, LIMIT_ROWS)
    ]
    data = book(sheet([HEADINGS, *rows]), formats=[14])
    rows.clear()
    began = time.monotonic()
    cells = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    fastest = time.monotonic() - began
    assert len(cells) == LIMIT_ROWS
    cells.clear()
    began = time.monotonic()
    file = read_file("入金.xlsx", data, ".xlsx")
    ours = time.monotonic() - began
    assert len(file.sheets[0].lines) == LIMIT_ROWS - 1
    print(f"{LIMIT_ROWS} rows: {ours / fastest:.1f} times the fastest reader")


if __name__ == "__main__":
    main()
