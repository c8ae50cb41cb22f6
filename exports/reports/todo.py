"""やること一覧: what has to be done, by kind, the most urgent first, each with the command that is typed next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exports.reports.empty import Empty, has_rows
from exports.reports.filters import read_association
from exports.reports.report import AS_OF, Column, Connection, Parameter, Question, Report
from ledger.codes import WORK
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.todo.work import Work


def _rows(connection: Connection, question: Question) -> "list[Work]":
    from ledger.todo.asked import AskedBooks
    from ledger.todo.work import todo

    asked = AskedBooks(connection, question["as_of"], question["backed_up_on"], question["verified_on"])
    return todo(asked, question["association"])


def _remembered(connection: Connection) -> Mapping[str, Any]:
    """What is in no books, and is kept in the file that is written: when they were copied and verified last."""
    from ledger.store.safekeeping import last

    return {"backed_up_on": last(connection, "backup"), "verified_on": last(connection, "verify")}


class _NothingToDo(Empty):
    """That nothing has to be done needs no reason, unless nothing was taken in yet."""

    def why(self, connection: Connection, question: Mapping[str, Any], _narrowed_from: int) -> str:
        if not has_rows(connection, self.table):
            return self.nothing_yet()
        return _("Nothing has to be done as of {day}.", day=question["as_of"])


REPORT = Report(
    name="todo",
    title=N_("What has to be done"),
    summary=N_("What has to be done, by kind, the most urgent first, each with the command that is typed next."),
    examples=("todo", "todo --as-of 2012-09-30", "todo --association 東京 --out やること.xlsx"),
    parameters=(
        AS_OF,
        Parameter(
            *("association", "text", N_("what is about the members of one association"), "--association", "NAME"),
            read=read_association,
        ),
        Parameter(
            "backed_up_on",
            "day",
            N_("the day of the last backup (default: what this machine remembers)"),
            "--backed-up-on",
            "DAY",
        ),
        Parameter(
            "verified_on",
            "day",
            N_("the day on which the books were last verified (default: what this machine remembers)"),
            "--verified-on",
            "DAY",
        ),
    ),
    rows=_rows,
    remembered=_remembered,
    list_key="todo",
    columns=(
        Column("kind", N_("What"), width=44, show=lambda code: WORK[code].said),
        Column("count", N_("Number"), kind="count", width=7, importance=3),
        Column("yen", N_("Amount"), kind="yen", width=13),
        Column("oldest_on", N_("Oldest"), "oldest.on", "day", 17, in_json=False),
        Column("oldest_no", N_("Its number"), "oldest.name", width=20, in_json=False),
        Column("oldest", columns=(Column("no", get=lambda item: item.name or None), Column("on", kind="day"))),
        Column("next", N_("Next"), width=60, importance=3, typed=True),
    ),
    dated=True,
    empty=_NothingToDo(table="source", kinds=("members", "applications", "deposits")),
    notes=(
        N_("What had come up by the day, by what was known then; what was proposed or done since is left out."),
        N_("Who approves is another person than who proposed."),
    ),
)
