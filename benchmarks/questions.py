"""How long a question about one member, application or refund takes, beside importing sqlmodel and nothing else.

Run as: PYTHONPATH=. python benchmarks/questions.py [SMALL LARGE] [--postgresql] [--books URL URL] [--times N]

Made-up books of 10,000 and of 100,000 applications are filled, or those of --books asked, and each question is put to
both in a process of its own. Printed is its processor time as a multiple of that of `import sqlmodel`, of either the
least of so many times, taken in turns: whatever else a machine does makes a program slower and never faster. Beyond 1.5
is marked; so is what takes 1.2 times as long in the larger books, for nothing asked of one may grow with all.

What Python makes of our modules is written down for the run, as where a program is installed: where that is switched
off (PYTHONDONTWRITEBYTECODE) each command makes it anew, which takes a third of importing sqlmodel.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import made_up
from benchmarks.scale import made, spent

LIMIT, GROWS = 1.5, 1.2
_NTH = 163  # paid, revoked, decided and given back in books of any size
_SIZE = made_up.Size.of(10_000)
_MEMBER, _APPLICATION, _DAY = _SIZE.member(_SIZE.owner(_NTH)), made_up.number(_NTH), made_up.ASKED
QUESTIONS = (
    f"check --application {_APPLICATION}",
    f"check '{_MEMBER}'",
    f"check {_NTH + 1}",
    f"find {_APPLICATION}",
    f"find D{_NTH:07}",
    f"find '{_MEMBER}'",
    f"find '{made_up.kana(_NTH)}'",
    f"decision list {_APPLICATION}",
    "refund show 5",
    f"account show '{_MEMBER}' --purpose 支払",
    f"receipts --application {_APPLICATION}",
    f"entries --application {_APPLICATION}",
    f"entries --deposit D{_NTH:07}",
    *(
        f"{name} --member '{_MEMBER}'"
        for name in (
            *("members", "applications", "deposits", "due", "receipts", "decision list", "decision outdated"),
            *("refund list", "overpaid list", "credit list", "account list", "payee list", "ruling list", "slip list"),
            "entries",
        )
    ),
    "letter 17 --out letter.xlsx --replace",
    f"receipt {_APPLICATION} --out receipt.xlsx --replace",
    f"statement member '{_MEMBER}' --as-of {_DAY} --out member.xlsx --replace",
)


def _imported() -> float:
    """The seconds of processor time of importing sqlmodel."""
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", "import sqlmodel"], os.environ)
    _process, _status, used = os.wait4(process, 0)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Prints a line for each question."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--books", nargs=2, metavar="URL")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--only", default="", help="the questions that begin so")
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path.cwd())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ |= {"XDG_STATE_HOME": folder, "PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))}
        os.chdir(folder)
        urls = asked.books or stack.enter_context(made(asked.sizes, postgresql=asked.postgresql))
        sqlmodel = min(_imported() for _nth in range(asked.times))
        print(f"{'':62} {asked.sizes[0]:>8,} {asked.sizes[1]:>8,}   x importing sqlmodel ({sqlmodel:.2f} s)")
        for question in (question for question in QUESTIONS if question.startswith(asked.only)):
            taken: list[list[float]] = [[], []]
            codes: set[int] = set()
            for _nth in range(asked.times):
                sqlmodel = min(sqlmodel, _imported())
                for times, url in zip(taken, urls, strict=True):
                    seconds, _memory, code = spent(url, question)
                    times.append(seconds)
                    codes.add(code)
            few, many = (min(times) / sqlmodel for times in taken)
            marked = "!" if many > LIMIT or many > GROWS * few else ""
            refused = f" (exit {max(codes)})" if any(codes) else ""
            print(f"{question[:62]:62} {few:8.2f} {many:8.2f} {marked}{refused}", flush=True)


if __name__ == "__main__":
    main()
