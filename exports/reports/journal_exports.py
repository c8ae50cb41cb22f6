"""仕訳の書出し一覧: what of the journal went to other software, export by export; and what an export was told of."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.reports.empty import Empty
from exports.reports.filters import month
from exports.reports.report import Column, Connection, Json, Question, Report, record
from ledger.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from ledger.journal.exported import JournalExport


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.journal.exported import exports

    return list(exports(connection))


REPORT = Report(
    name="export list",
    title=N_("Exports of the journal"),
    summary=N_("What of the journal was exported as new, export by export."),
    examples=("export list", "export list --json"),
    parameters=(month("on"),),
    rows=_rows,
    list_key="exports",
    empty=Empty(N_("Nothing was exported yet."), command="export since-last --format FORMAT --out FILE"),
    columns=(
        Column("no", N_("No."), kind="number", width=6, importance=3),
        Column("format", N_("Format"), width=10, importance=3),
        Column("entries_from", N_("From entry"), kind="number", width=12, importance=3),
        Column("entries_to", N_("To entry"), kind="number", width=12, importance=3),
        Column("entry_count", N_("Number of entries"), kind="count", width=8, importance=3),
        Column("file", N_("File"), "name", width=24),
        Column("on", N_("Exported (Japan time)"), "recorded_at", "moment", width=20),
        Column("by", N_("By"), width=16, importance=1),
        Column("sha256", N_("SHA-256"), width=66, importance=0),
    ),
)


def told(made: "JournalExport", out: Path, notes: list[str]) -> tuple[str, Json]:
    """What was exported, what is typed to have it again; and the same for other programs."""
    first = ngettext(
        "Export {no} ({form}): {count} entry, No. {first} to {last}: {file}",
        "Export {no} ({form}): {count} entries, No. {first} to {last}: {file}",
        made.entry_count,
        no=made.no,
        form=made.format,
        first=made.entries_from,
        last=made.entries_to,
        file=out,
    )
    lines = [first, *notes]
    if not made.changed:
        lines.append(_("It was made before and is the same, byte by byte; take it in only once."))
    lines.append(_("The same file again: seisan export again {no} --out FILE", no=made.no))
    data = record(REPORT.columns, made) | {"changed": made.changed, "file": str(out)}
    return "\n".join(lines), data
