"""Certificates issued and sent (発行・送付): the sending day starts every count of days."""

from collections.abc import Iterator

from ledger.i18n import N_
from ledger.intake.columns import Column, day, number
from ledger.intake.kind import Kind, Line, Said


def _says(line: Line) -> Iterator[Said]:
    for name in ("issued_on", "mailed_on", "expires_on"):
        if entered := line.day(name):
            yield Said(name, day=entered)


KIND = Kind(
    "issues",
    N_("Certificates issued"),
    (
        Column("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        Column("発行日", "issued_on", day, "day", N_("The day of issue; this or the day of sending at least.")),
        Column("送付日", "mailed_on", day, "day", N_("The day on which the PIN code was sent.")),
        Column("有効期間満了日", "expires_on", day, "day", N_("The last day on which the certificate is valid.")),
    ),
    any_of=("発行日", "送付日"),
    says=_says,
)
