"""What stands against closing a month: every point that is open, each with the code by which it is accepted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection

from ledger.booking import open_items
from ledger.booking.bank_balances import differing
from ledger.booking.bills import STATES as BILL_STATES
from ledger.booking.bills import reconcile
from ledger.booking.open_items import OpenItem
from ledger.booking.refusals import AcceptedTwice, UnknownPoint
from ledger.booking.run import called_for
from ledger.booking.waiting import SAYS, waiting_beside
from ledger.codes import CONTROLS, Account
from ledger.dates import Month
from ledger.i18n import N_, _, either
from ledger.journal import closing
from ledger.journal.balances import trial_balance
from ledger.money import format_yen
from ledger.settlements import refunds

_NAMED = 10

# What may stand against closing, one formula for each.
REASONS = {
    "suspense": N_("in suspense: {yen} yen of deposits, {count} in number"),
    "claims": N_("claims on members: {yen} yen ({parts})"),
    "bank_not_given": N_("the bank's own balance of {last} is not given (--bank-balance); the books say {yen} yen"),
    "bank_differs": N_("the bank's own balance of {last} is {bank} yen, and the books say {yen} yen"),
    "bank_differed": N_("the bank's own balances of earlier months differ from the books (day and yen): {balances}"),
    "refunds_approved": N_("refunds approved and not paid: {numbers}"),
    "refunds_filed": N_("refunds in a payment file since {since} and not recorded as paid: {numbers}"),
    "refunds_returned": N_("refunds whose transfer came back and that wait: {numbers}, {yen} yen"),
    **SAYS,
    "undetermined": N_("undetermined for more than {days} days: {count} ({applications})"),
    "bills": N_("lines of bills that do not agree with the books: {count}: {states} (seisan bill)"),
    "disputes": N_(
        "lines of bills in dispute with the authority: {count}, {yen} yen, since {since}: {lines}"
        " (seisan bill --disputed)"
    ),
    "not_billed": N_("owed to the authority and in no bill: {count} ({applications})"),
    "to_book": N_("entries still to be booked: {count} (seisan book --through {last})"),
    "fee_not_known": N_("no fee is known for the day of the application: {subjects} (seisan book)"),
    "fee_not_received": N_("certificates issued whose fee is not wholly received: {subjects} (seisan book)"),
    "money_gone": N_("not corrected, because the money has gone on: {subjects} (seisan book)"),
    "money_reserved": N_("not corrected, because the money is reserved for something else: {subjects} (seisan book)"),
    "reversed_by_hand": N_("reversed by a person and not booked again: {subjects} (seisan book)"),
    "controls": N_("control totals that do not agree: {controls} (seisan statement month)"),
}

# How closings of books up to version 0003 say it, which did not keep the states.
_BILLS_BEFORE = N_("lines of bills that do not agree with the books: {count} (seisan bill)")


@dataclass(frozen=True)
class Objection:
    """Something that stands against closing: its code, and the fields of its sentence as plain values.

    `reason` is why it was accepted; None while it is not, and where the reason of the whole closing was given for it.
    """

    code: str
    fields: dict[str, object] = field(default_factory=dict)
    reason: str | None = field(default=None, compare=False)

    @property
    def says(self) -> str:
        """The sentence, in the language being spoken."""
        formula = _BILLS_BEFORE if self.code == "bills" and "states" not in self.fields else REASONS[self.code]
        return _(formula, **{name: _format(name, value) for name, value in self.fields.items()})


def _format(name: str, value: object) -> object:
    if isinstance(value, int):
        return format_yen(value)
    if isinstance(value, dict):
        return either("、", ", ").join(f"{_(BILL_STATES[state])} {count}" for state, count in value.items())
    if name == "controls" and isinstance(value, list):
        return either("、", "; ").join(_control(str(control)) for control in value)
    if isinstance(value, list) and len(value) > _NAMED:
        return [*value[:_NAMED], "…"]
    return value


def _control(control: str) -> str:
    code, _space, account = control.partition(" ")
    return f"{_(CONTROLS[code])} {account}".strip()


def parse_accepted(typed: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """What is typed after --accept: the reason for all that is not named, and the reason for each point by its code.

    Refused: a code that there is not, and two reasons for the same.
    """
    general: str | None = None
    named: dict[str, str] = {}
    for text in typed:
        code, equals, reason = text.partition("=")
        if equals and code in REASONS:
            if named.setdefault(code, reason) != reason:
                raise AcceptedTwice(code, named[code], reason)
        elif equals and code.isascii() and code.replace("_", "").isalnum():
            raise UnknownPoint(code, list(REASONS))
        elif general is not None and general != text:
            raise AcceptedTwice("--accept", general, text)
        else:
            general = text
    return general, named


def against(
    connection: Connection,
    month: Month,
    bank_yen: int | None,
    undetermined_days: int,
    controls: Sequence[str] = (),
) -> Iterator[Objection]:
    """Everything that stands against closing a month, each kind once.

    `controls` are the control totals of the month that do not agree, each by its code and, where it is of one, account.
    """
    last = month.last
    if suspense := open_items.suspense(connection, last):
        yield Objection("suspense", {"count": len(suspense), "yen": _yen(suspense)})
    if claims := open_items.claims(connection, last):
        yield Objection("claims", {"parts": _names(claims), "yen": _yen(claims)})
    books = next(balance.balance for balance in trial_balance(connection, last) if balance.code == Account.BANK)
    if bank_yen is None:
        yield Objection("bank_not_given", {"last": last.isoformat(), "yen": books})
    elif bank_yen != books:
        yield Objection("bank_differs", {"last": last.isoformat(), "bank": bank_yen, "yen": books})
    yield from _bank_before(connection, month)
    waiting = waiting_beside(connection, month)
    yield from (Objection(code, {"numbers": _names(items)}) for code, items in waiting.items())
    yield from _refunds(connection, last)
    if undetermined := open_items.undetermined(connection, last, undetermined_days):
        counted = {"count": len(undetermined), "days": undetermined_days}
        yield Objection("undetermined", {**counted, "applications": _names(undetermined)})
    yield from _bills(connection, last)
    not_posted = called_for(connection, last)
    if to_book := open_items.to_book(not_posted):
        yield Objection("to_book", {"count": len(to_book), "last": last.isoformat()})
    left = open_items.left_unbooked(connection, not_posted, last)
    yield from (Objection(code, {"subjects": _names(left[code])}) for code in REASONS if code in left)
    if controls:
        yield Objection("controls", {"controls": list(controls)})


def _bank_before(connection: Connection, month: Month) -> Iterator[Objection]:
    """A month is closed with every one before it, and the bank may have told the balance of these."""
    closed_to = closing.closed_to(connection)
    since = date.min if closed_to is None else closed_to + timedelta(days=1)
    if since < month.first:
        before = differing(connection, since, month.first - timedelta(days=1))
        if balances := [f"{differs.month.last} {differs.told.yen}" for differs in before]:
            yield Objection("bank_differed", {"balances": balances})


def _names(items: Iterable[OpenItem]) -> list[str]:
    return [item.name for item in items]


def _yen(items: Iterable[OpenItem]) -> int:
    return sum(item.yen or 0 for item in items)


def _refunds(connection: Connection, last: date) -> Iterator[Objection]:
    """Refunds that came into a state by the day and are in it to this moment."""
    every_refund = refunds(connection)
    for state in ("approved", "filed", "returned"):
        if items := open_items.refunds_in(state, every_refund, last):
            fields: dict[str, object] = {"numbers": _names(items)}
            if state == "filed":
                fields["since"] = min(item.on for item in items if item.on).isoformat()
            if state == "returned":
                fields["yen"] = _yen(items)
            yield Objection(f"refunds_{state}", fields)


def _bills(connection: Connection, last: date) -> Iterator[Objection]:
    """Lines of bills of that day or before that do not agree, by state, or in dispute; and what is in no bill yet."""
    lines = reconcile(connection)
    states = Counter(line.state for line in open_items.differing_lines(lines, last))
    if states:
        counted = {state: states[state] for state in BILL_STATES if states[state]}
        yield Objection("bills", {"count": states.total(), "states": counted})
    if disputes := open_items.disputes(lines, last):
        since = min(item.on for item in disputes if item.on).isoformat()
        fields: dict[str, object] = {"count": len(disputes), "yen": _yen(disputes), "since": since}
        yield Objection("disputes", fields | {"lines": _names(disputes)})
    if not_billed := open_items.not_billed(connection, lines, last):
        yield Objection("not_billed", {"count": len(not_billed), "applications": _names(not_billed)})
