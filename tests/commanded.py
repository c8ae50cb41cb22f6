"""The books of one engine, commanded as the plain model is: each command answers in values that can be compared."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from exports.formats import zengin
from ledger import tables
from ledger.audit import access
from ledger.booking import credits, month_end, payment_files, refunds
from ledger.booking.bills import pay_bill
from ledger.booking.overpayments import return_deposit
from ledger.booking.run import book
from ledger.booking.slips import reverse
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.errors import Refusal
from ledger.intake.matching import settle
from ledger.journal import balances
from ledger.journal.entries import recorded
from ledger.people import accounts
from ledger.store import database, idempotency, records, seals, settings
from tests import given, posted
from tests.model import Answer
from tests.model_booked import SUSPENSE, App, Dep, Told
from tests.posted import CHIEF, CLERK

# Under the notice of 2012-03-23; a sequence may go on, or begin, beyond the one of 2012-09-21.
BEGIN = date(2012, 4, 1)
OTHER = "大阪 第9002号"
# Fees of three heights, so that a credit is more or less than what the reissue owes.
FEES = {date(2011, 11, 1): 7245, date(2012, 1, 10): 5000, date(2012, 2, 10): 9000}
APPLICATIONS = [
    App("2011-0001", given.MEMBER, False, 7245, date(2011, 11, 1)),
    App("2012-0001", given.MEMBER, True, 5000, date(2012, 1, 10)),
    App("2012-0002", given.MEMBER, True, 9000, date(2012, 2, 10)),
    App("2012-0003", given.MEMBER, True, 5000, date(2012, 1, 11)),
    App("2011-0002", OTHER, False, 7245, date(2011, 11, 2)),
    App("2012-0004", OTHER, True, 9000, date(2012, 2, 11)),
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


class Books:
    """The books of one engine, to which the commands of the model are given."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.today = BEGIN
        self.seen = 0
        self.marks = seals.marks(connection)

    def seal(self) -> None:
        """Seals what the sequence has added, as the end of a write does."""
        seals.seal(self.connection, self.marks, by=CLERK, command="sequence", role=records.role(self.connection))

    def answer(self, command: str, *words: Any) -> Answer:
        """What a command answers; one that is refused leaves everything as it was."""
        try:
            with self.connection.begin_nested():
                return "done", getattr(self, command)(*words)
        except idempotency.KeyUsedDifferently as refusal:
            return "refused", f"{refusal.code()} {refusal.field}"
        except Refusal as refusal:
            return "refused", refusal.code()

    def once(self, key: str, command: str, *words: Any) -> str:
        """A command under a key, as the command line gives it."""
        asked = {str(nth): str(each) for nth, each in enumerate(words, 1)}
        request = idempotency.Request(key, command, asked)
        if (before := idempotency.answered(self.connection, request)) is not None:
            return before.text
        answer = idempotency.StoredAnswer(repr(getattr(self, command)(*words)), "")
        idempotency.keep(self.connection, request, answer, by=CLERK)
        return answer.text

    def tell(self, number: str, name: str, told: Told) -> None:
        """A fact, known today."""
        days: dict[str, Any] = {"day": told.day, "code": told.code, "up_to": told.up_to, "known_on": told.known_on}
        posted.fact(self.connection, number, name, **days)

    def account(self, member: str, number: str, by: str) -> None:
        """A bank account, brought by a person."""
        row = {"name": "会員.csv", "recorded_at": datetime(2012, 4, 1), "by": by}
        key = self.connection.execute(tables.source.insert().values(row)).inserted_primary_key
        assert key is not None
        account = dict(zip(accounts.ACCOUNT, ("9999", "999", "1", number, "コウヤマ タロウ"), strict=True))
        person = {
            "member": member,
            "name": "甲山 太郎",
            "association": "東京",
            "known_on": self.today,
            "source": key[0],
        }
        self.connection.execute(tables.member_known.insert().values(person | account))

    def deposit(self, dep: Dep) -> None:
        """A transfer received."""
        days: dict[str, Any] = {"on": dep.received_on, "known_on": dep.known_on}
        posted.deposit(self.connection, dep.reference, dep.application, yen=dep.yen, **days)

    def billed(self, bill: str, number: str, yen: int) -> None:
        """A bill of one line."""
        posted.billed(self.connection, bill, number, yen, on=self.today)

    def book(self, through: date) -> None:
        """Books everything."""
        book(self.connection, through, by=CLERK)

    def decide(self, *numbers: str) -> list[str]:
        """Keeps findings."""
        found = judge(self.connection, self.today, applications=numbers)
        keep(self.connection, found, by=CLERK)
        return [finding.outcome for finding in found]

    def match(self, reference: str, number: str, on: date) -> bool:
        """Settles whose a deposit is."""
        return settle(self.connection, reference, number, on=on, by=CLERK)

    def pay_bill(self, bill: str, on: date) -> int:
        """Pays a bill."""
        return pay_bill(self.connection, bill, on=on, by=CLERK).yen

    def reverse(self, no: int, reason: str, on: date) -> tuple[int, bool]:
        """Reverses an entry."""
        done = reverse(self.connection, no, on=on, reason=reason, by=CLERK)
        return done.no, done.changed

    def close(self, month: str, bank: int | None, accept: str | None, days: int) -> tuple[Any, ...]:
        """Closes a month and all before it."""
        said: dict[str, Any] = {"bank_yen": bank, "accept": accept, "undetermined_days": days}
        done = month_end.close(self.connection, _month(month), today=self.today, by=CLERK, **said)
        return done.changed, done.closed_to, [{"code": reason.code, **reason.fields} for reason in done.accepted]

    def reopen(self, month: str, reason: str) -> tuple[Any, ...]:
        """Reopens a month and all after it."""
        done = month_end.reopen(self.connection, _month(month), reason=reason, by=CLERK)
        return done.changed, done.closed_to

    def approve_account(self, member: str, by: str) -> bool:
        """Says that a changed bank account is right."""
        return accounts.approve_account(self.connection, member, by=by)[1]

    def look(self, member: str, purpose: str) -> str:
        """Looks at a whole bank account."""
        return str(access.look(self.connection, member, purpose=purpose, by=CLERK).account_number)

    def propose_refund(self, number: str, by: str, on: date) -> tuple[int, bool, int]:
        """Proposes a refund."""
        done = refunds.propose(self.connection, number, on=on, by=by)
        return done.no, done.changed, done.yen

    def return_deposit(self, reference: str, by: str, on: date) -> tuple[int, bool, int]:
        """Proposes the return of a deposit."""
        done = return_deposit(self.connection, reference, on=on, by=by)
        return done.no, done.changed, done.yen

    def propose_credit(self, number: str, to: str, by: str, on: date) -> tuple[int, bool, int]:
        """Proposes a credit."""
        done = credits.propose(self.connection, number, to, on=on, by=by)
        return done.no, done.changed, done.yen

    def set_people(self, value: str, by: str) -> bool:
        """Sets how many people a payment needs."""
        return settings.change(self.connection, "people", value, by=by)[1]

    def file(self, on: date, name: str, by: str) -> tuple[Any, ...]:
        """Makes a payment file, or gives one that was made before."""
        done = payment_files.file(self.connection, on=on, name=name, by=by, layout=zengin.text)
        if not done.changed:
            return done.no, False, done.gone_on
        return done.no, True, len(done.refunds), done.yen

    def void(self, no: int, on: date, reason: str, by: str) -> tuple[Any, ...]:
        """Declares a payment file void."""
        done = payment_files.void(self.connection, no, on=on, reason=reason, by=by)
        return done.no, done.changed, done.refunds

    def step(self, kind: str, no: int, state: str, on: date, by: str, reason: str | None = None) -> tuple[int, bool]:
        """Brings a refund or a credit into a state."""
        why = {} if reason is None else {"reason": reason}
        if state == "paid":
            done = refunds.paid(self.connection, [no], on=on, by=by)[0]
        else:
            verbs = {"approved": "approve", "applied": "approve", "rejected": "reject", "undone": "undo"}
            module = credits if kind == "credit" else refunds
            done = getattr(module, verbs.get(state, state))(self.connection, no, on=on, by=by, **why)
        return done.no, done.changed

    def new_entries(self) -> Iterator[tuple[Any, ...]]:
        """The entries posted since last asked: event, day, day it belongs to, original, movements with their parts."""
        entry = tables.entry.c
        numbers = list(
            self.connection.execute(select(entry.no).where(entry.no > self.seen).order_by(entry.no)).scalars()
        )
        for no, posting in sorted(recorded(self.connection, numbers).items()):
            moves = [
                (
                    one.debit,
                    _part(one.debit, one.debit_application, one.deposit),
                    one.credit,
                    _part(one.credit, one.credit_application, one.deposit),
                    one.yen,
                )
                for one in posting.movements
            ]
            yield posting.event, posting.on, posting.for_day, posting.reverses, moves
            self.seen = no

    def parts(self) -> dict[tuple[str, str], int]:
        """What each part of each account that is kept for somebody holds."""
        found: dict[tuple[str, str], int] = {}
        for balance in balances.trial_balance(self.connection):
            for by in ("application", "deposit"):
                if by == "deposit" and balance.code not in (SUSPENSE, "2020", "2060"):
                    continue
                for part, yen in balances.held(self.connection, balance.code, by).items():
                    if part is not None and balance.code != "1110":
                        found[balance.code, part] = yen
        return found

    def digests(self) -> list[str]:
        """The digests of the entries, in order."""
        return list(self.connection.execute(select(tables.entry.c.digest).order_by(tables.entry.c.no)).scalars())


def _part(account: str, application: str | None, deposit: str | None) -> str | None:
    if account == "1110":
        return None
    return deposit if account == SUSPENSE else application or deposit


def _month(text: str) -> Month:
    month = Month.parse(text)
    assert month is not None
    return month
