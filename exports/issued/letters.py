"""Letters written to files: one by its decision, one for every decision that stands, reminders of receipts."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from exports.formats import pdf as printed
from exports.formats.outfile import require_workbook
from exports.formats.progress import watched
from exports.formats.sheet import Workbook
from exports.issued import stamp as stamps
from exports.issued.reproduce import of_listing
from exports.reports import REPORTS, reminder
from exports.reports.check import NobodyAsked
from exports.reports.letter import file_name, workbook
from exports.reports.report import Listing
from ledger import dates
from ledger.decisions.store import decision, decisions
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _
from ledger.statements import letter as statement
from ledger.statements.letter import letters
from ledger.statements.reminder import REMINDED, reminders
from ledger.store import places

# A workbook, and the name of its file.
Written = tuple[Workbook, Path]


@dataclass
class NotOfReminders(Refusal):
    """{option} does not go with --reminders"""

    option: str
    exit = Exit.USAGE
    instead = N_("leave it out: --association NAME narrows reminders, and nothing else does")


@dataclass
class OnlyOfReminders(Refusal):
    """{option} is of reminders only"""

    option: str
    exit = Exit.USAGE
    instead = N_("say --reminders as well, or leave it out: a letter bears the day of its decision")


class MeantLetters(NamedTuple):
    """Which letters are meant: one by the number of its decision, those of decisions that stand, or reminders.

    `as_of` is the day of the reminders.
    """

    number: int | None = None
    everyone: bool = False
    association: str | None = None
    state: str | None = None
    reminders: bool = False
    as_of: date | None = None


def written(connection: Connection, meant: MeantLetters, out: Path, *, pdf: bool) -> tuple[list[Path], str]:
    """Writes the letters that are meant; gives their files, and what is to be said of them.

    Refused: nobody meant (nobody-asked), what does not go together (not-of-reminders, only-of-reminders), and what
    writing does.
    """
    if meant.reminders:
        for option, value in (("DECISION", meant.number is not None), ("--state", meant.state is not None)):
            if value:
                raise NotOfReminders(option)
        as_of = meant.as_of or dates.today()
        return reminders_of_many(connection, out, as_of, association=meant.association, pdf=pdf)
    if meant.as_of is not None:
        raise OnlyOfReminders("--as-of")
    if meant.number is not None:
        return letter_of(connection, meant.number, out, pdf=pdf), standing_instead(connection, meant.number)
    if not (meant.everyone or meant.association or meant.state):
        raise NobodyAsked
    return letters_of_many(connection, out, association=meant.association, state=meant.state, pdf=pdf)


def letter_of(connection: Connection, no: int, path: Path, *, pdf: bool = False) -> list[Path]:
    """Writes the letter for one decision. Refused: an unknown decision, a place that cannot be written."""
    require_workbook(path)
    stamp = stamps.of_letters(connection, no).get(no)
    made = stamps.stamped(workbook(statement.letter(connection, no)), stamp)
    return printed.write([(made, path)], pdf=pdf)


def standing_instead(connection: Connection, no: int) -> str:
    """That a decision does not stand any more, and which does, lest its letter goes out; empty of one that stands."""
    asked = decision(connection, no)
    if asked.superseded_by is None:
        return ""
    *_before, last = decisions(connection, [asked.application])
    sentence = N_(
        "Decision {no} on application {application} does not stand any more; its letter is not to be sent. The letter "
        "of the one that stands: seisan letter {last} --out FILE"
    )
    return _(sentence, no=no, application=asked.application, last=last.no)


# The covering list that lies beside the letters.
COVERING = "一覧.xlsx"


def letters_of_many(
    connection: Connection,
    folder: Path,
    *,
    association: str | None = None,
    state: str | None = None,
    pdf: bool = False,
) -> tuple[list[Path], str]:
    """Writes a letter for each decision that stands, and is meant, into the folder, which is made if it is not there.

    The list of these decisions lies beside them. Gives the letters, and why there are none. Refused: a folder that
    cannot be written (not-writable); an association or a state that there is not; what `pdf.write` refuses.
    """
    covering = REPORTS["decisions"].ask(connection, {"standing": True, "association": association, "state": state})

    def made() -> Iterator[Written]:
        stamp_of = stamps.of_letters(connection)
        for letter in letters(connection, {row.decision.no for row in covering.content}):
            # What is kept in this very write is not sealed yet, and has no stamp.
            yield stamps.stamped(workbook(letter), stamp_of.get(letter.no)), folder / file_name(letter)

    return with_list(connection, covering, folder, made(), pdf=pdf)


def reminders_of_many(
    connection: Connection, folder: Path, as_of: date, *, association: str | None = None, pdf: bool = False
) -> tuple[list[Path], str]:
    """Writes a reminder for each receipt that is to be asked for on the day, as `letters_of_many` writes letters."""
    asked = {"as_of": as_of, "association": association, "state": REMINDED}
    covering = REPORTS["due"].ask(connection, asked)
    meant = {receipt.application for receipt in covering.content}
    if not meant:
        outstanding = REPORTS["due"].ask(connection, asked | {"state": None})
        none = N_("No reminder is due on {as_of}; what is outstanding: seisan due --as-of {as_of}")
        return [], outstanding.why_empty or _(none, as_of=as_of)

    def made() -> Iterator[Written]:
        stamp_of = stamps.of_papers(connection, "reminder", as_of)
        those = (letter for letter in reminders(connection, as_of) if letter.receipt.application in meant)
        for nth, letter in enumerate(those, 1):
            stamp = stamp_of(letter.receipt.application)
            yield stamps.stamped(reminder.workbook(letter), stamp), folder / reminder.file_name(nth, letter)

    return with_list(connection, covering, folder, made(), pdf=pdf)


def with_list(
    connection: Connection, covering: Listing, folder: Path, made: Iterable[Written], *, pdf: bool
) -> tuple[list[Path], str]:
    """Writes the list and the papers that it lists, into the folder, which is made if it is not there."""
    if covering.why_empty:
        return [], covering.why_empty

    def everything() -> Iterator[Written]:
        yield stamps.stamped(of_listing(covering), stamps.of_listing(connection, covering)), folder / COVERING
        yield from watched(made, len(covering.content), _("writing papers"))

    if pdf:
        printed.require_libreoffice()
    with places.on_disk(folder):
        places.make_folder(folder)
    try:
        _list, *files = printed.write(everything(), pdf=pdf)
    except printed.NoPdfMade:
        with suppress(OSError):
            folder.rmdir()  # where it is empty
        raise
    return files, ""
