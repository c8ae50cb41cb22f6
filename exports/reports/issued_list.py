"""発行済み計算書一覧: what was handed out of closed periods: version, SHA-256, by whom, and whether it still stands."""

from typing import TYPE_CHECKING, Any, NamedTuple

from exports.reports.empty import Empty
from exports.reports.report import Column, Connection, Question, Report
from ledger import i18n
from ledger.dates import FiscalYear, Month
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.audit.issued import IssuedFile

_STATEMENTS = {"month": N_("month"), "year": N_("year")}
_STATES = {
    "current": N_("as the books stand"),
    "replaced": N_("replaced by version {version}"),
    "closed_anew": N_("closed anew since, no version yet"),
    "reopened": N_("reopened since"),
}


class _Listed(NamedTuple):
    """A file that was handed out, and what has become of its period since; `latest` is the last version of it."""

    file: "IssuedFile"
    state: str
    latest: int

    @property
    def says(self) -> str:
        return _(_STATES[self.state], version=self.latest)


def _by_calendar(period: str) -> str:
    """The month or the year as the document counts its years; elsewhere 2012-09, 2012."""
    month = Month.parse(period)
    return str(i18n.format_field(FiscalYear(int(period), 4))) if month is None else i18n.format_month(month)


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.audit import issued

    files = issued.issued(connection)
    latest = {(file.statement, file.about): file.version for file in files}
    closed = {day: issued.closing_write(connection, day) for day in {file.as_of for file in files}}

    def state(file: "IssuedFile") -> str:
        if closed[file.as_of] == file.batch:
            return "current"
        if latest[file.statement, file.about] > file.version:
            return "replaced"
        return "reopened" if closed[file.as_of] is None else "closed_anew"

    return [_Listed(file, state(file), latest[file.statement, file.about]) for file in files]


REPORT = Report(
    name="statement list",
    title=N_("Statements handed out"),
    summary=N_("The statements of closed periods that were handed out: version, SHA-256, by whom."),
    examples=("statement list", "statement list --json"),
    empty=Empty(
        N_("No statement of a closed period was handed out."), "issued_version", command="statement month YYYY-MM"
    ),
    rows=_rows,
    reads=("issued_version",),
    columns=(
        Column("no", N_("No."), "file.no", "number", 6, importance=1),
        Column("statement", N_("Statement"), "file.statement", width=9, show=lambda code: _(_STATEMENTS[code])),
        Column("period", N_("Period"), "file.about", width=13, show=_by_calendar, importance=3),
        Column("as_of", get="file.as_of", kind="day"),
        Column("language", N_("Language"), "file.language", width=6, importance=1),
        Column("sheet", N_("Sheet"), "file.sheet", width=16, show=lambda name: name and _(name), importance=1),
        Column("version", N_("Version"), "file.version", "number", 6, importance=4),
        Column("state", get="state"),
        Column("standing", N_("State"), "says", width=22, in_json=False, importance=3),
        Column("sha256", "SHA-256", "file.sha256", width=66, importance=3),
        Column("at", N_("Handed out at (Japan time)"), "file.recorded_at", "moment", 20),
        Column("by", N_("Handed out by"), "file.by", importance=2),
        Column("batch", N_("Write"), "file.batch", "number", 7, importance=1),
        Column("entries", N_("Number of entries"), "file.entries", "count", 9, importance=1),
        Column("head", N_("Head of the chain (SHA-256)"), "file.head", width=66, on_paper=True, importance=1),
    ),
)
