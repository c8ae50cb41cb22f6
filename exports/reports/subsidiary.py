"""補助元帳: each part of an account from what was brought forward to what is carried forward, and the list of all.

A part in which nothing moved stands in one line.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from exports.formats.formulas import SAME, sum_where
from exports.formats.sheet import Block, Sheet
from exports.reports.general_ledger import OF_MONTH, Wording, of_side
from exports.reports.report import Cells, Column, Line, Table, sheet
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.journal.chart import Chart
from ledger.journal.period import PostedLine
from ledger.people.register import Owners
from ledger.statements.subsidiary import PartLedger, SubsidiaryLedger

NAME = N_("Subsidiary ledgers")
UNMOVED = N_("Brought and carried forward, nothing moved")
NO_PART = N_("without a part")


class PartRow(NamedTuple):
    """A line of a part, with the chart that names its counter account, and whose part it is."""

    posted: PostedLine
    chart: Chart
    part: str
    member: str | None
    name: str | None


TABLE = Table(
    columns=(
        Column("part", N_("Part"), width=16, importance=3),
        Column("member", N_("Member No."), width=17),
        Column("name", N_("Name or payer"), width=18),
        Column("on", N_("Date"), "posted.entry.on", "day", 17, importance=3),
        Column("no", N_("Entry No."), "posted.entry.no", "number", 9),
        Column(
            *("counter", N_("Counter account"), lambda row: row.chart.name(row.posted.line.counter)),
            width=24,
            importance=1,
        ),
        Column("text", N_("Description"), lambda row: description(row.posted.entry), width=52, wrap=True),
        Column("debit", N_("Debit"), "posted.line.debit", "yen", 14, total=True, importance=3),
        Column("credit", N_("Credit"), "posted.line.credit", "yen", 14, total=True, importance=3),
        Column("balance", N_("Balance"), "posted.left", "yen", 14, importance=3),
    )
)


def month(
    ledgers: list[SubsidiaryLedger],
    chart: Chart,
    owners: Owners,
    period: tuple[date, date],
    wording: Wording = OF_MONTH,
) -> Sheet:
    """The subsidiary ledger of each account of which a part moved in the month or holds anything."""
    listed = [ledger for ledger in ledgers if ledger.parts or ledger.in_ledger]
    blocks = [
        Block(block.columns, block.rows, chart.name(ledger.account), new_page=bool(at))
        for at, ledger in enumerate(listed)
        for table in [of_side(TABLE, on_debit_side=chart.accounts[ledger.account].on_debit_side)]
        for block in [table.block(_rows(ledger, chart, owners, period, wording))]
    ]
    return sheet(NAME, *(blocks or [TABLE.block()]), period=period)


def _rows(
    ledger: SubsidiaryLedger, chart: Chart, owners: Owners, period: tuple[date, date], wording: Wording
) -> Iterator[PartRow | Line]:
    first, last = period
    for part in ledger.parts:
        name = part.part or _(NO_PART)
        member, called = about(part, owners)
        told = {"part": name, "member": member, "name": called}
        if not part.lines:
            yield Line(told | {"on": first, "text": _(UNMOVED), "balance": part.opening})
            continue
        yield Line(told | {"on": first, "text": _(wording.brought_forward), "balance": part.opening})
        for line in part.lines:
            yield PartRow(line, chart, name, member, called)
        carried: Cells = told | {"on": last, "text": _(wording.carried_forward), "balance": part.closing}
        yield Line(carried, formulas={"balance": SAME})
    yield Line({"text": _(wording.totals)}, "total")
    unmoved, brought, carried_on = (
        sum_where("text", _(words), "balance") for words in (UNMOVED, wording.brought_forward, wording.carried_forward)
    )
    for text, yen, formula in (
        (N_("Brought forward, all parts"), ledger.opening, f"{brought}+{unmoved}"),
        (N_("Carried forward, all parts"), ledger.total, f"{carried_on}+{unmoved}"),
        (N_("Balance of the general ledger"), ledger.in_ledger, ""),
        (N_("Difference"), ledger.total - ledger.in_ledger, "{Carried forward, all parts.balance}-{above.balance}"),
    ):
        worked_out = {"balance": formula} if formula else {}
        yield Line({"text": _(text), "balance": yen}, formulas=worked_out, name=text)


def about(part: PartLedger, owners: Owners) -> tuple[str | None, str | None]:
    """Whom a part is about: the number of the member, where there is one, and a name."""
    if part.by_deposit or part.part is None:
        return None, part.payer
    person = owners.of(part.part)
    return person.number, person.name
