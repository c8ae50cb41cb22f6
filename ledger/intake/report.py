"""What an import did, file by file: what was taken in, what was known already, and what it corrected."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger import masking
from ledger.codes import ACCOUNT_TYPES, APPLICATION_KINDS, CHOICES, COVERED, REASONS, SIDES, USED
from ledger.i18n import _
from ledger.intake.columns import Value

_WORDS = {
    "kind": APPLICATION_KINDS,
    "side": SIDES,
    "reason": REASONS,
    "used": USED,
    "covered": COVERED,
    "choice": CHOICES,
    "account_type": ACCOUNT_TYPES,
}


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
        return _(
            "{file}:{row}: {column} of {about}: {was} is superseded by {now}",
            file=self.file,
            row=self.row,
            column=self.column,
            about=self.about,
            was=self._said(self.was),
            now=_("none") if self.now is None else self._said(self.now),
        )

    def _said(self, value: Value) -> Value:
        words = _WORDS.get(self.name)
        return value if words is None else words[str(value)].said


@dataclass(frozen=True)
class Taken:
    """A sheet that was taken in: rows read, of those taken in, of those known already, and headings ignored."""

    kind: str
    title: str
    sheet: str | None
    rows: int
    taken_in: int
    known: int
    ignored: list[str]


@dataclass(frozen=True)
class TakenFile:
    """A file of the import; `unchanged`: its bytes had been taken in before, and nothing was done."""

    name: str
    unchanged: bool
    sheets: list[Taken] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    files: list[TakenFile]
    corrections: list[Correction]

    def sentences(self) -> Iterator[str]:
        """The report in the language being spoken, a sentence to a line."""
        for file in self.files:
            if file.unchanged:
                yield _("{file}: taken in before; no change", file=file.name)
            for taken in file.sheets:
                place = file.name if taken.sheet is None else f"{file.name} {taken.sheet}"
                yield _(
                    "{place}: {kind}, {rows} rows read, {taken_in} taken in, {known} known already",
                    place=place,
                    kind=_(taken.title),
                    rows=taken.rows,
                    taken_in=taken.taken_in,
                    known=taken.known,
                )
                if taken.ignored:
                    yield _("{place}: columns ignored: {columns}", place=place, columns=taken.ignored)
            for sheet in file.passed_over:
                yield _(
                    "{file}: the sheet {sheet} holds no rows of an input file; passed over",
                    file=file.name,
                    sheet=sheet,
                )
        for correction in self.corrections:
            yield correction.sentence
