"""Takes the lines of a bank's file into the books: what came in becomes a deposit, and all of it is kept.

Only the federation's own account is taken. A line that the books know already, in a file of before or of another kind,
is not taken again. What a correction takes back is withdrawn from the day of the correction on, or waits for a person.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger import facts, masking, tables
from ledger.codes import ACCOUNT_TYPES, Account
from ledger.errors import Problem
from ledger.intake.bank.kinds import BANK_BALANCES, BANK_LINES, days
from ledger.intake.bank.known import KnownLine, KnownLines, content_of, group_of
from ledger.intake.columns import MOST_YEN, Value
from ledger.intake.kind import InputRow
from ledger.intake.kinds import require_kind
from ledger.intake.recognition import InputFile
from ledger.intake.report import ImportNote, TakenBack
from ledger.kana import search_key
from ledger.store import settings
from ledger.store.records import batches

# --- whose account it is --------------------------------------------------------------------------------------------

_OWN = ("payer_bank", "payer_branch", "payer_account")
_KIND = "payer_account_type"


class _Account(NamedTuple):
    """An account: bank, branch and number in one word, empty where a file does not tell it, and 預金種目, if told.

    Of one branch two accounts of different kinds may have the same number.
    """

    number: str
    kind: str | None

    def may_be(self, other: "_Account") -> bool:
        """Whether it is that account, as far as both are told."""
        same_kind = self.kind == other.kind or None in (self.kind, other.kind)
        return self.number in (other.number, "") and same_kind

    def __str__(self) -> str:
        place, _dash, number = self.number.rpartition("-")
        kind = (
            "" if self.kind is None else f" {ACCOUNT_TYPES[self.kind].said}" if self.kind in ACCOUNT_TYPES.codes else ""
        )
        return f"{place}-{masking.account(number)}{kind}"


def keep_own(connection: Connection, files: Sequence[InputFile]) -> list[Problem]:
    """Leaves of the files of the bank what is of the federation's own account, and gives what is wrong with that.

    A file that has other accounts beside it says so in a note; one without it is a problem, and so is that nobody has
    set which account it is.
    """
    problems: list[Problem] = []
    own: _Account | None = None
    for file in files:
        if not any(sheet.kind in (BANK_LINES, BANK_BALANCES) for sheet in file.sheets):
            continue
        if own is None:
            values = settings.values(connection)
            if missing := [name for name in _OWN if not values[name]]:
                problems.append(Problem(file.name, None, None, "own-account-not-set", {"names": missing}))
                return problems
            own = _Account("-".join(str(values[name]) for name in _OWN), values[_KIND])
        problems += _keep_own(file, own)
    return problems


def _keep_own(file: InputFile, own: _Account) -> Iterator[Problem]:
    others: dict[_Account, list[InputRow]] = {}
    ours = False
    for at, sheet in enumerate(file.sheets):
        if sheet.kind not in (BANK_LINES, BANK_BALANCES):
            continue
        lines: list[InputRow] = []
        for line in sheet.lines:
            account = _Account(line.text("account") or "", line.text("account_type"))
            if account.may_be(own):
                lines.append(line._replace(values=line.values | {"account": own.number}))
            else:
                others.setdefault(account, []).append(line)
        ours |= bool(lines)
        file.sheets[at].lines[:] = lines
    for account, lines in others.items():
        fields: dict[str, object] = {"account": str(account), "own": str(own)}
        if not ours:
            yield Problem(file.name, lines[0].row, None, "another-account", fields)
        else:
            count = sum(line.kind is BANK_LINES for line in lines)
            note = ImportNote(file.name, None, lines[0].row, "another-account", fields | {"count": count})
            file.notes.append(note)
            others_of = next(sheet for sheet in file.sheets if sheet.kind is BANK_LINES)
            before = others_of.passed_over.get("another-account", (0, 0))[0]
            others_of.passed_over["another-account"] = before + len(lines), lines[0].row


# --- what is new ----------------------------------------------------------------------------------------------------


@dataclass
class BankTaking:
    """What is to be added to the books: lines and balances as rows with the line of the file that brought each.

    `deposits` are what came in, as lines of a file of deposits would be; `taken_back` the deposits that a correction
    takes back, each with the line that does.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)
    rows: list[tuple[InputRow, KnownLine]] = field(default_factory=list)
    balances: list[InputRow] = field(default_factory=list)
    superseded: list[tuple[InputRow, int]] = field(default_factory=list)
    deposits: list[InputRow] = field(default_factory=list)
    taken_back: list[tuple[str, InputRow]] = field(default_factory=list)


def settle(connection: Connection, lines: Sequence[InputRow]) -> BankTaking:
    """What of the lines of the bank is new, and what it calls for; nothing is written."""
    taking = BankTaking()
    of_bank = [line for line in lines if line.kind is BANK_LINES]
    if of_bank:
        told = days(of_bank)
        known = KnownLines(connection, told[0], told[-1])
        new = [
            pair
            for _file, told_by in groupby(of_bank, key=lambda line: line.file)
            for pair in _of_file(known, list(told_by), taking)
        ]
        _become_deposits(connection, new, taking, told[0], told[-1])
        _correct(known, new, taking)
    _balances(connection, [line for line in lines if line.kind is BANK_BALANCES], taking)
    return taking


