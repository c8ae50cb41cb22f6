"""仕訳の検索: the entries that a search finds, one line for each movement; a reversal names the entry it reverses."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from exports.formats.sheet import Sheet
from exports.reports.empty import Empty
from exports.reports.filters import month as in_month
from exports.reports.filters import read_application, read_deposit, read_member
from exports.reports.report import Column, Connection, Parameter, Question, Report, sheet
from ledger.dates import Month
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _, in_each
from ledger.kana import search_key

if TYPE_CHECKING:
    from ledger.journal.chart import Chart
    from ledger.journal.entries import Movement
    from ledger.journal.ledgers import Counterparty, JournalEntry


class BookedMovement(NamedTuple):
    """A movement as the journal shows it: its number within the entry, and the accounts by name."""

    line: int
    movement: "Movement"
    chart: "Chart"

    @property
    def debit_part(self) -> str | None:
        """The part of the account that is debited."""
        return self.chart.part(self.movement.debit, self.movement.debit_application, self.movement.deposit)

    @property
    def credit_part(self) -> str | None:
        """The part of the account that is credited."""
        return self.chart.part(self.movement.credit, self.movement.credit_application, self.movement.deposit)


class ListedEntry(NamedTuple):
    """An entry with the chart that names its accounts."""

    entry: "JournalEntry"
    chart: "Chart"

    @property
    def movements(self) -> list[BookedMovement]:
        """Its movements, numbered."""
        return [BookedMovement(nth, movement, self.chart) for nth, movement in enumerate(self.entry.movements, 1)]

    @property
    def text(self) -> str:
        """What happened, in the language being spoken."""
        from ledger.booking.events import description

        return description(self.entry)


def _booked(entries: "Iterable[JournalEntry]", chart: "Chart") -> Iterator[ListedEntry]:
    return (ListedEntry(entry, chart) for entry in entries)


class ImpossibleRange(Refusal):
    """nothing lies from {first} up to {last}"""

    first: str
    last: str
    exit = Exit.USAGE
    instead = N_("say the smaller or earlier one first")


class NoSuchCounterparty(Refusal):
    """neither a member nor a payer is called {name}"""

    name: str
    exit = Exit.USAGE
    instead = N_("look for a part of the name or number: seisan find TEXT")


class TooManyCounterparties(Refusal):
    """{name} may mean {count} members and payers, and at most {most} are searched for at once"""

    name: str
    count: int
    most: int
    exit = Exit.USAGE
    instead = N_("name it more exactly, by a longer part of the name or the number")


class NoSuchBlank(Refusal):
    """no line is searched by whether it lacks {name}"""

    name: str
    blanks: list[str]
    exit = Exit.USAGE
    instead = N_("say one of: {blanks}")


_SEARCHED = (
    *("first", "last", "account", "application", "member", "deposit", "counterparty"),
    *("amount_from", "amount_to", "total_from", "total_to", "blank", "without"),
)
_RANGES = (("first", "last"), ("amount_from", "amount_to"), ("total_from", "total_to"))
_MOST_COUNTERPARTIES = 1000
_BLANKS = {
    "application": N_("Application"),
    "counterparty": N_("Counterparty"),
    "deposit": N_("Deposit"),
    "reason": N_("Reason given"),
}


def _rows(connection: Connection, question: Question) -> list[ListedEntry]:
    from ledger.intake.payers import payers
    from ledger.journal.chart import chart
    from ledger.journal.ledgers import each_entry

    search = {name: question[name] for name in _SEARCHED}
    if question["payer"] is not None:
        search["payers"] = payers(connection, question["payer"])
    if question["month"] is not None:
        month = Month.of(date.fromisoformat(f"{question['month']}-01"))
        search["first"] = max(month.first, question["first"] or month.first)
        search["last"] = min(month.last, question["last"] or month.last)
    for least, most in _RANGES:
        if search[least] is not None and search[most] is not None and search[least] > search[most]:
            raise ImpossibleRange(str(search[least]), str(search[most]))
    if search["counterparty"] is not None:
        search["counterparty"] = _counterparty(connection, search["counterparty"])
    return list(_booked(each_entry(connection, **search), chart(connection)))


def _payer(connection: Connection, name: str) -> str:
    """The name of a payer from whom something was received. Refused: another (no-such-payer)."""
    from ledger.intake.payers import require_payer

    return require_payer(connection, name)


def _counterparty(connection: Connection, name: str) -> "Counterparty":
    """The members and payers that a name, a number or a part of it may mean. Refused: none (no-such-counterparty)."""
    from ledger.intake.payers import payers
    from ledger.journal.ledgers import Counterparty
    from ledger.people.naming import find_members

    found = Counterparty(find_members(connection, name), payers(connection, name))
    if not found.members and not found.payers:
        raise NoSuchCounterparty(name)
    count = len(found.members) + len(found.payers)
    if count > _MOST_COUNTERPARTIES:
        raise TooManyCounterparties(name, count, _MOST_COUNTERPARTIES)
    return found


def _blank(_connection: Connection, typed: str) -> str:
    """What a line lacks, by its code or its word in either language. Refused: another (no-such-blank)."""
    named = {search_key(name): code for code, word in _BLANKS.items() for name in (code, *in_each(word))}
    if search_key(typed) not in named:
        raise NoSuchBlank(typed, [f"{code} ({_(word)})" for code, word in _BLANKS.items()])
    return named[search_key(typed)]


REPORT = Report(
    name="entries",
    title=N_("Entries found"),
    tab=N_("Journal"),
    summary=N_(
        "Searches journal and ledgers: by day, amount, account, application or member; ranges, any two together."
    ),
    examples=(
        "entries --from 2012-09-01 --to 2012-09-30 --account 2040",
        "entries --application 2011-0001",
        "entries --amount-from 7245 --amount-to 7245 --blank",
        "entries --payer ｺｳﾔﾏ --month 2012-09",
        "entries --counterparty 甲山 --total-from 7245",
        "entries --without counterparty --from 2012-04-01 --to 2013-03-31",
    ),
    parameters=(
        Parameter("first", "day", N_("from this day on"), "--from", "DAY"),
        Parameter("last", "day", N_("up to and with this day"), "--to", "DAY"),
        Parameter("account", "text", N_("lines of this account"), "--account", "CODE"),
        Parameter("application", "text", N_("lines of this application"), "--application", "NO", read=read_application),
        Parameter("member", "text", N_("lines of this member"), "--member", "MEMBER", read=read_member),
        Parameter("deposit", "text", N_("lines of this deposit"), "--deposit", "DEPOSIT", read=read_deposit),
        Parameter(
            *("payer", "text", N_("lines of the deposits of this payer, a part of the name is enough"), "--payer"),
            "NAME",
            read=_payer,
        ),
        Parameter("amount_from", "yen", N_("at least this amount"), "--amount-from", "YEN"),
        Parameter("amount_to", "yen", N_("at most this amount"), "--amount-to", "YEN"),
        Parameter("blank", "flag", N_("lines that name no application"), "--blank", default=False),
        Parameter(
            *("counterparty", "text", N_("lines of any member or payer of this name or number, or a part of it")),
            *("--counterparty", "TEXT"),
        ),
        Parameter("total_from", "yen", N_("entries whose lines debit at least this in all"), "--total-from", "YEN"),
        Parameter("total_to", "yen", N_("entries whose lines debit at most this in all"), "--total-to", "YEN"),
        Parameter(
            *("without", "text", N_("lines that lack one: application, counterparty, deposit, reason"), "--without"),
            "WHAT",
            read=_blank,
        ),
        replace(in_month("on"), column=""),  # asked of the database, as a range of days
    ),
    rows=_rows,
    list_key="entries",
    columns=(
        Column("on", N_("Date"), "entry.on", "day", 16, importance=3),
        Column("no", N_("Entry No."), "entry.no", "number", 9, importance=3),
        Column(
            "movements",
            in_json=False,
            columns=(
                Column("line", N_("Line"), kind="number", width=5, on_paper=True),
                Column(
                    "debit",
                    N_("Debit account"),
                    lambda row: row.chart.name(row.movement.debit),
                    width=24,
                    wrap=True,
                    importance=3,
                ),
                Column("debit_part", N_("Debit part"), width=14),
                Column("debit_yen", N_("Debit amount"), "movement.yen", "yen", 12, total=True, importance=3),
                Column(
                    "credit",
                    N_("Credit account"),
                    lambda row: row.chart.name(row.movement.credit),
                    width=24,
                    wrap=True,
                    importance=3,
                ),
                Column("credit_part", N_("Credit part"), width=14),
                Column("credit_yen", N_("Credit amount"), "movement.yen", "yen", 12, total=True, importance=1),
            ),
        ),
        Column("text", N_("Description"), width=49, wrap=True),
        Column("reverses", N_("Reverses"), "entry.reverses", "number", 8, importance=1),
        Column("by", N_("Entered by"), "entry.by", width=12, importance=1),
        Column("recorded_at", N_("Entered at (Japan time)"), "entry.recorded_at", "moment", 20, on_paper=True),
        Column("event", get="entry.event"),
        Column("reason", get="entry.reason"),
        Column("for_day", get="entry.for_day", kind="day"),
        Column(
            "lines",
            get=lambda row: list(row.entry.lines),
            columns=(
                Column("account"),
                Column("debit", kind="yen"),
                Column("credit", kind="yen"),
                Column("application"),
                Column("member"),
                Column("deposit"),
            ),
        ),
    ),
    total=N_("Total of the entries found"),
    empty=Empty(N_("Nothing has been posted yet."), "entry", command="import FILE"),
)


def month(entries: "Iterable[JournalEntry]", chart: "Chart", period: tuple[date, date]) -> Sheet:
    """仕訳帳 of a month: every entry by day and number, one line for each movement, with the total of both sides."""
    table = replace(REPORT.every_table[0], total=N_("Total of the month"))
    return sheet(REPORT.tab, table.block(_booked(entries, chart)), period=period)
