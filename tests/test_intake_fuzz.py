"""Whatever is done to its bytes, a file is read or refused: nothing else comes out, nothing is printed, nothing hangs.

Four hundred changes of a small file of each format; a hundred thousand of each under SEISAN_SOAK. What failed once is
kept by its seed in FOUND.
"""

import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.intake.files import format_of, require_safety
from ledger.intake.recognition import InputFile, read_file
from tests.office import A1, DEPOSITS, ISSUES, N1
from tests.written import archive, binary_book, book, sheet

pytestmark = pytest.mark.thorough

SAVED = Path(__file__).parent / "saved_again"
COUNT = 100_000 if os.environ.get("SEISAN_SOAK") else 400

SMALL: dict[str, bytes] = {
    ".xlsx": book(
        sheet(
            [ISSUES, A1, ["A2", '<c r="@"><f>A9</f><v>0</v></c>'], [(1, 1), (2, 40934)]], merged=["A3:A4"], hidden=[3]
        ),
        sheet([DEPOSITS, N1]),
        formats=["0000", 57],
    ),
    ".xlsb": binary_book([ISSUES, A1, ["A2", "=0"], [(1, 1.0), 5]], merged=[(1, 2, 0, 0)]),
    ".csv": '申込番号,送付日,備考\r\nA1,2012-01-26,\r\nA2,2012-01-26,"一\n二"\r\n'.encode("cp932"),
    ".tsv": "申込番号\t送付日\r\nA1\t2012-01-26\r\n".encode("utf-16"),
    ".xls": (SAVED / "xls" / "発行手数料.xls").read_bytes(),
    ".ods": (SAVED / "ods" / "発行手数料.ods").read_bytes(),
}

# Seeds that once let something through, by format.
FOUND: dict[str, list[int]] = {ending: [] for ending in SMALL} | {".xlsb": [13669, 35997, 73261]}  # no number (NaN)


def _mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, cut out, doubled or moved; of an archive, those of one part as often."""
    if data.startswith(b"PK") and chance.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            parts: dict[str, str | bytes] = {name: opened.read(name) for name in opened.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = _changed(bytes(parts[name]), chance)  # type: ignore[arg-type]
        return archive(parts)
    return _changed(data, chance)


def _changed(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _time in range(chance.choice((1, 1, 2, 8))):
        at, length = chance.randrange(len(changed) + 1), chance.randrange(1, 40)
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                changed[at : at + 4] = chance.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9999", b'"')
                )
            case 4:
                del changed[at:]
            case _:
                changed[at:at] = chance.choice(
                    (b"<", b">", b'"', b"&#0;", b"\x1a", b"\r", b"\n", b",", b"\0", b"99999999999")
                )
    return bytes(changed)


def _reads(data: bytes, ending: str) -> None:
    file = read_file("x", data, ending)
    assert isinstance(file, InputFile)
    assert [str(problem) for problem in file.problems] or file.sheets or file.passed_over


@pytest.mark.parametrize("ending", SMALL)
def test_no_change_of_its_bytes_makes_a_file_anything_but_read_or_refused(
    ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for seed in [*FOUND[ending], *range(COUNT)]:
        try:
            _reads(_mutated(SMALL[ending], random.Random(seed)), ending)
        except BaseException as error:
            error.add_note(f"{ending}: seed {seed}")
            raise
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("reader", [format_of, lambda data, _ending: require_safety(data)], ids=["kind", "safety"])
def test_small_files_are_sound_before_they_are_changed(reader: Callable[[bytes, str], object]) -> None:
    for ending, data in SMALL.items():
        if reader is format_of or data.startswith(b"PK"):
            reader(data, ending)
        assert read_file("x", data, ending).problems == [] or ending in (".xlsx", ".xlsb")
