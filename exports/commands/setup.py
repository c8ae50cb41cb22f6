"""Setting up: the books, the federation's settings, the roles, the made-up federation."""

import io
import shlex
import shutil
import sys
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from exports.formats import screen
from exports.reports import REPORTS, settings, summaries
from exports.reports.next_step import next_step
from exports.shell.commands import Commands
from exports.shell.config import DEFAULT, NAME
from exports.shell.options import AsJson, Replace, argument, option
from exports.shell.session import Answer, Books, Session
from ledger import dates, i18n
from ledger.errors import Exit
from ledger.i18n import N_, _

app = Commands(N_("Setting up"))
setting = app.group(
    "settings", N_("What the federation is to its bank, and how many people a payment needs."), lists=True
)

_WHERE = {"database": N_("Books"), "by": N_("Acting"), "lang": N_("Language")}

_DEMO_DONE = N_(
    """
{count} commands carried out. The monthly workbook is {workbook}; open it.
The books are {database}; ask them more, for example:
  {setting}
  {seisan} check --everyone --as-of 2012-09-30
  {seisan} refund list --as-of 2012-09-30
  {seisan} entries --application 2011-0001"""
)


@app.runs("init", "", "--database postgresql://user@host/seisan", as_json=AsJson)
def init(session: Session) -> Answer:
    """Creates the books, or brings them up to date."""
    from ledger.store import database, upgrade

    creation = upgrade.create(session.database, by=session.by)
    place = database.format_url(session.database)
    text, data = summaries.created(creation, place), summaries.created_json(creation) | {"database": place}
    if creation.before is not None and _waits(session):
        lines, booked = _post_what_waits(session)
        text, data = f"{text}\n{lines}", data | {"booked": booked}
    return Answer(text, data)


@app.runs("where", "", as_json=AsJson)
def where(session: Session) -> Answer:
    """Says which books are meant, who is acting and in which language, and where that is said."""
    from ledger.store import database

    said = {"database": database.format_url(session.database), "by": session.by, "lang": session.lang}
    lines = []
    for key, title in _WHERE.items():
        origin = session.origins[key]
        lines.append(f"{_(title)}: {said[key]} ({_('nothing else was said') if origin == DEFAULT else origin})")
    if DEFAULT in session.origins.values():
        lines.append(_("To have it always so, write it into a file {name}: database, by, lang.", name=NAME))
    text, known = summaries.lists_known(dates.today())
    return Answer("\n".join([*lines, text]), said | {"from": dict(session.origins)} | known)


def _waits(session: Session) -> bool:
    """Whether earlier versions left something to `book`, or a fee that was added calls for it."""
    from ledger.booking import run

    with session.reading() as books:
        return bool(run.called_for(books.connection, dates.today()).postings)


def _post_what_waits(session: Session) -> tuple[str, dict[str, object]]:
    from ledger.booking import run

    # What is posted is what `book` posts, and its write says so.
    with replace(session, command="book").upgrading() as books:
        return summaries.booked(run.book(books.connection, dates.today(), by=books.by))


@app.runs("demo", "", "試し", replace=Replace)
def demo(
    session: Session,
    folder: Annotated[Path, argument("FOLDER", N_("the folder; made if it is not there"))] = Path("demo"),
) -> Answer:
    """A made-up federation's month, from input files to workbook, in a folder."""
    from exports.demo import play

    acts, language = list(play.acts(folder)), i18n.language()
    for act in acts:
        screen.write(f"$ seisan {shlex.join(act.words)}", sys.stdout)
        with nullcontext() if act.shown else redirect_stdout(io.StringIO()):
            code = session.program.run(("--database", play.books(folder), "--lang", language, "--no-pager", *act.words))
        if code != Exit.DONE:
            return Answer(exit=code)
    books = play.books(folder)
    files = {"workbook": play.workbook(folder), "database": books}
    return Answer(_(_DEMO_DONE, count=len(acts), setting=_set_books(books), seisan=_program(), **files))


def _set_books(database: str) -> str:
    """What to type so that the next commands mean these books: in PowerShell on Windows, in a shell elsewhere."""
    typed = "$env:SEISAN_DATABASE = '{}'" if sys.platform == "win32" else "export SEISAN_DATABASE='{}'"
    return typed.format(database)


def _program() -> str:
    """What to type for this program: its name, or the path by which it was called if no shell finds it by its name."""
    program = Path(sys.argv[0])
    return shlex.quote(str(program)) if program.name == "seisan" and shutil.which("seisan") is None else "seisan"


setting.lists(REPORTS["settings"], "list")


@setting.writes("set", "people three --by 丙田", "payer_name 'ニホンシホウシヨシカイレンゴウカイ'", may=("approve",))
def set_setting(
    books: Books,
    name: Annotated[str, argument("NAME", N_("which one; they are listed by: seisan settings list"))],
    value: Annotated[str, argument("VALUE", N_("what it is set to"))],
) -> Answer:
    """Sets one of the settings; who did is kept, and what it was before."""
    from ledger.store.settings import change, missing

    text, data = settings.changed(*change(books.connection, name, value, by=books.by))
    if missing(books.connection):
        text = f"{text}\n{next_step('settings')}"
    return Answer(text, data)


@app.runs("roles", "", "--prefix tokyo", may=("approve",), as_json=AsJson)
def roles(
    session: Session,
    prefix: Annotated[str, option("--prefix", N_("what the names of the roles begin with"), "TEXT")] = "seisan",
) -> Answer:
    """On PostgreSQL: makes the roles of clerk, approver and auditor, or brings them up to date."""
    from migrations.roles import grant

    with session.writing() as books:
        granted = grant(books.connection, prefix)
    return Answer(*summaries.roles(granted))
