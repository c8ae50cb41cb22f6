"""What `verify` may find wrong, a sentence for each."""

from dataclasses import dataclass

from ledger.i18n import _, say

FAULTS = {
    "row-changed": _("this is not what was sealed in batch {batch}"),
    "row-missing": _("this was sealed in batch {batch}, and is gone"),
    "row-unsealed": _("no batch sealed this: it was put here around the program"),
    "rows-unsealed": _("there are {rows} rows and {seals} seals; the whole books name them: seisan verify"),
    "seal-changed": _("this is not the seal that batch {batch} was closed with"),
    "seal-missing": _("batch {batch} was closed with one more seal here, which is gone"),
    "seal-added": _("batch {batch} was closed without this seal"),
    "batch-changed": _("the batch and its seals do not give its head"),
    "batch-missing": _("there is no batch of this number, and there has to be one"),
    "batch-unlinked": _("the batch follows another head than that of the batch before it"),
    "head-unknown": _("no batch has the head {head}"),
    "entry-changed": _("the entry is not as it was recorded"),
    "entry-missing": _("there is no entry of this number, though there are later ones"),
    "entry-empty": _("the entry moves nothing"),
    "not-opposite": _("the entry says that it reverses entry {original}, and is not its opposite"),
    "not-proposed": _("it was never proposed, or not first"),
    "out-of-course": _("step {nth}: {state} cannot follow {before}"),
    "before-the-step-before": _("step {nth} is of {on}, and the step before it of {before}"),
    "same-person-approved": _("step {nth}: {by} proposed it and approved it"),
    "amount-differs": _("step {nth}: {yen} yen were proposed, and entry {entry} moves {moved} yen for it"),
    "not-given-back": _("step {nth}: entry {entry} is not the reversal of entry {original}, which reserved the yen"),
    "file-differs": _("{count} refunds of {yen} yen are in it, and it is said to be {told} of {total} yen"),
    "file-changed": _("what is kept of the file does not give its SHA-256"),
    "total-differs": _("{month}: a total is {value} and has to be {expected} ({code})"),
    "decision-differs": _("asked again from what was known then, the answer is another one: {parts}"),
    "trigger-missing": _("the rule that the database enforces by this name is gone"),
    "trigger-changed": _("the rule that the database enforces by this name is not what we made it"),
    "trigger-off": _("the rule that the database enforces by this name is switched off"),
    "trigger-added": _("this is none of our rules, and may undo one of them"),
    "table-changed": _("what the database enforces of every row of the table is not what we made it: {part}"),
    "not-reckoned": _("what stands there cannot be read as what it should be: {says}"),
    # Of a workbook that was handed out.
    "cell-differs": _("sheet {sheet}, cell {cell}: {there} in the file, {here} in the books"),
    "formula-differs": _("sheet {sheet}, cell {cell}: {there} in the file, {here} as it was written"),
    "format-differs": _("sheet {sheet}, from cell {cell} ({count} cells): shown as {there}, and written as {here}"),
    "rows-added": _("sheet {sheet}, from row {first}: {count} rows that are not in the books"),
    "rows-missing": _("sheet {sheet}: {count} rows of the books are not in the file, the first of them row {first}"),
    "rows-hidden": _("sheet {sheet}, from row {first}: {count} rows are hidden"),
    "columns-added": _("sheet {sheet}, from column {first}: {count} columns that are not in the books"),
    "columns-missing": _("sheet {sheet}: {count} columns are not in the file, the first of them column {first}"),
    "columns-hidden": _("sheet {sheet}, from column {first}: {count} columns are hidden"),
    "sheet-missing": _("the sheet {sheet} is not in the file"),
    "sheet-added": _("the sheet {sheet} is not one of ours"),
    "sheet-renamed": _("the sheet {sheet} was called {name}"),
    "sheet-hidden": _("the sheet {sheet} is hidden"),
    "sheets-reordered": _("the sheets stand in another order: {sheets}"),
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
        return say(FAULTS[self.code], **self.fields)

    def as_json(self) -> dict[str, object]:
        """The fault as other programs read it."""
        return {"code": self.code, "where": self.where, "says": self.says}
