"""What an import did, file by file: what was taken in, what was known already, what it corrected, what was noticed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger import masking
from ledger.codes import format_code
from ledger.i18n import N_, _
from ledger.intake.columns import Value


@dataclass(frozen=True)
class Correction:
    """An earlier value that a taken-in row supersedes; `now` is None where the row says that there was none.

    An account number shows its last four digits only.
    """

    kind: str
    about: str
    name: str
    column: str
    was: Value
    now: Value | None
    file: str
    row: int

    def __post_init__(self) -> None:
        """Hides what is never shown whole."""
        if self.name == "account_number":
            object.__setattr__(self, "was", masking.account(str(self.was)))
            object.__setattr__(self, "now", None if self.now is None else masking.account(str(self.now)))

    @property
    def sentence(self) -> str:
        """The correction in words."""
        now = _("none") if self.now is None else format_code(self.name, self.now)
        fields = vars(self) | {"was": format_code(self.name, self.was), "now": now}
        return _("{file}:{row}: {column} of {about}: {was} is superseded by {now}", **fields)


# What was noticed, one formula for each.
NOTES = {
    "billed-again": N_(
        "{file}:{row}: bill {bill}: lines equal to lines of another file ({other}), taken in as further lines: {count}"
    ),
    "known-from-given": N_(
        "{file}:{row}: rows that name no day of knowing count as known from {day}, as given: {count}"
    ),
    "known-from-row": N_("{file}:{row}: rows that name no day of knowing count as known from their {column}: {count}"),
    "known-from-last": N_(
        "{file}:{row}: rows that name no day of knowing, about what was known before, count from when it was last "
        "told: {count}"
    ),
    "known-from-today": N_("{file}:{row}: rows that name no day of knowing count as known from today: {count}"),
    "known-only-from-today": N_(
        "{file}:{row}: rows that name no day of knowing count as known from today, though they speak of days "
        "since {first}: {count}. No question as of an earlier day sees them. If they were known before, import the "
        "file again with --known-on DAY"
    ),
    "known-earlier": N_("{file}:{row}: rows taken in before count as known from {day} now, not from {was}: {count}"),
    "era-had-ended": N_("{file}:{row}: {column}: {value} is read as {day}; the era had ended by then"),
}


@dataclass(frozen=True)
class ImportNote:
    """Something noticed at a row that was taken in all the same."""

    file: str
    sheet: str | None
    row: int
    code: str
    fields: dict[str, object]

    @property
    def says(self) -> str:
        """The note in the language being spoken."""
        file = self.file if self.sheet is None else f"{self.file}:{self.sheet}"
        return _(NOTES[self.code], file=file, row=self.row, **self.fields)


@dataclass(frozen=True)
class ImportedSheet:
    """A sheet that was taken in: rows read, of those taken in, of those known already, and headings ignored."""

    kind: str
    title: str
    sheet: str | None
    rows: int
    taken_in: int
    known: int
    ignored: list[str]


@dataclass(frozen=True)
class ImportedFile:
    """A file of the import; `unchanged`: its bytes had been taken in before, and nothing was done."""

    name: str
    unchanged: bool
    sheets: list[ImportedSheet] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Touched:
    """The applications and deposits of which an import told something new; a fee may concern `everything`."""

    applications: frozenset[str] = frozenset()
    deposits: frozenset[str] = frozenset()
    everything: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    files: list[ImportedFile]
    corrections: list[Correction]
    touched: Touched = field(default_factory=Touched)
    notes: list[ImportNote] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        """The report in the language being spoken, a sentence to a line."""
        for file in self.files:
            if file.unchanged:
                yield _("{file}: taken in before; no change", file=file.name)
            for sheet in file.sheets:
                place = file.name if sheet.sheet is None else f"{file.name} {sheet.sheet}"
                fields = vars(sheet) | {"place": place, "kind": _(sheet.title)}
                yield _("{place}: {kind}, {rows} rows read, {taken_in} taken in, {known} known already", **fields)
                if sheet.ignored:
                    yield _("{place}: columns ignored: {columns}", place=place, columns=sheet.ignored)
            for sheet_name in file.passed_over:
                fields = {"file": file.name, "sheet": sheet_name}
                yield _("{file}: the sheet {sheet} holds no rows of an input file; passed over", **fields)
        yield from (correction.sentence for correction in self.corrections)
        yield from (note.says for note in self.notes)
