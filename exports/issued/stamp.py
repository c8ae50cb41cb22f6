"""What a workbook that is handed out says of itself: which statement it is, and after which write of the books.

It stands in properties that no sheet shows and every program keeps, and is all that is needed to make the same again.
The write is the last one that the statement can depend on, so that the same statement still gives the same bytes.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import count, takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Text, cast, func, select, union_all

from exports.formats import paper
from exports.formats.sheet import Workbook
from exports.issued import layout
from exports.issued.layout import Layout
from exports.reports.report import Listing, Report
from ledger import i18n, tables
from ledger.audit import issued
from ledger.codes import ASSOCIATIONS
from ledger.dates import FiscalYear, Month, Period, parse_day
from ledger.i18n import Calendar, Language
from ledger.people.naming import find_member
from ledger.store.owners import owned

# The properties of a workbook; more of them, numbered from 2, where one is too short for the text.
PROPERTY = "Seisan"
FORM = 6
ARRANGED = 3  # the first form in which the printed columns stand left of the others
WORKED_OUT = 4  # the first form in which formulas stand beside more than the sums
MATCHED = 5  # the first form in which a transfer's candidates have a score, by all that its payer and note may say
PAIRED = 6  # the first form in which a slip that was posted anew stands beside the reversal that it follows
LAYOUT = "Seisan layout"
_LENGTH = 240  # Excel takes texts of at most 255 characters

# What no statement reads: who looked, which command had which key; and what one list alone reads.
_UNREAD = ("looked", "request")
_READ_BY_ONE = ("refused", "issued_version")
_TYPES: dict[str, type] = {"day": str, "text": str, "yen": int, "flag": bool}


@dataclass(frozen=True)
class Stamp:
    """A statement (`of`), the month, member or decision it is about, its day, its language, the write and its head.

    Of a list, `question` is what was asked, by the names of its parameters. A file that does not say in which `form`
    it was written is of the first, in which the issuer was the same for all books; before the third the columns
    stood as they were described; before the fourth only sums had formulas, and the sheets about a member or an
    association one title; before the fifth fewer applications were found that a transfer could pay for. `version` is
    that of a closed period, 0 of a copy that the books do not record, None where there are no versions.
    """

    of: str
    about: str
    as_of: str
    language: Language
    batch: int
    head: str
    question: dict[str, Any] = field(default_factory=dict)
    form: int = 1
    version: int | None = None
    calendar: Calendar = ""

    @property
    def text(self) -> str:
        """The stamp as it stands in the file."""
        said = {name: value for name, value in asdict(self).items() if name != "version" or value is not None}
        if not self.calendar:  # then it reads as in the versions that had no choice
            del said["calendar"]
        return json.dumps(said, ensure_ascii=False)

    @property
    def day(self) -> date:
        """The day as of which the statement was made."""
        return date.fromisoformat(self.as_of)

    def asked(self, report: Report) -> dict[str, Any]:
        """The question put to a report. Raises ValueError where it is none that could be put."""
        kinds = {parameter.name: parameter.kind for parameter in report.parameters}
        for name, value in self.question.items():
            if name not in kinds or type(value) is not _TYPES.get(kinds[name]):
                raise ValueError(name)
        days = {name: date.fromisoformat(self.question[name]) for name in self.question if kinds[name] == "day"}
        return self.question | days | {"as_of": self.day}


def arranged(workbook: Workbook, stamp: Stamp | None) -> Workbook:
    """The workbook with its columns in the order, and with the formulas, that the form of its stamp has."""
    workbook = replace(workbook, formulas=stamp is None or stamp.form >= WORKED_OUT)
    return paper.arranged(workbook) if stamp is None or stamp.form >= ARRANGED else workbook


def stamped(workbook: Workbook, stamp: Stamp | None) -> Workbook:
    """The workbook, arranged for paper, with its stamp, if it has one, and its layout."""
    workbook = arranged(workbook, stamp)
    layout_text = json.dumps(layout.of(workbook), ensure_ascii=False, separators=(",", ":"))
    texts = {PROPERTY: "" if stamp is None else stamp.text, LAYOUT: layout_text}
    return replace(workbook, properties=tuple(part for name, text in texts.items() for part in _split(name, text)))


def _split(name: str, text: str) -> Iterator[tuple[str, str]]:
    for at in range(0, len(text), _LENGTH):
        yield (f"{name} {at // _LENGTH + 1}" if at else name), text[at : at + _LENGTH]


def _joined(name: str, properties: Mapping[str, str]) -> str:
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return "".join(properties[part] for part in takewhile(properties.__contains__, names))


def layout_of(properties: Mapping[str, str]) -> Layout | None:
    """The layout of which a file's properties speak; None in a file of version 0.1."""
    return layout.parse(_joined(LAYOUT, properties))


