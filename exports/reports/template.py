"""Empty input workbooks: the headings of a kind of file, a note on each, and drop-down lists where words are fixed."""

from pathlib import Path

from exports.formats import xlsx
from exports.formats.outfile import require_workbook
from exports.formats.sheet import Block, Kind, Sheet, SheetColumn, Workbook, guide
from ledger import dates
from ledger.intake.kinds import require_kind

_FORMS: dict[str, Kind] = {"day": "day", "yen": "yen", "percent": "percent"}


def write(code: str, path: Path) -> None:
    """Writes the empty workbook of a kind with a second sheet that explains it; an unknown kind is refused."""
    kind = require_kind(code)
    require_workbook(path)
    columns = tuple(
        SheetColumn(
            column.heading,
            _FORMS.get(column.form, "text"),
            width=max(14, 2 * len(column.heading) + 4),
            required=column.required,
            note=column.note,
            choices=column.choices,
        )
        for column in kind.by_heading.values()
    )
    sheet = Sheet(name=kind.title, title=kind.title, blocks=(Block(columns, ()),), to_fill=True)
    xlsx.write(Workbook(kind.title, dates.today(), (sheet, guide(sheet))), path)
