"""請求照合: the authority's bills beside the books, line by line, what differs first."""

from collections.abc import Iterator

from exports.formats.sheet import Block, Column, Sheet, TypedValue, Values
from exports.reports import ISSUER, PERSON, person
from ledger.booking.bills import STATES, BillComparison
from ledger.i18n import N_, _
from ledger.people.register import Owners, Person

NAME = N_("Bills compared with the books")

COLUMNS = (
    Column(N_("Bill"), width=16),
    Column(N_("Billed on"), "day", 17),
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Billed"), "yen", 13, total=True),
    Column(N_("Owed per books"), "yen", 13),
    Column(N_("Comparison"), width=20),
)
_COUNTS = (Column(N_("Comparison"), width=16), Column(N_("Lines"), "any", 17))


def sheet(lines: list[BillComparison], totals: dict[str, int], owners: Owners) -> Sheet:
    """Every line of every bill and what was owed and not billed; below, how many lines are in each state.

    What is owed stands once for each application, so the column is not summed: the sum stands below.
    """
    counts: list[Values] = [
        (_("Billed in all"), TypedValue("yen", totals["billed"])),
        (_("Owed in all"), TypedValue("yen", totals["owed"])),
        *((_(STATES[state]), TypedValue("count", totals[state])) for state in STATES),
    ]
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=(
            Block(COLUMNS, _rows(lines, owners), total=N_("Total")),
            Block(_COUNTS, counts, heading=N_("Lines by comparison")),
        ),
        issuer=ISSUER,
        landscape=True,
    )


def _rows(lines: list[BillComparison], owners: Owners) -> Iterator[Values]:
    for bill_line in sorted(lines, key=lambda line: line.state == "agreed"):
        yield (
            bill_line.bill,
            bill_line.billed_on,
            *person(_member(owners, bill_line.application)),
            bill_line.application,
            bill_line.billed,
            bill_line.owed,
            bill_line.said,
        )


def _member(owners: Owners, application: str) -> Person | None:
    return owners.of(application) if application in owners.member_of else None
