"""Whether a ruling may be approved or rejected; see `model_commands`."""

from datetime import date

from tests.model import Memory
from tests.model_commands import require_allowed, require_refused
from tests.model_slips import Expectation


def approve_ruling(memory: Memory, no: int, on: date, by: str) -> Expectation:
    """Another person approves it, where no notice decides and only there, for the doubts that stand.

    What was to be reviewed on an earlier day is not remembered.
    """
    if no > len(memory.rulings) or memory.rulings[no - 1].withdrawn:
        answer = yield
        require_refused(answer, "unknown-ruling")
        return
    ruling = memory.rulings[no - 1]
    state, doubts = ruling.state, memory.finding(ruling.application).doubts
    reviewed, covered = memory.reviewed(ruling.application), set(doubts) <= set(ruling.doubts)
    against = {
        "month-closed": memory.is_closed(on),
        "ruling-out-of-order": state == "rejected",
        "before-the-step-before": on < (ruling.on or ruling.known_on),
        "nothing-to-rule": not reviewed,
        "same-person-approves": by == ruling.by,
    }
    answer = yield
    if on < memory.today:
        return
    if state == "approved" and (covered or not reviewed):
        assert not answer.result.changed
    elif require_allowed(answer, against):
        assert (ruling.state, ruling.on, ruling.doubts) == ("approved", on, doubts)
        if memory.ruling(ruling.application) is ruling:
            assert memory.finding(ruling.application).outcome != "needs_review", "it settles nothing"


def reject_ruling(memory: Memory, no: int, on: date, reason: str, by: str) -> Expectation:
    """Anyone rejects it, approved or not, once and for a reason."""
    if no > len(memory.rulings) or memory.rulings[no - 1].withdrawn:
        answer = yield
        require_refused(answer, "unknown-ruling")
        return
    ruling = memory.rulings[no - 1]
    state, because, last = ruling.state, ruling.reason, ruling.on or ruling.known_on
    against = {
        "month-closed": memory.is_closed(on),
        "before-the-step-before": on < last,
        "no-reason-given": not reason,
    }
    answer = yield
    if state == "rejected" and because == reason:
        assert not answer.result.changed
    elif state == "rejected":
        require_refused(answer, "done-differently")
    else:
        require_allowed(answer, against)
