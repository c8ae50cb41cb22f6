"""入金一覧: the transfers received, each with what it pays for, what is left of it in suspense, and its state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from exports.formats.sheet import Sheet
from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, state
from exports.reports.filters import month as in_month
from exports.reports.report import AS_OF, Column, Connection, Question, Report, Table, sheet
from exports.reports.suspense import AGEING
from ledger.i18n import N_
from ledger.statements.labels import DEPOSIT_STATES, joined, label

if TYPE_CHECKING:
    from ledger.statements.deposits import ReceivedDeposit
    from ledger.statements.suspense import AgeClass


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.statements.deposits import received

    return received(connection, question["as_of"], member=question["member"])


def _ageing(deposits: Iterable["ReceivedDeposit"]) -> "Iterable[AgeClass]":
    """What waits in suspense of these transfers, in classes of days."""
    from ledger.statements.suspense import ageing

    waiting = [(row.days, row.left) for row in deposits if row.left]
    return list(ageing(waiting)) if waiting else []


def _of_members(key: str, title: str, name: str, *, width: int, importance: int = 2) -> Column:
    """What a transfer says of the members whose applications it pays for."""

    def get(row: Any) -> list[str]:
        return list(dict.fromkeys(getattr(person, name) for person in row.members))

    return Column(key, title, get, width=width, show=joined, data="texts", importance=importance)


COLUMNS = (
    Column("deposit", N_("Reference No."), "reference", width=16, importance=3),
    Column("received_on", N_("Received on"), kind="day", width=17),
    Column("amount", N_("Amount"), "yen", "yen", total=True, importance=3),
    Column("payer", N_("Payer"), width=24),
    Column("note", N_("Note"), width=16, on_paper=True),
    Column("applications", N_("Pays for"), width=24, show=joined, data="texts"),
    _of_members("association", N_("Association"), "association", width=9, importance=1),
    _of_members("member", N_("Member No."), "number", width=17),
    _of_members("name", N_("Name"), "name", width=16),
    Column("left", N_("Left in suspense"), kind="yen", total=True),
    Column("state", N_("State"), width=24, show=lambda code: label(DEPOSIT_STATES, code), importance=3),
)

_OF_MONTH = Table(COLUMNS, total=N_("Total"), label_at="payer")


def month(received: "Iterable[ReceivedDeposit]", period: tuple[date, date]) -> Sheet:
    """The transfers of a month, with what had become of each at its end."""
    return sheet(REPORT.title, _OF_MONTH.block(received), period=period)


REPORT = Report(
    name="deposits",
    title=N_("Transfers received"),
    summary=N_("The transfers received: what each pays for, what is left of it in suspense, and its state."),
    examples=("deposits --month 2012-09", "deposits --state suspense", "deposits --member '甲山 太郎'"),
    parameters=(AS_OF, ASSOCIATION, MEMBER, state(lambda: DEPOSIT_STATES), in_month("received_on")),
    rows=_rows,
    list_key="deposits",
    columns=(*COLUMNS, Column("days", N_("Days in suspense"), kind="count", width=9)),
    tables=(replace(AGEING, rows=_ageing),),
    total=N_("Total"),
    dated=True,
    empty=Empty(
        N_("Nothing was received."),
        "deposit",
        ("deposits",),
        first=first_day("deposit_known", "received_on"),
        known=first_day("deposit_known", "known_on"),
    ),
)
