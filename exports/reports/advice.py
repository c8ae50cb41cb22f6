"""返金通知書・充当通知書: what the member is told once a refund was paid or a credit applied, on one page of A4."""

from collections.abc import Iterator

from exports.formats.page import PageRow
from exports.formats.sheet import Sheet, Workbook, format_day
from exports.reports import letter_words as words
from exports.reports import post
from exports.reports.letter import in_file_name
from ledger.i18n import N_, _
from ledger.statements.advice import Advice

# What each is called, by the way in which the money went back.
NAMES = {"refund": N_("Refund advice"), "overpayment": N_("Refund advice"), "credit": N_("Credit advice")}
TITLES = {
    "refund": N_("Advice of a refund"),
    "overpayment": N_("Advice of a refund"),
    "credit": N_("Advice of a credit"),
}
_OPENINGS = {
    "refund": N_("We have paid the issuance fee below back to you."),
    "overpayment": N_("We have paid back to you what you had paid beyond any fee."),
    "credit": N_("We have set the issuance fee below against the fee of your reissue."),
}
_DAYS = {"refund": N_("Paid on"), "overpayment": N_("Paid on"), "credit": N_("Credited on")}

# From so many yen on, tax included, whoever issues qualified invoices owes one for what is given back (適格返還請求書):
# 消費税法施行令70条の9第3項2号.
INVOICED_FROM = 10_000


def workbook(advice: Advice) -> Workbook:
    """The advice as a file; made again, it is the same."""
    return Workbook(TITLES[advice.line.way], advice.made_on, (sheet(advice),)).issued_by(advice.sender.name)


def sheet(advice: Advice) -> Sheet:
    """The advice as one page."""
    return post.sheet(NAMES[advice.line.way], TITLES[advice.line.way], _page(advice))


def file_name(advice: Advice) -> str:
    """A name that every system accepts: the number of the refund or credit, then the application or the deposit."""
    about = advice.line.application if advice.line.way != "overpayment" else advice.line.deposit
    return f"{advice.line.no:06}-{in_file_name(str(about))}.xlsx"


def _page(advice: Advice) -> Iterator[PageRow]:
    line = advice.line
    number = _("credit No. {no}", no=line.no) if line.way == "credit" else _("refund No. {no}", no=line.no)
    yield from post.head(number, advice.made_on, advice.to, advice.postal_address, advice.sender)
    yield post.whole(_(TITLES[line.way]), "title")
    yield post.gap(0.5)
    yield post.whole(_(_OPENINGS[line.way]))
    yield post.gap(0.5)
    yield post.amount(_("Amount credited") if line.way == "credit" else _("Amount paid back"), line.yen, "total")
    yield post.gap(0.5)
    points = ((label, list(texts)) for label, texts in _points(advice))
    for nth, (label, texts) in enumerate(((label, texts) for label, texts in points if texts), 1):
        yield from post.point(nth, _(label), texts)
    yield from post.end()


def _points(advice: Advice) -> Iterator[tuple[str, Iterator[str] | list[str]]]:
    line = advice.line
    yield N_("What for"), [_what_for(advice)]
    yield _DAYS[line.way], [format_day(advice.done_on)]
    if line.way == "credit":
        yield N_("Credited to"), [_("application {application}", application=line.to_application)]
    elif line.account is not None:
        yield N_("Paid to"), [_("bank account {account}", account=line.account)]
    if line.received_on is not None:
        yield N_("Originally received on"), [format_day(line.received_on)]
    if advice.letter is not None:
        yield N_("Under which rule"), words.grounds(advice.letter)
    yield N_("Consumption tax"), _tax(advice)
    if number := _registration(advice):
        yield N_("Registration number"), [number]
    yield N_("Questions to"), [words.whom_to_ask(advice.sender)]


def _what_for(advice: Advice) -> str:
    line = advice.line
    if line.way == "overpayment":
        return _("transfer {deposit}, received beyond any fee", deposit=line.deposit)
    return _("issuance fee of a certificate, application {application}", application=line.application)


def _registration(advice: Advice) -> str:
    """The federation's number, where what is given back was a supply since there are qualified invoices."""
    return "" if advice.line.way == "overpayment" else advice.sender.registered(advice.line.received_on)


def _tax(advice: Advice) -> Iterator[str]:
    line = advice.line
    if line.way == "overpayment":
        yield _("It was no consideration for anything; there is no tax inside.")
        return
    yield post.tax_line(line.yen, line.tax_percent, line.tax)
    if _registration(advice) and line.yen >= INVOICED_FROM:
        yield _("This is also the qualified invoice for what is given back.")
