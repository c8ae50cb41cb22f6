"""預り金明細: of each application's fee, what was brought forward, came, went where, and is carried forward."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Marked, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.i18n import _, say
from ledger.statements.fees_held import Held
from ledger.statements.labels import CERTIFICATE_STATES, worded

# ja: 預り金明細
NAME = _("Fees held")

COLUMNS = (
    *PERSON,
    # ja: 申込番号
    Column(_("Application No."), width=14),
    # ja: 入金日
    Column(_("Received on"), "day", 17),
    # ja: 前月繰越
    Column(_("Brought forward"), "yen", 12, total=True),
    # ja: 当月入金
    Column(_("Received"), "yen", 12, total=True),
    # ja: 認証局への支払
    Column(_("To the authority"), "yen", 12, total=True),
    # ja: 返金
    Column(_("Refunded"), "yen", 12, total=True),
    # ja: 再発行充当
    Column(_("Credited to a reissue"), "yen", 12, total=True),
    # ja: その他
    Column(_("Other"), "yen", 10, total=True),
    # ja: 次月繰越
    Column(_("Carried forward"), "yen", 12, total=True),
    # ja: 経過日数
    Column(_("Days held"), "count", 9),
    # ja: 状態
    Column(_("State"), width=12),
)
_LABEL = len(PERSON) - 1
_LEFT = len(PERSON) + 8


def month(held: list[Held], in_ledger: int, period: tuple[date, date]) -> Sheet:
    """The fees held in a month by association and member; the total is compared with `in_ledger`, in yen."""
    return Sheet(
        name=NAME,
        # ja: 預り金明細書
        title=_("Statement of fees held"),
        # ja: 総勘定元帳との照合
        blocks=(
            Block(COLUMNS, _rows(held)),
            Block(COLUMNS, _compared(held, in_ledger), heading=_("Comparison with the general ledger")),
        ),
        period=period,
        issuer=ISSUER,
        landscape=True,
        notes=(
            _("Brought forward + received − the other amounts = carried forward. △ in those is money that came."),
            _("A reissue shows with △ what was credited to it; the application it came from shows it without."),
        ),
    )


def _rows(held: list[Held]) -> Iterator[Values | Marked]:
    for association, several in groupby(held, key=lambda each: each.member.association):
        for each in several:
            yield (
                *person(each.member),
                each.application,
                each.received_on,
                each.before,
                each.received,
                each.authority,
                each.refunded,
                each.credited,
                each.other,
                each.left,
                each.days,
                worded(CERTIFICATE_STATES, each.state),
            )
        yield Marked("subtotal", _labelled(say(_("{association} in total"), association=association)))
    yield Marked("total", _labelled(say(_("Total"))))


def _compared(held: list[Held], in_ledger: int) -> Iterator[Values]:
    left = sum(each.left for each in held)
    # ja: 総勘定元帳残高
    yield _labelled(say(_("Balance in the general ledger")), in_ledger)
    # ja: 差額
    yield _labelled(say(_("Difference")), left - in_ledger)


def _labelled(label: str, left: int | None = None) -> Values:
    return tuple({_LABEL: label, _LEFT: left}.get(at) for at in range(len(COLUMNS)))
