"""What a line that only the bank has may be: a payment file, a refund or a bill of as many yen that waits."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from ledger.booking.bank_compared import LineAtBank
from ledger.booking.bills import payable, reconcile
from ledger.codes import Account
from ledger.journal.balances import held
from ledger.settlements import Settlement, refunds


def recorded_by(connection: Connection, lines: Iterable[LineAtBank], as_of: date) -> dict[str, str]:
    """The command that would record each of these lines, by the name of the line; left out where none or several would.

    Money that went out is compared with what waits by a day: payment files, single refunds of them, bills.
    """
    out = [line for line in lines if line.yen < 0 and line.corrects is None]
    if not out:
        return {}
    waiting = list(_waiting(connection, as_of))
    words: dict[str, str] = {}
    for line in out:
        meant = [command for command, yen in waiting if yen == -line.yen]
        if len(meant) == 1 and sum(other.yen == line.yen for other in out) == 1:
            words[line.name] = f"{meant[0]} --on {line.on}"
    return words


def _waiting(connection: Connection, as_of: date) -> Iterable[tuple[str, int]]:
    """What waits to be recorded as paid, as a command, with its yen."""
    files: dict[int, list[Settlement]] = defaultdict(list)
    for refund in refunds(connection, as_of=as_of):
        if refund.payment_file is not None:
            files[refund.payment_file].append(refund)
    for file, filed in files.items():
        yield f"refund paid --file {file}", sum(refund.yen for refund in filed)
        if len(filed) > 1:
            yield from ((f"refund paid {refund.no}", refund.yen) for refund in filed)
    owed = held(connection, Account.AUTHORITY_PAYABLE, "application", as_of)
    lines = [line for line in reconcile(connection) if line.billed_on is not None and line.billed_on <= as_of]
    yield from ((f"bill pay {bill}", yen) for bill, yen in payable(lines, owed).items())
