"""What every letter has: number and day, to whom and from whom, with a place for the seal, and how it ends."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.page import Look, PageRow, Piece, TextPage, plain
from exports.formats.sheet import Sheet, format_day
from exports.reports.letter_words import DESK
from ledger.i18n import N_, _, either
from ledger.money import format_yen
from ledger.people.register import Person, PostalAddress
from ledger.statements.issuer import Issuer

# The columns of a letter: the number of a point, its label, its text, and beside the sender the seal.
WIDTHS = (3.0, 15.0, 22.0, 24.0, 8.0)
KEYS = ("point", "label", "text", "sender", "seal")
_LAST = len(WIDTHS) - 1

# Who is no person, by the end of the name, is addressed as one that is not.
_BODIES = ("会", "法人", "会社", "組合", "事務所")


def sheet(name: str, title: str, rows: Iterable[PageRow]) -> Sheet:
    """A sheet that is a page of a letter."""
    page = TextPage(WIDTHS, tuple(rows))
    return Sheet(name, title, (page.block(*KEYS),), page=page)


def whole(text: str, look: Look = "text") -> PageRow:
    """A text from the left margin to the right."""
    return PageRow((Piece(0, _LAST, plain(text), look),))


def gap(lines: float = 1.0) -> PageRow:
    """Nothing, so many lines high."""
    return PageRow(gap=lines)


def point(nth: int, label: str, texts: Iterable[str]) -> Iterator[PageRow]:
    """A numbered point: its label, beside it its texts, each a paragraph of its own."""
    for at, text in enumerate(texts):
        beside = Piece(2, _LAST, plain(text))
        if at == 0:
            yield PageRow((Piece(0, 0, str(nth), "label"), Piece(1, 1, label, "label"), beside))
        else:
            yield PageRow((beside,))
    yield gap(0.35)


def amount(label: str, yen: int, look: Look = "yen") -> PageRow:
    """An amount in yen beside what it is."""
    return PageRow((Piece(2, 2, label), Piece(3, 3, yen, look)))


def tax_line(yen: int, percent: int | None, tax: int | None) -> str:
    """The amount by rate with the tax inside it; where no rate is known, that it is not."""
    if percent is None or tax is None:
        return _("which rate of tax is inside is not known")
    sentence = N_("{yen} yen at {percent} percent, of which {tax} yen are consumption tax")
    return _(sentence, yen=format_yen(yen), percent=percent, tax=format_yen(tax))


def head(number: str, day: date, to: Person, place: PostalAddress, sender: Issuer) -> Iterator[PageRow]:
    """The head of a letter to a member, or to a payer whom nobody knows: an address not known leaves its place free."""
    for text in (number, format_day(day)):
        yield whole(text, "right")
    yield gap(0.5)
    yield _left(f"〒{place.code}") if place.code else gap()
    yield _left(place.address) if place.address else gap()
    if to.number:
        addressee = N_("member No. {number}, association of {association}")
        yield _left(_(addressee, association=to.association, number=to.number))
    yield _left(honoured(to.name), "name")
    yield gap()
    yield from _sender(sender)
    yield gap()


def honoured(name: str) -> str:
    """A name as an envelope bears it: 様 of a person, 御中 of an association or a company."""
    return either(f"{name} 御中" if name.endswith(_BODIES) else f"{name} 様", name)


def _left(text: str, look: Look = "text") -> PageRow:
    return PageRow((Piece(0, 3, plain(text), look),))


def _sender(sender: Issuer) -> Iterator[PageRow]:
    """Name, department, address and telephone at the right, as far as they are set, and the place for the seal."""
    lines = [line for line in (sender.name, sender.department, sender.address) if line] or [_(DESK)]
    if sender.telephone:
        lines.append(_("Telephone {number}", number=sender.telephone))
    lines += [""] * (3 - len(lines))
    for at, line in enumerate(lines):
        seal = (Piece(_LAST, _LAST, _("seal") if at == 0 else "", "seal", down=2 if at == 0 else 0),)
        yield PageRow((Piece(3, 3, plain(line)), *(seal if at < 3 else ())))


def end() -> Iterator[PageRow]:
    """How a letter ends."""
    yield whole(_("End of the letter"), "right")
