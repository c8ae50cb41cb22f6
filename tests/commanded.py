"""The books of one engine, to which commands are given; what one answers and writes can be compared with another's."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, func, select

from exports.formats import zengin
from ledger import tables
from ledger.allocations import UNKNOWN, Part, allocate, allocations
from ledger.audit import access
from ledger.booking import credits, month_end, openings, payment_files, recording, recovery, refunds, rulings, slips
from ledger.booking.allocation import settle, take_back
from ledger.booking.bills import pay_bill
from ledger.booking.overpayments import return_deposit
from ledger.booking.reversals import reverse
from ledger.booking.run import CalledFor, book, called_for
from ledger.codes import OPENING, RIGHTS
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.errors import Problems, Refusal
from ledger.intake.report import Touched
from ledger.intake.withdrawing import RowsOfImport
from ledger.journal import balances
from ledger.journal.entries import Result
from ledger.people import accounts, payees, permissions
from ledger.store import database, idempotency, records, seals, settings
from migrations.triggers import HELD_BY
from tests import given
from tests.model import Application, Deposit, Fact
from tests.model_records import Ruling
from tests.posted import CHIEF, CLERK

# Under the notice of 2012-03-23; a sequence may go on, or begin, beyond the one of 2012-09-21.
BEGIN = date(2012, 4, 1)
OTHER = "大阪 第9002号"
# Fees of three heights, so that a credit is more or less than what the reissue owes.
FEES = {date(2011, 11, 1): 7245, date(2012, 1, 10): 5000, date(2012, 2, 10): 9000}
APPLICATIONS = [
    Application("2011-0001", given.MEMBER, False, 7245, date(2011, 11, 1)),
    Application("2012-0001", given.MEMBER, True, 5000, date(2012, 1, 10)),
    Application("2012-0002", given.MEMBER, True, 9000, date(2012, 2, 10)),
    Application("2012-0003", given.MEMBER, True, 5000, date(2012, 1, 11)),
    Application("2011-0002", OTHER, False, 7245, date(2011, 11, 2)),
    Application("2012-0004", OTHER, True, 9000, date(2012, 2, 11)),
]
NUMBERS = [application.number for application in APPLICATIONS]
# What the federation is to its bank.
PAYER = {
    "payer_code": "1234567890",
    "payer_name": "シホウシヨシカイ",
    "payer_bank": "9999",
    "payer_branch": "999",
    "payer_account_type": "1",
    "payer_account": "7654321",
}


def prepare(url: str) -> None:
    """Enters the fees, the two members and their applications, and what the federation is to its bank."""
    with database.writing(url) as connection:
        of = given.source(connection)
        for name, value in PAYER.items():
            settings.change(connection, name, value, by=CHIEF)
        for day, yen in FEES.items():
            fee = {"applies_from": day, "applies_to": date(2012, 3, 31), "yen": yen, "tax_percent": 5}
            connection.execute(tables.fee.insert().values(fee | {"known_on": day, "source": of}))
        for member in (given.MEMBER, OTHER):
            given.member(connection, of, member)
        for application in APPLICATIONS:
            facts: dict[str, Any] = {
                "applied_on": application.applied_on,
                "kind": "reissue" if application.reissue else "new",
                "paid": [],
            }
            given.application(connection, of, application.number, facts, member=application.member, as_of=BEGIN)


# What commands write, in the order in which it is read; facts come from the sequence itself.
WRITTEN = (
    *("ruling_step", "entry", "movement", "decision", "refund", "refund_step", "credit", "credit_step", "payment_file"),
    *("slip", "slip_step"),
    *("people_change", "people_step", "month_step"),
    *("account_approval", "payee_approval", "looked", "setting", "request"),
)
# What differs between two engines that did the same: clocks, roles, and numbers that a server draws.
INCOMPARABLE = {
    *("recorded_at", "role", "source", "member_known", "payee", "payee_known"),
    *("sources_to", "fees_to", "allocations_to", "head"),
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a command answers: its result, or else the code and the facts of the refusal."""

    result: Any = None
    refused: str | None = None
    facts: Any = None


