"""Commands that were refused: to whom, when and why."""

from typing import Any

from exports.reports.empty import Empty
from exports.reports.report import Column, Connection, Question, Report
from ledger.i18n import N_


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.audit.access import refusals

    return list(refusals(connection))


REPORT = Report(
    name="refusals",
    title=N_("Refused commands"),
    summary=N_("The commands that were refused: to whom, when and why."),
    examples=("refusals", "refusals --json"),
    empty=Empty(N_("No command has been refused.")),
    rows=_rows,
    list_key="refusals",
    columns=(
        Column("no", N_("No."), kind="number", width=6, importance=3),
        Column("recorded_at", N_("When (Japan time)"), kind="moment", width=20),
        Column("by", N_("By")),
        Column("role", N_("Database role"), width=14, importance=1),
        Column("command", N_("Command"), width=18),
        Column("code", N_("Refusal"), width=26, importance=3),
        Column(
            "fields",
            N_("Told"),
            width=50,
            wrap=True,
            data="the fields of its sentence",
            show=lambda fields: ", ".join(f"{name}={value}" for name, value in fields.items()),
        ),
    ),
    reads=("refused",),
)
