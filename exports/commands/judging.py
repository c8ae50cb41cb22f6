"""The question whether the fee comes back, the decision on it, the letter to the member, and the rules in force."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from exports.commands.steps import ending, papers_written, recorded
from exports.reports import REPORTS, summaries
from exports.reports.next_step import next_step
from exports.shell.commands import Commands
from exports.shell.options import (
    AsJson,
    AsOf,
    Association,
    Calendar,
    No,
    OfMonth,
    On,
    OutOrFolder,
    Pdf,
    Reason,
    State,
    argument,
    option,
)
from exports.shell.session import Answer, Books, Session
from ledger import dates
from ledger.i18n import N_, ngettext

app = Commands(N_("The question"))
decision = app.group("decision", N_("The decisions kept, and those that would be answered otherwise now."), lists=True)
ruling = app.group(
    "ruling", N_("What the federation itself decided where no notice decides: brought in, then approved.")
)
notices = app.group("notices", N_("The rules in force, in the notices' own words."))

app.lists(REPORTS["check"])


@app.writes(
    "decide", "2011-0001 --as-of 2012-09-21", "--everyone", "--association 東京 --state eligible", may=("propose",)
)
def decide(
    books: Books,
    applications: Annotated[list[str] | None, argument("APPLICATION", N_("application numbers"))] = None,
    everyone: Annotated[bool, option("--everyone", N_("all applications"))] = False,
    association: Association = None,
    state: State = None,
    *,
    as_of: AsOf,
) -> Answer:
    """Keeps findings as decisions, with what was known, and posts the waivers that they call for."""
    from exports.reports import check
    from exports.reports.decisions import listed
    from ledger.booking.recording import post_decided

    asked = check.Selection(applications or [], everyone, association, state)
    decisions, new = check.decide(books.connection, asked, as_of, by=books.by)
    numbers = {decision.application for decision in decisions}
    post_decided(books.connection, numbers, through=dates.today(), by=books.by)
    rows = listed(books.connection, decisions)
    return Answer(summaries.decided(decisions, new), REPORTS["decisions"].records(rows))


decision.lists(REPORTS["decisions"], "list")
decision.lists(REPORTS["decisions shaken"], "outdated")


@ruling.writes("approve", "1 --by 丙田", may=("approve",))
def approve(books: Books, no: No, on: On) -> Answer:
    """Approves a ruling that another person brought; from this day it settles the doubts that there are."""
    from ledger.booking import rulings

    step = rulings.approve(books.connection, no, on=on, by=books.by)
    answer = recorded(step, N_("Ruling {no} is approved; the answer rests on it from this day."))
    return _asked_again(books, answer, no)


@ruling.writes("reject", "1 --reason 別件の決裁", may=("propose", "approve"))
def reject(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Rejects a ruling, approved or not: what it would settle has to be reviewed again; the reason is kept."""
    from ledger.booking import rulings

    step = rulings.reject(books.connection, no, on=on, reason=reason, by=books.by)
    answer = recorded(step, N_("Ruling {no} is rejected; it settles nothing from this day on."))
    return _asked_again(books, answer, no)


def _asked_again(books: Books, answer: Answer, no: int) -> Answer:
    """The answer, and below it how to see what the ruling changed."""
    from ledger.booking.rulings import application_of

    return ending(answer, [next_step("check", "--application", application_of(books.connection, no))])


ruling.lists(REPORTS["ruling list"], "list")


@app.runs(
    "letter",
    "12 --out 回答.xlsx",
    "--everyone --out 回答",
    "--association 東京 --state eligible --out 回答 --pdf",
    "--reminders --as-of 2012-02-20 --association 東京 --out 督促",
)
def letter(
    session: Session,
    number: Annotated[int | None, argument("DECISION", N_("the number of the decision"))] = None,
    everyone: Annotated[bool, option("--everyone", N_("every decision that stands"))] = False,
    association: Association = None,
    state: State = None,
    reminders: Annotated[bool, option("--reminders", N_("for receipts to be asked for on the day"))] = False,
    as_of: Annotated[date | None, option("--as-of", N_("the day of reminders (default: today)"), "DAY")] = None,
    pdf: Pdf = False,
    calendar: Calendar = None,
    *,
    out: Annotated[Path, option("--out", N_("the file to write; of many letters the folder"), "FILE")],
) -> Answer:
    """The answer to the member, in words, with clause and grounds; or many, with a list; or reminders of receipts."""
    from exports.issued import letters
    from exports.issued.calendar import dated

    selection = letters.MeantLetters(number, everyone, association, state, reminders, as_of)
    with session.reading() as books, dated(books.connection, calendar):
        files, why = letters.written(books.connection, selection, out, pdf=pdf)
    if reminders:
        said = ngettext(
            "{count} reminder written: {place}", "{count} reminders written: {place}", len(files), place=out
        )
    else:
        said = ngettext("{count} letter written: {place}", "{count} letters written: {place}", len(files), place=out)
    return Answer(note="\n".join(filter(None, [said if files else "", why])))


@app.runs("receipt", "2011-0001 --out 領収書.xlsx", "--month 2012-09 --association 東京 --out 領収書")
def receipt(
    session: Session,
    application: Annotated[str | None, argument("APPLICATION", N_("the application number"))] = None,
    month: OfMonth = None,
    association: Association = None,
    reissued: Annotated[bool, option("--reissued", N_("mark it as issued again (再発行)"))] = False,
    pdf: Pdf = False,
    calendar: Calendar = None,
    *,
    out: OutOrFolder,
) -> Answer:
    """The receipt for a fee that was received, with the tax inside it; or those of a month, with a list."""
    from exports.issued import papers
    from exports.issued.calendar import dated

    asked: dict[str, Any] = {"association": association, "reissued": reissued, "pdf": pdf}
    with session.reading() as books, dated(books.connection, calendar):
        files, why = papers.receipt(books.connection, application, month, out, **asked)
    return papers_written(files, out, why)


app.lists(REPORTS["receipts"])


@notices.runs("list", "", as_json=AsJson)
def list_notices(_session: Session) -> Answer:
    """Every notice, with the days on which it answers."""
    from exports.reports import notices as papers

    return Answer(*papers.listed())


@notices.runs("show", "2012-09-21", "2012-09-21 --sql", as_json=AsJson)
def show(
    session: Session,
    day: Annotated[date, argument("DAY", N_("the day a question is asked for"))],
    as_sql: Annotated[bool, option("--sql", N_("the SELECT that decides, laid out for reading"))] = False,
) -> Answer:
    """The notice that answers on a day: its words, how they are read, or the SELECT that decides."""
    from exports.reports import notices as papers
    from exports.reports.sql import format_sql

    if as_sql:
        return Answer(format_sql(day, session.database))
    return Answer(*papers.paper(day))


notices.lists(REPORTS["notices compare"], "compare")
