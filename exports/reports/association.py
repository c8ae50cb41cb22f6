"""会別計算書: one association over a period; how many members and applications, what came in, went back and is held."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, TypedValue, Values, Workbook
from exports.reports import applications, deposits, fees_held, members, settlements
from exports.reports.report import Table, sheet
from ledger.i18n import N_, _
from ledger.statements.association import AssociationStatement, association_statement

TITLE = N_("Statement of an association")
SUMMARY = N_("Summary")
NOTHING = N_("There was nothing of this kind in the period.")

# What the columns of a month are called over any period.
_TITLES = {
    "Brought forward": N_("Held before"),
    "Received": N_("Received in the period"),
    "Carried forward": N_("Held at the end"),
}
_MEMBERS = Table(members.REPORT.columns)
_APPLICATIONS = Table(applications.REPORT.columns, total=N_("Total"), label_at="name")


def made(connection: Connection, name: str, first: date, last: date, *, form: int = 4) -> Workbook:
    """The workbook of an association as the books say it now. The same books, in the same language: the same bytes.

    `form` is that of its stamp: before the fourth all sheets had one title.
    """
    statement = association_statement(connection, name, first, last)
    said = _("{name}, from {first} to {last}", name=name, first=first, last=last)
    sheets = (
        replace(
            made,
            title=made.title if form > 3 else TITLE,
            subtitle=name,
            notes=(NOTHING,) if empty else made.notes,
        )
        for made, empty in _sheets(statement)
    )
    return Workbook(title=said, made_on=last, sheets=tuple(sheets))


def _sheets(statement: AssociationStatement) -> Iterator[tuple[Sheet, bool]]:
    """Each sheet, and whether there is nothing on it."""
    period = statement.first, statement.last
    columns = (SheetColumn("", width=44, key="about"), SheetColumn("", "any", 20, key="figure"))
    yield sheet(SUMMARY, Block(columns, list(_figures(statement))), title=TITLE, period=period), False
    yield sheet(members.REPORT.title, _MEMBERS.block(statement.members), period=period), not statement.members
    listed = _APPLICATIONS.block(statement.applications)
    yield sheet(applications.REPORT.title, listed, period=period), not statement.applications
    yield deposits.month(statement.received, period), not statement.received
    yield fees_held.month(statement.held, None, period, _TITLES), not statement.held
    yield settlements.month(statement.returns, period), not statement.returns


# What is held at the end, by the rows above.
_HELD = re.sub(r"\{(\w+)\}", r"{\1.figure}", fees_held.LEFT)


def _figures(statement: AssociationStatement) -> Iterator[Values | StyledRow]:
    for name, count in (
        (N_("Members"), len(statement.members)),
        (N_("of which registered"), statement.registered),
        (N_("Applications"), len(statement.applications)),
        (N_("Applications made in the period"), statement.applied),
        (N_("Refunds and credits"), len(statement.returns)),
    ):
        yield (_(name), TypedValue("count", count))
    for name, way in (
        (N_("Held before"), "before"),
        (N_("Received in the period"), "received"),
        (N_("To the authority (△ waived)"), "authority"),
        (N_("Refunded"), "refunded"),
        (N_("Credited to a reissue"), "credited"),
        (N_("Other"), "other"),
        (N_("Held at the end"), "left"),
    ):
        formulas = {"figure": _HELD} if way == "left" else {}
        yield StyledRow("normal", (_(name), TypedValue("yen", statement.moved(way))), formulas, name=way)
