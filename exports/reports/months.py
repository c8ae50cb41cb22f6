"""月次締め一覧: the months, open or closed, by whom, and what was accepted when they were closed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exports.reports import summaries
from exports.reports.empty import Empty
from exports.reports.report import Column, Connection, Json, Question, Report
from ledger import i18n
from ledger.dates import Month
from ledger.i18n import N_, _, either

if TYPE_CHECKING:
    from ledger.booking.closing_points import Objection
    from ledger.journal.closing import MonthState


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.journal.closing import months

    return months(connection)


def _by_calendar(month: str) -> str:
    """The month as the document counts its years; elsewhere 2012-09."""
    meant = Month.parse(month)
    return month if meant is None else i18n.format_month(meant)


def _state(row: "MonthState") -> str:
    if row.step is None:
        return _("open")
    if row.state == "proposed":
        return _("closing proposed")
    if row.state == "reopened":
        return _("reopened")
    return _("closed") if row.step.month == row.month else _("closed with {month}", month=row.step.month)


def _of_step(name: str) -> Any:
    """Takes something from the step that made the month what it is; of a month that was never closed there is none."""
    return lambda row: None if row.step is None else getattr(row.step, name)


def _of_own_step(name: str) -> Any:
    """The same, where the step named this month: what a person said of it stands with that month alone."""
    return lambda row: getattr(row.step, name) if row.step is not None and row.step.month == row.month else None


def _accepted(row: "MonthState") -> list[Json]:
    return [{"code": point.code, "says": point.says, "reason": point.reason, **point.fields} for point in _points(row)]


def _points(row: "MonthState") -> Sequence["Objection"]:
    from ledger.booking.month_end import accepted

    return () if row.step is None else accepted(row.step)


def _own_accepted(row: "MonthState") -> str | None:
    if row.step is None or row.step.month != row.month:
        return None
    said = (summaries.point_accepted(point, row.step.reason) for point in _points(row))
    return either("、", "; ").join(said) or None


REPORT = Report(
    name="months",
    title=N_("Months"),
    summary=N_("The months: open or closed, by whom, and what was accepted."),
    examples=("months", "months --json"),
    empty=Empty(N_("No month has entries yet."), "entry", command="import FILE"),
    rows=_rows,
    columns=(
        Column("month", N_("Month"), lambda row: str(row.month), width=13, show=_by_calendar, importance=3),
        Column("state"),
        Column("standing", N_("State"), _state, width=24, in_json=False, importance=3),
        Column("entries", N_("Number of entries"), kind="count", width=8),
        Column("with", get=lambda row: None if row.step is None else str(row.step.month)),
        Column("at", N_("Since (Japan time)"), _of_step("recorded_at"), "moment", 20, importance=1),
        Column("by", N_("Done by"), _of_step("by")),
        Column("bank_balance", get=_of_step("bank_yen"), kind="yen"),
        Column("reason", get=_of_step("reason")),
        Column("accepted", get=_accepted, data="objections: `code`, `says`, `reason` and the fields of the sentence"),
        Column("head", get=_of_step("head")),
        Column("bank_yen", N_("Bank's balance"), _of_own_step("bank_yen"), "yen", 13, in_json=False),
        Column("reason_given", N_("Reason given"), _of_own_step("reason"), width=30, wrap=True, in_json=False),
        Column("objections", N_("Accepted"), _own_accepted, width=60, wrap=True, in_json=False),
    ),
)
