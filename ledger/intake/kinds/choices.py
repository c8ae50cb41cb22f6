"""What members chose (返金方法): to be paid back, or to have the fee set against the reissue."""

from collections.abc import Iterator

from ledger.codes import CHOICES
from ledger.i18n import N_
from ledger.intake.columns import Column, Misread, day, number, word
from ledger.intake.kind import Kind, Line, Said


def _rule(line: Line) -> Iterator[tuple[str | None, Misread]]:
    credit_to, headings = line.text("credit_to"), line.kind.headings
    if credit_to is not None and line.text("choice") == "refund":
        yield headings["credit_to"], Misread("contradicts", value=credit_to, column=headings["choice"])
    elif credit_to is not None and credit_to == line.text("application"):
        yield headings["credit_to"], Misread("itself", value=credit_to)


def _says(line: Line) -> Iterator[Said]:
    yield Said("choice", day=line.day("chosen_on"), code=line.text("choice"))
    if credit_to := line.text("credit_to"):
        yield Said("credit_to", code=credit_to)


KIND = Kind(
    "choices",
    N_("Members' choices"),
    (
        Column("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        Column(
            "返金方法",
            "choice",
            word(CHOICES),
            "word",
            N_("Paid back, or set against the reissue."),
            required=True,
            choices=CHOICES.japanese,
        ),
        Column("充当先申込番号", "credit_to", number, "text", N_("The reissue that it is set against, if named.")),
        Column("申出日", "chosen_on", day, "day", N_("The day on which the member said so."), required=True),
    ),
    dated_by="chosen_on",
    rule=_rule,
    says=_says,
)
