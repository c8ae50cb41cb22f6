"""Empty input workbooks: the headings of a kind of file, a note on each, and drop-down lists where words are fixed."""

from pathlib import Path

from exports.formats import xlsx
from exports.formats.files import require_workbook
from exports.formats.sheet import Block, Column, Kind, Sheet, Workbook, guide
from ledger import dates
from ledger.intake.kinds import template

_FORMS: dict[str, Kind] = {"day": "day", "yen": "yen", "percent": "percent"}


def write(kind: str, path: Path) -> None:
    """Writes the empty workbook of a kind with a second sheet that explains it; an unknown kind is refused."""
    blank = template(kind)
    require_workbook(path)
    columns = tuple(
        Column(
            heading.text,
            _FORMS.get(heading.form, "text"),
            width=max(14, 2 * len(heading.text) + 4),
            required=heading.required,
            note=heading.note,
            choices=heading.choices,
        )
        for heading in blank.headings
    )
    sheet = Sheet(name=blank.title, title=blank.title, blocks=(Block(columns, ()),), to_fill=True)
    xlsx.write(Workbook(blank.title, dates.today(), (sheet, guide(sheet))), path)
