"""督促状: the letter that asks a member for the receipt of a certificate, on one page of A4."""

from collections.abc import Iterator

from exports.formats.page import PageRow
from exports.formats.sheet import Sheet, Workbook, format_day
from exports.reports import post
from exports.reports.letter import in_file_name
from exports.reports.letter_words import whom_to_ask
from ledger.i18n import N_, _, ngettext
from ledger.notices import cp_4_1_3
from ledger.statements.reminder import Reminder

NAME = N_("Reminder")
TITLE = N_("Receipt for your certificate: a reminder")


def workbook(reminder: Reminder) -> Workbook:
    """The reminder as a file; made again, it is the same."""
    return Workbook(TITLE, reminder.as_of, (sheet(reminder),)).issued_by(reminder.sender.name)


def sheet(reminder: Reminder) -> Sheet:
    """The reminder as one page."""
    return post.sheet(NAME, TITLE, _rows(reminder))


def file_name(nth: int, reminder: Reminder) -> str:
    """A name that every system accepts: where the reminder stands in the list of the day, then the application."""
    return f"{nth:04}-{in_file_name(reminder.receipt.application)}.xlsx"


def _rows(reminder: Reminder) -> Iterator[PageRow]:
    receipt = reminder.receipt
    number = _("application {application}", application=receipt.application)
    yield from post.head(number, reminder.as_of, receipt.member, reminder.postal_address, reminder.sender)
    yield post.whole(_(TITLE), "title")
    yield post.gap(0.5)
    yield post.whole(
        _("The receipt for your certificate has not come to us yet. Fill it in and return it, as set out below.")
    )
    yield post.gap(0.3)
    yield post.whole(_("Answer in detail"), "centre")
    yield post.gap(0.3)
    for nth, (label, texts) in enumerate(_points(reminder), 1):
        yield from post.point(nth, _(label), texts)
    yield from post.end()


def _points(reminder: Reminder) -> Iterator[tuple[str, list[str]]]:
    receipt = reminder.receipt
    mailed, today = format_day(receipt.mailed_on), format_day(reminder.as_of)
    yield N_("Certificate"), [_("application {application}", application=receipt.application)]
    yield N_("Mailed on"), [mailed]
    passed = ngettext(
        "From {first} to {last}: {count} day", "From {first} to {last}: {count} days",
        receipt.day, first=mailed, last=today,
    )  # fmt: skip
    known = [] if receipt.entered_to is None else [
        _("Receipts that came up to {day} are taken into account.", day=format_day(receipt.entered_to))
    ]  # fmt: skip
    yield N_("Days passed"), [passed, *known]
    last = _("{day}, the last of {count} days", day=format_day(reminder.last_day), count=cp_4_1_3.REVOCABLE_AFTER)
    yield N_("Return it by"), [last]
    revocable = N_("From {day} on the authority may revoke the certificate (Certificate Policy 4.1.3).")
    yield (
        N_("Otherwise"),
        [
            _(revocable, day=format_day(receipt.revocable_on)),
            _("If you have returned it already, this letter is of no concern to you."),
        ],
    )
    yield N_("Questions to"), [whom_to_ask(reminder.sender)]
