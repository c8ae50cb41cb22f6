"""Made-up books of any size: members with accounts, applications of three years, deposits, bills, refunds, a closing.

What files would bring is put into the tables at once; what follows from it is booked, decided and posted by the ledger
itself, so the books hold what a federation's would.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, select

from ledger import tables
from ledger.booking import refunds, workflow
from ledger.booking.bills import pay_bill
from ledger.booking.events import entry_of
from ledger.booking.run import book
from ledger.codes import ASSOCIATIONS
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.journal import closing
from ledger.kana import PAYER, as_banks_read
from ledger.people.payees import Subject
from ledger.people.receivers import receiver_of
from ledger.store import database
from ledger.store.records import batches, signature

# Invented syllables of names: some 2,500 names, so that a payer is like a few members, and not like all of them.
FAMILY, GIVEN = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
    "ロウタスケイチジンコミ",
)
FEE = 7245
FIRST, DAYS = date(2011, 1, 5), 990
CLOSED = Month(2013, 10)
ASKED = date(2013, 11, 30)
CLERK, CHIEF = "会計 乙川", "事務局長 丙田"

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Size:
    """How many applications and members the books have; the rest is in proportion."""

    applications: int
    members: int

    @classmethod
    def of(cls, applications: int) -> "Size":
        """So many applications, four of each member."""
        return cls(applications, max(1, applications // 4))

    def member(self, nth: int) -> str:
        """The registration number of the nth member."""
        return f"{ASSOCIATIONS[nth % len(ASSOCIATIONS)]} 第{nth + 1}号"

    def owner(self, nth: int) -> int:
        """Which member the nth application is of."""
        return nth % self.members


def number(nth: int) -> str:
    """The number of the nth application."""
    return f"A{nth:07}"


def kana(nth: int) -> str:
    """The name of the nth member, in kana."""
    first, second, third = nth % len(FAMILY), nth // len(FAMILY) % len(GIVEN), nth // 7 % len(GIVEN)
    return f"{FAMILY[first]}{FAMILY[(first * 5 + 3) % len(FAMILY)]}マ {GIVEN[second]}{GIVEN[third]}ウ"


def applied_on(nth: int) -> date:
    """The day of the nth application: three years, evenly."""
    return FIRST + timedelta(days=nth * 7 % DAYS)


def revoked(nth: int) -> bool:
    """Whether the certificate of the nth application was revoked: one in ten."""
    return nth % 10 == 3


def paid(nth: int) -> bool:
    """Whether the nth application was paid for: all but one in fifty."""
    return nth % 50 != 7


def changed(nth: int) -> bool:
    """Whether the nth member has changed the bank account, which nobody has approved: one in a hundred."""
    return nth % 100 == 99


def fill(url: str, size: Size) -> None:
    """Fills books that `create` has just made."""
    with database.writing(url, by=CLERK, command="import") as connection:
        row = {"name": "made-up.xlsx", "sha256": "0" * 64} | signature(connection, CLERK)
        key = connection.execute(tables.source.insert().values(row)).inserted_primary_key
        assert key is not None
        for table, rows in _known(size, key[0]):
            _insert(connection, table, rows)
        book(connection, ASKED, by=CLERK)
    if url.startswith("postgres"):
        with database.writing(url, by=CLERK) as connection:
            connection.exec_driver_sql("ANALYZE")
    with database.writing(url, by=CLERK, command="decide") as connection:
        findings = [f for f in judge(connection, ASKED) if f.outcome not in ("no_fee", "in_force")]
        keep(connection, findings, by=CLERK)
        book(connection, ASKED, by=CLERK)
        payable = [f for f in findings if f.outcome == "eligible" and not changed(size.owner(int(f.application[1:])))]
    _refund(url, [f.application for f in payable[::2]])
    with database.writing(url, by=CHIEF, command="bill pay") as connection:
        bills = connection.execute(select(tables.bill_known.c.bill).distinct().order_by("bill")).scalars().all()
        for bill in bills[:2]:
            pay_bill(connection, bill, on=ASKED, by=CHIEF)
    with database.writing(url, by=CHIEF, command="close") as connection:
        closing.append(connection, CLOSED, "closed", CLOSED.last, by=CHIEF, reason="見本", accepted=[])
    if url.startswith("postgres"):
        with database.writing(url, by=CLERK) as connection:
            connection.exec_driver_sql("ANALYZE")


def _insert(connection: Connection, table: Table, rows: Rows) -> None:
    for batch in batches(list(rows), 20_000):
        connection.execute(table.insert(), batch)


def _known(size: Size, source: int) -> Iterator[tuple[Table, Rows]]:
    from_file = {"source": source, "sheet": "made-up", "row": 1}
    members, applications = range(size.members), range(size.applications)
    yield tables.member, ({"number": size.member(nth), "source": source} for nth in members)
    yield tables.member_known, (_member(size, nth) | from_file for nth in members)
    yield tables.member_known, (_moved(size, nth) | from_file for nth in members if changed(nth))
    yield (
        tables.application,
        ({"number": number(nth), "member": size.member(size.owner(nth)), "source": source} for nth in applications),
    )
    yield tables.fact, (fact | from_file for nth in applications for fact in _facts(nth))
    yield tables.deposit, ({"reference": f"D{nth:07}", "source": source} for nth in applications if paid(nth))
    yield tables.deposit_known, (_deposit(size, nth) | from_file for nth in applications if paid(nth))
    yield tables.allocation, (_allocation(nth) | from_file for nth in applications if paid(nth) and nth % 100 != 41)
    yield tables.bill_known, (_billed(nth) | from_file for nth in applications)


def _member(size: Size, nth: int) -> dict[str, Any]:
    return {
        "member": size.member(nth),
        "name": f"甲山 太郎{nth + 1}",
        "kana": kana(nth),
        "association": ASSOCIATIONS[nth % len(ASSOCIATIONS)],
        "known_on": date(2010, 12, 1),
        "bank": "9999",
        "branch": f"{nth % 900 + 100}",
        "account_type": "1",
        "account_number": f"{nth + 1:07}",
        "account_name": kana(nth),
    }


def _moved(size: Size, nth: int) -> dict[str, Any]:
    return _member(size, nth) | {"known_on": date(2013, 9, 2), "branch": "998"}


def _facts(nth: int) -> Rows:
    on = applied_on(nth)
    mailed, receipt, checked = (on + timedelta(days=after) for after in (12, 30, 60))
    told: list[tuple[str, date | None, str | None, date | None, date]] = [
        ("applied_on", on, None, None, on),
        ("kind", None, "new", None, on),
        ("issued_on", on + timedelta(days=10), None, None, on + timedelta(days=10)),
        ("mailed_on", mailed, None, None, mailed),
        ("expires_on", on + timedelta(days=9000), None, None, mailed),
        ("receipt", None if revoked(nth) and nth % 20 == 3 else receipt, None, checked, checked),
        ("downloaded", None if revoked(nth) and nth % 20 == 3 else mailed, None, checked, checked),
    ]
    if revoked(nth):
        gone = on + timedelta(days=50)
        told += [
            ("revoked_on", gone, None, None, gone),
            ("side", None, "subscriber", None, gone),
            ("reason", None, "receipt_not_returned" if nth % 20 == 3 else "use_discontinued", None, gone),
            ("used", gone, "no" if nth % 20 == 3 else "yes", None, gone),
        ]
    for name, day, code, up_to, known_on in told:
        yield {
            "application": number(nth),
            "name": name,
            "day": day,
            "code": code,
            "up_to": up_to,
            "known_on": known_on,
        }


def _deposit(size: Size, nth: int) -> dict[str, Any]:
    on = applied_on(nth) + timedelta(days=2)
    yen = FEE * 2 if nth % 200 == 11 else FEE
    return {
        "deposit": f"D{nth:07}",
        "received_on": on,
        "yen": yen,
        "payer": as_banks_read(kana(size.owner(nth)), PAYER)[0],
        "known_on": on,
    }


def _allocation(nth: int) -> dict[str, Any]:
    known_on = applied_on(nth) + timedelta(days=2)
    return {
        "deposit": f"D{nth:07}",
        "version": 1,
        "part": 1,
        "application": number(nth),
        "yen": None,
        "reason": None,
        "known_on": known_on,
    }


def _billed(nth: int) -> dict[str, Any]:
    on = Month.of(applied_on(nth) + timedelta(days=12)).last + timedelta(days=10)
    bill = {"bill": f"S-{Month.of(on)}", "billed_on": on, "application": number(nth), "nth": 1}
    return bill | {"yen": FEE, "note": None, "known_on": on}


def _refund(url: str, numbers: list[str]) -> None:
    """Proposes these refunds on the decisions kept, approves most of them and pays half."""
    decision, on = tables.decision.c, ASKED
    proposed: list[int] = []
    with database.writing(url, by=CLERK, command="refund propose") as connection:
        last = select(decision.application, func.max(decision.no)).group_by(decision.application)
        kept = dict(connection.execute(last).all())
        for application in numbers:
            row = {"application": application, "decision": kept[application], "yen": FEE}
            slip = {"application": application, "yen": FEE, "carried": []}

            def reserved(no: int, slip: dict[str, Any] = slip) -> Any:
                return entry_of("refund_proposed", no, on=on, **slip)

            bound = receiver_of(connection, Subject(application=application)).bound
            proposed.append(workflow.begin(connection, workflow.REFUNDS, row, reserved, by=CLERK, bound=bound))
    with database.writing(url, by=CHIEF, command="refund approve") as connection:
        for nth, no in enumerate(proposed):
            if nth % 5:
                refunds.approve(connection, no, on=on, by=CHIEF)
    with database.writing(url, by=CLERK, command="refund paid") as connection:
        refunds.paid(connection, [no for nth, no in enumerate(proposed) if nth % 2 and nth % 5], on=on, by=CLERK)
