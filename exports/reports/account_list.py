"""Changed bank accounts of members, masked: those that wait for a second person, and those approved."""

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from exports.reports.empty import Empty
from exports.reports.filters import MEMBER
from exports.reports.report import Column, Connection, Question, Report
from ledger.codes import ACCOUNT_TYPES
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.people.accounts import AccountChange

PARTS = ("bank", "branch", "account_type", "account_number", "account_name")


def bank_names(bank: str | None, branch: str | None) -> tuple[str | None, str | None]:
    """The names of a bank and of its branch by their numbers; None where the list of banks has none."""
    from ledger import bank_list

    if bank is None:
        return None, None
    listed, of_branch = bank_list.bank(bank), bank_list.branch(bank, branch or "")
    return (listed.name or None) if listed else None, (of_branch.name or None) if of_branch else None


# The parts of a bank account as other programs read them.
ACCOUNT_PARTS = (
    *(Column(name, get=itemgetter(at)) for at, name in enumerate(PARTS)),
    Column("bank_name", get=lambda parts: bank_names(*parts[:2])[0]),
    Column("branch_name", get=lambda parts: bank_names(*parts[:2])[1]),
)


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.people.accounts import changes

    return changes(connection, *filter(None, [question["member"]]))


def format_account(parts: Sequence[str | None]) -> str:
    """A bank account as a person reads it, part by part, with the names of bank and branch."""
    bank, branch, kind, number, name = parts
    bank_name, branch_name = bank_names(bank, branch)
    place = [bank, bank_name, branch, branch_name]
    return " ".join(filter(None, [*place, ACCOUNT_TYPES[kind].said if kind else None, number, name]))


def _now(change: "AccountChange") -> str:
    """The account as it is now; whoever approves has to see that it is another, of which no more than that is shown."""
    account = format_account(change.now)
    return _("{account} (another number with this ending)", account=account) if change.same_ending else account


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
        Column(
            "was", N_("Account before"), width=36, show=lambda was: format_account(was) or None, columns=ACCOUNT_PARTS
        ),
        Column("now", columns=ACCOUNT_PARTS),
        Column("now", N_("Account now"), width=36, get=lambda change: change, show=_now, importance=3, in_json=False),
        Column("same_ending", kind="flag"),
        Column("also_of", N_("Account also of"), width=17),
        Column("known_on", N_("Known on"), kind="day", width=17, importance=1),
        Column("brought_by", N_("Brought by")),
        Column("approved_by", N_("Approved by"), importance=3),
    ),
)
