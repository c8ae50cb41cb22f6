"""次の一手: the line with which a command ends that leaves something to do; what it names is typed as it stands."""

import shlex
from typing import TYPE_CHECKING

from ledger.codes import WORK
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from datetime import date

    from exports.reports.report import Connection


def next_step(*words: object) -> str:
    """The line that names what is typed next."""
    return _("Next: {command}", command=_command(words))


def next_by_another(*words: object) -> str:
    """The line that names what another person types next."""
    return _("Next, by another person: {command}", command=_command(words))


def most_urgent(connection: "Connection", today: "date") -> str:
    """The line that names the most urgent of what has to be done and is found quickly, and where everything stands."""
    from ledger.todo import work

    found = work.most_urgent(connection, today)
    if found is None:
        return next_step("todo")
    sentence = N_("Next: {command} — {what}: {count}; everything that has to be done: seisan todo")
    return _(sentence, command=found.next, what=WORK[found.kind].said, count=found.count)


def _command(words: tuple[object, ...]) -> str:
    return shlex.join(["seisan", *map(str, words)])
