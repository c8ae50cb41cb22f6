"""The download log (ダウンロード): a blank day says that there was none up to the day of the check."""

from collections.abc import Iterator

from ledger.i18n import N_
from ledger.intake.columns import Column, Misread, day, number
from ledger.intake.kind import Kind, Line, Said, not_after_check


def _rule(line: Line) -> Iterator[tuple[str | None, Misread]]:
    return not_after_check(line, "downloaded", "up_to")


def _says(line: Line) -> Iterator[Said]:
    yield Said("downloaded", day=line.day("downloaded"), up_to=line.day("up_to"))


KIND = Kind(
    "downloads",
    N_("Downloads"),
    (
        Column("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        Column(
            "ダウンロード日", "downloaded", day, "day", N_("Blank: none up to the day of the check."), blank_says=True
        ),
        Column("確認日", "up_to", day, "day", N_("The day up to which the log was looked at."), required=True),
    ),
    dated_by="up_to",
    rule=_rule,
    says=_says,
)
