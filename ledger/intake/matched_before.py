"""The candidates of a transfer in lists handed out before the fifth form: by the whole name or a number as it stands.

They are made again so that such a list still agrees with the books, and for nothing else.
"""

from collections.abc import Iterable
from functools import lru_cache

from ledger.intake.likeness import OpenApplication, WaitingTransfer
from ledger.kana import search_key

_key = lru_cache(maxsize=200_000)(search_key)


def candidates(
    transfer: WaitingTransfer, applications: Iterable[OpenApplication]
) -> list[tuple[OpenApplication, tuple[str, ...]]]:
    """The applications that a transfer could pay for, each with the codes of its reasons, those with most first."""
    text, payer = search_key(f"{transfer.payer} {transfer.note or ''}"), search_key(transfer.payer)
    found = []
    for of in applications:
        signs = {
            "number": _key(of.number) in text,
            "member": _key(of.member) in text,
            "name": payer in map(_key, of.names),
        }
        if because := tuple(code for code, holds in signs.items() if holds):
            found.append((of, because))
    return sorted(found, key=lambda candidate: (-len(candidate[1]), candidate[0].number))
