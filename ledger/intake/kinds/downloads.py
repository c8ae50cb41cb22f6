"""The download log (ダウンロード): a blank day says that there was none up to the day of the check."""

from collections.abc import Iterator

from ledger.i18n import N_
from ledger.intake.columns import CellProblem, InputColumn, day, number
from ledger.intake.kind import FactValue, InputRow, Kind, not_after_check


def _rule(line: InputRow) -> Iterator[tuple[str | None, CellProblem]]:
    return not_after_check(line, "downloaded", "up_to")


def _says(line: InputRow) -> Iterator[FactValue]:
    yield FactValue("downloaded", day=line.day("downloaded"), up_to=line.day("up_to"))


KIND = Kind(
    "downloads",
    N_("Downloads"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn(
            "ダウンロード日", "downloaded", day, "day", N_("Blank: none up to the day of the check."), blank_says=True
        ),
        InputColumn("確認日", "up_to", day, "day", N_("The day up to which the log was looked at."), required=True),
    ),
    dated_by="up_to",
    rule=_rule,
    says=_says,
)
