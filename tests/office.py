"""What office files hold again and again: headings, rows, and what is told of them in short."""

from collections import Counter
from datetime import date

from ledger.intake.recognition import InputFile, read_file
from tests.written import Value

Cells = list[Value]

ISSUES: Cells = ["申込番号", "送付日"]
DEPOSITS: Cells = ["照会番号", "入金日", "金額", "振込依頼人名"]
A1: Cells = ["A1", "2012-01-26"]
ONE: list[tuple[object, ...]] = [("A1", date(2012, 1, 26))]
TWO: list[tuple[object, ...]] = [*ONE, ("A2", date(2012, 1, 27))]
A2: Cells = ["A2", "2012-01-27"]
N1: Cells = ["N1", "2012-01-26", 7245, "コウヤマ"]
N2: Cells = ["N2", "2012-01-27", 7245, "オツカワ"]
PAID: list[tuple[object, ...]] = [("N1", 7245), ("N2", 7245)]
DAY = 40934  # 2012-01-26, as Excel counts


def text(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """The lines as a file."""
    return "".join(line + end for line in lines).encode(encoding)


def read(data: bytes, ending: str = ".xlsx") -> InputFile:
    """A file, read."""
    return read_file("x", data, ending)


def told(file: InputFile) -> list[tuple[object, ...]]:
    """What the lines of a file say, in short: numbers with days, or references with yen."""
    out: list[tuple[object, ...]] = []
    for table in file.sheets:
        for line in table.lines:
            values = [value for name, value in line.values.items() if name in _TOLD]
            out.append(tuple(values))
    return out


_TOLD = ("application", "mailed_on", "deposit", "yen", "member", "revoked_on")


def passed_over(file: InputFile) -> dict[str, int]:
    """How many rows of a file are no lines, by reason."""
    counted: Counter[str] = Counter()
    for table in file.sheets:
        counted.update({reason: count for reason, (count, _first) in table.passed_over.items()})
    return dict(counted)
