"""Who may do what, once people are listed, and how the list changes; bank accounts and payees; see `model_commands`."""

from tests.model import Memory
from tests.model_commands import require_allowed
from tests.model_records import BankAccount, PeopleChange
from tests.model_slips import Expectation


def not_permitted(memory: Memory, by: str, rights: tuple[str, ...]) -> str | None:
    """What a command is refused for, whatever it says, because of who types it; None: nothing."""
    if not memory.listed or not rights:
        return None
    if by not in memory.listed:
        return "not-listed"
    return None if set(rights) & set(memory.listed[by]) else "not-allowed"


def add_person(memory: Memory, name: str, may: str, by: str) -> Expectation:
    """What a person may do changes: at once while nobody else is listed, otherwise by a second person's word."""
    return _propose(memory, name, tuple(may.split(",")), by)


def end_person(memory: Memory, name: str, by: str) -> Expectation:
    """A person who was listed may do nothing any more; the last who may approve stays."""
    if all(change.name != name or change.state != "approved" for change in memory.people_changes):
        answer = yield
        require_allowed(answer, {"unknown-person": True})
        return
    yield from _propose(memory, name, (), by)


def _propose(memory: Memory, name: str, may: tuple[str, ...], by: str) -> Expectation:
    listed = dict(memory.listed)
    waiting = [one for one in memory.people_changes if (one.name, one.may, one.state) == (name, may, None)]
    locks_out = _locks_out(listed, name, may)
    answer = yield
    if listed.get(name, ()) == may:
        assert (answer.result.state, answer.result.changed) == ("approved", False)
    elif waiting:
        assert (answer.result.no, answer.result.state, answer.result.changed) == (waiting[0].no, "proposed", False)
    elif require_allowed(answer, {"nobody-left-to-approve": locks_out}):
        change = PeopleChange(len(memory.people_changes) + 1, name, may, by)
        memory.people_changes.append(change)
        assert (answer.result.no, answer.result.changed) == (change.no, True)
        alone = not set(listed) - {by}
        assert answer.result.state == ("approved" if alone else "proposed"), "one person changes the list"
        if alone:
            _take_effect(memory, change)


def _locks_out(listed: dict[str, tuple[str, ...]], name: str, may: tuple[str, ...]) -> bool:
    after = {other: rights for other, rights in {**listed, name: may}.items() if rights}
    approved_before = "approve" in listed.get(name, ())
    return not after or (approved_before and not any("approve" in rights for rights in after.values()))


def _take_effect(memory: Memory, change: PeopleChange) -> None:
    change.state = "approved"
    memory.listed.pop(change.name, None)
    if change.may:
        memory.listed[change.name] = change.may


def approve_person(memory: Memory, no: int, by: str) -> Expectation:
    """Another person who may approve lets a change take effect; where nobody else may, any other who is listed."""
    change = memory.people_changes[no - 1] if no <= len(memory.people_changes) else None
    answer = yield
    if change is None:
        require_allowed(answer, {"unknown-people-change": True})
        return
    if change.state == "approved":
        assert not answer.result.changed
        return
    others = {name: may for name, may in memory.listed.items() if name != change.by}
    seconds = [name for name, may in others.items() if "approve" in may] or list(others)
    against = {
        "people-change-decided": change.state is not None,
        "same-person-changes-people": bool(seconds) and by == change.by,
        "not-allowed": bool(seconds) and by not in seconds,
        "nobody-left-to-approve": _locks_out(memory.listed, change.name, change.may),
    }
    if require_allowed(answer, against):
        assert answer.result.changed
        _take_effect(memory, change)


def reject_person(memory: Memory, no: int, reason: str, _by: str) -> Expectation:
    """Anyone who is listed rejects a change that waits."""
    change = memory.people_changes[no - 1] if no <= len(memory.people_changes) else None
    answer = yield
    if change is None:
        require_allowed(answer, {"unknown-people-change": True})
    elif change.state == "rejected":
        assert not answer.result.changed
    elif require_allowed(answer, {"people-change-decided": change.state is not None}):
        assert answer.result.changed and reason
        change.state = "rejected"


# --- bank accounts, payees ------------------------------------------------------------------------------------------


def approve_account(memory: Memory, member: str, by: str) -> Expectation:
    """Who did not bring it says that a changed bank account is right."""
    account = memory.accounts.get(member, BankAccount())
    answer = yield
    if not account.waits and account.approved:
        assert answer.result is False
        return
    against = {"no-change-to-approve": not account.waits, "same-person-brought-account": by == account.brought_by}
    if require_allowed(answer, against):
        assert answer.result is True
        memory.approve("account", member)


def approve_payee(memory: Memory, number: str, by: str) -> Expectation:
    """Who did not bring it says that somebody in the member's place is right."""
    payee = memory.payees.get(number, BankAccount())
    answer = yield
    if payee.last is not None and not payee.waits and payee.approved:
        assert answer.result is False
        return
    against = {"no-payee-to-approve": payee.last is None, "same-person-brought-payee": by == payee.brought_by}
    if require_allowed(answer, against):
        assert answer.result is True
        memory.approve("payee", number)


def look(memory: Memory, member: str, purpose: str) -> Expectation:
    """Whoever says why sees the whole number."""
    last = memory.accounts.get(member, BankAccount()).last
    answer = yield
    if require_allowed(answer, {"no-purpose-given": not purpose, "no-account-known": last is None}):
        assert answer.result == last


def set_people(memory: Memory, value: str, _by: str) -> Expectation:
    """How many people a payment needs."""
    answer = yield
    assert answer.result is (memory.people != value)
    memory.people = value
