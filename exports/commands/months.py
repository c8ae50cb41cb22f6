"""The end of the month: closing, reopening, statements."""

from datetime import date
from typing import Annotated, Any

from exports.reports import REPORTS, summaries
from exports.shell.commands import Commands
from exports.shell.options import (
    LARGEST,
    AsJson,
    AsOf,
    Calendar,
    DryRun,
    InMonth,
    Member,
    Out,
    Pdf,
    Reason,
    argument,
    option,
)
from exports.shell.session import Answer, Books, Session, written
from ledger import dates
from ledger.codes import RIGHTS
from ledger.i18n import N_

app = Commands(N_("The end of the month"))
month = app.group("month", N_("The months: open or closed, by whom, and what was accepted."), lists=True)
statement = app.group("statement", N_("Excel statements, and the versions of them that were handed out."), lists=True)

Balance = Annotated[
    int | None, option("--bank-balance", N_("the bank's balance of the last day"), "YEN", min=-LARGEST, max=LARGEST)
]
Days = Annotated[
    int | None,
    option(
        "--undetermined-days", N_("how long a decision may be undetermined (default: 60 days)"), "N", min=0, max=36500
    ),
]
Accept = Annotated[
    list[str] | None,
    option(
        "--accept",
        N_(
            "close all the same, and why; it is kept: CODE=REASON for one point (may be repeated), or REASON for all "
            "that are not named, except that the bank's balance differs"
        ),
        "[CODE=]REASON",
    ),
]

Year = Annotated[int, argument("YEAR", N_("the year in which the fiscal year begins"), min=1900, max=9998)]
NamedAssociation = Annotated[str, argument("NAME", N_("the association, such as 東京"))]
First = Annotated[
    date | None, option("--from", N_("the first day (default: that of the fiscal year of --as-of)"), "DAY")
]
OneSheet = Annotated[
    str | None, option("--sheet", N_("one sheet alone, by the name on its tab; --out then also takes .csv"), "NAME")
]


app.lists(REPORTS["bank"])


@app.writes(
    "close",
    "2012-09 --bank-balance 1234567",
    "2012-09 --bank-balance 1234567 --accept suspense=10月に精算",
    may=("close",),
)
def close(
    books: Books, month: InMonth, bank_balance: Balance = None, undetermined_days: Days = None, accept: Accept = None
) -> Answer:
    """Closes a month and every month before it; everything that stands against it is said at once.

    A bank's balance that differs from the books is accepted by two people: one proposes so, another closes.
    """
    from ledger.booking import closing_points, month_end
    from ledger.statements.month import failing_controls

    reason, points = closing_points.parse_accepted(accept or [])
    limit: dict[str, Any] = {} if undetermined_days is None else {"undetermined_days": undetermined_days}
    said: dict[str, Any] = {"bank_yen": bank_balance, "accept": reason, "accept_points": points}
    closed = month_end.close(
        books.connection, month, today=dates.today(), by=books.by, controls=failing_controls, **said, **limit
    )
    return Answer(*summaries.closed(closed))


@app.writes("reopen", "2012-09 --reason 入金の計上もれ", may=("close",))
def reopen(books: Books, month: InMonth, reason: Reason) -> Answer:
    """Reopens a closed month and every month after it; the reason is kept."""
    from ledger.booking import month_end

    reopened = month_end.reopen(books.connection, month, reason=reason, by=books.by)
    return Answer(*summaries.reopened(reopened))


month.lists(REPORTS["months"], "list")
statement.lists(REPORTS["statement list"], "list")


@statement.runs(
    "month",
    "2012-09 --out 月次-2012-09.xlsx",
    "2012-09 --sheet 仮受金明細 --out 仮受金.csv",
    may=RIGHTS.codes,
    dry_run=DryRun,
    as_json=AsJson,
)
def statement_month(
    session: Session, month: InMonth, out: Out, sheet: OneSheet = None, pdf: Pdf = False, calendar: Calendar = None
) -> Answer:
    """The workbook of a month: cover, trial balance, journal, ledgers, deposits, refunds, bills, corrections.

    Of a closed month each file is recorded, with its version and its SHA-256.
    """
    from exports.commands.issuing import hand_out
    from exports.issued import stamp

    return hand_out(session, lambda books: stamp.of_month(books, month), out, sheet=sheet, pdf=pdf, calendar=calendar)


@statement.runs(
    "year",
    "2012 --out 年次-2012.xlsx",
    "2012 --sheet 月別残高 --out 月別残高.csv",
    may=RIGHTS.codes,
    dry_run=DryRun,
    as_json=AsJson,
)
def statement_year(
    session: Session, year: Year, out: Out, sheet: OneSheet = None, pdf: Pdf = False, calendar: Calendar = None
) -> Answer:
    """The workbook of a fiscal year: balances, movements and fees month by month, and the ledgers.

    It begins with April, or with the month that the setting fiscal_year_begins names. Of a closed year each file is
    recorded, with its version and its SHA-256.
    """
    from exports.commands.issuing import hand_out
    from exports.issued import stamp
    from ledger.store.settings import fiscal_year

    asked = (session, lambda books: stamp.of_year(books, fiscal_year(books, year)), out)
    return hand_out(*asked, sheet=sheet, pdf=pdf, calendar=calendar)


@statement.runs("association", "東京 --from 2012-04-01 --out 東京会.xlsx", "東京 --sheet 申込一覧 --out 東京会.csv")
def statement_association(
    session: Session,
    name: NamedAssociation,
    out: Out,
    as_of: AsOf,
    first: First = None,
    sheet: OneSheet = None,
    pdf: Pdf = False,
    calendar: Calendar = None,
) -> Answer:
    """One association: its members, applications, deposits, fees held, refunds and credits of a period."""
    from exports.issued import reproduce, stamp
    from exports.issued.calendar import dated
    from exports.reports.filters import read_association
    from ledger.statements.association import require_period
    from ledger.store.settings import fiscal_year_of

    with session.reading() as books, dated(books.connection, calendar, workbook=out.suffix.lower() != ".csv"):
        begins = require_period(first or fiscal_year_of(books.connection, as_of).first, as_of)
        named = read_association(books.connection, name)
        asked = stamp.of_association(books.connection, named, begins, as_of)
        reproduce.write(books.connection, asked, out, sheet=sheet, pdf=pdf)
    return written(out)


@statement.runs("member", "'東京 第9001号' --out 会員.xlsx", "'東京 第9001号' --sheet 判定 --out 判定.csv")
def statement_member(
    session: Session,
    member: Member,
    out: Out,
    as_of: AsOf,
    sheet: OneSheet = None,
    pdf: Pdf = False,
    calendar: Calendar = None,
) -> Answer:
    """Everything about one member."""
    from exports.issued import reproduce, stamp
    from exports.issued.calendar import dated

    with session.reading() as books, dated(books.connection, calendar, workbook=out.suffix.lower() != ".csv"):
        reproduce.write(books.connection, stamp.of_member(books.connection, member, as_of), out, sheet=sheet, pdf=pdf)
    return written(out)
