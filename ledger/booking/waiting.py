"""What waits for a second person, of every kind: one table, from which `close` and `todo` name each."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from ledger.allocations import allocations
from ledger.booking.open_items import OpenItem, refunds_in
from ledger.booking.rulings import rulings
from ledger.booking.slips import slips
from ledger.dates import Month
from ledger.i18n import N_
from ledger.journal import closing
from ledger.people import accounts, payees, permissions
from ledger.settlements import credits, refunds

# What waits of a kind, of what was brought or proposed by a day.
Waiting = Callable[[Connection, date], list[OpenItem]]


def _refunds(connection: Connection, last: date) -> list[OpenItem]:
    return refunds_in("proposed", refunds(connection), last)


def _credits(connection: Connection, last: date) -> list[OpenItem]:
    return refunds_in("proposed", credits(connection), last)


def _slips(connection: Connection, last: date) -> list[OpenItem]:
    proposed = (slip for slip in slips(connection) if slip.state == "proposed" and slip.on <= last)
    return [OpenItem(str(slip.no), slip.on, slip.yen, slip.application) for slip in proposed]


def _rulings(connection: Connection, last: date) -> list[OpenItem]:
    brought = (ruling for ruling in rulings(connection) if ruling.state == "proposed" and ruling.known_on <= last)
    return [OpenItem(str(ruling.no), ruling.known_on, None, ruling.application) for ruling in brought]


def _payees(connection: Connection, last: date) -> list[OpenItem]:
    return _that_may_receive(connection, last, (row for row in payees.payees(connection) if row.approved_by is None))


def _payee_ends(connection: Connection, last: date) -> list[OpenItem]:
    return _that_may_receive(connection, last, payees.to_end(connection))


def _that_may_receive(connection: Connection, last: date, rows: Iterable[payees.Payee]) -> list[OpenItem]:
    """Payees but for those of a deposit of which it is known by now whose it is: nothing goes to them."""
    known = [row for row in rows if row.known_on <= last]
    of_deposits = [row.deposit for row in known if row.deposit is not None]
    whose = {deposit for deposit, of in allocations(connection, of_deposits).items() if of.applications}
    return [
        OpenItem(row.of.number, row.known_on, None, row.application, row.member)
        for row in known
        if row.deposit not in whose
    ]


def _accounts(connection: Connection, last: date) -> list[OpenItem]:
    changed = (row for row in accounts.waiting(connection).values() if row.known_on <= last)
    return [OpenItem(row.member, row.known_on, member=row.member) for row in changed]


def _people(connection: Connection, last: date) -> list[OpenItem]:
    changes = (row for row in permissions.people(connection).waiting if row.proposed_on <= last)
    return [OpenItem(str(row.no), row.proposed_on) for row in changes]


def _closing(connection: Connection, _last: date) -> list[OpenItem]:
    proposal = closing.proposal(connection)
    return [] if proposal is None else [OpenItem(str(proposal.month), proposal.month.last)]


# Each kind, by the code under which a closing accepts it: how it is told, and what waits.
WAITING: Mapping[str, tuple[str, Waiting]] = {
    "refunds_proposed": (N_("refunds not approved yet: {numbers}"), _refunds),
    "credits_proposed": (N_("credits not approved yet: {numbers}"), _credits),
    "slips_proposed": (N_("slips not approved yet: {numbers}"), _slips),
    "rulings_proposed": (N_("rulings not approved yet: {numbers}"), _rulings),
    "payees_proposed": (
        N_("payees in a member's place not approved yet, of applications or deposits: {numbers}"),
        _payees,
    ),
    "payee_ends_proposed": (
        N_("payees to be ended, not approved yet, of applications or deposits: {numbers}"),
        _payee_ends,
    ),
    "accounts_changed": (N_("changed bank accounts not approved yet, of members: {numbers}"), _accounts),
    "people_changes": (N_("changes of people not approved yet: {numbers}"), _people),
    "closing_proposed": (N_("closings that wait for a second person: {numbers}"), _closing),
}
SAYS = {code: says for code, (says, _find) in WAITING.items()}


def waiting(connection: Connection, last: date) -> dict[str, list[OpenItem]]:
    """What came up to a day and waits for a second person to this moment, by kind; no kind is empty."""
    found = {code: find(connection, last) for code, (_says, find) in WAITING.items()}
    return {code: items for code, items in found.items() if items}


def waiting_beside(connection: Connection, month: Month) -> dict[str, list[OpenItem]]:
    """The same up to the end of a month whose closing is asked for, which does not wait for itself."""
    found = waiting(connection, month.last)
    if [item.name for item in found.get("closing_proposed", ())] == [str(month)]:
        del found["closing_proposed"]
    return found
