"""People and bank accounts in words and for other programs: roles, changed accounts, who looked, what was refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from exports.formats.sheet import Block, Column, Sheet
from exports.reports import ISSUER
from ledger.audit.access import RefusalRecord
from ledger.codes import ACCOUNT_TYPES
from ledger.i18n import N_, _
from ledger.people.accounts import ACCOUNT, AccountChange
from migrations.roles import Role

Json = dict[str, Any]

# What each role is for.
TELLS = {
    "clerk": N_("takes in, books, proposes, pays and closes; approves nothing"),
    "approver": N_("approves and rejects refunds, credits and bank accounts, and closes; proposes nothing"),
    "auditor": N_("reads everything and writes nothing"),
}

_CHANGES = (
    Column(N_("Member No."), width=17),
    Column(N_("Name"), width=16),
    Column(N_("Account before"), width=36),
    Column(N_("Account now"), width=36),
    Column(N_("Account also of"), width=17),
    Column(N_("Known on"), "day", 17),
    Column(N_("Brought by"), width=12),
    Column(N_("Approved by"), width=12),
)
_REFUSALS = (
    Column(N_("No."), "number", 6),
    Column(N_("When (UTC)"), "moment", 20),
    Column(N_("By"), width=12),
    Column(N_("Database role"), width=14),
    Column(N_("Command"), width=18),
    Column(N_("Refusal"), width=26),
    Column(N_("Told"), width=50, wrap=True),
)


def changes(found: Iterable[AccountChange]) -> Sheet:
    """The changed bank accounts, masked."""
    rows = [
        (
            change.member,
            change.name,
            _said(change.was) or None,
            _said(change.now),
            change.also_of,
            change.known_on,
            change.brought_by,
            change.approved_by,
        )
        for change in found
    ]
    return _sheet(N_("Changed bank accounts"), Block(_CHANGES, rows))


def changes_json(found: Iterable[AccountChange]) -> Json:
    """The changed bank accounts for other programs, masked."""
    return {
        "changes": [
            {
                "member": change.member,
                "was": dict(zip(ACCOUNT, change.was, strict=True)),
                "now": dict(zip(ACCOUNT, change.now, strict=True)),
                "also_of": change.also_of,
                "known_on": change.known_on,
                "brought_by": change.brought_by,
                "approved_by": change.approved_by,
            }
            for change in found
        ]
    }


def _said(parts: Sequence[str | None]) -> str:
    """An account as a person reads it, part by part."""
    bank, branch, kind, number, name = parts
    return " ".join(each for each in (bank, branch, ACCOUNT_TYPES[kind].said if kind else None, number, name) if each)


def refusals(found: Iterable[RefusalRecord]) -> Sheet:
    """What was refused, oldest first."""
    rows = [
        (
            refusal.no,
            refusal.recorded_at,
            refusal.by,
            refusal.role,
            refusal.command,
            refusal.code,
            ", ".join(f"{name}={value}" for name, value in refusal.fields.items()),
        )
        for refusal in found
    ]
    return _sheet(N_("Refused commands"), Block(_REFUSALS, rows))


def refusals_json(found: Iterable[RefusalRecord]) -> Json:
    """What was refused, for other programs."""
    names = ("no", "recorded_at", "by", "role", "command", "code", "fields")
    return {"refusals": [{name: getattr(refusal, name) for name in names} for refusal in found]}


def _sheet(name: str, block: Block) -> Sheet:
    return Sheet(name=name, title=name, blocks=(block,), issuer=ISSUER, landscape=True)


def account(told: Any) -> str:
    """The whole bank account of a member, for the one who asked for it and was recorded."""
    whole = _said([getattr(told, name) for name in ACCOUNT])
    return "\n".join([f"{told.member} {told.name}", whole, _("It is recorded that you looked, and for what.")])


def account_json(told: Any) -> Json:
    """The same for other programs."""
    names = ("member", "name", *ACCOUNT, "known_on")
    return {name: getattr(told, name) for name in names}


def roles(found: Iterable[Role]) -> str:
    """What each role may, who is a member of it, and what to do next."""
    lines: list[str] = []
    for role in found:
        lines.append(f"{role.name}: {_(TELLS[role.kind])}")
        if role.members:
            lines.append("  " + _("members: {members}", members=", ".join(role.members)))
    lines.append(_("Next, for each person: CREATE ROLE name LOGIN; GRANT one of these TO name"))
    return "\n".join(lines)


def roles_json(found: Iterable[Role]) -> Json:
    """The same for other programs."""
    names = ("kind", "inserts", "members", "new")
    return {"roles": [{"role": role.name} | {name: getattr(role, name) for name in names} for role in found]}
