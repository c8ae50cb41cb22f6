"""How long a durable refund takes with 1, 8 and 64 clients at once: PYTHONPATH=. python benchmarks/refunds.py URL…

Each URL names books that were just made by `seisan init`; each proposal is a transaction of its own that reaches the
disk, and is timed by its client from before its turn to after COMMIT.
"""

import sys
import time

from tests import crowd

EACH = 4


def main() -> None:
    """Prints, for each number of clients, the middle and the 99th of a hundred, and how many are done in a second."""
    for url in sys.argv[1:]:
        numbers = crowd.pairs(url, 2 * EACH * (1 + 8 + 64) + 2)
        for clients in (1, 8, 64):
            some, numbers = numbers[: EACH * clients], numbers[EACH * clients :]
            began = time.monotonic()
            told = crowd.rush(url, [(number, "refund", "proposed", crowd.FIRST) for number in some], clients)
            seconds = time.monotonic() - began
            took = sorted(each for one in told.values() for each in one.took)
            waited = max(each for one in told.values() for each in one.waited)
            middle, late = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
            print(
                f"{url.partition(':')[0]}: {clients} clients: p50 {middle:.0f} ms, p99 {late:.0f} ms, "
                f"longest wait {waited * 1000:.0f} ms, {len(took) / seconds:.0f} a second"
            )


if __name__ == "__main__":
    main()
