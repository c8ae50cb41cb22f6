"""Letters written to files: one by its decision, or one for every decision that stands."""

from pathlib import Path

from sqlalchemy import Connection

from exports.formats.outfile import require_workbook
from exports.issued import stamp as stamps
from exports.reports.letter import file_name, workbook
from ledger.errors import NotWritable
from ledger.statements import letter as statement
from ledger.statements.letter import letters


def letter_of(connection: Connection, no: int, path: Path) -> list[Path]:
    """Writes the letter for one decision. Refused: an unknown decision, a place that cannot be written."""
    from exports.formats import xlsx

    require_workbook(path)
    stamp = stamps.of_letters(connection, no).get(no)
    xlsx.write(stamps.stamped(workbook(statement.letter(connection, no)), stamp), path)
    return [path]


def letters_everyone(connection: Connection, folder: Path) -> list[Path]:
    """Writes a letter for each decision that stands into the folder, which is made if it is not there.

    Refused: a folder that cannot be written (not-writable).
    """
    from exports.formats import xlsx

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise NotWritable(str(folder)) from reason
    files, stamp_of = [], stamps.of_letters(connection)
    for letter in letters(connection):
        files.append(folder / file_name(letter))
        # What is kept in this very write is not sealed yet, and has no stamp.
        xlsx.write(stamps.stamped(workbook(letter), stamp_of.get(letter.no)), files[-1])
    return files
