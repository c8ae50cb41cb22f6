"""Disputes with the authority: lines of a bill that are asked about, since a day, for a reason, on a paper.

A dispute posts nothing. While it lasts the line is not paid, and who closes a month has to accept it. It ends by a
person's word, or by itself once a later line of the authority takes off what was in dispute and the rest agrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking.bills import BillComparison, reconcile, require_bill
from ledger.booking.inputs import LineKey
from ledger.booking.refusals import BeforeTheStepBefore, DoneDifferently, NotDisputed, NothingToDispute, NotInBill
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.refusals import NoReasonGiven
from ledger.store.records import next_number, signature

_STATES = {"disputed": N_("in dispute with the authority"), "undisputed": N_("no longer in dispute")}
_FIELDS = {"on": N_("day"), "reason": N_("reason"), "document": N_("paper")}


@dataclass(frozen=True)
class DisputeResult:
    """What became of a dispute by a command: its lines, and whether the command changed anything."""

    lines: tuple[BillComparison, ...]
    changed: bool


def dispute(
    connection: Connection, bill: str, application: str, *, on: date, reason: str, document: str | None, by: str
) -> DisputeResult:
    """Brings into dispute what a bill has for an application: the lines that do not agree, or else all that stand.

    Typed again nothing changes. Refused: an unknown bill, one without a line for it (not-in-bill), lines that others
    clear (nothing-to-dispute), a closed month, and a day before that of the bill or of the dispute before.
    """
    lines = _lines(connection, bill, application)
    require_open(connection, on)
    if not reason.strip():
        raise NoReasonGiven(_(_STATES["disputed"]))
    standing = [line for line in lines if line.state != "agreed" or line.left]
    differing = [line for line in standing if line.state != "agreed"]
    meant = differing or standing
    if not meant:
        raise NothingToDispute(bill, application)
    anew = [line for line in meant if not line.disputed]
    if not anew:
        _require_same(meant, {"on": on, "reason": reason, "document": document})
        return DisputeResult(tuple(meant), changed=False)
    for line in anew:
        _require_later(connection, line, on)
        _append(
            connection, line.key, "disputed", on, reason, by=by, document=document, yen=line.uncleared or abs(line.paid)
        )
    return DisputeResult(tuple(anew), changed=True)


def undispute(connection: Connection, bill: str, application: str, *, on: date, reason: str, by: str) -> DisputeResult:
    """Ends the dispute about what a bill has for an application: its lines are paid again, as far as they agree.

    Typed again nothing changes. Refused: an unknown bill, one without a line for it (not-in-bill), a line that is in no
    dispute (not-disputed), a closed month, and a day before that of the dispute.
    """
    lines = _lines(connection, bill, application)
    require_open(connection, on)
    if not reason.strip():
        raise NoReasonGiven(_(_STATES["undisputed"]))
    disputed = [line for line in lines if line.disputed]
    if not disputed:
        ended = [line for line in lines if _last(connection, line.key) == ("undisputed", on, reason)]
        if not ended:
            raise NotDisputed(bill, application)
        return DisputeResult(tuple(ended), changed=False)
    for line in disputed:
        _require_later(connection, line, on)
        _append(connection, line.key, "undisputed", on, reason, by=by)
    return DisputeResult(tuple(disputed), changed=True)


def _lines(connection: Connection, bill: str, application: str) -> list[BillComparison]:
    require_bill(connection, bill)
    lines = [line for line in reconcile(connection) if (line.bill, line.application) == (bill, application)]
    if not lines:
        raise NotInBill(bill, application)
    return lines


def _require_same(lines: list[BillComparison], asked: Mapping[str, object]) -> None:
    for line in lines:
        for name, value in asked.items():
            if (recorded := getattr(line.dispute, name)) != value:
                raise DoneDifferently(_(_STATES["disputed"]), _(_FIELDS[name]), str(recorded), str(value))


def _require_later(connection: Connection, line: BillComparison, on: date) -> None:
    """The step is not dated before the bill, nor before the step before."""
    last = _last(connection, line.key)
    before = max(filter(None, (line.billed_on, last and last[1])), default=on)
    if on < before:
        raise BeforeTheStepBefore(on, before)


def _last(connection: Connection, key: LineKey) -> tuple[str, date, str] | None:
    """The last step of disputes about a line: its state, its day and its reason."""
    step = tables.bill_dispute.c
    statement = select(step.state, step.happened_on, step.reason).order_by(step.no.desc()).limit(1)
    named = (step.bill == key[0], step.application == key[1], step.nth == key[2])
    row = connection.execute(statement.where(*named)).first()
    return None if row is None else (row.state, row.happened_on, row.reason)


def _append(
    connection: Connection,
    key: LineKey,
    state: str,
    on: date,
    reason: str,
    *,
    by: str,
    document: str | None = None,
    yen: int | None = None,
) -> None:
    table = tables.bill_dispute
    row = {"no": next_number(connection, table.c.no), **dict(zip(("bill", "application", "nth"), key, strict=True))}
    row |= {"state": state, "happened_on": on, "reason": reason, "document": document, "yen": yen}
    connection.execute(table.insert().values(row | signature(connection, by)))
