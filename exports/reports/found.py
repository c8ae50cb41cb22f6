"""What a person looks for: whatever a name, a number, a reference or a payer stands in, and what to ask next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

from exports.formats import terminal
from exports.reports import applications, deposits, members
from exports.reports.empty import Empty
from exports.reports.filters import named_association
from exports.reports.report import AS_OF, Column, Connection, Listing, Parameter, Question, Report, Table, member
from exports.reports.settlements import WAYS
from ledger.codes import STATES
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _
from ledger.kana import number_key, search_key
from ledger.statements.labels import joined, label

if TYPE_CHECKING:
    from ledger.statements.found import Found


class NothingToFind(Refusal):
    """'{text}' holds no letter and no figure, so there is nothing to look for"""

    text: str
    exit = Exit.USAGE
    instead = N_("name a member, a payer, or a number, in whole or in part")


def _text(_connection: Connection, typed: str) -> str:
    """What is looked for. Refused: what holds neither a letter nor a figure (nothing-to-find)."""
    if not any(sign.isalnum() for sign in search_key(typed) + number_key(typed)):
        raise NothingToFind(typed)
    return typed.strip()


def _rows(connection: Connection, question: Question) -> "Found":
    from ledger.statements.found import find

    return find(connection, question["text"], question["as_of"])


def _next(command: str, get: Callable[[Any], Any]) -> Column:
    """What can be asked next of what was found."""

    def next_of(row: Any) -> str:
        return f"seisan {command} {quote(str(get(row)))}"

    return Column("next", N_("Next"), next_of, width=40, importance=3, typed=True)


def _member_next(row: Any) -> str:
    command = "check" if row.applications else "members --member"
    return f"seisan {command} {quote(row.person.number)}"


def _deposit_next(row: Any) -> str:
    command = "match" if row.state == "suspense" else "entries --deposit"
    return f"seisan {command} {quote(row.reference)}"


_MEMBERS = (
    *member(lambda row: row.person),
    Column("kana", N_("Name in kana"), width=20, importance=1),
    members.STATE,
    Column("applications", N_("Applications"), kind="count", width=8),
    Column("next", N_("Next"), _member_next, width=40, importance=3, typed=True),
)
_APPLICATIONS = (
    applications.APPLICATION_NO,
    *member(),
    applications.STATE,
    Column("fee_received", N_("Fee received"), kind="yen"),
    _next("check --application", lambda row: row.application),
)
_DEPOSITS = (
    *(column for column in deposits.COLUMNS if column.key in ("deposit", "received_on", "payer", "applications")),
    Column("amount", N_("Amount"), "yen", "yen"),
    Column("left", N_("Left in suspense"), kind="yen"),
    next(column for column in deposits.COLUMNS if column.key == "state"),
    Column("next", N_("Next"), _deposit_next, width=40, importance=3, typed=True),
)


def _settled(of: str) -> tuple[Column, ...]:
    command = {"refund": "refund show", "credit": "decision list"}[of]
    return (
        Column("no", N_("No."), "settlement.no", "number", 6),
        Column("way", N_("Way"), "settlement.way", show=lambda way: _(WAYS[way])),
        *member(),
        Column("application", N_("Application No."), "settlement.application", width=14),
        Column("deposit", N_("Deposit"), "settlement.deposit", width=14)
        if of == "refund"
        else Column("to", N_("Credited to"), "settlement.to_application", width=14),
        Column("amount", N_("Amount"), "settlement.yen", "yen"),
        Column("state", N_("State"), "settlement.state", width=14, show=lambda state: label(STATES, state)),
        _next(command, lambda row: row.settlement.no if of == "refund" else row.settlement.application),
    )


_HEADINGS = {
    "members": N_("Register of members"),
    "applications": N_("Applications made"),
    "deposits": N_("Transfers received"),
    "refunds": N_("Refunds"),
    "credits": N_("Credits"),
    "bills": N_("Bills"),
}


def _left_out(found: "Found") -> tuple[str, ...]:
    left = [f"{_(_HEADINGS[kind])} {count:,}" for kind, count in found.left_out.items() if count]
    return (_("More than these were found ({counts}): name it more exactly.", counts=joined(left)),) if left else ()


def _shown(listing: Listing) -> str:
    return terminal.format_sheet(replace(listing.drawn(), notes=_left_out(listing.content)))


@dataclass(frozen=True)
class FoundNothing(Empty):
    """That nothing was found: what was looked for, where, and what is near to it."""

    def why(self, connection: Any, question: Question, narrowed_from: int) -> str:  # noqa: ARG002 - nothing narrows it
        """The same in words."""
        from ledger.statements.found import near

        text = question["text"]
        sentence = N_(
            "Nothing was found for {text} among the names and numbers of members, applications, payers, references, "
            "refunds, credits and bills."
        )
        alike = near(connection, text)
        if (association := named_association(text)) is not None:
            alike.append(f"seisan members --association {association}")
        did_you_mean = [_("Did you mean: {near}", near=list(dict.fromkeys(alike)))] if alike else []
        return "\n".join([_(sentence, text=text), *did_you_mean])


REPORT = Report(
    name="find",
    title=N_("Found"),
    summary=N_(
        "Finds members, applications, deposits, refunds by name, kana, number, reference or payer, in any spelling."
    ),
    examples=("find 甲山", "find ｺｳﾔﾏ", "find 9001", "find 2011-0001", "find 20120310-7"),
    parameters=(
        Parameter(
            "text",
            "text",
            N_("a name, a number or a reference, or a part of it"),
            "",
            "TEXT",
            read=_text,
            required=True,
        ),
        AS_OF,
    ),
    rows=_rows,
    list_key="members",
    heading=_HEADINGS["members"],
    listed=lambda found: found.members,
    columns=_MEMBERS,
    tables=(
        Table(_APPLICATIONS, lambda found: found.applications, "applications", _HEADINGS["applications"]),
        Table(_DEPOSITS, lambda found: found.deposits, "deposits", _HEADINGS["deposits"]),
        Table(_settled("refund"), lambda found: found.refunds, "refunds", _HEADINGS["refunds"]),
        Table(_settled("credit"), lambda found: found.credits, "credits", _HEADINGS["credits"]),
        Table(
            (Column("bill", N_("Bill"), lambda bill: bill, width=16), _next("bill", lambda bill: bill)),
            *(lambda found: found.bills, "bills", _HEADINGS["bills"]),
        ),
    ),
    facts=(Column("left_out", data="how many more of each kind were found"),),
    dated=True,
    text=_shown,
    empty=FoundNothing(),
)
