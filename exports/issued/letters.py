"""Letters written to files: one by its decision, or one for every decision that stands."""

from pathlib import Path

from sqlalchemy import Connection

from exports.formats.outfile import require_workbook
from exports.issued import stamp as stamps
from exports.reports import REPORTS
from exports.reports.letter import file_name, workbook
from ledger.decisions.store import decision, decisions
from ledger.errors import NotWritable
from ledger.i18n import N_, _
from ledger.statements import letter as statement
from ledger.statements.letter import letters


def letter_of(connection: Connection, no: int, path: Path) -> list[Path]:
    """Writes the letter for one decision. Refused: an unknown decision, a place that cannot be written."""
    from exports.formats import xlsx

    require_workbook(path)
    stamp = stamps.of_letters(connection, no).get(no)
    xlsx.write(stamps.stamped(workbook(statement.letter(connection, no)), stamp), path)
    return [path]


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
    connection: Connection, folder: Path, *, association: str | None = None, state: str | None = None
) -> tuple[list[Path], str]:
    """Writes a letter for each decision that stands, and is meant, into the folder, which is made if it is not there.

    The list of these decisions lies beside them. Gives the letters, and why there are none. Refused: a folder that
    cannot be written (not-writable); an association or a state that there is not.
    """
    from exports import issued
    from exports.formats import xlsx

    covering = REPORTS["decisions"].ask(connection, {"standing": True, "association": association, "state": state})
    if covering.why_empty:
        return [], covering.why_empty
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise NotWritable(str(folder)) from reason
    files, stamp_of = [], stamps.of_letters(connection)
    issued.write(connection, covering, folder / COVERING)
    for letter in letters(connection, {row.decision.no for row in covering.content}):
        files.append(folder / file_name(letter))
        # What is kept in this very write is not sealed yet, and has no stamp.
        xlsx.write(stamps.stamped(workbook(letter), stamp_of.get(letter.no)), files[-1])
    return files, ""
