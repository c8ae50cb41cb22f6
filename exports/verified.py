"""The books held against themselves, as a few lines that end with what to do."""

from sqlalchemy import Connection

from ledger.i18n import _, say
from ledger.statements import verified
from migrations import triggers


def verify(connection: Connection) -> verified.Verified:
    """Verifies the books, with the triggers that this program's migrations make."""
    return verified.verify(connection, triggers.names(connection.dialect.name))


def text(found: verified.Verified) -> str:
    """What was found, fault by fault."""
    if not found.faults:
        return say(
            _("The books agree with themselves: {count} entries, head {head}"), count=found.entries, head=found.head
        )
    lines = [f"{each.where}: {each.says} ({each.code})" for each in found.faults]
    lines.append(say(_("{count} faults. Keep this file as it is, and compare it with a backup."), count=len(lines)))
    return "\n".join(lines)
