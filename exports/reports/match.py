"""Transfers that name no application, with those they could pay for."""

from dataclasses import replace
from typing import Any

from exports.formats import terminal
from exports.reports.empty import Empty
from exports.reports.filters import MEMBER, month, read_deposit
from exports.reports.next_step import next_step
from exports.reports.report import Column, Connection, Listing, Parameter, Question, Report
from ledger.i18n import N_, _, either, ngettext
from ledger.intake import COULD_PAY, PAYS_FOR, REFERENCE


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.booking.matches import waiting

    return waiting(connection)


def _text(listing: Listing) -> str:
    """The list, and below it how many of its transfers are settled at once."""
    certain = sum(row.certain is not None for row in listing.content)
    lines = [terminal.format_sheet(listing.sheet())]
    if certain:
        lines.append(ngettext("{count} of them is certain.", "{count} of them are certain.", certain))
        lines.append(next_step("match", "--certain"))
    if len(listing.content) > 1:
        lines.append(_("Many are settled by filling in the list: seisan match --out FILE.xlsx, then --from FILE.xlsx"))
    return "\n".join(lines)


class _NoneWaits(Empty):
    """Of one transfer that was asked for, and that does not wait, what has become of it."""

    def why(self, connection: Connection, question: Question, narrowed_from: int) -> str:
        from ledger.allocations import allocations

        if (deposit := question["deposit"]) is None:
            return super().why(connection, question, narrowed_from)
        if (allocation := allocations(connection, [deposit]).get(deposit)) is not None and allocation.parts:
            return _(
                "{deposit} is settled: it pays for {applications}. To take that back: seisan unmatch {deposit} "
                "--reason …",
                deposit=deposit,
                applications=allocation.applications,
            )
        return _("{deposit} does not wait. Where it went: seisan entries --deposit {deposit}", deposit=deposit)


REPORT = Report(
    name="match",
    title=N_("Transfers not matched"),
    summary=N_(
        "Transfers without an application, with whose they could be; or settles them, one or many, and posts it."
    ),
    examples=("match", "match 20120310-7 2012-0040"),
    parameters=(
        Parameter("deposit", "text", N_("the reference number"), "", "DEPOSIT", read=read_deposit, column="deposit"),
        replace(MEMBER, column=lambda row: [candidate.member for candidate in row.candidates]),
        month("received_on"),
    ),
    rows=_rows,
    list_key="deposits",
    columns=(
        Column("deposit", REFERENCE, width=16, importance=3),
        Column("received_on", N_("Received on"), kind="day", width=16, once=True, importance=1),
        Column("amount", N_("Amount"), "yen", "yen", total=True, once=True, importance=3),
        Column("payer", N_("Payer"), width=24, once=True, importance=3),
        Column("note", N_("Note"), width=20, once=True, importance=1),
        Column(
            "candidates",
            get=lambda row: list(row.candidates),
            columns=(
                Column("application", COULD_PAY, width=16, importance=4),
                Column("member"),
                Column("name"),
                Column("person", N_("Member"), lambda row: f"{row.member} {row.name}", width=28, in_json=False),
                Column(
                    "reasons",
                    N_("Because"),
                    width=40,
                    wrap=True,
                    show=lambda why: either("、", "; ").join(why),
                    data="texts",
                    importance=4,
                ),
                Column("because", data="texts"),
                Column("due", N_("Still due"), kind="yen", importance=1, on_paper=True),
                Column("score", N_("Points"), kind="number", width=6),
                Column(
                    "certain",
                    N_("Certain"),
                    kind="text",
                    width=6,
                    show=lambda certain: either("確実", "certain") if certain else None,
                    data="flag",
                    importance=3,
                ),
            ),
        ),
        Column("certain"),
        Column("further", N_("Further ones"), "further", "count", 8, lambda of: of or None, on_paper=True, once=True),
        Column("pays_for", PAYS_FOR, "certain", width=18, importance=5, once=True, on_paper=True, in_json=False),
    ),
    text=_text,
    total=N_("Total"),
    empty=_NoneWaits(N_("Of every transfer it is known what it pays for."), "deposit", ("deposits",)),
    notes=(N_("Settle one with: seisan match DEPOSIT APPLICATION, or in parts: APPLICATION=YEN"),),
)
