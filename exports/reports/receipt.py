"""領収書: the receipt for a fee that a member is given, on one page of A4."""

from collections.abc import Collection, Iterator

from exports.formats.page import PageRow
from exports.formats.sheet import Sheet, Workbook, format_day
from exports.reports import post
from exports.reports.letter import in_file_name
from exports.reports.letter_words import whom_to_ask
from ledger.i18n import N_, _
from ledger.statements.receipts import Receipt

NAME = N_("Receipt (money)")
TITLE = N_("Receipt for an issuance fee")


def workbook(receipts: Collection[Receipt]) -> Workbook:
    """Receipts as a file, a page each; made again, it is the same."""
    first = next(iter(receipts))
    return Workbook(TITLE, first.made_on, tuple(map(sheet, receipts))).issued_by(first.sender.name)


def sheet(receipt: Receipt) -> Sheet:
    """A receipt as one page."""
    return post.sheet(NAME, TITLE, _page(receipt))


def file_name(nth: int, receipt: Receipt) -> str:
    """A name that every system accepts: where it stands in the list, then the application."""
    return f"{nth:04}-{in_file_name(receipt.application)}.xlsx"


def _page(receipt: Receipt) -> Iterator[PageRow]:
    number = _("receipt No. {deposit} / {application}", deposit=receipt.deposit, application=receipt.application)
    yield from post.head(number, receipt.made_on, receipt.member, receipt.postal_address, receipt.sender)
    yield post.whole(_(TITLE) + (_(" (issued again)") if receipt.reissued else ""), "title")
    yield post.gap(0.5)
    yield post.whole(_("We have received the amount below."))
    yield post.gap(0.5)
    yield post.amount(_("Amount received"), receipt.yen, "total")
    yield post.gap(0.5)
    for nth, (label, texts) in enumerate(_points(receipt), 1):
        yield from post.point(nth, _(label), texts)
    yield from post.end()


def _points(receipt: Receipt) -> Iterator[tuple[str, list[str]]]:
    yield (
        N_("What for"),
        [_("issuance fee of a certificate, application {application}", application=receipt.application)],
    )
    yield N_("Received on"), [format_day(receipt.received_on)]
    yield (
        N_("By bank transfer"),
        [_("payer {payer}, reference {deposit}", payer=receipt.payer, deposit=receipt.deposit)],
    )
    yield N_("Consumption tax"), [post.tax_line(receipt.yen, receipt.tax_percent, receipt.tax)]
    if number := receipt.sender.registered(receipt.received_on):
        yield N_("Registration number"), [number]
    if receipt.reissued:
        sentence = N_("This is issued again. It has the number of the receipt before it; only one of them counts.")
        yield N_("Issued again"), [_(sentence)]
    yield N_("Questions to"), [whom_to_ask(receipt.sender)]