def _of_file(known: KnownLines, lines: list[InputRow], taking: BankTaking) -> Iterator[tuple[InputRow, KnownLine]]:
    """The lines of a file that are new, those that are known from another kind of file told once more."""
    claimed: set[KnownLine] = set()
    unknown: list[InputRow] = []
    for line in lines:
        if (same := known.find(line, claimed)) is None:
            unknown.append(line)
        else:
            claimed.add(same)
    new: list[InputRow] = []
    for line in unknown:
        if (elsewhere := known.find_elsewhere(line)) is None:
            new.append(line)
        else:
            claimed.add(elsewhere)
            taking.rows.append((line, elsewhere))
    for line in new:
        number, form = line.text("number"), str(line.text("form"))
        others = known.of_number.get((group_of(line), form, number), []) if number else []
        if other := next((one for one in others if one not in claimed and one.told_by != line.file), None):
            heading = BANK_LINES.headings["number"]
            fields = {"value": number, "day": other.group.on, "yen": other.yen, "name": other.name}
            taking.problems.append(line.problem(heading, "bank-line-differs", **fields))
            continue
        added = known.add(line, _name(known, line))
        taking.rows.append((line, added))
        yield line, added


def _name(known: KnownLines, line: InputRow) -> str:
    """The name of a new line: the end of the account, the day and the bank's reference or, without one, a digest."""
    content, group = content_of(line), group_of(line)
    number = content.number
    if number is None:
        said = "\n".join([group.way, group.state, str(content.yen), content.payer or "", content.note or ""])
        number = hashlib.sha256(said.encode()).hexdigest()[:8]
    name = first = f"{group.account[-4:]}-{group.on:%Y%m%d}-{number}"
    nth = 1
    while name in known.by_name:
        nth += 1
        name = f"{first}-{nth}"
    return name


def _become_deposits(
    connection: Connection, new: Iterable[tuple[InputRow, KnownLine]], taking: BankTaking, first: date, last: date
) -> None:
    """Whoever is named as the payer of what came in paid a deposit; a workbook may have told it before."""
    told = _told_by_workbooks(connection, first, last)
    beside = _entries_without_deposit(connection, first, last)
    kind = require_kind("deposits")
    for line, added in new:
        content, group = content_of(line), group_of(line)
        if group.way != "in" or group.state != "ordinary" or content.payer is None:
            continue
        if same := told.get((group.on, content.yen, search_key(content.payer))):
            added.deposit = same.pop(0)
            fields: dict[str, object] = {"deposit": added.deposit}
            taking.notes.append(ImportNote(line.file, None, line.row, "deposit-told-before", fields))
            continue
        if content.yen > MOST_YEN:
            heading = BANK_LINES.headings["yen"]
            taking.problems.append(line.problem(heading, "too-much", value=content.yen, limit=MOST_YEN))
            continue
        others = [name for key, names in told.items() if key[:2] == (group.on, content.yen) for name in names]
        if others:
            fields = {"deposit": added.name, "others": others}
            taking.notes.append(ImportNote(line.file, None, line.row, "deposit-beside-table", fields))
        if (entries := beside.get((group.on, content.yen))) is not None:
            fields = {"deposit": added.name, "entries": entries}
            taking.notes.append(ImportNote(line.file, None, line.row, "deposit-beside-entry", fields))
        added.deposit = added.name
        values: dict[str, Value] = {"deposit": added.name, "received_on": group.on, "yen": content.yen}
        # What the payer sent along names applications as often as the bank's note does.
        note = " ".join(text for text in (content.note, line.text("edi")) if text)
        values |= {"payer": content.payer} | ({"note": note} if note else {})
        taking.deposits.append(InputRow(kind, line.file, None, line.row, values, line.known_on))


def told_by_bank(connection: Connection, lines: Iterable[InputRow]) -> Iterator[ImportNote]:
    """A note for each row of a table of deposits that tells a transfer under another reference than the bank's file."""
    transfers = [line for line in lines if line.kind.code == "deposits" and line.day("received_on") is not None]
    row = tables.bank_line.c
    received = sorted({line.values["received_on"] for line in transfers}, key=str)
    known: dict[tuple[object, object, str], str] = {}
    references: set[str] = set()
    for some in batches(received):
        statement = select(row.deposit, row.happened_on, row.yen, row.payer).where(
            row.happened_on.in_(some), row.deposit.is_not(None), facts.not_withdrawn(tables.bank_line, None)
        )
        for deposit, day, yen, payer in connection.execute(statement.order_by(row.id)):
            known.setdefault((day, yen, search_key(payer or "")), deposit)
            references.add(deposit)
    for line in transfers if known else ():
        of = line.values["received_on"], line.values.get("yen"), search_key(line.text("payer") or "")
        if (other := known.get(of)) is not None and line.text("deposit") not in references:
            yield ImportNote(line.file, line.sheet, line.row, "deposit-told-by-bank", {"other": other})


