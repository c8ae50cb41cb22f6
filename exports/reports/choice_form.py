"""返金方法申出書: the form on which a member says how the fee is to come back. Filled in, `import` reads it.

Headings and words are those of the input file `choices`, in whatever language the letter speaks.
"""

from collections.abc import Iterator

from exports.formats.page import PageRow, Piece, TextPage, plain
from exports.formats.sheet import Sheet
from exports.reports import post
from ledger.codes import CODE_LISTS
from ledger.i18n import _
from ledger.intake import FORM
from ledger.intake.kinds import require_kind
from ledger.statements.letter import Letter

# The table that is filled in: a column for each heading.
_WIDTHS = (19.0, 15.0, 20.0, 18.0)
_COLUMNS = ("application", "choice", "credit_to", "chosen_on")


def belongs_to(letter: Letter) -> bool:
    """Whether the member may choose: the fee is to be given back, and the member is alive to say how."""
    return letter.outcome == "eligible" and not (letter.ended is not None and letter.ended.deceased)


def sheet(letter: Letter) -> Sheet:
    """The form for one letter; the number of the application is filled in."""
    page = TextPage(_WIDTHS, tuple(_rows(letter)))
    return Sheet(FORM, FORM, (page.block(*_COLUMNS),), page=page)


def _rows(letter: Letter) -> Iterator[PageRow]:
    yield _whole(_(FORM), title=True)
    yield post.gap()
    yield _whole(post.honoured(letter.sender.name or _("the federation")))
    yield post.gap()
    yield _whole(_("member No. {number}, {name}", number=letter.addressee.number, name=letter.addressee.name))
    yield _whole(_("I ask that the issuance fee of my application be given back to me as entered below."))
    yield post.gap()
    headings = require_kind("choices").headings
    yield PageRow(tuple(Piece(at, at, headings[name], "head") for at, name in enumerate(_COLUMNS)))
    words = CODE_LISTS["choice"].japanese
    yield PageRow(
        (
            Piece(0, 0, letter.application, "entry"),
            Piece(1, 1, "", "entry", choices=tuple(words)),
            Piece(2, 2, "", "entry"),
            Piece(3, 3, "", "entry"),
        )
    )
    # Below the table only remarks: a row that begins otherwise would be read as one of it.
    yield post.gap()
    for remark in _remarks():
        yield _whole(f"※ {remark}")


def _remarks() -> Iterator[str]:
    refund, credit = CODE_LISTS["choice"]["refund"].ja, CODE_LISTS["choice"]["credit"].ja
    headings = require_kind("choices").headings
    yield _(
        "{choice}: {refund} (paid to the bank account that we know) or {credit} (set against a reissue).",
        choice=headings["choice"],
        refund=refund,
        credit=credit,
    )
    yield _("{credit_to}: only for {credit}.", credit_to=headings["credit_to"], credit=credit)
    yield _("{chosen_on}: the day on which you fill this in.", chosen_on=headings["chosen_on"])
    yield _("A bank account that is new, or another than before, is notified apart from this form.")


def _whole(text: str, *, title: bool = False) -> PageRow:
    return PageRow((Piece(0, len(_WIDTHS) - 1, plain(text), "title" if title else "text"),))
