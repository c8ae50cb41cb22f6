"""What a workbook that is handed out says of itself: which statement it is, and after which write of the books.

It stands in a property that no sheet shows and every program keeps, and is all that is needed to make the same again.
The write is the last one that the statement can depend on, so that the same statement still gives the same bytes.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, Text, cast, func, select, union_all

from ledger import i18n, tables
from ledger.dates import Month
from ledger.i18n import Language
from ledger.journal.closing import closing_of
from ledger.people.register import member_number

# What no statement reads: who looked, what was refused, which command had which key.
_UNREAD = ("looked", "refused", "request")


@dataclass(frozen=True)
class Stamp:
    """A statement (`of`), the month, member or decision it is about, its day, its language, the write and its head."""

    of: str
    about: str
    as_of: str
    language: Language
    batch: int
    head: str

    @property
    def text(self) -> str:
        """The mark as it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def day(self) -> date:
        """The day as of which the statement was made."""
        return date.fromisoformat(self.as_of)


def read(text: str) -> Stamp | None:
    """The mark that a file bears; None when it bears none of ours."""
    try:
        mark = Stamp(**json.loads(text))
        date.fromisoformat(mark.as_of)
        typed = (type(mark.of), type(mark.about), type(mark.batch)) == (str, str, int)
        known = mark.language in i18n.LANGUAGES and re.fullmatch("[0-9a-f]{64}", mark.head)
    except (ValueError, TypeError, RecursionError):
        return None
    return mark if typed and known else None


def of_month(connection: Connection, month: Month) -> Stamp:
    """The mark of a month's workbook: of a closed month after the write that closed it, whatever came later."""
    closed = closing_of(connection, month)
    batch = None if closed is None else _sealed(connection, "month_step", str(closed.no))
    return _mark(connection, "month", str(month), month.last, batch or _last(connection))


def of_member(connection: Connection, member: str, as_of: date) -> Stamp:
    """The mark of a member's statement. Refused: a member who is not in the register (unknown-member)."""
    return _mark(connection, "member", member_number(connection, member), as_of, _last(connection))


def of_list(connection: Connection, of: str, about: str, as_of: date) -> Stamp:
    """The mark of a list by the name of its command, of everything that it lists or of what it is about."""
    return _mark(connection, of, about, as_of, _last(connection))


def of_letters(connection: Connection, no: int | None = None) -> dict[int, Stamp]:
    """The mark of each decision's letter, or of this one's: the last write that sealed anything it tells.

    That is the decision itself, the application, what is known of the member, and the fees.
    """
    decision, application, known = tables.decision, tables.application, tables.member_known
    seal, batch = tables.seal, tables.batch
    own = select(decision.c.no, decision.c.as_of, decision.c.application, application.c.member).join(application)
    told = (own if no is None else own.where(decision.c.no == no)).cte("told")
    rests_on = union_all(
        select(told.c.no, seal.c.batch).where(seal.c.of == "decision", seal.c.key == cast(told.c.no, Text)),
        select(told.c.no, seal.c.batch).where(seal.c.of == "application", seal.c.key == told.c.application),
        select(told.c.no, seal.c.batch)
        .join(known, known.c.member == told.c.member)
        .where(seal.c.of == "member_known", seal.c.key == cast(known.c.id, Text)),
        select(told.c.no, select(func.max(seal.c.batch)).where(seal.c.of == "fee").scalar_subquery()),
    ).subquery()
    last = select(rests_on.c.no, func.max(rests_on.c.batch).label("batch")).group_by(rests_on.c.no).subquery()
    statement = (
        select(told.c.no, told.c.as_of, batch.c.no.label("batch"), batch.c.head)
        .join(last, last.c.no == told.c.no)
        .join(batch, batch.c.no == last.c.batch)
    )
    return {
        row.no: Stamp("letter", str(row.no), row.as_of.isoformat(), i18n.language(), row.batch, row.head)
        for row in connection.execute(statement)
    }


def batch_of(connection: Connection, head: str) -> int | None:
    """The write that has this head; None when no write of these books has it."""
    return connection.execute(select(tables.batch.c.no).where(tables.batch.c.head == head)).scalar()


def _mark(connection: Connection, of: str, about: str, as_of: date, batch: int) -> Stamp:
    head: str = connection.execute(select(tables.batch.c.head).where(tables.batch.c.no == batch)).scalar_one()
    return Stamp(of, about, as_of.isoformat(), i18n.language(), batch, head)


def _sealed(connection: Connection, of: str, key: str) -> int | None:
    seal = tables.seal
    return connection.execute(select(func.max(seal.c.batch)).where(seal.c.of == of, seal.c.key == key)).scalar()


def _last(connection: Connection) -> int:
    """The last write of which any statement tells."""
    seal = tables.seal
    told = select(seal.c.batch).where(seal.c.of.not_in(_UNREAD))
    last: int = connection.execute(told.order_by(seal.c.batch.desc(), seal.c.nth.desc()).limit(1)).scalar_one()
    return last
