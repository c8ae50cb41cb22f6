"""What must be so when a slip was proposed, approved or rejected; one generator for each command."""

from collections.abc import Generator
from datetime import date

from tests.commanded import Answer
from tests.model import CLAIMS, OPENINGS, PAYABLE, SUSPENSE, Memory

Expectation = Generator[None, Answer, None]


def propose_slip(memory: Memory, kind: str, subject: str, yen: int, on: date, reason: str, by: str) -> Expectation:
    """A slip is entered, and posts nothing before another person approves it."""
    before, slips = len(memory.entries), len(memory.slips)
    answer = yield
    assert len(memory.entries) == before, "one person posts a slip"
    if answer.refused is None and answer.result.changed:
        slip = memory.slips[-1]
        assert reason and not memory.is_closed(on) and len(memory.slips) == slips + 1
        assert (slip.state, slip.steps[0].on, slip.steps[0].by) == ("proposed", on, by)
        if kind == "write_off":
            fee = memory.applications[subject].due
            assert slip.yen == fee - memory.covered(subject) > 0 < memory.received(subject)
        if kind == "opened_refund":
            assert slip.yen == sum(memory.moved[event, PAYABLE, subject] for event in OPENINGS) > 0
        if kind == "claim_write_off":
            assert slip.yen == -memory.balance[CLAIMS, subject] > 0
        if kind == "income":
            assert slip.yen == memory.balance[SUSPENSE, subject]


def decide_slip(memory: Memory, no: int, approved: bool, on: date, reason: str, by: str) -> Expectation:
    """A second person approves; anyone rejects, with a reason; nothing is posted twice."""
    slip, before = memory.slips[no - 1] if no <= len(memory.slips) else None, len(memory.entries)
    state = slip.state if slip is not None else ""
    answer = yield
    if slip is None:
        assert answer.refused == "unknown-slip"
    elif answer.refused is None:
        new = memory.own(before)
        assert bool(new) == (approved and answer.result.changed) and (reason or approved or not answer.result.changed)
        assert not answer.result.changed or state == "proposed"
        assert not (new and by == slip.steps[0].by), "one person posts a slip"
        assert all(entry.on == slip.steps[0].on for entry in new), "it bears another day"
        assert sum(movement.yen for entry in new for movement in entry.movements) == (slip.yen if new else 0)
