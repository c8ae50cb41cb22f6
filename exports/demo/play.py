"""The month of the made-up federation, played command by command; each could be typed by hand just the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exports.formats.outfile import new_file
from ledger.dates import Month
from ledger.store import places

MONTH = Month(2012, 9)
AS_OF = date(2012, 9, 30)
DECIDED_ON = date(2012, 9, 23)
PROPOSED_ON = date(2012, 9, 24)
APPROVED_ON = date(2012, 9, 25)
PAID_ON = date(2012, 9, 28)

# The two clerks: one proposes, the other approves.
PROPOSER = "会計 乙川"
APPROVER = "事務局長 丙田"

# The federation, which does not exist, as its papers bear it, and what it is to its bank, which does not either.
SETTINGS = {
    "federation_name": "架空司法書士会連合会",
    "federation_department": "電子証明書係",
    "federation_address": "〒999-9999 架空県架空市架空町1-1",
    "federation_telephone": "00-0000-0000",
    "payer_code": "0123456789",
    "payer_name": "カクウレンゴウカイ",
    "payer_bank": "9999",
    "payer_branch": "999",
    "payer_account_type": "普通",
    "payer_account": "7654321",
}

INPUT = Path(__file__).parent / "input"
# The files of the office, in the order of the month.
FILES = (
    *("会員名簿.xlsx", "申込.xlsx", "発行送付.xlsx", "ダウンロード記録.csv", "受領簿.xlsx", "取消通知.xlsx"),
    *("利用回答.csv", "返金希望.xlsx", "入金.xlsx", "請求書.xlsx", "発行手数料.xlsx"),
)

# The case that the papers themselves tell.
WORKED_CASE = "2011-0001"

# The applications whose fee is to be refunded, in the order of their numbers 1 to 12: the worked case first, then every
# clause and an overpayment. The first eight are approved, the first five of them paid.
REFUNDS = (
    *(WORKED_CASE, "2011-0035", "2011-0055", "2011-0032", "2011-0040", "2011-0058", "2011-0042", "2011-0049"),
    *("2011-0061", "2012-0058", "2011-0050", "2012-0017"),
)
APPROVED_REFUNDS = 8
PAID_REFUNDS = 5

# Applications and the unpaid reissues to which their fees are to be credited; the first three are approved.
CREDITS = (
    ("2011-0046", "2012-0101"),
    ("2012-0039", "2012-0178"),
    ("2012-0011", "2012-0127"),
    ("2011-0059", "2012-0106"),
)
APPROVED_CREDITS = 3


@dataclass(frozen=True)
class Act:
    """A command of the month: its words, and whether its answer is worth showing."""

    words: tuple[str, ...]
    shown: bool = True


def books(folder: Path) -> str:
    """The address of the demo's books; never the name of anybody's real ones."""
    return f"sqlite:///{folder / 'demo.db'}"


def workbook(folder: Path) -> Path:
    """The monthly workbook that the demo ends in."""
    return folder / f"月次-{MONTH}.xlsx"


def payments(folder: Path) -> Path:
    """The payment file of the month, for a bank that there is not."""
    return folder / f"総合振込-{PAID_ON}.txt"


def copy_input(folder: Path) -> tuple[Path, ...]:
    """Copies the input files into the folder and names them in the order of the month.

    The folder is made if it is not there. Refused: a place that cannot be written, a full disk.
    """
    with places.on_disk(folder):
        places.make_folder(folder)
    for name in FILES:
        with new_file(folder / name) as copy:
            copy.write((INPUT / name).read_bytes())
    return tuple(folder / name for name in FILES)


def acts(folder: Path) -> Iterator[Act]:
    """Every command of the month in its order; the input files are copied first."""
    with places.on_disk(folder):
        places.make_folder(folder)
    files = copy_input(folder / "input")
    clerk, officer = ("--by", PROPOSER), ("--by", APPROVER)
    yield Act(("init",))
    for name, value in SETTINGS.items():
        yield Act(("settings", "set", name, value, *officer), shown=False)
    yield Act(("import", *(str(path) for path in files), *clerk))
    yield Act(("book", "--through", str(AS_OF), *clerk))
    yield Act(("check", "--application", WORKED_CASE, "--as-of", "2012-03-05"))
    yield Act(("check", "--application", WORKED_CASE, "--as-of", str(AS_OF)))
    yield Act(("decide", "--everyone", "--as-of", str(DECIDED_ON), *clerk), shown=False)
    yield from _refunds(clerk, officer, payments(folder))
    yield from _credits(clerk, officer)
    yield Act(("decide", "--everyone", "--as-of", str(AS_OF), *clerk), shown=False)
    yield Act(("book", "--through", str(AS_OF), *clerk))
    yield Act(("balance", "--as-of", str(AS_OF)))
    yield Act(("statement", "month", str(MONTH), "--out", str(workbook(folder))))


def _refunds(clerk: tuple[str, str], officer: tuple[str, str], file: Path) -> Iterator[Act]:
    for application in REFUNDS:
        yield Act(("refund", "propose", application, "--on", str(PROPOSED_ON), *clerk), shown=False)
    for no in range(1, APPROVED_REFUNDS + 1):
        yield Act(("refund", "approve", str(no), "--on", str(APPROVED_ON), *officer), shown=False)
    yield Act(("refund", "file", "--on", str(PAID_ON), "--out", str(file), *clerk))
    paid = [str(no) for no in range(1, PAID_REFUNDS + 1)]
    yield Act(("refund", "paid", *paid, "--on", str(PAID_ON), *clerk), shown=False)


def _credits(clerk: tuple[str, str], officer: tuple[str, str]) -> Iterator[Act]:
    for application, reissue in CREDITS:
        words = ("credit", "propose", application, "--to", reissue, "--on", str(PROPOSED_ON))
        yield Act((*words, *clerk), shown=False)
    for no in range(1, APPROVED_CREDITS + 1):
        yield Act(("credit", "approve", str(no), "--on", str(APPROVED_ON), *officer), shown=False)
