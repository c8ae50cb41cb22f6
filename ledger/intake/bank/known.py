"""The lines of the account that are known, and which of them a line that is read is: none is taken for new twice.

A line is known again by what its kind of file says of it, each once, so that two lines that are alike are two. A file
of another kind tells the same line when day, yen and, as far as both name one, payer agree.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.intake.kind import InputRow
from ledger.kana import search_key

FORMS = ("statement", "notice", "csv")

# So many days after a line a correction of it may come.
CORRECTED_WITHIN = 92

# Under what a line is looked for by a correction: account, in or out, yen, and its reference, its payer or nothing.
_Label = tuple[str, str, int, str, str]


class Content(NamedTuple):
    """What a kind of file says of a line: reference, yen, payer and note."""

    number: str | None
    yen: int
    payer: str | None
    note: str | None


class LineGroup(NamedTuple):
    """Lines that may be the same: of one account and day, in or out, corrections or not."""

    account: str
    on: date
    way: str
    state: str


@dataclass(eq=False)
class KnownLine:
    """A line of the account: what each kind of file says of it, the deposit it became, and what it corrects.

    `told_by` names the file that told it first; None: it stood in the books.
    """

    name: str
    group: LineGroup
    yen: int
    told: dict[str, Content] = field(default_factory=dict)
    deposit: str | None = None
    corrects: str | None = None
    corrected: bool = False
    told_by: str | None = None

    @property
    def payers(self) -> set[str]:
        """The payer, in the form in which spellings are compared."""
        return {search_key(said.payer) for said in self.told.values() if said.payer}

    @property
    def numbers(self) -> set[str]:
        """The references that the bank gave it."""
        return {said.number for said in self.told.values() if said.number}


def content_of(line: InputRow) -> Content:
    """What a line that was read says."""
    yen = line.values["yen"]
    assert isinstance(yen, int)
    return Content(line.text("number"), yen, line.text("payer"), line.text("note"))


def group_of(line: InputRow) -> LineGroup:
    """The lines among which a line that was read may be."""
    on = line.day("happened_on")
    assert on is not None
    return LineGroup(str(line.text("account")), on, str(line.text("way")), str(line.text("state")))


class KnownLines:
    """The lines of the account that are known, those of this import among them."""

    def __init__(self, connection: Connection, first: date, last: date) -> None:
        self.by_name: dict[str, KnownLine] = {}
        self.of_number: dict[tuple[LineGroup, str, str], list[KnownLine]] = defaultdict(list)
        self._same: dict[tuple[LineGroup, str, Content], list[KnownLine]] = defaultdict(list)
        # Those that a kind of file has not told yet, by yen, and then by payer.
        self._untold: dict[tuple[str, LineGroup, int], dict[str, list[KnownLine]]] = defaultdict(dict)
        # Those that may be corrected, by day.
        self._ordinary: dict[_Label, list[KnownLine]] = defaultdict(list)
        row = tables.bank_line.c
        statement = select(tables.bank_line).where(
            row.happened_on.between(first - timedelta(days=CORRECTED_WITHIN), last),
            facts.not_withdrawn(tables.bank_line, None),
        )
        stored: dict[str, list[tuple[str, Content]]] = {}
        for known in connection.execute(statement.order_by(row.id)):
            group = LineGroup(known.account, known.happened_on, known.way, known.state)
            content = Content(known.number, known.yen, known.payer, known.note)
            line = self.by_name.setdefault(known.line, KnownLine(known.line, group, known.yen))
            line.deposit, line.corrects = line.deposit or known.deposit, line.corrects or known.corrects
            stored.setdefault(known.line, []).append((known.form, content))
        for line in self.by_name.values():
            if line.corrects in self.by_name:
                self.by_name[line.corrects].corrected = True
        for name, said in stored.items():
            line = self.by_name[name]
            for form, content in said:
                self._tell(line, form, content)
            self._remember(line)

    def _tell(self, line: KnownLine, form: str, content: Content) -> None:
        if form in line.told:
            return
        line.told[form] = content
        self._same[line.group, form, content].append(line)
        if content.number:
            self.of_number[line.group, form, content.number].append(line)

    def _remember(self, line: KnownLine) -> None:
        for form in FORMS:
            if form not in line.told:
                for payer in line.payers or {""}:
                    self._untold[form, line.group, line.yen].setdefault(payer, []).append(line)
        if line.group.state == "ordinary" and not line.corrected:
            for key in _labels(line):
                insort(self._ordinary[key], line, key=_day)

    def find(self, line: InputRow, claimed: set[KnownLine]) -> KnownLine | None:
        """The line that this is, told by the same kind of file before; none of those that the file claimed already."""
        alike = self._same[group_of(line), str(line.text("form")), content_of(line)]
        return next((known for known in alike if known not in claimed), None)

    def find_elsewhere(self, line: InputRow) -> KnownLine | None:
        """The line that this is, told by another kind of file; from now on told by this kind, too."""
        form, group, content = str(line.text("form")), group_of(line), content_of(line)
        by_payer = self._untold.get((form, group, content.yen), {})
        for payer in [search_key(content.payer), ""] if content.payer else list(by_payer):
            untold = by_payer.get(payer, [])
            while untold:
                if form not in (found := untold.pop(0)).told:
                    self._tell(found, form, content)
                    return found
            by_payer.pop(payer, None)
        return None

    def add(self, line: InputRow, name: str) -> KnownLine:
        """Makes the line a new one, under this name."""
        content = content_of(line)
        new = KnownLine(name, group_of(line), content.yen, told_by=line.file)
        self.by_name[name] = new
        self._tell(new, str(line.text("form")), content)
        self._remember(new)
        return new

    def corrected_by(self, correction: KnownLine) -> KnownLine | None:
        """The one line that a correction can only mean: by reference, else by payer, else by yen alone."""
        way = "out" if correction.group.way == "in" else "in"
        named = [("payer", payer) for payer in [*correction.payers, ""]]
        payers = named if correction.payers else [("any", "")]
        last = correction.group.on
        first = last - timedelta(days=CORRECTED_WITHIN)
        for since, labels in (
            (first, [("number", number) for number in correction.numbers]),
            (first, payers),
            (last, payers),
        ):
            asked = [(correction.group.account, way, correction.yen, *label) for label in labels]
            found = {line for key in asked for line in self._of_days(key, since, last)}
            if len(found) == 1:
                (meant,) = found
                return meant
        return None

    def _of_days(self, key: _Label, first: date, last: date) -> list[KnownLine]:
        """Of the lines of this label that are not corrected the first two of these days."""
        lines = self._ordinary.get(key, [])
        at = bisect_left(lines, first, key=_day)
        return [line for line in lines[at : at + 2] if line.group.on <= last]

    def correct(self, line: KnownLine) -> None:
        """That a line was corrected; it is not corrected again."""
        line.corrected = True
        for key in _labels(line):
            if line in (lines := self._ordinary.get(key, [])):
                lines.remove(line)


def _day(line: KnownLine) -> date:
    return line.group.on


def _labels(line: KnownLine) -> Iterator[_Label]:
    """Under what a line is looked for by a correction."""
    of = line.group.account, line.group.way, line.yen
    yield *of, "any", ""
    for number in line.numbers:
        yield *of, "number", number
    for payer in line.payers or {""}:
        yield *of, "payer", payer
