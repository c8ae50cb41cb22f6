"""The receipt register (受領簿): a blank day says that no receipt had arrived up to the day of the entry."""

from collections.abc import Iterator

from ledger.i18n import N_
from ledger.intake.columns import CellProblem, InputColumn, day, number
from ledger.intake.kind import FactValue, InputRow, Kind, not_after_check


def _rule(line: InputRow) -> Iterator[tuple[str | None, CellProblem]]:
    return not_after_check(line, "receipt", "up_to")


def _says(line: InputRow) -> Iterator[FactValue]:
    yield FactValue("receipt", day=line.day("receipt"), up_to=line.day("up_to"))


KIND = Kind(
    "receipts",
    N_("Receipts for certificates"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn(
            "受領書返送日", "receipt", day, "day", N_("Blank: none up to the day of the entry."), blank_says=True
        ),
        InputColumn("記帳日", "up_to", day, "day", N_("The day up to which the register was kept."), required=True),
    ),
    dated_by="up_to",
    rule=_rule,
    says=_says,
)