class Books:
    """The books of one engine."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.today = BEGIN
        self.marks = seals.marks(connection) if connection.dialect.name == "sqlite" else {}
        self._read: dict[str, set[Any]] = {}
        self.imports: dict[int, int] = {}  # the number that the books gave to each import
        self._from: dict[str, Any] = {}
        self._plan: tuple[object, CalledFor] | None = None
        sizes = (select(func.count()).select_from(table).scalar_subquery() for table in tables.metadata.sorted_tables)
        self._sizes = select(*sizes)
        self.new_rows()

    def seal(self) -> None:
        """Seals what the sequence has added, as the end of a write does."""
        seals.seal_write(self.connection, self.marks, command="sequence", by=CLERK)

    def answer(self, command: str, *words: Any, dry_run: bool = False) -> Answer:
        """What a command answers; one that is refused, and a dry run, leaves everything as it was."""
        savepoint = self.connection.begin_nested()
        try:
            self._require_permitted(command, words)
            answer = Answer(COMMANDS[command](self, *words))
        except Refusal as refusal:
            # The number of an import is each engine's own.
            own = "withdraw" in (command, *words[1:2])
            facts = {name: said for name, said in refusal.arguments.items() if not (own and name == "no")}
            answer, dry_run = Answer(None, refusal.code(), facts), True
        except Problems as refused:
            problems = [(problem.code, problem.row, problem.fields) for problem in refused.problems]
            answer, dry_run = Answer(None, problems[0][0], problems), True
        if dry_run:
            savepoint.rollback()
        else:
            savepoint.commit()
        return answer

    def _require_permitted(self, command: str, words: tuple[Any, ...]) -> None:
        """Asks who types a command whether they may; under a key only when it is carried out, as a session does."""
        by, rights = asked(command, words)
        if rights:
            assert permissions.permitted(self.connection, by, rights) == by

    # --- what stands in the books ---

    def sizes(self) -> tuple[int, ...]:
        """How many rows each table has: rows are only ever added, the database sees to that."""
        return tuple(self.connection.execute(self._sizes).one())

    def new_rows(self) -> dict[str, list[Row]]:
        """What commands have written since this was last asked, by table, without what differs between engines."""
        sizes = dict(zip((table.name for table in tables.metadata.sorted_tables), self.sizes(), strict=True))
        new: dict[str, list[Row]] = {}
        for name in WRITTEN:
            read = self._read.setdefault(name, set())
            if sizes[name] == len(read):
                continue
            table = tables.metadata.tables[name]
            primary = list(table.primary_key)
            statement = select(table).order_by(*primary)
            if name in ("entry", "movement", "decision") and read:
                statement = statement.where(primary[0] > max(key[0] for key in read))
            for row in self.connection.execute(statement).mappings():
                key = tuple(row[column.name] for column in primary)
                if key not in read:
                    read.add(key)
                    new.setdefault(name, []).append(_comparable(dict(row)))
        return new

    def balances(self) -> tuple[dict[str, int], dict[str, dict[str | None, int]]]:
        """What each account holds, credit positive, and each part of those that are kept by application or deposit."""
        accounts = balances.trial_balance(self.connection)
        ledger = {account.code: account.credit - account.debit for account in accounts}
        parts: dict[str, dict[str | None, int]] = {code: {} for code in HELD_BY}
        for row in self.connection.execute(select(balances.sides())):
            if (part := row.application or row.deposit) is not None and row.account in parts:
                held = parts[row.account]
                held[part] = held.get(part, 0) + int(row.credit - row.debit)
        for code, held in parts.items():
            parts[code] = {part: yen for part, yen in held.items() if yen}
        return ledger, parts

    # --- what becomes known ---

    def learn(self, what: str, words: tuple[Any, ...], no: int, row: int, by: str) -> None:
        """Something becomes known by a row of an import, of which this may be the first."""
        if no not in self.imports:
            signed = {"recorded_at": datetime(2012, 4, 1), "by": by, "role": records.role(self.connection)}
            source = {"name": f"{no}.csv", "sha256": f"import {no}", **signed}
            key = self.connection.execute(tables.source.insert().values(source)).inserted_primary_key
            assert key is not None
            self.imports[no] = key[0]
        self._from = {"source": self.imports[no], "sheet": None, "row": row}
        getattr(self, what)(*words)

    def _add(self, table: Table, **values: Any) -> None:
        self.connection.execute(table.insert().values({"known_on": self.today, **values, **self._from}))

    def learn_fact(self, number: str, name: str, fact: Fact) -> None:
        """A fact, known today."""
        self._add(tables.fact, application=number, name=name, day=fact.day, code=fact.code, up_to=fact.up_to)

    def learn_account(self, member: str, number: str, _by: str) -> None:
        """A bank account, brought by a person."""
        account = dict(zip(accounts.ACCOUNT, ("9999", "999", "1", number, "コウヤマ タロウ"), strict=True))
        self._add(tables.member_known, member=member, name="甲山 太郎", association="東京", **account)

    def learn_payee(self, number: str, account: str, _by: str) -> None:
        """Somebody who receives what comes back for an application, or of a deposit, brought by a person."""
        parts = dict(zip(accounts.ACCOUNT, ("9999", "999", "1", account, "ボノ イチロウ"), strict=True))
        of = payees.subject(self.connection, number)
        self._add(tables.payee_known, application=of.application, deposit=of.deposit, name="戊野 一郎", **parts)

    def learn_deposit(self, deposit: Deposit) -> None:
        """A transfer received, and what it is said to pay for."""
        reference, at = deposit.reference, self.connection
        if at.execute(select(tables.deposit).where(tables.deposit.c.reference == reference)).first() is None:
            at.execute(tables.deposit.insert().values(reference=reference, **self._from))
        transfer = {"received_on": deposit.received_on, "yen": deposit.yen, "payer": "ｺｳﾔﾏ ﾀﾛｳ"}
        self._add(tables.deposit_known, deposit=reference, **transfer)
        if allocations(at, [reference]).get(reference, UNKNOWN).applications != deposit.applications:
            parts = [Part(number) for number in deposit.applications]
            allocate(at, reference, parts, known_on=self.today, source=self._from)

    def learn_ruling(self, ruling: Ruling) -> None:
        """A paper of the federation, brought by a person."""
        says = {"id": ruling.no, "application": ruling.application, "treatment": ruling.treatment}
        self._add(tables.ruling, **says, decided_on=ruling.known_on, document="連発第9001号")

    def learn_bill(self, bill: str, number: str, yen: int) -> None:
        """A bill of one line."""
        self._add(tables.bill_known, bill=bill, application=number, yen=yen, billed_on=self.today, nth=1)

    def learn_openings(self, opened_on: date, rows: tuple[tuple[str, int, str | None], ...]) -> None:
        """The balances with which the books begin."""
        for account, yen, application in rows:
            self._add(tables.opening, opened_on=opened_on, account=account, yen=yen, application=application)

    def record(self, touched: Touched) -> None:
        """Posts what is called for by what these applications and deposits are known to be, as `import` does."""
        openings.post_openings(self.connection, by=CLERK)
        recording.post_for(self.connection, touched, through=self.today, by=CLERK)

    def record_after(self, kind: str, no: int) -> None:
        """Posts what a step of a refund, a credit or a slip calls for, as its command does."""
        steps = tables.metadata.tables[kind]
        recording.post_after(self.connection, steps, [no], through=self.today, by=CLERK)

    def left_to_post(self) -> list[str]:
        """The events that are called for and not posted: none, since each command posts what it calls for."""
        return [posting.event for posting in self._planned().postings]

    def money_gone(self) -> list[str]:
        """What is not corrected because its money has gone on."""
        return [left.subject for left in self._planned().left if left.code == "money_gone"]

    def _planned(self) -> CalledFor:
        """What is called for now; reckoned anew once a day has passed or a row was added."""
        at = (self.today, self.sizes())
        if self._plan is None or self._plan[0] != at:
            self._plan = at, called_for(self.connection, self.today)
        return self._plan[1]

    def once(self, key: str, command: str, *words: Any) -> Any:
        """A command under a key, as the command line gives it; given again, it answers the text that was kept."""
        content = {str(nth): str(word) for nth, word in enumerate(words, 1)}
        # The write of a sequence is not of this command, and `verify` says so of a request that names another.
        request = idempotency.Request(key, "sequence", {"0": command, **content})
        if (before := idempotency.answered(self.connection, request)) is not None:
            return before.text
        self._require_permitted(command, words)
        result = COMMANDS[command](self, *words)
        idempotency.keep(self.connection, request, idempotency.StoredAnswer(repr(result), ""), by=CLERK)
        return result


def _step(at: Books, kind: str, no: int, state: str, on: date, by: str, reason: str | None = None) -> Any:
    """Brings a refund or a credit into a state."""
    if state == "paid":
        paid = refunds.paid(at.connection, [no], on=on, by=by)[0]
        if paid.changed:
            at.record_after("refund", no)
        return paid
    verbs = {"approved": "approve", "applied": "approve", "rejected": "reject", "undone": "undo", "ended": "end"}
    reasons = {} if reason is None else {"reason": reason}
    module = credits if kind == "credit" else refunds
    result = getattr(module, verbs.get(state, state))(at.connection, no, on=on, by=by, **reasons)
    if result.changed and (kind == "credit" or state in ("rejected", "ended")):
        at.record_after(kind, no)
    return result


def _undo(at: Books, no: int, on: date, by: str, reason: str) -> Result:
    """Takes back what was recorded last of a refund."""
    result = recovery.undo(at.connection, no, reason=reason, by=by, on=on)
    if result.changed:
        at.record_after("refund", no)
    return result


def _recover(at: Books, no: int, yen: int, on: date, by: str) -> Result:
    """Records what a member paid back of a refund."""
    result = recovery.recover(at.connection, no, yen=yen, on=on, by=by)
    if result.changed:
        at.record_after("refund", no)
    return result


def _decide(at: Books, *numbers: str) -> list[str]:
    """Keeps findings."""
    findings = judge(at.connection, at.today, applications=numbers)
    keep(at.connection, findings, by=CLERK)
    recording.post_decided(at.connection, numbers, through=at.today, by=CLERK)
    return [finding.outcome for finding in findings]


def _reverse(at: Books, no: int, reason: str, on: date) -> Result | str:
    """Reverses an entry; of one that two people posted, a slip is proposed."""
    result = reverse(at.connection, no, on=on, reason=reason, by=CLERK)
    return "a slip" if result.no is None else Result(result.no, result.changed)


def _propose_slip(at: Books, kind: str, subject: str, yen: int, on: date, reason: str, by: str) -> Result:
    """Proposes a slip of a kind, for an application or a deposit or of so many yen."""
    words: dict[str, Any] = {"on": on, "reason": reason, "by": by}
    propose: dict[str, Callable[[], slips.SlipResult]] = {
        "charge": lambda: slips.charge(at.connection, yen, **words),
        "interest": lambda: slips.interest(at.connection, yen, **words),
        "write_off": lambda: slips.write_off(at.connection, subject, **words),
        "income": lambda: slips.income(at.connection, subject, **words),
        "other": lambda: slips.other(at.connection, "5900", "4900", yen, **words),
        "opened_refund": lambda: slips.pay_opened_refund(at.connection, subject, **words),
        "claim_write_off": lambda: slips.write_off_claim(at.connection, subject, **words),
    }
    result = propose[kind]()
    return Result(result.no, result.changed)


def _decide_slip(at: Books, no: int, approved: bool, on: date, reason: str, by: str) -> Result:
    """Approves or rejects a slip."""
    if approved:
        result = slips.approve(at.connection, no, on=on, by=by)
        if result.changed:
            at.record_after("slip", no)
    else:
        result = slips.reject(at.connection, no, on=on, reason=reason, by=by)
    return Result(result.no, result.changed)


def _close(
    at: Books,
    month: str,
    bank: int | None,
    accept: str | None,
    points: tuple[tuple[str, str], ...],
    days: int,
    by: str,
) -> Any:
    """Closes a month and all before it."""
    words: dict[str, Any] = {"bank_yen": bank, "accept": accept, "undetermined_days": days}
    words["accept_points"] = dict(points)
    return month_end.close(at.connection, _month(month), today=at.today, by=by, **words)


def _withdraw(at: Books, no: int, rows: tuple[int, ...], on: date, reason: str) -> Any:
    """Withdraws an import, or rows of it."""
    of_import = RowsOfImport(at.imports.get(no, 10**9), tuple((row, row) for row in rows))
    words: dict[str, Any] = {"on": on, "reason": reason, "through": at.today, "by": CLERK}
    return recording.withdraw_rows(at.connection, of_import, **words)[0]


def _correct_owner(at: Books, number: str, member: str, no: int) -> tuple[tuple[str, Any, Any], ...]:
    """Takes in a file that names another member of an application; gives what it corrected."""
    application = next(one for one in APPLICATIONS if one.number == number)
    kind = "再発行" if application.reissue else "新規"
    line = f"{number},{member},{application.applied_on},{kind},{at.today}"
    with TemporaryDirectory(prefix="seisan-model-") as folder:
        (file := Path(folder) / "申込.csv").write_text(
            f"申込番号,会員番号,申込日,申込区分,把握日\n{line}\n" + "\n" * no, encoding="utf-8"
        )
        report, _booked = recording.import_files(at.connection, [file], None, through=at.today, by=CLERK)
    corrected = tuple((one.about, one.was, one.now) for one in report.corrections if one.name == "member")
    if corrected:
        newest = select(func.max(tables.source.c.id)).where(tables.source.c.sha256.is_not(None))
        at.imports[no] = at.connection.execute(newest).scalar_one()
    return corrected


def _changed_people(at: Books, verb: str, subject: str | int, *words: str) -> Any:
    """Changes the list of people; who acts is the last word."""
    *said, by = words
    reasons = {"reason": said[0]} if verb == "reject" else {}
    positions = () if verb == "reject" else said
    return getattr(permissions, verb)(at.connection, subject, *positions, on=at.today, by=by, **reasons)


# Every command by its name: what the command line calls, with the words that a sequence chooses.
COMMANDS: dict[str, Callable[..., Any]] = {
    "book": lambda at, through: book(at.connection, through, by=CLERK),
    "book_on_its_day": lambda at, through: book(at.connection, through, by=CLERK, on_its_day=True),
    "withdraw": _withdraw,
    "correct_owner": _correct_owner,
    "add_person": lambda at, name, may, by: _changed_people(at, "add", name, may, by),
    "end_person": lambda at, name, by: _changed_people(at, "end", name, by),
    "approve_person": lambda at, no, by: _changed_people(at, "approve", no, by),
    "reject_person": lambda at, no, reason, by: _changed_people(at, "reject", no, reason, by),
    "decide": _decide,
    "match": lambda at, deposit, number, on: settle(
        at.connection, deposit, [Part(number)], on=on, through=at.today, by=CLERK
    ),
    "unmatch": lambda at, deposit, number, on, reason: take_back(
        at.connection, deposit, number, on=on, reason=reason, through=at.today, by=CLERK
    ),
    "pay_bill": lambda at, bill, on: pay_bill(at.connection, bill, on=on, by=CLERK),
    "reverse": _reverse,
    "propose_slip": _propose_slip,
    "decide_slip": _decide_slip,
    "close": _close,
    "reopen": lambda at, month, why: month_end.reopen(at.connection, _month(month), reason=why, by=CLERK),
    "approve_account": lambda at, member, by: accounts.approve_account(at.connection, member, by=by)[1],
    "approve_ruling": lambda at, no, on, by: rulings.approve(at.connection, no, on=on, by=by),
    "reject_ruling": lambda at, no, on, why, by: rulings.reject(at.connection, no, on=on, reason=why, by=by),
    "approve_payee": lambda at, number, by: payees.approve_payee(
        at.connection, payees.subject(at.connection, number), by=by
    )[1],
    "undo": _undo,
    "recover": _recover,
    "look": lambda at, member, why: str(access.look(at.connection, member, purpose=why, by=CLERK).account_number),
    "propose_refund": lambda at, number, by, on: refunds.propose(at.connection, number, on=on, by=by),
    "return_deposit": lambda at, deposit, by, on: return_deposit(at.connection, deposit, on=on, by=by),
    "propose_credit": lambda at, number, to, by, on: credits.propose(at.connection, number, to, on=on, by=by),
    "set_people": lambda at, value, by: settings.change(at.connection, "people", value, by=by)[1],
    "file": lambda at, on, name, by: payment_files.file(at.connection, on=on, name=name, by=by, layout=zengin.text),
    "void": lambda at, no, on, reason, by: payment_files.void(at.connection, no, on=on, reason=reason, by=by),
    "step": _step,
    "once": Books.once,
}

PROPOSE, APPROVE, PAY, CLOSE = RIGHTS.codes
# What each command asks of a person, any of it, and which of its words says who types it: None, always the clerk.
ASKS: dict[str, tuple[tuple[str, ...], int | None]] = {
    **dict.fromkeys(("book", "book_on_its_day", "withdraw", "correct_owner"), ((PROPOSE,), None)),
    **dict.fromkeys(("decide", "match", "unmatch", "reverse"), ((PROPOSE,), None)),
    "propose_slip": ((PROPOSE,), -1),
    "propose_refund": ((PROPOSE,), 1),
    "return_deposit": ((PROPOSE,), 1),
    "propose_credit": ((PROPOSE,), 2),
    "pay_bill": ((PAY,), None),
    "close": ((CLOSE,), -1),
    "reopen": ((CLOSE,), None),
    **dict.fromkeys(("approve_account", "approve_payee", "approve_ruling", "set_people"), ((APPROVE,), -1)),
    "reject_ruling": ((PROPOSE, APPROVE), -1),
    "undo": ((PAY,), 2),
    **dict.fromkeys(("recover", "file"), ((PAY,), -1)),
    "void": ((APPROVE, PAY), -1),
    **dict.fromkeys(("add_person", "end_person", "reject_person"), (RIGHTS.codes, -1)),
    "approve_person": (RIGHTS.codes, -1),
}
_STEPS = {"rejected": (PROPOSE, APPROVE), "paid": (PAY,), "returned": (PAY,), "undone": (PROPOSE,)}


def asked(command: str, words: tuple[Any, ...]) -> tuple[str, tuple[str, ...]]:
    """Who types a command, and what it asks of them; nothing of who looks, or repeats under a key."""
    if command == "step":
        return words[4], _STEPS.get(words[2], (APPROVE,))
    if command == "decide_slip":
        return words[-1], (APPROVE,) if words[1] else (PROPOSE, APPROVE)
    rights, place = ASKS.get(command, ((), None))
    return CLERK if place is None else str(words[place]), tuple(rights)


def _month(text: str) -> Month:
    month = Month.parse(text)
    assert month is not None
    return month


def _comparable(row: Row) -> Row:
    """A row without what differs between engines; decisions and opened balances name records that a server numbered."""
    fields = {name: value for name, value in row.items() if name not in INCOMPARABLE}
    if fields.get("event") == OPENING:
        del fields["key"], fields["digest"]
    if "answer" in fields:  # PostgreSQL has a request signed by its write, which a sequence opens once and in no name
        del fields["by"], fields["command"]
    if "finding" in fields:
        finding = json.loads(fields["finding"])
        finding["facts"] = {name: fact["value"] for name, fact in finding["facts"].items()}
        fields["finding"] = finding
    return fields
