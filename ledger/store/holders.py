"""Who has the books just now: said to whoever waits for them, and when the waiting is given up."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ledger import dates, visible
from ledger.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

# What our connections to a server are called while they write, and since when: everybody may see it there.
CALLED = "seisan"

# The locks on files, each with its process, as Linux tells them.
_LOCKS = Path("/proc/locks")


class Holder(NamedTuple):
    """Who holds the books: the name they signed with or their login, since when (UTC), which process; None: not known.

    Without a name it is a program that does not say whose it is.
    """

    name: str | None = None
    since: datetime | None = None
    process: int | None = None
    program: str = ""

    def __str__(self) -> str:
        details = []
        if self.since is not None:
            at, now = dates.in_japan(self.since), dates.in_japan(dates.now())
            time = f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
            details.append(_("since {time}", time=time))
        if self.program:
            details.append(visible.line(self.program))
        if self.process is not None:
            details.append(_("process {number}", number=self.process))
        who = _("another program") if self.name is None else visible.line(self.name)
        return f"{who} ({', '.join(details)})" if details else who


class _Waiting:
    """How it is found out whom we wait for; None when we do not wait."""

    find: Callable[[], Holder | None] | None = None


def waiting(find: Callable[[], Holder | None]) -> None:
    """Says that we begin to wait for the books, and how it is found out for whom; it may be asked in another thread."""
    _Waiting.find = find


def obtained(connection: "Connection | None" = None) -> None:
    """Says that we do not wait any more; a server is told since when we have the books."""
    _Waiting.find = None
    if connection is not None and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL application_name = '{CALLED} {dates.now():%Y-%m-%dT%H:%M:%S}'")


def waits() -> bool:
    """Whether we wait for the books."""
    return _Waiting.find is not None


def waited_for() -> Holder | None:
    """Whom we wait for at this moment; None: for nobody, or it is not known."""
    find = _Waiting.find
    if find is not None:
        with suppress(Exception):  # only said beside the work: whatever is wrong, the command itself will say
            return find()
    return None


# --- SQLite ---------------------------------------------------------------------------------------------------------


def of_file(file: Path) -> Holder | None:
    """The program that has a SQLite file to write, or for itself, where Linux tells; None: nobody that it tells of."""
    if sys.platform != "linux":
        return None
    with suppress(OSError, ValueError):
        paths = (path.stat() for path in (file, Path(f"{file}-shm")) if path.exists())
        meant = {f"{os.major(of.st_dev):02x}:{os.minor(of.st_dev):02x}:{of.st_ino}" for of in paths}
        for line in _LOCKS.read_text(encoding="ascii").splitlines():
            words = line.split()  # 1: POSIX ADVISORY WRITE 4711 08:01:131 120 120
            if "->" not in words and words[3] == "WRITE" and words[5] in meant and int(words[4]) > 0:
                return Holder(process=int(words[4]), program=_program(int(words[4])))
    return None


def _program(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
