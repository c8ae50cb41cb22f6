"""How long reading 200,000 rows takes beside the fastest reader.

Run as: PYTHONPATH=. python benchmarks/reading.py

Prints, for a workbook of 200,000 rows and eight columns, the time of `read_file` as a ratio to that of python-calamine,
which only makes lists of the cells: by the clock, and of the processors, for the two processes that read work side by
side only where two processors are free. The process that opens workbooks is started within the time that is measured.
"""

import io
import resource
import time

import python_calamine

from ledger.intake.files import LIMIT_ROWS
from ledger.intake.recognition import read_file
from ledger.intake.workbook import READER
from tests.written import Value, book, sheet

HEADINGS: list[Value] = ["照会番号", "入金日", "金額", "振込依頼人名", "摘要", "把握日", "列7", "列8"]


def main() -> None:
    """Prints the ratios."""
    rows: list[list[Value]] = [
        [f"D-{n}", (1, 40965), 7245, f"コウヤマ タロウ{n}", "発行手数料", (1, 40966), "x", n]
        for n in range(1, LIMIT_ROWS)
    ]
    data = book(sheet([HEADINGS, *rows]), formats=[14])
    rows.clear()
    began, used = time.monotonic(), time.process_time()
    cells = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    fastest, fastest_used = time.monotonic() - began, time.process_time() - used
    assert len(cells) == LIMIT_ROWS
    cells.clear()
    began, used = time.monotonic(), time.process_time()
    file = read_file("入金.xlsx", data, ".xlsx")
    ours, ours_used = time.monotonic() - began, time.process_time() - used
    assert len(file.sheets[0].lines) == LIMIT_ROWS - 1
    READER.stop()
    opening = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours_used += opening.ru_utime + opening.ru_stime
    print(f"{LIMIT_ROWS} rows: {ours / fastest:.1f} times the fastest reader by the clock ({ours:.1f} s),")
    print(f"{ours_used / fastest_used:.1f} times of the processors ({ours_used:.1f} s of {fastest_used:.1f} s)")


if __name__ == "__main__":
    main()
