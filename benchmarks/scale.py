"""How each command grows with the books.

Run as: PYTHONPATH=. python benchmarks/scale.py [SMALL LARGE] [--postgresql] [--books URL URL]

Made-up books of 10,000 and of 100,000 applications (or of so many as are named) are filled, and each command is given
to both in a process of its own. Printed are its seconds of processor time and its memory, and how many times the time
of the smaller books the larger ones take. With ten times as much in them, anything beyond 12 is marked, and so is more
than 500 MB: then a command no longer grows in line with the books.

On PostgreSQL (from the wheel of the tests) the seconds of the server's own processes count as well; nobody else may be
connected to it meanwhile. Books that are there already, of the sizes named, are given with --books: they are not
changed, for what writes is only tried; of PostgreSQL the address names the folder of its socket, which is that of its
data.
"""

import argparse
import multiprocessing
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import made_up
from ledger.dates import Month
from ledger.store import database
from tests import server

RATIO, MEMORY = 1.2, 500  # times what the books have grown; MB

_MEMBER, _APPLICATION, _DAY = "沖縄 第100号", "A0000003", made_up.ASKED
ON_ONE = (
    f"check --application {_APPLICATION} --as-of {_DAY}",
    f"check '{_MEMBER}' --as-of {_DAY}",
    f"entries --application {_APPLICATION}",
    f"decision list {_APPLICATION}",
    "refund show 3",
    "letter 1 --out letter.xlsx --replace",
    f"statement member '{_MEMBER}' --as-of {_DAY} --out member.xlsx --replace",
    f"refund reject 1 --reason 見本 --on {_DAY} --dry-run",
)
ON_ALL = (
    "where",
    f"todo --as-of {_DAY}",
    f"members --as-of {_DAY}",
    f"applications --as-of {_DAY}",
    f"deposits --as-of {_DAY}",
    "receipts",
    f"check --everyone --as-of {_DAY} --json",
    f"check --everyone --as-of {_DAY} --out check.xlsx --replace",
    f"decide --everyone --as-of {_DAY} --dry-run",
    "letter --everyone --out letters",
    "decision list",
    "decision outdated",
    f"refund list --as-of {_DAY}",
    f"refund propose --everyone --on {_DAY} --dry-run",
    "bill list",
    f"bill pay S-2011-04 --on {_DAY} --dry-run",
    f"balance --as-of {_DAY}",
    "entries",
    "entries --json",
    "export journal --format hledger --out journal.txt --replace",
    "account list",
    "match",
    f"book --through {_DAY} --dry-run",
    "month list",
    f"close {Month.of(_DAY)} --bank-balance 0 --accept 見本 --accept bank_differs=見本 --dry-run",
    f"statement month {made_up.CLOSED} --out month.xlsx --replace",
    f"statement year {made_up.CLOSED.year} --out year.xlsx --replace",
    f"statement association 東京 --from 2011-01-01 --as-of {_DAY} --out association.xlsx --replace",
    "verify",
)


def spent(url: str, command: str) -> tuple[float, float, int]:
    """The seconds of processor time and the MB of memory that a command takes, and its exit code."""
    words = [sys.executable, "-c", "import cli; cli.main()", "--database", url, "--by", made_up.CLERK]
    with Path(os.devnull).open("w") as nowhere:
        files = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        before = _of_server(url)
        process = os.posix_spawn(sys.executable, [*words, *shlex.split(command)], os.environ, file_actions=files)
        _process, status, used = os.wait4(process, 0)
    seconds = used.ru_utime + used.ru_stime + _of_server(url) - before
    return seconds, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def _of_server(url: str) -> float:
    """The seconds of processor time of the server's processes that have ended, one a connection; of SQLite none."""
    if not url.startswith("postgresql"):
        return 0.0
    time.sleep(0.3)  # until the process of the last connection has ended too
    folder = url.partition("host=")[2]
    server_process = Path(folder, "postmaster.pid").read_text(encoding="utf-8").split()[0]
    words = Path("/proc", server_process, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


def _filled(url: str, size: int) -> None:
    database.create(url, by=made_up.CLERK)
    made_up.fill(url, made_up.Size.of(size))


@contextmanager
def made(sizes: list[int], *, postgresql: bool) -> Iterator[list[str]]:
    """Books of these sizes, for as long as the block lasts."""
    with ExitStack() as stack:
        if postgresql:
            held = stack.enter_context(server.own(lasting=True))
            for size in sizes:
                held.tell(f"CREATE DATABASE made{size}")
            held.leave()
            urls = [held.url(f"made{size}") for size in sizes]
        else:
            urls = [f"sqlite:///{Path.cwd()}/{size}.db" for size in sizes]
        for url, size in zip(urls, sizes, strict=True):
            # In a process of its own: a command is said to take no less memory than the process that started it.
            filling = multiprocessing.get_context("spawn").Process(target=_filled, args=(url, size))
            filling.start()
            filling.join()
        yield urls


def main() -> None:
    """Prints a line for each command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--books", nargs=2, metavar="URL")
    parser.add_argument("--only", default="", help="the commands that begin so")
    asked = parser.parse_args()
    sizes, grown = asked.sizes, asked.sizes[1] / asked.sizes[0]
    os.environ["PYTHONPATH"] = str(Path.cwd())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ["XDG_STATE_HOME"] = folder
        os.chdir(folder)
        urls = asked.books or stack.enter_context(made(sizes, postgresql=asked.postgresql))
        print(f"{'':70} {sizes[0]:>17,} {sizes[1]:>17,} ratio")
        for command in (command for command in (*ON_ONE, *ON_ALL) if command.startswith(asked.only)):
            (few, little, _), (many, much, code) = (spent(url, command) for url in urls)
            beyond = many / few > RATIO * grown or much > MEMORY
            marked = "!" if beyond else ""
            refused = f" (exit {code})" if code else ""
            columns = f"{few:8.2f} s {little:4.0f} MB {many:8.2f} s {much:4.0f} MB {many / few:5.1f}"
            print(f"{command[:70]:70} {columns} {marked}{refused}", flush=True)


if __name__ == "__main__":
    main()
