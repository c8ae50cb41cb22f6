"""What an import did, file by file: what was taken in, what was known already, what it corrected, what was noticed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from ledger import masking
from ledger.codes import format_code
from ledger.i18n import N_, _
from ledger.intake.columns import Value


@dataclass(frozen=True)
class Correction:
    """An earlier value that a taken-in row supersedes; `now` is None where the row says that there was none.

    An account number shows its last four digits only; where those are the same, `same_ending` is said as well.
    """

    kind: str
    about: str
    name: str
    column: str
    was: Value
    now: Value | None
    file: str
    row: int
    same_ending: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Hides what is never shown whole."""
        if self.name == "account_number":
            was, now = masking.account(str(self.was)), None if self.now is None else masking.account(str(self.now))
            for name, value in (("was", was), ("now", now), ("same_ending", was == now)):
                object.__setattr__(self, name, value)

    @property
    def sentence(self) -> str:
        """The correction in words."""
        now = _("none") if self.now is None else format_code(self.name, self.now)
        if self.same_ending:
            now = _("{account} (another number with this ending)", account=now)
        fields = vars(self) | {"was": format_code(self.name, self.was), "now": now}
        return _("{file}:{row}: {column} of {about}: {was} is superseded by {now}", **fields)


# Why a row is no line.
PASSED_OVER = {
    "heading": N_("headings {count}"),
    "title": N_("above the headings {count}"),
    "total": N_("totals {count}"),
    "remark": N_("remarks {count}"),
    "sample": N_("examples {count}"),
    "withdrawn": N_("withdrawn before {count}"),
    "beside": N_("outside the columns {count}"),
    "control": N_("control records {count}"),
    "another-account": N_("of another account {count}"),
}

# What was noticed, one formula for each.
NOTES = {
    "hidden-rows": N_("{file}:{row}: hidden rows were read as well: {count}"),
    "hidden-sheet": N_("{file}: the sheet is hidden, and was read as well"),
    "filled-down": N_("{file}:{row}: cells merged over several rows hold for each of them: {count} filled in"),
    "line-breaks": N_("{file}:{row}: rows with line breaks inside a cell: {count}"),
    "no-heading": N_("{file}:{row}: cells in column {column}, which has no heading, were not read: {count}"),
    "lock-file": N_("{file}: not a workbook, only the mark that somebody has one open; passed over"),
    "blank-form": N_("{file}:{row}: the form is not filled in; passed over"),
    "a-statement": N_("{file}: a letter or list of ours, with nothing to fill in; passed over"),
    "not-read": N_("{file}: no workbook and no CSV file; passed over"),
    "billed-again": N_(
        "{file}:{row}: bill {bill}: lines equal to lines of another file ({other}), taken in as further lines: {count}"
    ),
    "old-bank-list": N_(
        "{file}:{row}: banks and branches were looked up in the list of {day}, which is more than {months} months old; "
        "a newer one comes with a newer version of zengin-code"
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
    "another-account": N_(
        "{file}:{row}: lines of another account ({account}), which is not {own}, were passed over: {count}"
    ),
    "deposit-told-before": N_("{file}:{row}: deposit {deposit} was told before, in a table, and is this line"),
    "deposit-beside-entry": N_(
        "{file}:{row}: the books hold as many yen received on the same day without a deposit (entry {entries}); if "
        "deposit {deposit} is the same money, withdraw this row"
    ),
    "deposit-beside-table": N_(
        "{file}:{row}: a table told deposits of the same day and as many yen by another payer ({others}); if deposit "
        "{deposit} is the same money, withdraw this row"
    ),
    "deposit-told-by-bank": N_(
        "{file}:{row}: the bank's file told a transfer of this day, amount and payer as {other}; if it is the same, "
        "write that reference, and withdraw this row"
    ),
    "correction-of-nothing": N_(
        "{file}:{row}: the bank takes back a line, and it is not known which; line {line} waits (seisan bank)"
    ),
    "era-had-ended": N_("{file}:{row}: {column}: {value} is read as {day}; the era had ended by then"),
}


@dataclass(frozen=True)
class ImportNote:
    """Something noticed at a row that was taken in all the same."""

    file: str
    sheet: str | None
    row: int | None
    code: str
    fields: dict[str, object]

    @property
    def says(self) -> str:
        """The note in the language being spoken."""
        file = self.file if self.sheet is None else f"{self.file}:{self.sheet}"
        return _(NOTES[self.code], file=file, row=self.row, **self.fields)


@dataclass(frozen=True)
class ImportedSheet:
    """A table that was taken in: rows read, of those taken in, of those known already, and headings ignored.

    `passed_over` is how many other rows there are, by reason; with them, `rows` are all that the sheet holds.
    """

    kind: str
    title: str
    sheet: str | None
    rows: int
    taken_in: int
    known: int
    ignored: list[str]
    passed_over: dict[str, int] = field(default_factory=dict)


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
class TakenBack:
    """A deposit that the bank took back: since when that is known, the import that says so, and what is kept of it.

    It came in and went out again, so it is withdrawn when what came in is posted.
    """

    deposit: str
    known_on: date
    source: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    files: list[ImportedFile]
    corrections: list[Correction]
    touched: Touched = field(default_factory=Touched)
    notes: list[ImportNote] = field(default_factory=list)
    taken_back: tuple[TakenBack, ...] = ()

    def sentences(self) -> Iterator[str]:
        """The report in the language being spoken, a sentence to a line."""
        for file in self.files:
            if file.unchanged:
                yield _("{file}: taken in before; no change", file=file.name)
            for sheet in file.sheets:
                place = file.name if sheet.sheet is None else f"{file.name} {sheet.sheet}"
                fields = vars(sheet) | {"place": place, "kind": _(sheet.title)}
                yield _("{place} → {kind}, rows: {rows}; new: {taken_in}, unchanged: {known}", **fields)
                if sheet.ignored:
                    yield _("{place}: columns ignored: {columns}", place=place, columns=sheet.ignored)
            for sheet_name in file.passed_over:
                fields = {"file": file.name, "sheet": sheet_name}
                yield _("{file}: the sheet {sheet} holds no rows of an input file; passed over", **fields)
        yield from (correction.sentence for correction in self.corrections)
        yield from (note.says for note in self.notes)
        yield from self._sum()

    def _sum(self) -> Iterator[str]:
        """All rows of the sheets that were read, and what became of them."""
        sheets = [sheet for file in self.files for sheet in file.sheets]
        passed_over = sum((Counter(sheet.passed_over) for sheet in sheets), Counter[str]())
        if not sheets:
            return
        taken_in, known = sum(sheet.taken_in for sheet in sheets), sum(sheet.known for sheet in sheets)
        reasons = [_(says, count=passed_over[reason]) for reason, says in PASSED_OVER.items() if passed_over[reason]]
        yield _(
            "rows in all: {rows}; new: {taken_in}, unchanged: {known}, passed over: {reasons}",
            rows=taken_in + known + passed_over.total(),
            taken_in=taken_in,
            known=known,
            reasons=reasons,
        )
