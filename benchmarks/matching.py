"""How well transfers are matched, kind by kind: PYTHONPATH=. python benchmarks/matching.py.

2,000 transfers by members of a register of 6,000, all invented (`tests/payers.py`): names and given names are drawn
from lists of common ones for one in four, else put together from parts, so that there are namesakes and names that are
nearly alike. Each transfer has one kind of trouble, in the shares that stand in `payers.KINDS`, and what it pays for in
truth is known.

They come as in an office that matches every month, 200 a month while one member in twenty has a fee to pay; and, for
the time and for what a year's backlog does, all at once while two in five have. Printed is for each kind how many there
are, how many were certain, how many of those rightly (precision), of those that one application is paid by how many
were certain (recall), how often the first candidate is right, and whether all that are paid for are listed.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger import fees
from ledger.intake.matching import UnmatchedDeposit, unmatched
from ledger.store import database, upgrade
from tests import payers
from tests.payers import Paid

MEMBERS = 6000


@dataclass
class Measured:
    """What came of the transfers, by kind of trouble; `false` are those certain and wrong."""

    all: Counter[str] = field(default_factory=Counter)
    single: Counter[str] = field(default_factory=Counter)
    paying: Counter[str] = field(default_factory=Counter)
    certain: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    false: list[Paid] = field(default_factory=list)

    def add(self, found: list[UnmatchedDeposit], truth: Mapping[str, Paid]) -> None:
        """Adds what is found of each transfer, beside what it pays for in truth."""
        for deposit in found:
            paid = truth[deposit.deposit]
            kind = paid.kind
            self.all[kind] += 1
            self.paying[kind] += bool(paid.truth)
            self.single[kind] += len(paid.truth) == 1 and paid.yen == payers.FEE
            if deposit.certain is not None:
                self.certain[kind] += 1
                if (deposit.certain,) == paid.truth:
                    self.right[kind] += 1
                else:
                    self.false.append(paid)
            if deposit.candidates and paid.truth:
                self.first[kind] += deposit.candidates[0].application in paid.truth
                self.listed[kind] += set(paid.truth) <= {candidate.application for candidate in deposit.candidates}


def _part(of: int, all_of: int) -> str:
    return f"{of / all_of:7.1%}" if all_of else "      –"


def _matched(count: int, waiting: float, seed: int, result: Measured) -> float:
    """Adds what comes of so many transfers; gives the seconds that matching took."""
    with TemporaryDirectory(prefix="seisan-matching-") as folder:
        url = f"sqlite:///{Path(folder) / 'books.db'}"
        upgrade.create(url)
        with database.writing(url) as connection:
            truth = payers.fill(connection, payers.world(count, members=MEMBERS, waiting=waiting, seed=seed))
            began = time.perf_counter()
            found = unmatched(connection, fees.dues(connection))
            seconds = time.perf_counter() - began
    result.add(found, truth)
    return seconds


def _print(result: Measured) -> None:
    print(f"{'':22}{'transfers':>10}{'certain':>9}{'precision':>11}{'recall':>8}{'first':>8}{'listed':>8}")
    for kind in [*payers.KINDS, None]:
        all_of, certain, right, single, first, paying, listed = (
            counter.total() if kind is None else counter[kind]
            for counter in (
                *(result.all, result.certain, result.right, result.single),
                *(result.first, result.paying, result.listed),
            )
        )
        print(
            f"{kind or 'all':22}{all_of:>10}{certain:>9}{_part(right, certain):>11}{_part(right, single):>8}"
            f"{_part(first, paying):>8}{_part(listed, paying):>8}"
        )
    for paid in result.false:
        print("certain and false:", paid)


def main() -> None:
    """Prints precision and recall, by kind of trouble and in all."""
    by_month, at_once = Measured(), Measured()
    seconds = [_matched(200, 0.05, seed, by_month) for seed in range(10)]
    print(f"200 transfers a month, a register of {MEMBERS:,}: {max(seconds):.1f} s at most")
    _print(by_month)
    print(f"\n2,000 at once: {_matched(2000, 0.4, 11, at_once):.1f} s")
    _print(at_once)


if __name__ == "__main__":
    main()
