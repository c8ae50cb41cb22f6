"""What is taken in by a file, and what withdrawing an import or rows of it takes back; see `model_commands`."""

from datetime import date

from tests.model import Memory
from tests.model_commands import require_allowed, require_refused
from tests.model_slips import Expectation


def withdraw(memory: Memory, no: int, rows: tuple[int, ...], on: date, reason: str) -> Expectation:
    """What these rows said (none: all) counts no more; what was known before counts again, and nothing is erased."""
    brought = [line for line in memory.lines if line.no == no and (not rows or line.row in rows)]
    standing = [line for line in brought if line.withdrawn is None]
    answer = yield
    against = {"no-reason-given": not reason, "unknown-import": not 0 < no <= memory.imports}
    if not standing and not any(against.values()):
        marks = [line.withdrawn for line in brought if line.withdrawn is not None]
        if marks and max(marks)[1:] == (on, reason):
            assert answer.refused is None and not answer.result.changed
        else:
            require_refused(answer, "nothing-to-withdraw")
        return
    against["openings-as-a-whole"] = bool(rows) and any(line.what == "openings" for line in standing)
    against["withdrawn-before-known"] = any(line.known_on > on for line in standing)
    gone = ["nothing-left-to-reverse"] if any(line.what == "openings" for line in standing) else []
    if require_allowed(answer, against, gone):
        assert (answer.result.changed, answer.result.rows) == (True, len({line.row for line in standing}))
        memory.take_back(standing, on, reason)


def correct_owner(memory: Memory, number: str, member: str, no: int) -> Expectation:
    """An application turns out to be another member's, while nothing of it went, or is promised, to the one before."""
    was = memory.applications[number].member
    stands = [
        course
        for course in (*memory.refunds, *memory.credits)
        if course.state not in ("rejected", "ended", "undone") and memory.touches(course, number)
    ]
    answer = yield
    if was == member:
        assert answer.refused is None and answer.result == ()
    elif stands:
        require_refused(answer, "went-to-member")
    else:
        assert answer.refused is None and answer.result == ((number, was, member),)
        memory.imports = no
        memory.learn("learn_owner", (number, member), no, 2)
