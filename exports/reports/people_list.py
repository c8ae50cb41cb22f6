"""Who may do what: the list of people, and the changes of it that wait for a second person."""

from typing import TYPE_CHECKING

from exports.formats import terminal
from exports.reports.empty import Empty
from exports.reports.report import Column, Connection, Json, Listing, Question, Report, Table
from ledger.codes import RIGHTS
from ledger.i18n import N_, _, either

if TYPE_CHECKING:
    from ledger.people.permissions import People, PeopleChange

# Said wherever it matters: by `people`, and by `verify`.
AT_THEIR_WORD = N_(
    "Nobody is listed, so names are taken at their word: whoever writes may give any name. "
    "To list people: seisan people add NAME --may …"
)
_ONE_ALONE = N_("Only {name} may approve; let a second person approve before that one is away.")


def _rows(connection: Connection, _question: Question) -> "People":
    from ledger.people.permissions import people

    return people(connection)


def format_rights(may: tuple[str, ...]) -> str:
    """What a person may do, in words; nothing: the person is ended."""
    return either("・", ", ").join(RIGHTS[right].said for right in may) or _("nothing any more")


def _text(listing: Listing) -> str:
    people: People = listing.content
    if not people.everybody:
        return _(AT_THEIR_WORD)
    lines = [terminal.format_sheet(listing.sheet())]
    approving = people.who("approve")
    if len(approving) == 1:
        lines.append(_(_ONE_ALONE, name=approving[0]))
    if people.waiting:
        lines.append(_("A change takes effect with: seisan people approve NO"))
    return "\n".join(lines)


REPORT = Report(
    name="people",
    title=N_("People"),
    summary=N_("Who may do what, and the changes that wait for a second person."),
    examples=("people", "people --json"),
    rows=_rows,
    listed=lambda people: people.everybody,
    list_key="people",
    columns=(
        Column("name", N_("Person"), width=24, importance=3),
        Column("may", N_("May"), width=36, show=format_rights, importance=3),
        Column("since", N_("Since"), kind="day"),
        Column("until", N_("Until"), kind="day"),
    ),
    tables=(
        Table(
            key="waiting",
            heading=N_("Changes that wait for a second person"),
            rows=lambda people: people.waiting,
            columns=(
                Column("no", N_("No."), kind="count", width=5),
                Column("name", N_("Person"), width=24, importance=3),
                Column("may", N_("Shall be allowed"), width=36, show=format_rights, importance=3),
                Column("proposed_by", N_("Proposed by"), width=24),
            ),
        ),
    ),
    text=_text,
    empty=Empty(AT_THEIR_WORD),
)

_SAYS = {
    "proposed": N_("Change {no}: {name} — {may}. It takes effect with another person: seisan people approve {no}"),
    "approved": N_("{name}: {may}. It is in effect."),
    "rejected": N_("Change {no} is rejected; it never takes effect."),
}


def changed(change: "PeopleChange") -> tuple[str, Json]:
    """What became of a change of people, in words and for other programs."""
    text = _(_SAYS[change.state], no=change.no, name=change.name, may=format_rights(change.may))
    if not change.changed:
        text += "\n" + _("It had been done before; nothing was changed.")
    data = {"no": change.no, "name": change.name, "may": list(change.may), "state": change.state}
    return text, data | {"changed": change.changed}
