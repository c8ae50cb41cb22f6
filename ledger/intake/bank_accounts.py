"""Bank accounts that rows bring: each bank and branch is looked up in the list of banks, where the account is taken in.

What the books hold of somebody already stays: a branch that was closed since is in no list. One that was opened since
is named by a setting.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, select

from ledger import bank_list, tables
from ledger.errors import Problem
from ledger.intake.kind import InputRow
from ledger.intake.report import ImportNote
from ledger.store import settings
from ledger.store.records import batches

# Where the accounts of each kind of row are kept.
_KEPT = {"members": tables.member_known, "payees": tables.payee_known}


def problems(connection: Connection, lines: Iterable[InputRow]) -> Iterator[Problem]:
    """Every row with a bank, or a branch of it, that the list of banks does not have, and that nobody else names."""
    unknown = [line for line in _bringing(lines) if _unknown(*_place(line)) is not None]
    if not unknown:
        return
    named, known = (
        set(settings.entries(settings.values(connection)[settings.BANK_BRANCHES])),
        _known(connection, unknown),
    )
    for line in unknown:
        number, branch = _place(line)
        if f"{number}-{branch}" in named or (line.kind.code, *line.about, number, branch) in known:
            continue
        column = _unknown(number, branch) or "bank"
        fields = {"bank": number, "branch": branch or "—", "day": bank_list.listed_on()}
        yield line.problem(line.kind.headings[column], f"unknown-{column}", **fields)


def old_list(lines: Iterable[InputRow], today: date) -> Iterator[ImportNote]:
    """A note at the first row with an account, when the list that it was looked up in is old."""
    first = next(_bringing(lines), None)
    if first is not None and bank_list.is_old(today):
        fields: dict[str, object] = {"day": bank_list.listed_on(), "months": bank_list.OLD_AFTER_MONTHS}
        yield ImportNote(first.file, first.sheet, first.row, "old-bank-list", fields)


def _bringing(lines: Iterable[InputRow]) -> Iterator[InputRow]:
    return (line for line in lines if line.kind.code in _KEPT and line.text("bank") is not None)


def _place(line: InputRow) -> tuple[str, str | None]:
    return str(line.text("bank")), line.text("branch")


def _unknown(bank: str, branch: str | None) -> str | None:
    """What the list does not have: the bank, or the branch of it."""
    if bank_list.bank(bank) is None:
        return "bank"
    return "branch" if branch is not None and bank_list.branch(bank, branch) is None else None


def _known(connection: Connection, lines: list[InputRow]) -> set[tuple[object, ...]]:
    """The banks and branches that the books hold already of those whom these rows are about, by kind of row."""
    known: set[tuple[object, ...]] = set()
    for code, name in {(line.kind.code, line.about[0]) for line in lines}:
        table, about = _KEPT[code], (code, name)
        key = table.c[name]
        for batch in batches(
            sorted({str(line.about[1]) for line in lines if (line.kind.code, line.about[0]) == about})
        ):
            rows = connection.execute(select(key, table.c.bank, table.c.branch).where(key.in_(batch)).distinct())
            known |= {(*about, *row) for row in rows}
    return known
