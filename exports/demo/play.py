"""The month of the made-up federation, played command by command; each could be typed by hand just the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from exports.demo import APPROVER, AS_OF, MONTH, PAYER, PROPOSER
from exports.demo.errands import APPROVED_ON, PAID_ON, PROPOSED_ON, proposed_credits, proposed_refunds
from exports.demo.files import write

WORKED_CASE = "2011-0001"
DECIDED_ON = PROPOSED_ON - timedelta(days=1)


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


def acts(folder: Path) -> Iterator[Act]:
    """Every command of the month in its order; the input files are written first."""
    files = write(folder / "input")
    clerk, officer = ("--by", PROPOSER), ("--by", APPROVER)
    yield Act(("init",))
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
    refunds = list(enumerate(proposed_refunds(), 1))
    for _no, refund in refunds:
        yield Act(("refund", "propose", refund.application, "--on", str(PROPOSED_ON), *clerk), shown=False)
    for no, refund in refunds:
        if refund.approved:
            yield Act(("refund", "approve", str(no), "--on", str(APPROVED_ON), *officer), shown=False)
    for name, value in PAYER.items():
        yield Act(("settings", "set", name, value, *officer), shown=False)
    yield Act(("refund", "file", "--on", str(PAID_ON), "--out", str(file), *clerk))
    paid = [str(no) for no, refund in refunds if refund.paid]
    yield Act(("refund", "paid", *paid, "--on", str(PAID_ON), *clerk), shown=False)


def _credits(clerk: tuple[str, str], officer: tuple[str, str]) -> Iterator[Act]:
    credits = list(enumerate(proposed_credits(), 1))
    for _no, credit in credits:
        words = ("credit", "propose", credit.application, "--to", credit.to, "--on", str(PROPOSED_ON))
        yield Act((*words, *clerk), shown=False)
    for no, credit in credits:
        if credit.approved:
            yield Act(("credit", "approve", str(no), "--on", str(APPROVED_ON), *officer), shown=False)
