"""電子帳簿保存法の自己点検: what the Electronic Books Act asks, point by point, and what came of trying it."""

import csv
from collections.abc import Collection
from io import StringIO
from typing import TYPE_CHECKING

from exports.reports.report import Column, Connection, Question, Report
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.audit.books_act import Outcome, Point

RESULTS = {
    "holds": N_("holds"),
    "does_not_hold": N_("does not hold"),
    "not_run": N_("could not be run"),
    "yours": N_("for you to do"),
}


def _rows(connection: Connection, _question: Question) -> "list[Point]":
    from ledger.audit.books_act import FURTHER, REQUIREMENTS, Requirement, points

    download = Requirement(
        "download",
        "規則第2条第2項第3号",
        N_("The data are handed over when an inspection asks for them."),
        N_("Every movement, as CSV; where all that is asked for is handed over, (2) and (3) of the search are waived."),
        "export journal --format csv --out FILE",
        _downloaded,
    )
    return list(points(connection, (*REQUIREMENTS, download, *FURTHER)))


def _downloaded(connection: Connection) -> "Outcome":
    """Writes the journal as CSV, reads it back, and holds it against the movements of the books."""
    from sqlalchemy import func, select

    from exports.formats.journal import as_csv
    from ledger import tables
    from ledger.audit.books_act import Outcome, nothing_to_try

    movement = tables.movement.c
    count, yen = connection.execute(select(func.count(), func.coalesce(func.sum(movement.yen), 0))).one()
    if not count:
        return nothing_to_try()
    header, *rows = csv.reader(StringIO("".join(as_csv(connection)), newline=""))
    read = (len(rows), sum(int(row[header.index(_("Amount"))]) for row in rows))
    if read != (count, int(yen)):
        return Outcome("does_not_hold", _("The file has {rows} rows of {yen} yen.", rows=read[0], yen=read[1]))
    return Outcome(
        "holds",
        _(
            "The journal was written as CSV and read back: {rows} rows of {yen} yen, as in the books.",
            rows=count,
            yen=yen,
        ),
    )


def _failed(points: "Collection[Point]") -> bool:
    return any(point.outcome.result == "does_not_hold" for point in points)


REPORT = Report(
    name="selfcheck books-act",
    title=N_("Self-check under the Electronic Books Act"),
    tab=N_("Electronic Books Act"),
    summary=N_(
        "What the Electronic Books Act asks of the books, point by point, each tried on them; answers 1 when one fails."
    ),
    examples=("selfcheck books-act", "selfcheck books-act --json", "selfcheck books-act --out 自己点検.xlsx"),
    rows=_rows,
    list_key="points",
    columns=(
        Column("code", get="requirement.code"),
        Column("clause", N_("Clause"), "requirement.clause", width=24, importance=3, wrap=True),
        Column("asks", N_("What is asked"), lambda row: _(row.requirement.asks), width=34, wrap=True),
        Column(
            "counts",
            N_("What counts"),
            lambda row: _(row.requirement.counts),
            width=40,
            wrap=True,
            importance=1,
        ),
        Column(
            "command",
            N_("Shown by"),
            "requirement.command",
            width=24,
            show=lambda command: command and f"seisan {command}",
            wrap=True,
            importance=1,
        ),
        Column("result", N_("Result"), "outcome.result", width=16, show=lambda code: _(RESULTS[code]), importance=4),
        Column("found", N_("What was found"), "outcome.found", width=60, wrap=True, importance=3),
    ),
    notes=(N_("A point that could not be run is not met thereby. The check writes nothing to the books."),),
    failed=_failed,
)
