"""Certificates issued and sent (発行・送付): the sending day starts every count of days."""

from collections.abc import Iterator

from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, number
from ledger.intake.kind import FactValue, InputRow, Kind


def _says(line: InputRow) -> Iterator[FactValue]:
    for name in ("issued_on", "mailed_on", "expires_on"):
        if entered := line.day(name):
            yield FactValue(name, day=entered)


KIND = Kind(
    "issues",
    N_("Certificates issued"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn("発行日", "issued_on", day, "day", N_("The day of issue; this or the day of sending at least.")),
        InputColumn("送付日", "mailed_on", day, "day", N_("The day on which the PIN code was sent.")),
        InputColumn("有効期間満了日", "expires_on", day, "day", N_("The last day on which the certificate is valid.")),
    ),
    any_of=("発行日", "送付日"),
    says=_says,
)
