"""The same of what follows a refund, as in `model_commands`: taken back, paid back, put in payment files."""

from datetime import date

from tests.model import RECORDED, Course, Memory
from tests.model_commands import grounds_changed, hands_of, require_allowed, require_refused, to_bank
from tests.model_slips import Expectation
from tests.payment_rules import is_bank_day


def undo(memory: Memory, no: int, on: date, by: str, reason: str) -> Expectation:
    """What was recorded last of a refund is taken back, and the state before stands again."""
    if no > len(memory.refunds):
        answer = yield
        require_refused(answer, "unknown-refund")
        return
    course, before = memory.refunds[no - 1], len(memory.entries)
    recorded, last = course.in_force[-1], course.steps[-1]
    again = last.undoes is not None and last.reason == reason
    against = {
        "month-closed": memory.is_closed(on),
        "nothing-recorded": recorded.state not in RECORDED,
        "before-the-step-before": on < recorded.on,
        "no-reason-given": not reason,
    }
    state = course.in_force[-2].state if len(course.in_force) > 1 else None
    answer = yield
    if again:
        assert answer.refused is None and not answer.result.changed
    elif require_allowed(answer, against, ["nothing-left-to-reverse"]):
        new = memory.own(before)
        assert [entry.reverses for entry in new] == [recorded.entry] and {entry.on for entry in new} == {on}
        assert (course.state, course.steps[-1].by) == (state, by)


def recover(memory: Memory, no: int, yen: int, on: date, by: str) -> Expectation:
    """A member pays back no more than was paid, and it is held again."""
    if no > len(memory.refunds):
        answer = yield
        require_refused(answer, "unknown-refund")
        return
    course, before = memory.refunds[no - 1], len(memory.entries)
    last = course.steps[-1]
    steps = [(step.state, step.on, step.yen) for step in course.in_force]
    again = course.in_force[-1].state == "recovered" and ("recovered", on, yen) in steps
    against = {
        "month-closed": memory.is_closed(on),
        "refund-out-of-order": last.state not in ("paid", "recovered"),
        "before-the-step-before": on < last.on,
        "more-than-paid": yen > course.yen - course.recovered,
    }
    answer = yield
    if again:
        assert answer.refused is None and not answer.result.changed
    elif require_allowed(answer, against):
        assert to_bank(memory.own(before)) == yen
        assert (course.state, course.steps[-1].by, course.steps[-1].yen) == ("recovered", by, yen)


# --- payment files --------------------------------------------------------------------------------------------------


def file(memory: Memory, on: date, name: str, by: str) -> Expectation:
    """Everything that is approved goes into one file, made by a third person where three are asked."""
    standing = [no for no, (pay_on, _name) in memory.files.items() if pay_on == on and not _void(memory, no)]
    approved = [refund for refund in memory.refunds if refund.state == "approved"]
    same_name = any(memory.files[no][1] == name for no in standing)
    against = {
        "not-a-bank-day": not is_bank_day(on),
        "month-closed": memory.is_closed(on),
        "nothing-to-file": not approved,
        "before-the-step-before": any(on < refund.steps[-1].on for refund in approved),
        "not-ready-to-file": any(not _payable(memory, refund) for refund in approved),
        "same-person-files": memory.people == "three" and any(by in hands_of(refund) for refund in approved),
    }
    besides = () if on == memory.today else ("not-ready-to-file",)
    answer = yield
    if answer.refused is None and not answer.result.changed:
        assert same_name or (standing and not approved)
        gone = [refund.no for refund in _inside(memory, answer.result.no) if _paid_since(refund, answer.result.no)]
        assert list(answer.result.gone_on) == gone
    elif require_allowed(answer, against, besides):
        assert not same_name
        assert [refund.refund for refund in answer.result.refunds] == [refund.no for refund in approved]
        assert answer.result.yen == sum(refund.yen for refund in approved)
        assert {refund.state for refund in approved} == {"filed"}
        assert _inside(memory, answer.result.no) == approved


def void(memory: Memory, no: int, on: date, reason: str, by: str) -> Expectation:
    """A file of which nothing was paid is void; what is in it is approved again."""
    contained, already = _inside(memory, no), _void(memory, no)
    if no not in memory.files or already is not None:
        answer = yield
        if no not in memory.files:
            require_refused(answer, "unknown-payment-file")
        elif already != reason:
            require_refused(answer, "done-differently")
        else:
            assert not answer.result.changed
        return
    against = {
        "month-closed": memory.is_closed(on),
        "payment-file-gone-on": any((refund.state, _file_of(refund)) != ("filed", no) for refund in contained),
        "before-the-step-before": any(
            on < (refund.steps[-1].on if refund.steps[-1].undoes else refund.steps[-2].on) for refund in contained
        ),
        "no-reason-given": not reason,
        "same-person-voids": any(refund.steps[0].by == by for refund in contained),
    }
    answer = yield
    if require_allowed(answer, against):
        assert answer.result.changed and answer.result.refunds == tuple(refund.no for refund in contained)
        assert {refund.state for refund in contained} == {"approved"}


def _inside(memory: Memory, no: int) -> list[Course]:
    return [
        refund
        for refund in memory.refunds
        if any((step.state, step.payment_file) == ("filed", no) for step in refund.steps)
    ]


def _void(memory: Memory, no: int) -> str | None:
    """Why a file is void; None while it stands."""
    steps = (step for refund in memory.refunds for step in refund.steps)
    return next((step.reason for step in steps if (step.state, step.payment_file) == ("approved", no)), None)


def _file_of(refund: Course) -> int | None:
    return next((step.payment_file for step in reversed(refund.in_force) if step.state == "filed"), None)


def _paid_since(refund: Course, file: int) -> bool:
    filed = next(step.nth for step in refund.steps if (step.state, step.payment_file) == ("filed", file))
    return any(step.state == "paid" and step.nth > filed for step in refund.in_force)


def _payable(memory: Memory, refund: Course) -> bool:
    """Whether it is known where it goes, approved as it is, and still owed."""
    payee, account = memory.in_place_of(refund), memory.account_of(refund)
    if payee.waits or memory.fell(refund) or grounds_changed(memory, refund):
        return False
    return payee.trusted is not None or (account.last is not None and not account.waits)
