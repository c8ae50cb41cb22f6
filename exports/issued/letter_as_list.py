"""Letters that earlier versions handed out: a table of two columns, compared with as it was laid out then."""

from collections.abc import Iterator

from exports.formats.sheet import Block, Sheet, SheetColumn, Values, Workbook, format_day
from exports.issued.layout import Layout
from exports.reports import letter_words as words
from exports.reports.letter import NAME, TITLE
from exports.reports.report import sheet as issued_sheet
from ledger.i18n import N_, _, either
from ledger.statements.letter import Letter

KEYS = [["about", "text"]]
_COLUMNS = (SheetColumn("", width=18, key="about"), SheetColumn("", width=96, wrap=True, key="text"))


def is_of(layout: Layout | None) -> bool:
    """Whether a letter of this layout, or of none (version 0.1), is such a table."""
    return layout is None or layout.get(NAME) == KEYS


def workbook(letter: Letter) -> Workbook:
    """The letter as a file of then."""
    return Workbook(TITLE, letter.as_of, (_sheet(letter),)).issued_by(letter.sender.name)


def _sheet(letter: Letter) -> Sheet:
    """The letter as one sheet: to whom, about what, and below 記 the answer with its grounds."""
    return issued_sheet(
        NAME,
        Block(_COLUMNS, _opening(letter)),
        Block(_COLUMNS, _answer(letter), heading=N_("Answer in detail")),
        title=TITLE,
        as_of=letter.as_of,
        subtitle=_("decision No. {no}", no=letter.no),
        landscape=False,
        notes=(N_("End of the letter"),),
    )


def _opening(letter: Letter) -> Iterator[Values]:
    member = letter.addressee
    addressee = N_("member No. {number}, association of {association}")
    yield _("To"), _(addressee, association=member.association, number=member.number)
    yield "", either(f"{member.name} 様", member.name)
    yield _("From"), "\n".join(words.desk(letter.sender))
    subject = N_("issuance fee of the certificate of application {application}")
    yield _("Subject"), _(subject, application=letter.application)
    #     {day}現在で確認しましたので、下記のとおり回答いたします。
    opening = N_(
        "You applied for this certificate on {applied} (application {application}). Whether its issuance fee "
        "is given back was asked as of {day}; our answer is as follows."
    )
    applied, day = format_day(letter.applied_on), format_day(letter.as_of)
    yield "", _(opening, applied=applied, application=letter.application, day=day)


def _answer(letter: Letter) -> Iterator[Values]:
    """The rows below 記: what is told of, and beside it what there is to tell, a line clause."""
    parts = (
        (N_("Our answer"), [_(words.answer(letter))]),
        (N_("Amount"), list(words.amounts(letter))),
        (N_("How it goes back"), list(map(words.course_line, letter.course))),
        (N_("Under which rule"), list(words.grounds(letter))),
        (N_("What it rests on"), list(words.fact_lines(letter))),
        (N_("To be looked into"), [words.doubt(code) for code in words.doubts(letter)]),
        (N_("Not known yet"), [_(words.MISSING[code]) for code in letter.missing] if words.is_open(letter) else []),
        (N_("What you can do"), list(words.next_lines(letter))),
        (N_("Questions to"), [*words.desk(letter.sender), words.reference(letter)]),
    )
    for name, texts in parts:
        if texts:
            yield _(name), "\n".join(texts)
