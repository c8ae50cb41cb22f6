"""Books with the facts of a case in them, put straight into the tables: what a case does not state is not known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from ledger import tables
from ledger.allocations import Part, allocate
from ledger.booking import run
from ledger.codes import SIDES, USED
from ledger.store.records import signature

MEMBER = "東京 第9001号"
DAYS = ("applied_on", "withdrawn_on", "issued_on", "mailed_on", "expires_on", "revoked_on")


def source(connection: Connection, name: str = "case.toml", by: str = "test") -> int:
    """A source for facts that a test states itself."""
    row = {"name": name, "sha256": None, **signature(connection, by)}
    key = connection.execute(tables.source.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def member(connection: Connection, of: int, number: str = MEMBER, association: str = "東京") -> None:
    """A member of the federation."""
    connection.execute(tables.member.insert().values(number=number, source=of))
    connection.execute(
        tables.member_known.insert().values(
            member=number, name="甲山 太郎", association=association, known_on=date(2011, 1, 1), source=of
        )
    )


def application(
    connection: Connection, of: int, number: str, given: Mapping[str, Any], *, member: str = MEMBER, as_of: date
) -> None:
    """An application with the facts of a case; each is known from the day it speaks of, at the latest on `as_of`."""
    connection.execute(tables.application.insert().values(number=number, member=member, source=of))
    rows = list(facts(given, as_of))
    connection.execute(
        tables.fact.insert(), [{"application": number, "source": of, "sheet": None, "row": None} | row for row in rows]
    )
    for nth, yen in enumerate(given.get("paid", [7245]), 1):
        deposit(connection, of, f"{number}-{nth}", given["applied_on"], yen, number)


def facts(given: Mapping[str, Any], as_of: date) -> list[dict[str, Any]]:
    """The rows of `fact` that a case states."""

    def row(name: str, day: date | None = None, code: str | None = None, up_to: date | None = None) -> dict[str, Any]:
        told = max((each for each in (day, up_to) if each is not None), default=given["applied_on"])
        return {"name": name, "day": day, "code": code, "up_to": up_to, "known_on": min(told, as_of)}

    rows = [row(name, given[name]) for name in DAYS if name in given]
    for name, day, reach in (
        ("downloaded", "downloaded_on", "downloads_checked_on"),
        ("receipt", "receipt_on", "receipts_entered_to"),
    ):
        if day in given or reach in given:
            happened = given.get(day, "none")
            on = None if happened == "none" else happened
            rows.append(row(name, on, up_to=given.get(reach, on)))
    if "side" in given:
        side = SIDES.find(given["side"])
        assert side is not None
        rows.append(row("side", code=side.code))
    if "used" in given:
        assert given["used"] in USED.codes
        rows.append(row("used", given["used_answered_on"], given["used"]))
    rows += [row(name, code=given[name]) for name in ("reason", "covered", "kind", "previous") if name in given]
    if "choice" in given:
        rows.append(row("choice", given["applied_on"], given["choice"]))
    return rows


def deposit(connection: Connection, of: int, reference: str, on: date, yen: int, application: str | None) -> None:
    """A transfer received."""
    connection.execute(tables.deposit.insert().values(reference=reference, source=of))
    connection.execute(
        tables.deposit_known.insert().values(
            deposit=reference,
            received_on=on,
            yen=yen,
            payer="ｺｳﾔﾏ ﾀﾛｳ",
            known_on=on,
            source=of,
        )
    )
    if application is not None:
        allocate(connection, reference, [Part(application)], known_on=on, source={"source": of})


def book(connection: Connection) -> None:
    """Posts everything that was put into the tables: what is asked about money is asked of the journal."""
    run.book(connection, date(2030, 1, 1), by="test")