def _told_by_workbooks(connection: Connection, first: date, last: date) -> dict[tuple[date, int, str], list[str]]:
    """The deposits of these days that no line of the bank became, by day, yen and payer."""
    version, line = tables.deposit_known, tables.bank_line
    latest = facts.latest_version(version, (version.c.deposit,), None).subquery().c
    of_lines = select(line.c.deposit).where(line.c.deposit.is_not(None), facts.not_withdrawn(line, None))
    statement = select(latest.deposit, latest.received_on, latest.yen, latest.payer).where(
        latest.received_on.between(first, last), latest.deposit.not_in(of_lines)
    )
    told: dict[tuple[date, int, str], list[str]] = {}
    for row in connection.execute(statement.order_by(latest.deposit)):
        told.setdefault((row.received_on, row.yen, search_key(row.payer)), []).append(row.deposit)
    return told


def _entries_without_deposit(connection: Connection, first: date, last: date) -> dict[tuple[date, int], list[int]]:
    """The entries of these days that brought money in and are of no deposit, such as interest, by day and yen."""
    entry, movement = tables.entry.c, tables.movement.c
    opposite = select(entry.reverses).where(entry.reverses.is_not(None))
    statement = (
        select(entry.no, entry.happened_on, func.sum(movement.yen))
        .join(tables.movement, movement.entry == entry.no)
        .where(entry.happened_on.between(first, last), movement.debit == str(Account.BANK))
        .where(movement.deposit.is_(None), entry.reverses.is_(None), entry.no.not_in(opposite))
        .where(entry.event != "opening_balance")
        .group_by(entry.no, entry.happened_on)
        .order_by(entry.no)
    )
    found: dict[tuple[date, int], list[int]] = {}
    for no, day, yen in connection.execute(statement):
        found.setdefault((day, int(yen)), []).append(no)
    return found


def _correct(known: KnownLines, new: Iterable[tuple[InputRow, KnownLine]], taking: BankTaking) -> None:
    """Finds what each correction takes back; one that is not found stands among what has to be done."""
    for line, added in new:
        if added.group.state != "correction":
            continue
        if (found := known.corrected_by(added)) is None:
            taking.notes.append(ImportNote(line.file, None, line.row, "correction-of-nothing", {"line": added.name}))
            continue
        known.correct(found)
        added.corrects = found.name
        if found.deposit is not None:
            taking.taken_back.append((found.deposit, line))


def _balances(connection: Connection, lines: list[InputRow], taking: BankTaking) -> None:
    if not lines:
        return
    told, row = days(lines), tables.bank_balance.c
    statement = select(row.account, row.happened_on, row.yen).where(
        row.happened_on.between(told[0], told[-1]), facts.not_withdrawn(tables.bank_balance, None)
    )
    last = {(known.account, known.happened_on): known.yen for known in connection.execute(statement.order_by(row.id))}
    for line in lines:
        of, yen = (line.values["account"], line.values["happened_on"]), line.values["yen"]
        assert isinstance(yen, int)
        before = last.get(of)
        if before == yen:
            continue
        if before is not None:
            taking.superseded.append((line, before))
        last[of] = yen
        taking.balances.append(line)


# --- what is written ------------------------------------------------------------------------------------------------

_COLUMNS = ("account", "form", "happened_on", "way", "state", "yen", "number", "payer", "note", "code", "digest")


def line_rows(taking: BankTaking) -> Iterator[tuple[InputRow, dict[str, Any]]]:
    """Each new line with the row that keeps it, without its source."""
    for line, known in taking.rows:
        values = {name: line.values.get(name) for name in _COLUMNS}
        # Of a line that two kinds of files tell, the first has said what it corrects and which deposit it became.
        own = {"line": known.name, "deposit": known.deposit, "corrects": known.corrects}
        yield line, values | own | {"known_on": line.known_on}


def balance_rows(taking: BankTaking) -> Iterator[tuple[InputRow, dict[str, Any]]]:
    """Each new balance with the row that keeps it, without its source."""
    for line in taking.balances:
        yield (
            line,
            {name: line.values[name] for name in ("account", "happened_on", "yen")} | {"known_on": line.known_on},
        )


def withdraw_taken_back(connection: Connection, taken_back: Iterable[TakenBack]) -> None:
    """Withdraws the deposits that the bank took back, from the day on which that was known; nothing is erased."""
    version = tables.deposit_known
    by_deposit = {row.deposit: row for row in taken_back}
    marks: list[dict[str, Any]] = []
    for group in batches(sorted(by_deposit)):
        stands = select(version).where(version.c.deposit.in_(group), facts.not_withdrawn(version, None))
        for stood in connection.execute(stands.order_by(version.c.id)):
            row = by_deposit[stood.deposit]
            said = {"known_on": max(row.known_on, stood.known_on), "reason": row.reason, "source": row.source}
            marks.append({"of": version.name, "row_id": stood.id} | said)
    if marks:
        connection.execute(tables.withdrawn.insert(), marks)
