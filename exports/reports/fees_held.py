"""預り金明細: of each application's fee, what was brought forward, came, went where, and is carried forward."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from exports.formats.sheet import Block, Sheet
from exports.reports.report import Column, Line, Subtotal, Table, member, sheet
from ledger.i18n import N_, _
from ledger.statements.fees_held import FeeHolding
from ledger.statements.labels import CERTIFICATE_STATES, label

NAME = N_("Fees held")
LEFT = "{before}+{received}-{authority}-{refunded}-{credited}-{other}"
_ASSOCIATION, *_MEMBER = member()
_TABLE = Table(
    columns=(
        replace(_ASSOCIATION, importance=0),  # its number names it too
        *_MEMBER,
        Column("application", N_("Application No."), width=14, importance=3),
        Column("received_on", N_("Received on"), kind="day", width=17, importance=1),
        Column("before", N_("Brought forward"), kind="yen", total=True),
        Column("received", N_("Received"), kind="yen", total=True),
        Column("authority", N_("To the authority (△ waived)"), kind="yen", total=True),
        Column("refunded", N_("Refunded"), kind="yen", total=True),
        Column("credited", N_("Credited to a reissue"), kind="yen", total=True, importance=1),
        Column("other", N_("Other"), kind="yen", width=10, total=True, importance=1),
        Column("left", N_("Carried forward"), kind="yen", total=True, importance=3, formula=LEFT),
        Column("days", N_("Days held"), kind="count", width=9),
        Column("state", N_("State"), show=lambda state: label(CERTIFICATE_STATES, state), wrap=True),
    ),
    total=N_("Total"),
    subtotal=Subtotal(
        by=lambda holding: holding.member.association,
        title=lambda association: _("{association} in total", association=association),
    ),
    label_at="name",
)
_COMPARISON = replace(_TABLE, heading=N_("Comparison with the general ledger"), total="", subtotal=None)


def month(
    holdings: Iterable[FeeHolding],
    compared: tuple[int, int] | None,
    period: tuple[date, date],
    titles: Mapping[str, str] = MappingProxyType({}),
) -> Sheet:
    """The fees held in a period by association and member; in yen, what is `compared` is the total and the ledger's.

    None compares nothing: these are not all. Over another period than a month columns have other `titles`.
    """
    blocks = [_TABLE.block(holdings)]
    if compared is not None:
        left, in_ledger = compared
        comparison = (
            Line({"name": _("Balance in the general ledger"), "left": in_ledger}),
            Line({"name": _("Difference"), "left": left - in_ledger}, formulas={"left": "{total.left}-{above.left}"}),
        )
        blocks.append(_COMPARISON.block(comparison))
    return sheet(
        NAME,
        *(_retitled(block, titles) for block in blocks),
        title=N_("Statement of fees held"),
        period=period,
        notes=(
            N_("Brought forward + received − the other amounts = carried forward. △ in those is money that came."),
            N_("A reissue shows with △ what was credited to it; the application it came from shows it without."),
        ),
    )


def _retitled(block: Block, titles: Mapping[str, str]) -> Block:
    columns = (replace(column, title=titles.get(column.title, column.title)) for column in block.columns)
    return replace(block, columns=tuple(columns))
