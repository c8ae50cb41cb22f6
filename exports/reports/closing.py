"""What closing and reopening did, in words and for other programs."""

from collections.abc import Iterable
from typing import Any

from ledger.booking.month_end import ClosingResult, Objection, accepted
from ledger.i18n import N_, _
from ledger.journal.closing import MonthState

_BEFORE = N_("{month} was closed before; nothing was changed.")
_CLOSED = N_("{month} is closed, with every month before it; nothing is dated in them any more.")
_ACCEPTED = N_("Accepted all the same:")
_REOPENED = N_("{month} is reopened, with every month after it.")
_STILL = N_("The books are closed up to {day}.")
_NONE = N_("No month is closed now.")
_OPEN_BEFORE = N_("{month} was reopened before; nothing was changed.")


def closed(done: ClosingResult) -> str:
    """What closing did, and what was accepted."""
    lines = [_(_CLOSED if done.changed else _BEFORE, month=done.month)]
    if done.accepted:
        lines += [_(_ACCEPTED), *(f"  {reason.says}" for reason in done.accepted)]
    return "\n".join(lines)


def reopened(done: ClosingResult) -> str:
    """What reopening did, and up to which day the books are still closed."""
    said = _(_REOPENED if done.changed else _OPEN_BEFORE, month=done.month)
    return said + "\n" + (_(_NONE) if done.closed_to is None else _(_STILL, day=done.closed_to))


def as_json(done: ClosingResult) -> dict[str, Any]:
    """What closing or reopening did, as other programs read it."""
    return {
        "month": str(done.month),
        "changed": done.changed,
        "closed_to": done.closed_to,
        "accepted": _reasons(done.accepted),
    }


def months(rows: Iterable[MonthState]) -> list[dict[str, Any]]:
    """The months, oldest first, each with the step that made it closed or reopened."""
    return [
        {
            "month": str(row.month),
            "state": row.state,
            "entries": row.entries,
            "with": None if row.step is None else str(row.step.month),
            "at": None if row.step is None else row.step.recorded_at,
            "by": None if row.step is None else row.step.by,
            "reason": None if row.step is None else row.step.reason,
            "accepted": [] if row.step is None else _reasons(accepted(row.step)),
            "bank_balance": None if row.step is None else row.step.bank_yen,
            "head": None if row.step is None else row.step.head,
        }
        for row in rows
    ]


def _reasons(reasons: Iterable[Objection]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "says": reason.says, **reason.fields} for reason in reasons]
