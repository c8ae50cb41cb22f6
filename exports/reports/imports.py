"""What was taken in, file by file."""

from typing import Any

from exports.reports.empty import Empty
from exports.reports.filters import month
from exports.reports.report import Column, Connection, Question, Report
from ledger.i18n import N_, _, either


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.intake.withdrawing import imports

    return list(imports(connection))


def _titles(codes: str) -> str:
    from ledger.intake.bank.kinds import BANK_KINDS
    from ledger.intake.kinds import KINDS

    titles = {kind.code: _(kind.title) for kind in (*KINDS, *BANK_KINDS)}
    return either("、", ", ").join(titles[code] for code in codes.split(", ") if code)


REPORT = Report(
    name="imports",
    title=N_("Imports"),
    summary=N_("What was taken in, file by file; what was wrong is taken back by seisan withdraw."),
    examples=("imports", "imports --month 2012-09", "imports --json"),
    parameters=(month("on"),),
    rows=_rows,
    list_key="imports",
    empty=Empty(N_("Nothing has been taken in yet."), command="import FILE"),
    columns=(
        Column("no", N_("No."), kind="count", width=6, importance=3),
        Column("file", N_("File"), width=28, importance=3),
        Column("kind", N_("Kind"), width=20, show=_titles),
        Column("rows", N_("Rows recorded"), kind="count", width=12, importance=3),
        Column("withdrawn_rows", N_("Withdrawn"), kind="count", width=12),
        Column("on", N_("Taken in (Japan time)"), "recorded_at", "moment", width=20),
        Column("by", N_("By"), width=16, importance=1),
        Column("withdrawn", get="withdrawn"),
    ),
)
