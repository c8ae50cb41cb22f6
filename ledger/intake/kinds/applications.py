"""Applications for a certificate (利用申込): the key of everything. A reissue names the application before it."""

from collections.abc import Iterator

from ledger.codes import APPLICATION_KINDS
from ledger.i18n import N_
from ledger.intake.columns import Column, Misread, day, number, word
from ledger.intake.kind import Kind, Line, Said


def _rule(line: Line) -> Iterator[tuple[str | None, Misread]]:
    previous = line.text("previous")
    if previous is not None and previous == line.text("application"):
        yield line.kind.headings["previous"], Misread("itself", value=previous)


def _says(line: Line) -> Iterator[Said]:
    for name in ("applied_on", "withdrawn_on"):
        if entered := line.day(name):
            yield Said(name, day=entered)
    for name in ("kind", "previous"):
        if code := line.text(name):
            yield Said(name, code=code)


KIND = Kind(
    "applications",
    N_("Applications for certificates"),
    (
        Column("申込番号", "application", number, "text", N_("The number of the application."), required=True),
        Column("会員番号", "member", number, "text", N_("As in the register of members."), required=True),
        Column("申込日", "applied_on", day, "day", N_("The day of the application."), required=True),
        Column(
            "申込区分",
            "kind",
            word(APPLICATION_KINDS),
            "word",
            N_("New, reissue or renewal."),
            required=True,
            choices=APPLICATION_KINDS.japanese,
        ),
        Column("前回申込番号", "previous", number, "text", N_("The application that is reissued or renewed.")),
        Column("取下日", "withdrawn_on", day, "day", N_("The day on which the application was withdrawn.")),
    ),
    rule=_rule,
    says=_says,
)
