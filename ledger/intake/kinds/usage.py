"""The authority's answers on use (利用の確認): use is a signature; that there was none, only the authority confirms."""

from collections.abc import Iterator

from ledger.codes import COVERED, USED
from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, number, word
from ledger.intake.kind import FactValue, InputRow, Kind


def _says(line: InputRow) -> Iterator[FactValue]:
    yield FactValue("used", day=line.day("answered_on"), code=line.text("used"))
    if covered := line.text("covered"):
        yield FactValue("covered", code=covered)


KIND = Kind(
    "usage",
    N_("Answers on use"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn(
            "利用", "used", word(USED), "word", N_("The authority's answer."), required=True, choices=USED.japanese
        ),
        InputColumn("回答日", "answered_on", day, "day", N_("The day of the answer."), required=True),
        InputColumn(
            "特例該当",
            "covered",
            word(COVERED),
            "word",
            N_("Whether the authority counts it under the exemption; blank: not said."),
            choices=COVERED.japanese,
        ),
    ),
    dated_by="answered_on",
    says=_says,
)
