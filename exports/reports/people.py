"""Roles of the database, and a bank account that somebody looked at, in words and for other programs."""

from collections.abc import Iterable
from typing import Any

from exports.reports.account_list import PARTS, format_account
from exports.reports.report import Json
from ledger.i18n import N_, _
from migrations.roles import Role

# What each role is for.
TELLS = {
    "clerk": N_("takes in, books, proposes, pays and closes; approves nothing"),
    "approver": N_("approves and rejects refunds, credits and bank accounts, and closes; proposes nothing"),
    "auditor": N_("reads everything and writes nothing"),
}


def account(member: Any) -> str:
    """The whole bank account of a member, for the one who asked for it and was recorded."""
    whole = format_account([getattr(member, name) for name in PARTS])
    return "\n".join([f"{member.member} {member.name}", whole, _("It is recorded that you looked, and for what.")])


def account_json(member: Any) -> Json:
    """The same for other programs."""
    names = ("member", "name", *PARTS, "known_on")
    return {name: getattr(member, name) for name in names}


def roles(granted: Iterable[Role]) -> str:
    """What each role may, who is a member of it, and what to do next."""
    lines: list[str] = []
    for role in granted:
        lines.append(f"{role.name}: {_(TELLS[role.kind])}")
        if role.members:
            lines.append("  " + _("members: {members}", members=", ".join(role.members)))
    lines.append(_("Next, for each person: CREATE ROLE name LOGIN; GRANT one of these TO name"))
    return "\n".join(lines)


def roles_json(granted: Iterable[Role]) -> Json:
    """The same for other programs."""
    names = ("kind", "inserts", "members", "new")
    return {"roles": [{"role": role.name} | {name: getattr(role, name) for name in names} for role in granted]}