def parse(properties: Mapping[str, str]) -> Stamp | None:
    """The stamp that a file bears; None when it bears none of ours."""
    try:
        stamp = Stamp(**json.loads(_joined(PROPERTY, properties)))
        date.fromisoformat(stamp.as_of)
        typed = (type(stamp.of), type(stamp.about), type(stamp.batch), type(stamp.form)) == (str, str, int, int)
        typed = typed and isinstance(stamp.question, dict)
        typed = typed and _is_number_or_none(stamp.version)
        spoken = stamp.language in i18n.LANGUAGES and stamp.calendar in i18n.CALENDARS
        legible = spoken and re.fullmatch("[0-9a-f]{64}", stamp.head)
    except (ValueError, TypeError, RecursionError):
        return None
    return stamp if typed and legible else None


def _is_number_or_none(said: object) -> bool:
    return said is None or type(said) is int


def of_month(connection: Connection, month: Month) -> Stamp:
    """The stamp of a month's workbook: of a closed month after the write that closed it, whatever came later.

    Of a closed month it names the version that stands on that write, or else the one that comes next.
    """
    return of_period(connection, "month", month)


def of_year(connection: Connection, year: FiscalYear) -> Stamp:
    """The stamp of a fiscal year's workbook: once its last month is closed, after the write that closed that."""
    return of_period(connection, "year", year)


def of_period(connection: Connection, of: str, period: Period) -> Stamp:
    """The stamp of the workbook of a month (`month`) or a fiscal year (`year`)."""
    batch = issued.closing_write(connection, period.last)
    if batch is None:
        return _stamp(connection, of, str(period), period.last, _last(connection))
    version = issued.version_on(connection, of, str(period), batch)
    stamp = _stamp(connection, of, str(period), period.last, batch)
    return replace(stamp, version=version or issued.next_version(connection, of, str(period)))


def of_association(connection: Connection, name: str, first: date, last: date) -> Stamp:
    """The stamp of an association's statement from one day to another, as of the last."""
    stamp = _stamp(connection, "association", name, last, _last(connection))
    return replace(stamp, question={"first": first.isoformat()})


def is_askable(stamp: Stamp) -> bool:
    """Whether what a stamp says of a statement that is no list could be asked of the books."""
    first = stamp.question.get("first")
    if stamp.of == "receipt":
        known = {"deposit": str, "reissued": bool}
        return all(type(value) is known.get(name) for name, value in stamp.question.items())
    if stamp.of in ("letter", "refund advice", "credit advice"):
        return re.fullmatch("[1-9][0-9]{0,8}", stamp.about) is not None
    if stamp.of == "association":
        day = parse_day(first) if isinstance(first, str) else None
        return stamp.about in ASSOCIATIONS and day is not None and day <= stamp.day
    return True


def of_member(connection: Connection, member: str, as_of: date) -> Stamp:
    """The stamp of a member's statement. Refused: who is no member, by number or name (see `find_member`)."""
    return _stamp(connection, "member", find_member(connection, member), as_of, _last(connection))


