"""預り金明細: of each application's fee, what was brought forward, came, went where, and is carried forward."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Sheet, StyledRow, Values
from exports.reports import ISSUER, PERSON, person
from ledger.i18n import N_, _
from ledger.statements.fees_held import FeeHolding
from ledger.statements.labels import CERTIFICATE_STATES, label

NAME = N_("Fees held")

COLUMNS = (
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Received on"), "day", 17),
    Column(N_("Brought forward"), "yen", 12, total=True),
    Column(N_("Received"), "yen", 12, total=True),
    Column(N_("To the authority"), "yen", 12, total=True),
    Column(N_("Refunded"), "yen", 12, total=True),
    Column(N_("Credited to a reissue"), "yen", 12, total=True),
    Column(N_("Other"), "yen", 10, total=True),
    Column(N_("Carried forward"), "yen", 12, total=True),
    Column(N_("Days held"), "count", 9),
    Column(N_("State"), width=12),
)
_LABEL = len(PERSON) - 1
_LEFT = len(PERSON) + 8


def month(held: list[FeeHolding], in_ledger: int, period: tuple[date, date]) -> Sheet:
    """The fees held in a month by association and member; the total is compared with `in_ledger`, in yen."""
    return Sheet(
        name=NAME,
        title=N_("Statement of fees held"),
        blocks=(
            Block(COLUMNS, _rows(held)),
            Block(COLUMNS, _compared(held, in_ledger), heading=N_("Comparison with the general ledger")),
        ),
        period=period,
        issuer=ISSUER,
        landscape=True,
        notes=(
            N_("Brought forward + received − the other amounts = carried forward. △ in those is money that came."),
            N_("A reissue shows with △ what was credited to it; the application it came from shows it without."),
        ),
    )


def _rows(held: list[FeeHolding]) -> Iterator[Values | StyledRow]:
    for association, several in groupby(held, key=lambda each: each.member.association):
        for holding in several:
            yield (
                *person(holding.member),
                holding.application,
                holding.received_on,
                holding.before,
                holding.received,
                holding.authority,
                holding.refunded,
                holding.credited,
                holding.other,
                holding.left,
                holding.days,
                label(CERTIFICATE_STATES, holding.state),
            )
        yield StyledRow("subtotal", _labelled(_("{association} in total", association=association)))
    yield StyledRow("total", _labelled(_("Total")))


def _compared(held: list[FeeHolding], in_ledger: int) -> Iterator[Values]:
    left = sum(holding.left for holding in held)
    yield _labelled(_("Balance in the general ledger"), in_ledger)
    yield _labelled(_("Difference"), left - in_ledger)


def _labelled(label: str, left: int | None = None) -> Values:
    return tuple({_LABEL: label, _LEFT: left}.get(at) for at in range(len(COLUMNS)))
