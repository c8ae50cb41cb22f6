"""The kinds of input file, in the order of the month, and the blank file of each."""

from dataclasses import dataclass

from ledger.errors import NoSuchKind
from ledger.intake.columns import Form
from ledger.intake.kind import KNOWN_ON, Kind
from ledger.intake.kinds import (
    applications,
    bills,
    choices,
    deposits,
    downloads,
    fees,
    issues,
    members,
    receipts,
    revocations,
    usage,
)

KINDS: tuple[Kind, ...] = tuple(
    module.KIND
    for module in (
        members,
        applications,
        issues,
        downloads,
        receipts,
        revocations,
        usage,
        choices,
        deposits,
        bills,
        fees,
    )
)


@dataclass(frozen=True)
class Heading:
    """A heading of a blank input file; `note` is a sentence to be said, `choices` the words of its drop-down list."""

    text: str
    form: Form
    required: bool
    note: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A blank input file, as plain data; `title` is a sentence to be said."""

    kind: str
    title: str
    headings: tuple[Heading, ...]


def template(code: str) -> Template:
    """The blank input file of a kind. A kind that does not exist is refused (no-such-kind)."""
    kind = next((kind for kind in KINDS if kind.code == code), None)
    if kind is None:
        raise NoSuchKind(code, [kind.code for kind in KINDS])
    return Template(
        code,
        kind.title,
        tuple(
            Heading(column.heading, column.form, column.required, column.note, column.choices)
            for column in (*kind.columns, KNOWN_ON)
        ),
    )