def of_listing(connection: Connection, listing: Listing) -> Stamp:
    """The stamp of a list: the question that it answers, but for files, which are not of the books."""
    batch = _last(connection, listing.report.reads)
    question = {
        parameter.name: value.isoformat() if isinstance(value, date) else value
        for parameter in listing.report.parameters
        if parameter.kind != "file" and (value := listing.question[parameter.name]) != parameter.default
    }
    question.pop("as_of", None)
    return replace(_stamp(connection, listing.report.name, "", listing.made_on, batch), question=question)


def of_letters(connection: Connection, no: int | None = None) -> dict[int, Stamp]:
    """The stamp of each decision's letter, or of this one's: the last write that sealed anything it tells.

    That is the decision itself, the application, what is known of the member, the fees, and who the sender is.
    """
    decision, application, particulars = tables.decision, owned(), tables.member_known
    seal, batch = tables.seal, tables.batch
    stated = select(decision.c.no, decision.c.as_of, decision.c.application, application.c.member)
    stated = stated.join(application, application.c.number == decision.c.application)
    letter = (stated if no is None else stated.where(decision.c.no == no)).cte("letter")

    def sealed(of: str, key: ColumnElement[str]) -> ScalarSelect[Any]:
        """The last write that sealed these rows, looked up letter by letter: so one finds its own, and many theirs."""
        return select(func.max(seal.c.batch)).where(seal.c.of == of, seal.c.key == key).scalar_subquery()

    of_particulars = sealed("member_known", cast(particulars.c.id, Text))
    of_member = select(func.max(of_particulars)).where(particulars.c.member == letter.c.member).scalar_subquery()
    last_writes = (
        sealed("decision", cast(letter.c.no, Text)),
        sealed("application", letter.c.application),
        of_member,
        *map(_last_of, ("fee", "setting")),
    )
    rests_on = union_all(*(select(letter.c.no, write.label("batch")) for write in last_writes)).subquery()
    last = select(rests_on.c.no, func.max(rests_on.c.batch).label("batch")).group_by(rests_on.c.no).subquery()
    statement = (
        select(letter.c.no, letter.c.as_of, batch.c.no.label("batch"), batch.c.head)
        .join(last, last.c.no == letter.c.no)
        .join(batch, batch.c.no == last.c.batch)
    )
    return {
        row.no: Stamp(
            "letter",
            str(row.no),
            row.as_of.isoformat(),
            i18n.language(),
            row.batch,
            row.head,
            form=FORM,
            calendar=i18n.calendar(),
        )
        for row in connection.execute(statement)
    }


def of_papers(connection: Connection, of: str, as_of: date) -> Callable[..., Stamp]:
    """What gives the stamp of a paper of a kind that is made on the day: about what, and what else was asked."""
    one = _stamp(connection, of, "", as_of, _last(connection))
    return lambda about, **question: replace(one, about=about, question=question)


def _last_of(table: str) -> ScalarSelect[Any]:
    return select(func.max(tables.seal.c.batch)).where(tables.seal.c.of == table).scalar_subquery()


def batch_of(connection: Connection, head: str) -> int | None:
    """The write that has this head; None when no write of these books has it."""
    return connection.execute(select(tables.batch.c.no).where(tables.batch.c.head == head)).scalar()


def _stamp(connection: Connection, of: str, about: str, as_of: date, batch: int) -> Stamp:
    head: str = connection.execute(select(tables.batch.c.head).where(tables.batch.c.no == batch)).scalar_one()
    return Stamp(of, about, as_of.isoformat(), i18n.language(), batch, head, form=FORM, calendar=i18n.calendar())


def _last(connection: Connection, reads: Collection[str] = ()) -> int:
    """The last write of which a statement tells that reads these of the tables that only one reads."""
    batch, seal = tables.batch.c, tables.seal.c
    unread = (*_UNREAD, *(name for name in _READ_BY_ONE if name not in reads))
    told = select(seal.batch).where(seal.batch == batch.no, seal.of.not_in(unread)).exists()
    last: int = connection.execute(select(batch.no).where(told).order_by(batch.no.desc()).limit(1)).scalar_one()
    return last
