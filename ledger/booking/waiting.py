"""What waits for a second person, of every kind: one table, from which `close` names each."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from ledger.booking.rulings import rulings
from ledger.booking.slips import slips
from ledger.dates import Month
from ledger.i18n import N_
from ledger.journal import closing
from ledger.people import accounts, payees, permissions
from ledger.settlements import credits, refunds

# What waits of a kind, of what was brought or proposed by a day; a month whose closing is asked for is not its own.
Waiting = Callable[[Connection, Month], list[str]]


def _refunds(connection: Connection, month: Month) -> list[str]:
    return [str(row.no) for row in refunds(connection) if row.state == "proposed" and row.steps[0].on <= month.last]


def _credits(connection: Connection, month: Month) -> list[str]:
    return [str(row.no) for row in credits(connection) if row.state == "proposed" and row.steps[0].on <= month.last]


def _slips(connection: Connection, month: Month) -> list[str]:
    return [str(slip.no) for slip in slips(connection) if slip.state == "proposed" and slip.on <= month.last]


def _rulings(connection: Connection, month: Month) -> list[str]:
    brought = rulings(connection)
    return [str(row.no) for row in brought if row.state == "proposed" and row.known_on <= month.last]


def _payees(connection: Connection, month: Month) -> list[str]:
    known = payees.payees(connection)
    return [row.application for row in known if row.approved_by is None and row.known_on <= month.last]


def _payee_ends(connection: Connection, month: Month) -> list[str]:
    return [row.application for row in payees.to_end(connection) if row.known_on <= month.last]


def _accounts(connection: Connection, month: Month) -> list[str]:
    return [row.member for row in accounts.waiting(connection).values() if row.known_on <= month.last]


def _people(connection: Connection, month: Month) -> list[str]:
    return [str(row.no) for row in permissions.people(connection).waiting if row.proposed_on <= month.last]


def _closing(connection: Connection, month: Month) -> list[str]:
    proposal = closing.proposal(connection)
    return [] if proposal is None or proposal.month == month else [str(proposal.month)]


# Each kind, by the code under which a closing accepts it: how it is told, and what waits.
WAITING: Mapping[str, tuple[str, Waiting]] = {
    "refunds_proposed": (N_("refunds not approved yet: {numbers}"), _refunds),
    "credits_proposed": (N_("credits not approved yet: {numbers}"), _credits),
    "slips_proposed": (N_("slips not approved yet: {numbers}"), _slips),
    "rulings_proposed": (N_("rulings not approved yet: {numbers}"), _rulings),
    "payees_proposed": (N_("payees in a member's place not approved yet, of applications: {numbers}"), _payees),
    "payee_ends_proposed": (N_("payees to be ended, not approved yet, of applications: {numbers}"), _payee_ends),
    "accounts_changed": (N_("changed bank accounts not approved yet, of members: {numbers}"), _accounts),
    "people_changes": (N_("changes of people not approved yet: {numbers}"), _people),
    "closing_proposed": (N_("closings that wait for a second person: {numbers}"), _closing),
}
SAYS = {code: says for code, (says, _find) in WAITING.items()}


def waiting(connection: Connection, month: Month) -> dict[str, list[str]]:
    """What came up to the end of a month and waits for a second person to this moment, by kind; no kind is empty."""
    found = {code: find(connection, month) for code, (_says, find) in WAITING.items()}
    return {code: numbers for code, numbers in found.items() if numbers}
