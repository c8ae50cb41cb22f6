"""Statements of closed periods as they are handed out: made once, recorded as a version, then written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from exports.formats import pdf as printed
from exports.formats import xlsx
from exports.issued import reproduce, stamp
from exports.issued.stamp import Stamp
from ledger import i18n
from ledger.audit import issued, snapshot
from ledger.audit.issued import Basis, IssuedFile
from ledger.errors import Refusal
from ledger.i18n import N_, Language
from ledger.store.places import on_disk


@dataclass
class ClosedAnew(Refusal):
    """{period} was reopened, closed or handed out while this was made; nothing was written"""

    period: str
    instead = N_("type it again")


@dataclass(frozen=True)
class Handout:
    """A workbook of a closed period that is ready to be handed out: its stamp, what it stands on, its file so far."""

    stamp: Stamp
    basis: Basis
    file: Path
    sha256: str

    @property
    def sheet(self) -> str | None:
        """The one sheet that it holds; None for all."""
        return self.stamp.question.get("sheet")

    def as_json(self, file: Path, *, recorded: bool) -> dict[str, Any]:
        """The file as other programs read of it; `recorded`: the books know it."""
        said: dict[str, Any] = {
            "file": str(file),
            "statement": self.stamp.of,
            "period": self.stamp.about,
            "language": i18n.language(),
        }
        said |= {"sheet": self.sheet, "version": self.basis.version or None, "sha256": self.sha256}
        said |= {"batch": self.basis.batch, "head": self.basis.head, "entries": self.basis.entries}
        return said | {"recorded": recorded}


def made(connection: Connection, asked: Stamp, sheet: str | None, folder: Path) -> Handout:
    """The workbook that a stamp of a closed period describes, or one sheet of it, made in a folder for the time being.

    Refused: no such sheet, a folder without room (disk-full).
    """
    version = reproduce.version_of(connection, asked)
    assert version is not None, f"{asked.about} is not closed"
    with snapshot.after(connection, asked.batch):
        workbook, borne = reproduce.made(connection, asked, version, sheet)
        file = folder / f"{token_hex()}.xlsx"
        with on_disk(file), file.open("x+b") as out:
            xlsx.compose(stamp.stamped(workbook, borne), out)
            out.seek(0)
            return Handout(borne, version.basis, file, file_digest(out, "sha256").hexdigest())


def unrecorded(connection: Connection, asked: Stamp, sheet: str | None, folder: Path) -> tuple[Handout, bool]:
    """The same as a copy that is not recorded, and whether the books know a file with its bytes.

    It is of the version that stands on the same write, if any file of one was handed out.
    """
    version = issued.version_on(connection, asked.of, asked.about, asked.batch) or 0
    copy = made(connection, replace(asked, version=version), sheet, folder)
    return copy, issued.by_digest(connection, copy.sha256) is not None


def again(connection: Connection, file: IssuedFile, folder: Path) -> Handout:
    """A file that was handed out, made once more."""
    question = {} if file.sheet is None else {"sheet": file.sheet}
    named = (file.statement, file.about, file.as_of.isoformat())
    spoken: Language = "en" if file.language == "en" else "ja"
    calendar = next(name for name in i18n.CALENDARS if name == file.calendar)
    with i18n.speaking(spoken), i18n.dating(calendar):
        asked = Stamp(*named, spoken, file.batch, file.head, question, stamp.FORM, file.version, calendar)
        return made(connection, asked, file.sheet, folder)


def record(connection: Connection, handout: Handout, *, by: str) -> None:
    """Records what is handed out. Refused: a period that was reopened or closed anew meanwhile (closed-anew)."""
    of, about, day = handout.stamp.of, handout.stamp.about, handout.stamp.day
    version = issued.version_on(connection, of, about, handout.basis.batch) or issued.next_version(
        connection, of, about
    )
    if issued.closing_write(connection, day) != handout.basis.batch or version != handout.basis.version:
        raise ClosedAnew(about)
    issued.record(
        connection,
        handout.basis,
        statement=of,
        about=about,
        as_of=day,
        language=handout.stamp.language,
        calendar=handout.stamp.calendar,
        sheet=handout.sheet,
        sha256=handout.sha256,
        by=by,
    )


def write(handout: Handout, path: Path, *, pdf: bool, first: Callable[[], None] | None = None) -> None:
    """Writes the file, once what comes `first` is done: it is made and may be written, and has no name yet.

    Refused: what `pdf.write` refuses.
    """
    printed.write([(handout.file, path)], pdf=pdf, first=first)
