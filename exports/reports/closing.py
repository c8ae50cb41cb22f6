"""What closing and reopening did, in words and for other programs."""

from collections.abc import Iterable
from typing import Any

from ledger.booking.month_end import Done, Reason, accepted
from ledger.i18n import N_, _
from ledger.journal.closing import Standing

_BEFORE = N_("{month} was closed before; nothing was changed.")
_CLOSED = N_("{month} is closed, with every month before it; nothing is dated in them any more.")
_ACCEPTED = N_("Accepted all the same:")
_REOPENED = N_("{month} is reopened, with every month after it.")
_STILL = N_("The books are closed up to {day}.")
_NONE = N_("No month is closed now.")
_OPEN_BEFORE = N_("{month} was reopened before; nothing was changed.")


def closed(done: Done) -> str:
    """What closing did, and what was accepted."""
    lines = [_(_CLOSED if done.changed else _BEFORE, month=done.month)]
    if done.accepted:
        lines += [_(_ACCEPTED), *(f"  {each.says}" for each in done.accepted)]
    return "\n".join(lines)


def reopened(done: Done) -> str:
    """What reopening did, and up to which day the books are still closed."""
    said = _(_REOPENED if done.changed else _OPEN_BEFORE, month=done.month)
    return said + "\n" + (_(_NONE) if done.closed_to is None else _(_STILL, day=done.closed_to))


def as_json(done: Done) -> dict[str, Any]:
    """What closing or reopening did, as other programs read it."""
    return {
        "month": str(done.month),
        "changed": done.changed,
        "closed_to": done.closed_to,
        "accepted": _reasons(done.accepted),
    }


def months(rows: Iterable[Standing]) -> list[dict[str, Any]]:
    """The months, oldest first, each with the step that made it closed or reopened."""
    return [
        {
            "month": str(each.month),
            "state": each.state,
            "entries": each.entries,
            "with": None if each.step is None else str(each.step.month),
            "at": None if each.step is None else each.step.recorded_at,
            "by": None if each.step is None else each.step.by,
            "reason": None if each.step is None else each.step.reason,
            "accepted": [] if each.step is None else _reasons(accepted(each.step)),
            "bank_balance": None if each.step is None else each.step.bank_yen,
            "head": None if each.step is None else each.step.head,
        }
        for each in rows
    ]


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [{"code": each.code, "says": each.says, **each.fields} for each in reasons]
