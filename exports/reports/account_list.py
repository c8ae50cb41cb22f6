"""Changed bank accounts of members, masked: those that wait for a second person, and those approved."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from exports.reports.empty import Empty
from exports.reports.filters import MEMBER
from exports.reports.report import Column, Connection, Question, Report
from ledger.codes import ACCOUNT_TYPES
from ledger.i18n import N_

PARTS = ("bank", "branch", "account_type", "account_number", "account_name")
_PARTS = tuple(Column(name, get=itemgetter(at)) for at, name in enumerate(PARTS))


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.people.accounts import changes

    return changes(connection)


def format_account(parts: Sequence[str | None]) -> str:
    """A bank account as a person reads it, part by part."""
    bank, branch, kind, number, name = parts
    return " ".join(filter(None, [bank, branch, ACCOUNT_TYPES[kind].said if kind else None, number, name]))


REPORT = Report(
    name="account list",
    title=N_("Changed bank accounts"),
    summary=N_("The changed bank accounts, masked: those that wait for a second person, and those approved."),
    examples=("account list",),
    parameters=(MEMBER,),
    empty=Empty(N_("No bank account of a member was changed: there is none to approve.")),
    rows=_rows,
    list_key="changes",
    columns=(
        Column("member", N_("Member No."), width=17, importance=3),
        Column("name", N_("Name"), width=16),
        Column("was", N_("Account before"), width=36, show=lambda was: format_account(was) or None, columns=_PARTS),
        Column("now", N_("Account now"), width=36, show=format_account, columns=_PARTS, importance=3),
        Column("also_of", N_("Account also of"), width=17),
        Column("known_on", N_("Known on"), kind="day", width=17, importance=1),
        Column("brought_by", N_("Brought by")),
        Column("approved_by", N_("Approved by"), importance=3),
    ),
)
