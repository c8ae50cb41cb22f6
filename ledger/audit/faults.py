"""What `verify` may find wrong, a sentence for each."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ledger.i18n import N_, _

FAULTS = {
    "row-changed": N_("this is not what was sealed in batch {batch}"),
    "row-missing": N_("this was sealed in batch {batch}, and is gone"),
    "row-unsealed": N_("no batch sealed this: it was put here around the program"),
    "rows-unsealed": N_("there are {rows} rows and {seals} seals; the whole books name them: seisan verify"),
    "seal-changed": N_("this is not the seal that batch {batch} was closed with"),
    "seal-missing": N_("batch {batch} was closed with one more seal here, which is gone"),
    "seal-added": N_("batch {batch} was closed without this seal"),
    "batch-changed": N_("the batch and its seals do not give its head"),
    "batch-missing": N_("there is no batch of this number, and there has to be one"),
    "batch-unlinked": N_("the batch follows another head than that of the batch before it"),
    "sealed-twice": N_("batch {batch} sealed this, and batch {again} once more"),
    "number-below-one": N_("numbers begin with 1"),
    "number-gap": N_("the number before it is {before}: numbers follow one another without a gap"),
    "number-missing": N_("there is no row of this number, though there are later ones"),
    "number-out-of-order": N_("its number is not in the order of the writes: batch {batch} sealed it"),
    "not-of-command": N_("batch {batch} is of the command {command}, which adds no such row"),
    "no-such-command": N_("there is no command {command}"),
    "another-signer": N_("it is signed by {by}, and batch {batch} was written by {written_by}, or in another role"),
    "another-moment": N_("it bears {at} (UTC), which is not when batch {batch} was written"),
    "key-of-another-command": N_("the key is kept for {command}, and batch {batch} was written by {written}"),
    "names-nothing": N_("it names {of} {named}, and there is none"),
    "no-such-event": N_("nothing posts such an entry: {event}, {key}"),
    "no-source": N_("there is nothing that it could have been posted from: {event}, {key}"),
    "source-differs": N_("it moves something else than what it was posted from: {event}, {key}"),
    "reverses-another": N_("it reverses what is not reversed so: {event}, {key}"),
    "received-differs": N_("{yen} yen were posted as received, and no such transfer is known"),
    "head-unknown": N_("no batch has the head {head}"),
    "entry-changed": N_("the entry is not as it was recorded"),
    "entry-missing": N_("there is no entry of this number, though there are later ones"),
    "entry-empty": N_("the entry moves nothing"),
    "not-opposite": N_("the entry says that it reverses entry {original}, and is not its opposite"),
    "not-proposed": N_("it was never proposed, or not first"),
    "out-of-course": N_("step {nth}: {state} cannot follow {before}"),
    "before-the-step-before": N_("step {nth} is of {on}, and the step before it of {before}"),
    "same-person-approved": N_("step {nth}: {by} proposed it and approved it"),
    "same-person-brought": N_("{by} brought or proposed it, and approved it"),
    "closed-alone": N_(
        "{by} closed it with a bank's balance of {bank} yen, where the books had {books} yen, and nobody else had "
        "proposed that"
    ),
    "bank-differs": N_(
        "the books hold {books} yen at its end, and the bank tells {bank} yen ({file}:{row}); two people have not "
        "accepted that"
    ),
    "amount-differs": N_("step {nth}: {yen} yen were proposed, and entry {entry} moves {moved} yen for it"),
    "not-given-back": N_("step {nth}: entry {entry} is not the reversal of entry {original}, which reserved the yen"),
    "recovered-beyond": N_("of {yen} yen more was paid back than was paid"),
    "file-differs": N_("{count} refunds of {yen} yen are in it, and it is said to be {told} of {total} yen"),
    "file-changed": N_("what is kept of the file does not give its SHA-256"),
    "file-not-as-approved": N_("what it pays is not what was approved"),
    "no-ground": N_("it rests on no decision by which this fee comes back"),
    "beyond-finding": N_("it is of {yen} yen, and {found} yen were found to come back"),
    "beyond-fee": N_("of the fee of {application} {yen} yen come back all in all, which is more than any fee"),
    "total-differs": N_("{month}: a total is {value} and has to be {expected} ({code})"),
    "not-posted": N_("what is known calls for this, and the journal does not hold it: {what}, {on} (seisan book)"),
    "decision-differs": N_("asked again from what was known then, the answer is another one: {parts}"),
    "trigger-missing": N_("the rule that the database enforces by this name is gone"),
    "trigger-changed": N_("the rule that the database enforces by this name is not what we made it"),
    "trigger-off": N_("the rule that the database enforces by this name is switched off"),
    "trigger-added": N_("this is none of our rules, and may undo one of them"),
    "table-changed": N_("what the database enforces of every row of the table is not what we made it: {part}"),
    "role-may-more": N_(
        "no role of these books may do this: {privileges} (seisan roles; what it leaves, the owner or the "
        "administrator of the server takes back)"
    ),
    "not-reckoned": N_("what stands there cannot be read as what it should be: {says}"),
    # Of a workbook that was handed out.
    "cell-differs": N_("sheet {sheet}, cell {cell}: {there} in the file, {here} in the books"),
    "formula-differs": N_("sheet {sheet}, cell {cell}: {there} in the file, {here} as it was written"),
    "format-differs": N_("sheet {sheet}, from cell {cell} ({count} cells): shown as {there}, and written as {here}"),
    "rows-added": N_("sheet {sheet}, from row {first}: {count} rows that are not in the books"),
    "rows-missing": N_("sheet {sheet}: {count} rows of the books are not in the file, the first of them row {first}"),
    "rows-hidden": N_("sheet {sheet}, from row {first}: {count} rows are hidden"),
    "columns-added": N_("sheet {sheet}, from column {first}: {count} columns that are not in the books"),
    "columns-missing": N_("sheet {sheet}: {count} columns are not in the file, the first of them column {first}"),
    "columns-hidden": N_("sheet {sheet}, from column {first}: {count} columns are hidden"),
    "sheet-missing": N_("the sheet {sheet} is not in the file"),
    "sheet-added": N_("the sheet {sheet} is not one of ours"),
    "sheet-renamed": N_("the sheet {sheet} was called {name}"),
    "sheet-hidden": N_("the sheet {sheet} is hidden"),
    "sheets-reordered": N_("the sheets stand in another order: {sheets}"),
    # Of such a workbook, and no fault of it: what an earlier version laid out otherwise.
    "earlier-layout": N_("an earlier version wrote this file; it is compared by what its columns are"),
    "sheet-since": N_("there was no sheet {sheet} yet"),
    "columns-since": N_("sheet {sheet}: these columns did not exist yet: {columns}"),
    "columns-gone": N_("sheet {sheet}: these columns are not known any more, and are not compared: {columns}"),
}


@dataclass(frozen=True)
class Fault:
    """Something that does not agree: its code, where it stands, and the fields of its sentence."""

    code: str
    where: str
    fields: dict[str, object]

    @property
    def says(self) -> str:
        """The fault in the language being spoken."""
        return _(FAULTS[self.code], **self.fields)

    def as_json(self) -> dict[str, object]:
        """The fault as other programs read it."""
        return {"code": self.code, "where": self.where, "says": self.says}


# So many faults of a kind are named; of the rest it is said how many there are, so that they take little room.
MOST = 1_000


class FaultList:
    """Faults as they are found, in their order: of each kind the first, `MOST` at most, and how many more there are."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults: list[Fault] = []
        self._found: Counter[str] = Counter()
        self.take(faults)

    def __iter__(self) -> Iterator[Fault]:
        """Those that are named."""
        return iter(self._faults)

    def __len__(self) -> int:
        """How many were found, also those that are not named."""
        return self._found.total()

    @property
    def more(self) -> dict[str, int]:
        """Of each kind of which not all are named, how many are not."""
        return {code: found - MOST for code, found in self._found.items() if found > MOST}

    def add(self, fault: Fault) -> None:
        """Names one more, or counts it."""
        self._found[fault.code] += 1
        if self._found[fault.code] <= MOST:
            self._faults.append(fault)

    def take(self, faults: Iterable[Fault], *, but: Collection[str] = ()) -> None:
        """Adds those of others, and what they only count; `but` those at these places, of which enough was said."""
        for fault in faults:
            if fault.where not in but:
                self.add(fault)
        if isinstance(faults, FaultList):
            self.count(faults.more)

    def count(self, more: Mapping[str, int]) -> None:
        """Counts, of each kind, faults that are not named."""
        self._found.update(more)
