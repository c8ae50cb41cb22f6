"""What closing and reopening did, in words and for other programs."""

from collections.abc import Iterable
from typing import Any

from ledger.booking.month_end import ClosingResult, Objection
from ledger.i18n import N_, _

_BEFORE = N_("{month} was closed before; nothing was changed.")
_CLOSED = N_("{month} is closed, with every month before it; nothing is dated in them any more.")
_ACCEPTED = N_("Accepted all the same:")
_REOPENED = N_("{month} is reopened, with every month after it.")
_STILL = N_("The books are closed up to {day}.")
_NONE = N_("No month is closed now.")
_OPEN_BEFORE = N_("{month} was reopened before; nothing was changed.")


def closed(result: ClosingResult) -> str:
    """What closing did, and what was accepted."""
    lines = [_(_CLOSED if result.changed else _BEFORE, month=result.month)]
    if result.accepted:
        lines += [_(_ACCEPTED), *(f"  {reason.says}" for reason in result.accepted)]
    return "\n".join(lines)


def reopened(result: ClosingResult) -> str:
    """What reopening did, and up to which day the books are still closed."""
    text = _(_REOPENED if result.changed else _OPEN_BEFORE, month=result.month)
    return text + "\n" + (_(_NONE) if result.closed_to is None else _(_STILL, day=result.closed_to))


def as_json(result: ClosingResult) -> dict[str, Any]:
    """What closing or reopening did, as other programs read it."""
    return {
        "month": str(result.month),
        "changed": result.changed,
        "closed_to": result.closed_to,
        "accepted": _reasons(result.accepted),
    }


def _reasons(reasons: Iterable[Objection]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "says": reason.says, **reason.fields} for reason in reasons]
