"""元帳の行: every line of the general ledger, or of its parts, one account after another, read while it is written.

All that is held at once is a few hundred lines, whatever the books hold. Amounts are whole yen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    collate,
    func,
    literal,
    null,
    select,
    union_all,
)

from ledger import tables
from ledger.journal.chart import Chart
from ledger.journal.ledgers import JournalEntry, PostedLine, entries_of

_AT_A_TIME = 500  # lines whose entries are read at once


@dataclass(frozen=True)
class Opened:
    """An account, or a part of it, with what was brought forward in it: yen on the account's own side.

    `part` is None for an account as a whole and for what names no part; `by_deposit` says that it is a deposit.
    """

    account: str
    part: str | None
    by_deposit: bool
    opening: int


class StreamedLine(NamedTuple):
    """What was brought forward (`posted` None), a line, or what is carried forward (`closed`), with what is left."""

    of: Opened
    posted: PostedLine | None
    left: int
    closed: bool = False


def ledger_lines(
    connection: Connection, chart: Chart, first: date, last: date, *, parts: bool = False
) -> Iterator[StreamedLine]:
    """The general ledger over the days from the first to the last, both counted; with `parts` the subsidiary ledgers.

    Accounts stand by code, parts by their spelling, lines by day and number. An account or a part that held nothing
    before the first day and did not move is left out.
    """
    statement = _sides(connection, chart, last, parts=parts)
    with connection.execute(statement, execution_options={"yield_per": _AT_A_TIME}) as rows:
        sides = _with_entries(connection, rows, first)
        for account, of_account in groupby(sides, lambda side: side[0].account):
            sign = 1 if chart.accounts[account].on_debit_side else -1
            for (part, by_deposit), of_part in groupby(of_account, lambda side: (side[0].part, side[0].by_deposit)):
                yield from _lines(Opened(account, part, bool(by_deposit), 0), of_part, sign)


_Side = tuple[Any, JournalEntry | None]


def _with_entries(connection: Connection, rows: Iterator[Any], first: date) -> Iterator[_Side]:
    """The sides, those from the first day on with their entries, which are read for some of them at a time."""
    while some := list(islice(rows, _AT_A_TIME)):
        numbers = {row.entry for row in some if row.happened_on >= first}
        entries = {entry.no: entry for entry in entries_of(connection, numbers)}
        yield from ((row, entries.get(row.entry) if row.happened_on >= first else None) for row in some)


def _lines(of: Opened, sides: Iterator[_Side], sign: int) -> Iterator[StreamedLine]:
    opening, left, opened = 0, 0, False
    for row, entry in sides:
        left += sign * row.yen
        if entry is None:
            opening = left
            continue
        if not opened:
            opened, of = True, replace(of, opening=opening)
            yield StreamedLine(of, None, opening)
        yield StreamedLine(of, PostedLine(entry, entry.lines[row.line], left), left)
    if not opened and opening:
        of = replace(of, opening=opening)
        yield StreamedLine(of, None, opening)
    if opened or opening:
        yield StreamedLine(of, None, left, closed=True)


def _sides(connection: Connection, chart: Chart, last: date, *, parts: bool) -> Select[Any]:
    """The two sides of every movement up to a day, debits positive, in the order of the ledger."""
    lines = _numbered(last)
    columns = ("entry", "happened_on", "nth", "deposit")
    debits, credits_ = (
        select(
            *(lines.c[name] for name in columns),
            lines.c[side].label("account"),
            lines.c[f"{side}_application"].label("application"),
            (lines.c.yen * sign).label("yen"),
            (lines.c.place * 2 + literal(at, Integer)).label("line"),
        )
        for at, (side, sign) in enumerate((("debit", 1), ("credit", -1)))
    )
    side = union_all(debits, credits_).subquery("side")
    part, by_deposit = _part(chart, side) if parts else (null(), literal(0, Integer))
    within = [side.c.account.in_(sorted(chart.kept_by))] if parts else []
    plain = func.coalesce(part, "") if parts else literal("")
    in_order = collate(plain, "C") if connection.dialect.name == "postgresql" else plain
    return (
        select(side, part.label("part"), by_deposit.label("by_deposit"))
        .where(*within)
        .order_by(side.c.account, by_deposit, in_order, side.c.happened_on, side.c.entry, side.c.line)
    )


def _numbered(last: date) -> Subquery:
    """The movements up to a day, each with its place in its entry, counted from 0."""
    entry, movement = tables.entry, tables.movement
    place = func.row_number().over(partition_by=movement.c.entry, order_by=movement.c.nth) - 1
    return (
        select(movement, entry.c.happened_on, place.label("place"))
        .join(entry, entry.c.no == movement.c.entry)
        .where(entry.c.happened_on <= last)
        .subquery("line")
    )


def _part(chart: Chart, side: Subquery) -> tuple[Any, Any]:
    """The part that a side touches, as `Chart.part` says it, and whether that is a deposit."""
    by_application = [code for code, kept_by in chart.kept_by.items() if "application" in kept_by]
    by_deposit = [code for code, kept_by in chart.kept_by.items() if "deposit" in kept_by]
    application = case((side.c.account.in_(by_application), side.c.application))
    deposit = case((side.c.account.in_(by_deposit), side.c.deposit))
    is_deposit = case((application.is_(None) & deposit.is_not(None), 1), else_=0)
    return func.coalesce(application, deposit), cast(is_deposit, Integer)
