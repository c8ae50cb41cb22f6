"""Statements of months and years as they are handed out: a closed period's is recorded as a version, then written."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from exports.shell.session import Answer, Books, Session, written
from ledger import i18n
from ledger.errors import NotPermitted, NotWritable
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from exports.issued.issuing import Handout
    from exports.issued.stamp import Stamp

RECORDED = N_("{period}, version {version}: SHA-256 {sha256}. The books record it: seisan statement list")
NOT_RECORDED = N_(
    "{period}: SHA-256 {sha256}. The books do not record this file, because {by} may not write them; a version is "
    "handed out by who may."
)
NOT_CLOSED = N_("{period} is not closed: this is no version, and the books do not record it.")


class _NotRecorded(Exception):
    """Who types this may only read the books."""


class _Repeated(Exception):
    """Under the same key another file was handed out: its SHA-256."""


def hand_out(
    session: Session, asked: "Callable[[Any], Stamp]", out: Path, *, sheet: str | None, pdf: bool, calendar: str | None
) -> Answer:
    """Writes the statement of a month or a year; of a closed one each file is recorded with its version.

    Whoever may only read the books gets a copy that is not recorded, and is told so. A sheet as CSV is no version.
    Refused: what writing refuses, a key where nothing is recorded (no-key-taken), and what `calendar.chosen` refuses.
    """
    from exports.issued import reproduce
    from exports.issued.calendar import chosen

    reproduce.require_name(out, sheet=sheet, pdf=pdf)
    with session.reading() as books:
        by_calendar = chosen(books.connection, calendar, workbook=out.suffix.lower() != ".csv")
    with i18n.dating(by_calendar), TemporaryDirectory() as folder:
        return _handed_out(session, asked, out, Path(folder), sheet=sheet, pdf=pdf)


def _handed_out(
    session: Session, asked: "Callable[[Any], Stamp]", out: Path, folder: Path, *, sheet: str | None, pdf: bool
) -> Answer:
    from exports.issued import issuing

    with session.reading() as books:
        stamp = asked(books.connection)
        if stamp.version is None or out.suffix.lower() == ".csv":
            return _unversioned(session, books, stamp, out, sheet=sheet, pdf=pdf)
        handout = issuing.made(books.connection, stamp, sheet, folder)
        permitted = _is_permitted(session, books)
    if permitted or session.key:
        with suppress(_NotRecorded):
            return _recorded(session, handout, out, pdf=pdf)
    with session.reading() as books:
        copy, known = issuing.unrecorded(books.connection, stamp, sheet, folder)
    return _unrecorded(session, copy, out, pdf=pdf, known=known)


def _is_permitted(session: Session, books: Books) -> bool:
    from ledger.people.permissions import permitted
    from ledger.people.refusals import NotAllowed, NotListed

    try:
        permitted(books.connection, session.by, session.may)
    except (NotAllowed, NotListed):
        return False
    return True


def _unversioned(session: Session, books: Books, stamp: "Stamp", out: Path, *, sheet: str | None, pdf: bool) -> Answer:
    from exports.issued import reproduce
    from ledger.store.idempotency import NoKeyTaken

    if session.key:
        raise NoKeyTaken(session.command)
    text = _(NOT_CLOSED, period=stamp.about) if stamp.version is None else ""
    data = {"file": str(out), "statement": stamp.of, "period": stamp.about, "version": None, "recorded": False}
    if session.dry_run:
        return Answer(text, data, note=_("Dry run: nothing is kept."))
    reproduce.write(books.connection, stamp, out, sheet=sheet, pdf=pdf)
    return replace(written(out), text=text, data=data)


def _recorded(session: Session, handout: "Handout", out: Path, *, pdf: bool) -> Answer:
    """Records the file and writes it; nothing is recorded that cannot be written."""
    from exports.issued import issuing

    answers: list[Answer] = []

    def record(books: Books) -> Answer:
        issuing.record(books.connection, handout, by=books.by)
        fields = {"period": handout.stamp.about, "version": handout.basis.version, "sha256": handout.sha256}
        return Answer(_(RECORDED, **fields), handout.as_json(out, recorded=True))

    def first() -> None:
        try:
            answers.append(session.write(record))
        except (NotPermitted, NotWritable):
            if session.key:
                raise
            raise _NotRecorded from None
        data: Any = answers[0].data
        if data["sha256"] != handout.sha256:
            raise _Repeated(data["sha256"])

    try:
        if session.dry_run:
            first()
            return answers[0]
        issuing.write(handout, out, pdf=pdf, first=first)
    except _Repeated as repeated:
        if not session.dry_run:
            _write_again(session, str(repeated), out, handout.file.parent, pdf=pdf)
    return answers[0] if session.dry_run else replace(answers[0], note=written(out).note)


def _write_again(session: Session, sha256: str, out: Path, folder: Path, *, pdf: bool) -> None:
    """Writes the file that was handed out under the same key, though the period has been closed anew since."""
    from exports.issued import issuing
    from ledger.audit.issued import by_digest

    with session.reading() as books:
        file = by_digest(books.connection, sha256)
        assert file is not None, f"the books recorded {sha256}"
        handout = issuing.again(books.connection, file, folder)
    issuing.write(handout, out, pdf=pdf)


def _unrecorded(session: Session, copy: "Handout", out: Path, *, pdf: bool, known: bool) -> Answer:
    """Writes a copy for whoever may only read the books; the file itself may be `known` to them all the same."""
    from exports.issued import issuing

    fields = {"period": copy.stamp.about, "version": copy.basis.version, "sha256": copy.sha256, "by": session.by}
    answer = Answer(_(RECORDED if known else NOT_RECORDED, **fields), copy.as_json(out, recorded=known))
    if session.dry_run:
        return replace(answer, note=_("Dry run: nothing is kept."))
    issuing.write(copy, out, pdf=pdf)
    return replace(answer, note=written(out).note)
