"""Revocations (取消) as the authority announced them; the side (区分) is kept as recorded and decides nothing."""

from collections.abc import Iterator

from ledger.codes import REASONS, SIDES
from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, number, word
from ledger.intake.kind import FactValue, InputRow, Kind


def _says(line: InputRow) -> Iterator[FactValue]:
    yield FactValue("revoked_on", day=line.day("revoked_on"))
    for name in ("side", "reason"):
        if code := line.text(name):
            yield FactValue(name, code=code)


KIND = Kind(
    "revocations",
    N_("Revocations"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn("取消日", "revoked_on", day, "day", N_("The day from which it is revoked."), required=True),
        InputColumn("取消区分", "side", word(SIDES), "word", N_("Whose reason it was."), choices=SIDES.japanese),
        InputColumn(
            "取消事由",
            "reason",
            word(REASONS, "unknown-reason"),
            "word",
            N_("Blank: not known."),
            choices=REASONS.japanese,
        ),
    ),
    says=_says,
)
