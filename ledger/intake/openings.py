"""Opening balances, row by row: accounts and parts that are known, each once, all of one day, and balanced.

They come once, before any other entry. Balances of before that were taken back count no more.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.codes import RECEIPTS, SUSPENSE_EVENTS, Account
from ledger.errors import Problem
from ledger.intake.kind import InputRow

COLUMNS = ("opened_on", "account", "yen", "application", "deposit")

# What a balance may stand on either side of: what the authority is owed, or owes us.
_EITHER_SIDE = (str(Account.AUTHORITY_PAYABLE),)
# A fee that is set aside for a credit is held all the same: the credit is proposed anew.
_NOT_OPENED = (str(Account.CREDITS_HELD),)


def check(connection: Connection, lines: list[InputRow]) -> Iterator[Problem]:
    """Every problem of the lines that bring opening balances; the first row is named for what concerns all."""
    rows = [line for line in lines if line.kind.code == "openings"]
    if not rows:
        return
    yield from _once(connection, rows[0])
    account = tables.account
    chart = {row.code: row for row in connection.execute(select(account))}
    deposits = _deposits(connection, lines)
    first = rows[0]
    seen: dict[tuple[str | None, ...], int] = {}
    for line in rows:
        yield from _row(line, chart, deposits)
        opened_on, of = line.day("opened_on"), (line.text("account"), line.text("application"), line.text("deposit"))
        if opened_on is not None and opened_on != first.day("opened_on"):
            yield _problem(line, "opened_on", "another-day", value=opened_on, first=first.day("opened_on"))
        if of in seen:
            yield _problem(line, "account", "again", value=line.text("account"), first=seen[of])
        seen.setdefault(of, line.row)
    amounts = [line.values.get("yen") for line in rows]
    if all(isinstance(yen, int) for yen in amounts):
        difference = sum(yen for yen in amounts if isinstance(yen, int))
        if difference:
            yield _problem(rows[-1], "yen", "unbalanced", difference=difference)


def _problem(line: InputRow, name: str, code: str, /, **fields: object) -> Problem:
    return line.problem(line.kind.headings[name], code, **fields)


_FOLLOWING = (*RECEIPTS, *SUSPENSE_EVENTS, "certificate_issued")


def _once(connection: Connection, first: InputRow) -> Iterator[Problem]:
    entry, later = tables.entry, tables.entry.alias("later")
    standing = (
        select(func.max(entry.c.happened_on))
        .outerjoin(later, later.c.reverses == entry.c.no)
        .where(entry.c.event == "opening_balance", entry.c.reverses.is_(None), later.c.no.is_(None))
    )
    other = select(func.count()).select_from(entry).where(entry.c.event != "opening_balance")
    taken_back = select(entry.c.no).where(entry.c.event == "opening_balance", entry.c.reverses.is_not(None))
    if connection.execute(taken_back).first() is not None:
        # Others in their place: what was posted from deposits and issues follows them.
        other = other.outerjoin(later, later.c.reverses == entry.c.no).where(
            entry.c.reverses.is_(None), later.c.no.is_(None), entry.c.event.not_in(_FOLLOWING)
        )
    if (opened_on := connection.execute(standing).scalar()) is not None:
        yield _problem(first, "opened_on", "opened-before", value=opened_on)
    elif connection.execute(other).scalar_one():
        yield _problem(first, "opened_on", "not-first")


def _deposits(connection: Connection, lines: list[InputRow]) -> dict[str, date]:
    """The day of each deposit that is known, or comes with these lines."""
    known = tables.deposit_known.c
    statement = select(known.deposit, known.received_on).order_by(known.known_on, known.id)
    days: dict[str, date] = dict(connection.execute(statement).all())
    for line in lines:
        received_on, reference = line.day("received_on"), line.text("deposit")
        if line.kind.code == "deposits" and received_on is not None and reference is not None:
            days[reference] = received_on
    return days


def _row(line: InputRow, chart: dict[str, Any], deposits: dict[str, date]) -> Iterator[Problem]:
    code, opened_on, yen = line.text("account"), line.day("opened_on"), line.values.get("yen")
    if code is None:
        return
    account = chart.get(code)
    if account is None:
        yield _problem(line, "account", "unknown-account", value=code)
        return
    if code in _NOT_OPENED:
        yield _problem(line, "account", "not-opened", value=code)
    kept_by = account.kept_by or ""
    named = [name for name in ("application", "deposit") if line.text(name) is not None]
    for name in named:
        if name not in kept_by:
            yield _problem(line, name, "not-kept-by", account=code)
    if kept_by and not [name for name in named if name in kept_by]:
        if " or " in kept_by:
            columns = [line.kind.headings[name] for name in ("application", "deposit")]
            yield line.problem(None, "one-needed", columns=columns)
        else:
            yield _problem(line, kept_by, "missing")
    own_side = 1 if account.kind in ("asset", "expense") else -1
    if isinstance(yen, int) and yen * own_side < 0 and code not in _EITHER_SIDE:
        yield _problem(line, "yen", "below-zero", value=yen, account=code)
    reference = line.text("deposit")
    if reference is not None and reference not in deposits:
        yield _problem(line, "deposit", "unknown-deposit", value=reference)
    elif reference is not None and opened_on is not None and deposits[reference] > opened_on:
        column = line.kind.headings["opened_on"]
        yield _problem(line, "deposit", "after", value=deposits[reference], other=opened_on, column=column)
