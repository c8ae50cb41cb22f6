"""電子帳簿保存法の自己点検: what the Electronic Books Act asks, point by point, and what came of trying it."""

import csv
import hashlib
import json
import tempfile
from collections.abc import Collection
from pathlib import Path
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
        N_(
            "Every book and record, as CSV; where all that is asked for is handed over, (2) and (3) of the search are "
            "waived."
        ),
        "export books FOLDER",
        _downloaded,
    )
    return list(points(connection, (*REQUIREMENTS, download, *FURTHER)))


def _downloaded(connection: Connection) -> "Outcome":
    """Writes all books into a folder of its own, reads them back, and holds them against the index and the journal."""
    from sqlalchemy import func, select

    from exports.reports import handover
    from ledger import tables
    from ledger.audit.books_act import Outcome, nothing_to_try

    movement = tables.movement.c
    count, yen = connection.execute(select(func.count(), func.coalesce(func.sum(movement.yen), 0))).one()
    if not count:
        return nothing_to_try()
    with tempfile.TemporaryDirectory(prefix="seisan-") as place:
        folder = Path(place) / "books"
        books = handover.write(connection, folder).books
        read = _read_back(folder / "journal.csv")
        changed = [
            file["file"]
            for file in json.loads((folder / "index.json").read_text(encoding="utf-8"))["files"]
            if hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest() != file["sha256"]
        ]
    if read != (count, int(yen)):
        return Outcome("does_not_hold", _("The file has {rows} rows of {yen} yen.", rows=read[0], yen=read[1]))
    if changed:
        return Outcome("does_not_hold", _("These files are not as the index says: {files}", files=changed))
    says = _(
        "All books were written as CSV, files: {files}, rows: {all_rows}, and read back; the journal has {rows} rows "
        "of {yen} yen, as in the books.",
        files=len(books),
        all_rows=sum(written.rows for written in books),
        rows=count,
        yen=yen,
    )
    return Outcome("holds", says)


def _read_back(journal: Path) -> tuple[int, int]:
    """How many rows the journal has, of how many yen."""
    rows = yen = 0
    with journal.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        at = next(lines).index(_("Amount"))
        for line in lines:
            rows, yen = rows + 1, yen + int(line[at])
    return rows, yen


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
