"""What members chose (返金方法): to be paid back, or to have the fee set against the reissue."""

from collections.abc import Iterator

from ledger.codes import CHOICES
from ledger.i18n import N_
from ledger.intake.columns import CellProblem, InputColumn, day, number, word
from ledger.intake.kind import FactValue, InputRow, Kind


def _rule(line: InputRow) -> Iterator[tuple[str | None, CellProblem]]:
    credit_to, headings = line.text("credit_to"), line.kind.headings
    if credit_to is not None and line.text("choice") == "refund":
        yield headings["credit_to"], CellProblem("contradicts", value=credit_to, column=headings["choice"])
    elif credit_to is not None and credit_to == line.text("application"):
        yield headings["credit_to"], CellProblem("itself", value=credit_to)


def _says(line: InputRow) -> Iterator[FactValue]:
    yield FactValue("choice", day=line.day("chosen_on"), code=line.text("choice"))
    if credit_to := line.text("credit_to"):
        yield FactValue("credit_to", code=credit_to)


KIND = Kind(
    "choices",
    N_("Members' choices"),
    (
        InputColumn("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        InputColumn(
            "返金方法",
            "choice",
            word(CHOICES),
            "word",
            N_("Paid back, or set against the reissue."),
            required=True,
            choices=CHOICES.japanese,
        ),
        InputColumn("充当先申込番号", "credit_to", number, "text", N_("The reissue that it is set against, if named.")),
        InputColumn("申出日", "chosen_on", day, "day", N_("The day on which the member said so."), required=True),
    ),
    dated_by="chosen_on",
    rule=_rule,
    says=_says,
)
