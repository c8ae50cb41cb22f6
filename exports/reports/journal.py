"""仕訳帳: every entry by day and number, one line for each movement; a reversal names the entry it reverses."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.booking.events import description
from ledger.i18n import _
from ledger.journal.chart import Chart
from ledger.journal.ledgers import Entry

# ja: 仕訳帳
NAME = _("Journal")
# ja: 月計
MONTH_TOTAL = _("Total of the month")

COLUMNS = (
    # ja: 日付
    Column(_("Date"), "day", 17),
    # ja: 伝票No.
    Column(_("Entry No."), "number", 9),
    # ja: 行
    Column(_("Line"), "number", 5, on_paper=True),
    # ja: 借方科目
    Column(_("Debit account"), width=24),
    # ja: 借方補助
    Column(_("Debit part"), width=14),
    # ja: 借方金額
    Column(_("Debit amount"), "yen", 13, total=True),
    # ja: 貸方科目
    Column(_("Credit account"), width=24),
    # ja: 貸方補助
    Column(_("Credit part"), width=14),
    # ja: 貸方金額
    Column(_("Credit amount"), "yen", 13, total=True),
    # ja: 摘要
    Column(_("Description"), width=46, wrap=True),
    # ja: 取消元
    Column(_("Reverses"), "number", 8),
    # ja: 入力者
    Column(_("Entered by"), width=12),
    # ja: 入力日時(UTC)
    Column(_("Entered at (UTC)"), "moment", 20, on_paper=True),
)


def month(entries: Iterable[Entry], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The journal of a month, with the total of both sides."""
    block = Block(COLUMNS, _rows(entries, chart), total=MONTH_TOTAL)
    return Sheet(name=NAME, title=NAME, blocks=(block,), period=period, issuer=ISSUER, landscape=True)


def found(entries: Iterable[Entry], chart: Chart) -> Sheet:
    """The entries that a search found."""
    block = Block(COLUMNS, _rows(entries, chart), total=_("Total of the entries found"))
    return Sheet(name=NAME, title=_("Entries found"), blocks=(block,), issuer=ISSUER, landscape=True)


def _rows(entries: Iterable[Entry], chart: Chart) -> Iterator[Values]:
    for entry in entries:
        text = description(entry)
        for nth, each in enumerate(entry.movements, 1):
            yield (
                entry.on,
                entry.no,
                nth,
                chart.name(each.debit),
                chart.part(each.debit, each.debit_application, each.deposit),
                each.yen,
                chart.name(each.credit),
                chart.part(each.credit, each.credit_application, each.deposit),
                each.yen,
                text,
                entry.reverses,
                entry.by,
                entry.recorded_at,
            )
