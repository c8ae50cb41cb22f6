"""Files as earlier versions handed them out, written by what the program still keeps of them."""

from pathlib import Path

from exports.formats import xlsx
from exports.issued import letter_as_list, stamp
from ledger.statements.letter import letter
from ledger.store import database


def letter_of_before(url: str, no: int, file: Path) -> Path:
    """The letter for a decision as a table of two columns."""
    with database.reading(url) as connection:
        made = letter_as_list.workbook(letter(connection, no))
        xlsx.write(stamp.stamped(made, stamp.of_letters(connection, no)[no]), file)
    return file
