"""Applications for a certificate (利用申込): the key of everything. A reissue names the application before it."""

from collections.abc import Iterator

from ledger.codes import APPLICATION_KINDS
from ledger.i18n import N_
from ledger.intake.columns import CellProblem, InputColumn, day, number, word
from ledger.intake.kind import FactValue, InputRow, Kind


def _rule(line: InputRow) -> Iterator[tuple[str | None, CellProblem]]:
    previous = line.text("previous")
    if previous is not None and previous == line.text("application"):
        yield line.kind.headings["previous"], CellProblem("itself", value=previous)


def _says(line: InputRow) -> Iterator[FactValue]:
    for name in ("applied_on", "withdrawn_on"):
        if entered := line.day(name):
            yield FactValue(name, day=entered)
    for name in ("kind", "previous"):
        if code := line.text(name):
            yield FactValue(name, code=code)


KIND = Kind(
    "applications",
    N_("Applications for certificates"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn("会員番号", "member", number, "text", N_("As in the register of members."), required=True),
        InputColumn("申込日", "applied_on", day, "day", N_("The day of the application."), required=True),
        InputColumn(
            "申込区分",
            "kind",
            word(APPLICATION_KINDS),
            "word",
            N_("New, reissue or renewal."),
            required=True,
            choices=APPLICATION_KINDS.japanese,
        ),
        InputColumn("前回申込番号", "previous", number, "text", N_("The application that is reissued or renewed.")),
        InputColumn("取下日", "withdrawn_on", day, "day", N_("The day on which the application was withdrawn.")),
    ),
    rule=_rule,
    says=_says,
)
