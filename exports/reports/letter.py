"""回答: the letter to the member on one page of A4, as an office writes it; beside it the form for the answer to it."""

import re
from collections.abc import Iterator
from datetime import date

from exports.formats.page import PageRow
from exports.formats.sheet import Sheet, Workbook, format_day
from exports.reports import choice_form, post
from exports.reports import letter_words as words
from ledger.i18n import N_, _, ngettext
from ledger.intake import FORM, LETTER
from ledger.money import format_yen
from ledger.statements.letter import Letter

NAME = LETTER
TITLE = N_("Refund of the issuance fee: our answer")

# Within so many days of the letter's coming the member is asked to answer; what comes later is taken all the same.
REPLY_DAYS = 30
# The outcomes that speak of money.
_OF_MONEY = ("eligible", "being_settled", "settled")

_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')


def sheet(letter: Letter) -> Sheet:
    """The letter as one page: to whom, about what, and below 記 the answer with its grounds."""
    return post.sheet(NAME, TITLE, _rows(letter))


def workbook(letter: Letter) -> Workbook:
    """The letter as a file, with the form where there is something to choose; made again, it is the same."""
    sheets = (sheet(letter), choice_form.sheet(letter)) if choice_form.belongs_to(letter) else (sheet(letter),)
    return Workbook(TITLE, letter.as_of, sheets).issued_by(letter.sender.name)


def file_name(letter: Letter) -> str:
    """A name that every system accepts: the number of the decision, then the application."""
    return f"{letter.no:06}-{in_file_name(letter.application)}.xlsx"


def in_file_name(text: str) -> str:
    """As much of a text as can stand in the name of a file on every system."""
    return _NOT_IN_FILE_NAMES.sub("_", text)[:60].rstrip(". ")


def _rows(letter: Letter) -> Iterator[PageRow]:
    number = _("decision No. {no}", no=letter.no)
    yield from post.head(number, letter.as_of, letter.addressee, letter.postal_address, letter.sender)
    yield post.whole(_(TITLE), "title")
    yield post.gap(0.5)
    #     {day}現在で確認しましたので、下記のとおり回答いたします。
    opening = N_(
        "You applied for this certificate on {applied} (application {application}). Whether its issuance fee "
        "is given back was asked as of {day}; our answer is as follows."
    )
    applied, day = format_day(letter.applied_on), format_day(letter.as_of)
    yield post.whole(_(opening, applied=applied, application=letter.application, day=day))
    yield post.gap(0.3)
    yield post.whole(_("Answer in detail"), "centre")
    yield post.gap(0.3)
    yield from _points(letter)
    yield from post.end()


def _points(letter: Letter) -> Iterator[PageRow]:
    """The points below 記: each its number, what is told of, and what there is to tell."""
    points: tuple[tuple[str, list[str]], ...] = (
        (N_("Our answer"), [_(words.answer(letter))]),
        (N_("Under which rule"), list(words.grounds(letter))),
        (N_("What it rests on"), [*words.fact_lines(letter), *_counted(letter)]),
        (N_("Amount"), list(_amounts(letter))),
        (N_("How it goes back"), list(map(words.course_line, letter.course))),
        (N_("To be looked into"), [words.doubt(code) for code in words.doubts(letter)]),
        (N_("Not known yet"), [_(words.MISSING[code]) for code in letter.missing] if words.is_open(letter) else []),
        (N_("Next steps"), list(_next(letter))),
        (N_("Questions to"), [words.whom_to_ask(letter.sender), words.reference(letter)]),
    )
    nth = 0
    for label, texts in points:
        if not texts:
            continue
        nth += 1
        yield from post.point(nth, _(label), texts)
        if label == N_("Amount") and letter.outcome in _OF_MONEY:
            yield from _arithmetic(letter)


def _arithmetic(letter: Letter) -> Iterator[PageRow]:
    """The fee, what of it was given back or set down for it before, and what is left."""
    yield post.amount(_("Issuance fee paid"), letter.returned + letter.refundable)
    yield post.amount(_("Given back or under way"), letter.returned)
    yield post.amount(_("To be given back"), letter.refundable, "total")
    yield post.gap(0.35)


def _amounts(letter: Letter) -> Iterator[str]:
    """The tax inside the fee, and what was paid beyond it: the amounts themselves stand below."""
    if letter.outcome in _OF_MONEY:
        if letter.tax is None:
            yield _("All amounts are tax included.")
        else:
            sentence = N_("Of {yen} yen, tax included, {tax} yen are consumption tax.")
            yield _(sentence, yen=format_yen(letter.yen), tax=format_yen(letter.tax))
    if letter.overpaid:
        sentence = N_("The {yen} yen that you paid beyond the issuance fee are returned to you apart from this.")
        yield _(sentence, yen=format_yen(letter.overpaid))


def _counted(letter: Letter) -> Iterator[str]:
    """The days from the mailing to the receipt, or to how far none had come: the day of mailing is not counted (A5)."""
    names = ("mailed_on", "receipt_on", "receipts_entered_to", "revoked_on")
    days = {name: day for name in names if isinstance(day := letter.facts.get(name), date)}
    if "mailed_on" not in days:
        return
    first = days["mailed_on"]
    came = "receipt_on" in days
    if not came and "receipts_entered_to" not in days:
        return
    last = days["receipt_on"] if came else min(days["receipts_entered_to"], days.get("revoked_on", date.max))
    count, fields = (last - first).days, {"first": format_day(first), "last": format_day(last)}
    if count < 1:
        return
    if came:
        yield ngettext(
            "From {first} to {last}, when the receipt came: {count} day",
            "From {first} to {last}, when the receipt came: {count} days",
            count,
            **fields,
        )
    else:
        yield ngettext(
            "From {first} to {last} without a receipt: {count} day",
            "From {first} to {last} without a receipt: {count} days",
            count,
            **fields,
        )


def _next(letter: Letter) -> Iterator[str]:
    """What the member can do, and by when; what then happens."""
    yield from words.next_lines(letter)
    if choice_form.belongs_to(letter):
        sentence = N_("Send us the form on the next sheet within {count} days of receiving this letter.")
        yield _(sentence, count=REPLY_DAYS, form=_(FORM))
        yield _("Once it is here, a second person approves it, and the transfer or the credit follows.")
    elif letter.outcome in ("not_eligible", "needs_review"):
        yield _("Do so within {count} days of receiving this letter.", count=REPLY_DAYS)
