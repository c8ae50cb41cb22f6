"""精算 — the command line: the commands in the order of the month. No SQL, no arithmetic; each asks one stage.

Whatever takes long to import is imported by the command that needs it, so that the help appears at once.
"""

import getpass
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from ledger import dates, i18n, masking
from ledger.errors import Exit, NoSuchLanguage, NoSuchMonth, NotADay, NotText, Problems, Refusal
from ledger.i18n import N_, _

DATABASE = "sqlite:///seisan.db"

# The largest number that the books count up to, on either database.
LARGEST = 2**31 - 1
EXAMPLES: dict[str, tuple[str, ...]] = {}

ORDER = (
    *(
        "init",
        "demo",
        "import",
        "template",
        "book",
        "match",
        "due",
        "check",
        "decide",
        "decisions",
        "letter",
        "refund",
        "credit",
        "overpaid",
    ),
    *("bill", "balance", "entries", "verify", "refusals"),
    *("reverse", "close", "reopen", "months", "statement", "export", "notices"),
    *("account", "settings", "roles", "backup", "restore"),
)


# --- the shell: language, help, refusals ------------------------------------------------------------------------------


class Command(TyperCommand):
    """A command whose help is a page in the language being spoken, with examples."""

    def invoke(self, ctx: Any) -> Any:
        """Carries the command out at the desk, which is told its name: `refund approve`."""
        ctx.obj = replace(ctx.obj, command=ctx.command_path.removeprefix("seisan "))
        if ctx.obj.key is None:
            return super().invoke(ctx)
        return _once(self, ctx, super().invoke)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the page: what it does, how it is called, its arguments and options, and examples."""
        formatter.write(_page(self, ctx))


class Group(TyperGroup):
    """Commands of one kind, with a page of help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the page: what it is for, its options, its commands, and examples."""
        formatter.write(_page(self, ctx))


class Seisan(Group):
    """The whole program: takes the global options wherever they stand, and speaks for every refusal."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the name is Typer's
        """The commands in the order of the month."""
        return sorted(self.commands, key=list(ORDER).index)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Runs a command; answers 0, 1 (refused), 2 (usage) or 3 (problems in the input), never with a traceback."""
        given = list(sys.argv[1:] if args is None else args)
        arguments = _globals_first(given)
        i18n.use(_language(arguments))
        extra["standalone_mode"] = False
        extra["prog_name"] = "seisan"
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        sys.exit(_answered(lambda: super(Seisan, self).main(_texts(arguments), *more, **extra), "--json" in given))


def _answered(command: Callable[[], Any], as_json: bool) -> int:
    from exports.formats import progress

    try:
        with progress.shown_on(sys.stderr):
            answer = command()
    except Refusal as refused:
        _tell(_("Refused: {sentence}", sentence=refused))
        _tell(f"  → {refused.hint}")
        if as_json:
            _json({"refused": refused.code(), "says": refused.message, "instead": refused.hint})
        return refused.exit
    except Problems as found:
        _tell("\n".join(str(problem) for problem in found.problems))
        count = len(found.problems)
        _tell(_("{count} problem(s); nothing was taken in.", count=count))
        if as_json:
            _json({"problems": [problem.as_json() for problem in found.problems]})
        return Exit.PROBLEMS
    except typer.TyperException as error:
        _tell(_misused(error))
        return Exit.USAGE
    except (typer.Abort, KeyboardInterrupt):
        _tell(_("Stopped. Nothing was changed by the command that was running."))
        return Exit.REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    return answer if isinstance(answer, int) else Exit.DONE


def _texts(arguments: list[str]) -> list[str]:
    """The arguments, each of which has to be text: bytes that are none could not be kept in the books."""
    for argument in arguments:
        if (shown := argument.encode(errors="replace").decode()) != argument:
            raise NotText(shown)
    return arguments


def _globals_first(arguments: list[str]) -> list[str]:
    """The arguments with the global options moved to the front, so that they may stand anywhere."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for each in waiting:
        if each == "--":
            rest += [each, *waiting]
        elif each in ("--database", "--by", "--lang", "--key"):
            first += [each, *([value] if (value := next(waiting, None)) is not None else [])]
        elif each.startswith(("--database=", "--by=", "--lang=", "--key=")):
            first.append(each)
        else:
            rest.append(each)
    return first + rest


def _language(arguments: list[str]) -> i18n.Language:
    wanted = os.environ.get("SEISAN_LANG", "ja")
    for each, following in pairwise([*arguments, ""]):
        if each == "--lang":
            wanted = following
        elif each.startswith("--lang="):
            wanted = each.removeprefix("--lang=")
    return "en" if wanted == "en" else "ja"


# What Typer says of two options of its own, marked so that the help says it in both languages.
OWN_OPTIONS = (
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
)

# What Typer says of a misused command, and how we say it; the first that fits.
MISUSES = (
    (r"No such option: (?P<name>\S+)", N_("there is no option {name}")),
    (r"No such command '(?P<name>[^']*)'", N_("there is no command {name}")),
    (r"Missing (?:argument|option|parameter) '?(?P<name>[^'.]*)", N_("{name} is missing")),
    (r"Option '(?P<name>[^']*)' requires", N_("{name} needs a value")),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)", N_("{name} is too much")),
    (r"Invalid value for '?(?P<name>[^':]*)'?: .*valid integer", N_("{name} has to be a whole number")),
    (r"Invalid value for '?(?P<name>[^':]*)'?: .*greater than .* (?P<limit>\d+)$", N_("{name} is at least {limit}")),
    (r"Invalid value for '?(?P<name>[^':]*)'?: .*less than .* (?P<limit>\d+)$", N_("{name} is at most {limit}")),
    (r"Option '(?P<name>[^']*)' does not take a value", N_("{name} takes no value")),
    (r"Missing command", N_("the command is missing")),
)


def _misused(error: typer.TyperException) -> str:
    told, where = masking.passwords(error.format_message()), getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return told
    sentence = told
    for pattern, ours in MISUSES:
        if found := re.search(pattern, told):
            sentence = _(ours, **found.groupdict())
            break
    path = where.command_path if where else "seisan"
    return _("Usage: {sentence}", sentence=sentence) + "\n  → " + _("see: {command} --help", command=path)


def _page(command: Any, ctx: typer.Context) -> str:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    parts = [_(command.help or ""), _("Usage:") + f"\n  {usage}"]
    arguments = [(_called(each), _(each.help or "")) for each in command.params if each.param_type_name == "argument"]
    options = [(_called(each), _(each.help or "")) for each in command.params if each.param_type_name == "option"]
    commands = []
    if isinstance(command, TyperGroup):
        every = {name: command.commands[name] for name in command.list_commands(ctx)}
        commands = [(name, _first(_(command.help or ""))) for name, command in every.items()]
    for heading, lines in (
        (N_("Arguments:"), arguments),
        (N_("Options:"), options),
        (N_("Commands, in the order of the month:"), commands),
    ):
        if lines:
            parts.append(_(heading) + "\n" + _listed(lines))
    if examples := EXAMPLES.get(ctx.command_path.removeprefix("seisan").strip()):
        parts.append(_("Examples:") + "\n" + "\n".join(f"  seisan {example}" for example in examples))
    return "\n\n".join(part for part in parts if part) + "\n"


def _listed(lines: list[tuple[str, str]]) -> str:
    from exports.formats.terminal import padded, width

    room = max(width(name) for name, _said in lines)
    return "\n".join(f"  {padded(name, room)}  {said}".rstrip() for name, said in lines)


def _called(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    return " ".join(filter(None, [*param.opts, param.metavar or ""]))


def _first(text: str) -> str:
    """The first sentence, for a list."""
    return text.partition("\n")[0]


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _say(text: str) -> None:
    typer.echo(text)


def _json(answer: object) -> None:
    from exports.formats import json

    typer.echo(json.text(answer))


# --- what every command takes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """Who is working on which books, with which command."""

    database: str
    by: str
    command: str = ""
    key: str | None = None
    within: Any = None
    after: ExitStack | None = None

    def reading(self) -> AbstractContextManager[Any]:
        """The books, to be read."""
        from ledger.store import database

        return database.reading(self.database)

    def writing(self, dry_run: bool) -> AbstractContextManager[Any]:
        """The books, to be written; with a dry run everything is taken back at the end, and says so.

        What is refused is recorded.
        """
        from ledger.audit import access

        if self.within is not None:
            return nullcontext(self.within)
        if dry_run:
            _tell(_("Dry run: nothing is kept."))
        return access.writing(self.database, by=self.by, command=self.command, dry_run=dry_run)

    @contextmanager
    def filing(self, out: Path, dry_run: bool) -> Iterator[tuple[Any, Any]]:
        """The books, to be written together with a private file, which appears once the books hold what it says."""
        from exports.formats import outfile

        file = outfile.private_file(out, keep=not dry_run)
        if self.within is not None and self.after is not None:
            yield self.within, self.after.enter_context(file)
            return
        with file as private, self.writing(dry_run) as connection:
            yield connection, private


Json = Annotated[bool, typer.Option("--json", help=N_("answer in JSON, for other programs"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=N_("do everything, then take it back"))]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help=N_("the business day (default: today)"))]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DAY", help=N_("the day the question is asked for (default: today)"))
]
Through = Annotated[
    str | None, typer.Option("--through", metavar="DAY", help=N_("up to and with this day (default: today)"))
]
Reason = Annotated[str, typer.Option("--reason", help=N_("why; it is kept"))]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help=N_("the file to write"))]
MaybeOut = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help=N_("write .xlsx, .csv or .json instead of showing"))
]
Everyone = Annotated[bool, typer.Option("--everyone", help=N_("all applications"))]


def _day(text: str | None) -> date:
    if text is None:
        return dates.today()
    if (day := dates.parse_day(text)) is None:
        raise NotADay(text)
    return day


def _maybe_day(text: str | None) -> date | None:
    return None if text is None else _day(text)


def _month(text: str) -> dates.Month:
    if (month := dates.Month.parse(text)) is None:
        raise NoSuchMonth(text)
    return month


def _desk(ctx: typer.Context) -> Desk:
    desk: Desk = ctx.obj
    return desk


# What a command under a key answers: it is said when the books hold it, and not before.
_held_back: list[tuple[str, object]] | None = None


def _once(command: Any, ctx: Any, carry_out: Callable[[Any], Any]) -> None:
    """Carries a command out under its key, or says again what it answered the first time."""
    global _held_back  # noqa: PLW0603 - one command runs at a time
    from exports.formats import json
    from ledger.store import idempotency

    desk = ctx.obj
    if "dry_run" not in ctx.params:
        raise idempotency.NoKeyTaken(desk.command)
    request = idempotency.Request(desk.key, desk.command, _asked(command, ctx))
    # What is done after, is done once the books hold all of it: a file gets its name.
    with ExitStack() as after, desk.writing(ctx.params["dry_run"]) as connection:
        ctx.obj = replace(desk, within=connection, after=after)
        answer = idempotency.answered(connection, request)
        if answer is not None and desk.command in AGAIN:
            AGAIN[desk.command](ctx, answer.json)
        if answer is None:
            _held_back = []
            try:
                carry_out(ctx)
                texts, answers = zip(*_held_back, strict=True)
            finally:
                _held_back = None
            answer = idempotency.StoredAnswer("\n".join(texts), json.text(answers[0]))
            idempotency.keep(connection, request, answer, by=desk.by)
    _say(answer.json if ctx.params["as_json"] else answer.text)


def _asked(command: Any, ctx: Any) -> dict[str, str]:
    """What a command was asked for, by the names that its fields have when they are typed; of files, what they hold."""
    asked = {"--by": ctx.obj.by}
    for each in command.params:
        value = ctx.params.get(each.name)
        if each.name not in ("as_json", "dry_run") and value not in (None, False):
            values = value if isinstance(value, list) else [value]
            content = _BY_NAME.get(each.name, _content)
            asked[_called(each).split()[0]] = ", ".join(sorted(content(one) for one in values))
    return asked


def _content(value: object) -> str:
    if not isinstance(value, Path):
        return str(value)
    try:
        return sha256(value.read_bytes()).hexdigest()[:16]
    except OSError:
        return value.name


# A file that is written is asked for by its name, and what a setting is set to may be an account number.
_BY_NAME: dict[str, Callable[[Any], str]] = {"out": str, "value": lambda text: sha256(text.encode()).hexdigest()[:16]}

# What a command under its key does again although it was carried out: its file may be gone, or never have come.
AGAIN: dict[str, Callable[[typer.Context, str], None]] = {}


def _answer(text: str, answer: object, as_json: bool) -> None:
    if _held_back is not None:
        _held_back.append((text, answer))
    elif as_json:
        _json(answer)
    else:
        _say(text)


def _report(ctx: typer.Context, name: str, question: dict[str, Any], as_json: bool, out: Path | None) -> None:
    """Asks a report and shows it, answers in JSON, or writes it to a file."""
    from exports import issued
    from exports.reports import REPORTS

    with _desk(ctx).reading() as connection:
        listing = REPORTS[name].ask(connection, question)
        if out is not None:
            issued.write(connection, listing, out)
    if out is not None:
        _tell(_("Written: {file}", file=out))
    elif as_json:
        _json(listing.data())
    else:
        _say(listing.text())


app = typer.Typer(
    help=N_("Fees and refunds of a federation: input files in; decisions with grounds, books and workbooks out."),
    cls=Seisan,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


_names: dict[int, str] = {}


def _group(name: str, text: str) -> typer.Typer:
    group = typer.Typer(cls=Group, rich_markup_mode=None, no_args_is_help=True, help=text)
    app.add_typer(group, name=name)
    _names[id(group)] = name
    return group


def _command(
    group: typer.Typer, name: str, text: str, *examples: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declares a command with its sentence and its examples."""
    EXAMPLES[f"{_names.get(id(group), '')} {name}".strip()] = examples
    return group.command(name, cls=Command, help=text)


# --- setting up -------------------------------------------------------------------------------------------------------


@app.callback()
def seisan(
    ctx: typer.Context,
    database: Annotated[
        str,
        typer.Option(
            "--database",
            envvar="SEISAN_DATABASE",
            metavar="URL",
            help=N_("the books: sqlite:///FILE or postgresql://…"),
        ),
    ] = DATABASE,
    by: Annotated[
        str | None,
        typer.Option("--by", envvar="SEISAN_USER", metavar="NAME", help=N_("who is acting (default: the login name)")),
    ] = None,
    lang: Annotated[
        str,
        typer.Option(
            "--lang", envvar="SEISAN_LANG", metavar="ja|en", help=N_("the language of everything a person reads")
        ),
    ] = "ja",
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help=N_("what the command is known by: given again, it answers as it did the first time"),
        ),
    ] = None,
) -> None:
    """Takes the global options."""
    if lang not in i18n.LANGUAGES:
        raise NoSuchLanguage(lang)
    ctx.obj = Desk(database, by or _login(), key=key or None)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"uid {os.getuid()}"


@_command(
    app,
    "init",
    N_("Creates the books, or brings them up to date."),
    "init",
    "--database postgresql://user@host/seisan init",
)
def init(ctx: typer.Context, as_json: Json = False) -> None:
    """Creates or upgrades the database, with the chart of accounts and the shipped fee."""
    from exports.reports import summaries
    from ledger.store import database

    before, after = database.create(_desk(ctx).database, by=_desk(ctx).by)
    _answer(summaries.created(before, after), {"before": before, "after": after}, as_json)


@_command(
    app,
    "import",
    N_("Takes input files in: all of them, or nothing."),
    "import 会員名簿.xlsx 申込.xlsx 入金.csv",
    "import 受領簿.xlsx --known-on 2012-03-31 --dry-run",
)
def import_(
    ctx: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help=N_("workbooks and CSV files, recognised by their headings"))
    ],
    known_on: Annotated[
        str | None,
        typer.Option("--known-on", metavar="DAY", help=N_("the day on which rows that say no day became known")),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Takes files in."""
    from exports.reports import summaries
    from ledger.intake.importer import take_in

    with _desk(ctx).writing(dry_run) as connection:
        report = take_in(connection, files, _maybe_day(known_on), _desk(ctx).by)
    _answer("\n".join(report.sentences()), summaries.imported_json(report), as_json)


@_command(
    app,
    "template",
    N_("Writes an empty input workbook, with headings, notes and drop-down lists."),
    "template members --out 会員名簿.xlsx",
)
def template(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=N_("the kind of file: members, applications, issues, downloads, receipts, revocations, usage, …"),
        ),
    ],
    out: Out,
) -> None:
    """Writes an empty input workbook."""
    from exports.reports import template as blank

    blank.write(kind, out)
    _tell(_("Written: {file}", file=out))


# --- what came in and what it calls for -------------------------------------------------------------------------------


@_command(
    app,
    "book",
    N_("Posts what facts, deposits, bills and decisions call for."),
    "book",
    "book --through 2012-09-30 --dry-run",
)
def book(ctx: typer.Context, through: Through = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Books up to a day; run at any time, any number of times."""
    from exports.reports import summaries
    from ledger.booking import run

    with _desk(ctx).writing(dry_run) as connection:
        report = run.book(connection, _day(through), by=_desk(ctx).by)
    _answer(summaries.booked(report), summaries.booked_json(report), as_json)


@_command(
    app,
    "match",
    N_("Transfers without an application, with whose they could be; or settles one."),
    "match",
    "match 20120310-7 2012-0040",
)
def match(
    ctx: typer.Context,
    deposit: Annotated[str | None, typer.Argument(metavar="[DEPOSIT]", help=N_("the reference number"))] = None,
    application: Annotated[str | None, typer.Argument(metavar="[APPLICATION]", help=N_("what it pays for"))] = None,
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    out: MaybeOut = None,
) -> None:
    """Lists what is not matched, or settles one by a person's word."""
    from ledger.intake import matching

    if deposit is None or application is None:
        _report(ctx, "match", {"deposit": deposit}, as_json, out)
        return
    with _desk(ctx).writing(dry_run) as connection:
        new = matching.settle(connection, deposit, application, on=_day(on), by=_desk(ctx).by)
    said = N_("Settled. Next: seisan book") if new else N_("It had been settled so before; nothing was changed.")
    _answer(_(said), {"deposit": deposit, "application": application, "changed": new}, as_json)


@_command(
    app,
    "due",
    N_("Receipts outstanding: day count, reminder due, revocable from."),
    "due --as-of 2012-02-20",
    "due --out 受領書督促.xlsx",
)
def due(ctx: typer.Context, as_of: AsOf = None, as_json: Json = False, out: MaybeOut = None) -> None:
    """Shows the worklist of CP 4.1.3."""
    _report(ctx, "due", {"as_of": _day(as_of)}, as_json, out)


# --- the question -----------------------------------------------------------------------------------------------------


@_command(
    app,
    "check",
    N_("Does the fee come back, and why? For a member, an application, or everyone, as of any day."),
    "check '東京 第9001号'",
    "check --application 2011-0001 --as-of 2012-03-23",
    "check --everyone --as-of 2012-09-30 --out 判定.xlsx",
)
def check(
    ctx: typer.Context,
    member: Annotated[
        str | None, typer.Argument(metavar="[MEMBER]", help=N_("the member's registration number"))
    ] = None,
    application: Annotated[str | None, typer.Option("--application", metavar="NO", help=N_("one application"))] = None,
    everyone: Everyone = False,
    as_of: AsOf = None,
    everything: Annotated[bool, typer.Option("--all", help=N_("show every clause, not only what decides"))] = False,
    as_json: Json = False,
    out: MaybeOut = None,
) -> None:
    """Judges and shows; nothing is kept."""
    question: dict[str, Any] = {"member": member, "application": application, "everyone": everyone}
    _report(ctx, "check", question | {"as_of": _day(as_of), "everything": everything}, as_json, out)


@_command(
    app,
    "decide",
    N_("Keeps findings as decisions, with what was known."),
    "decide 2011-0001 --as-of 2012-09-21",
    "decide --everyone",
)
def decide(
    ctx: typer.Context,
    applications: Annotated[
        list[str] | None, typer.Argument(metavar="[APPLICATION…]", help=N_("application numbers"))
    ] = None,
    everyone: Everyone = False,
    as_of: AsOf = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Keeps decisions; the same finding is not kept twice."""
    from exports.reports import check as checks
    from exports.reports import decisions as report
    from exports.reports import summaries

    with _desk(ctx).writing(dry_run) as connection:
        decided, new = checks.decide(connection, applications or [], everyone, _day(as_of), by=_desk(ctx).by)
    _answer(summaries.decided(decided, new), report.REPORT.records(decided), as_json)


@_command(app, "decisions", N_("The decisions kept, superseded ones included."), "decisions", "decisions 2011-0001")
def decisions(
    ctx: typer.Context,
    application: Annotated[str | None, typer.Argument(metavar="[APPLICATION]", help=N_("one application"))] = None,
    as_json: Json = False,
    out: MaybeOut = None,
) -> None:
    """Shows the history."""
    if application == "shaken":
        _report(ctx, "decisions shaken", {}, as_json, out)
    else:
        _report(ctx, "decisions", {"application": application}, as_json, out)


@_command(
    app,
    "letter",
    N_("The answer to the member, in words, with clause and grounds; or one for every decision that stands."),
    "letter 12 --out 回答.xlsx",
    "letter --everyone --out 回答",
)
def letter(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help=N_("the file, or with --everyone the folder, to write"))
    ],
    decision: Annotated[int | None, typer.Argument(metavar="[DECISION]", help=N_("the number of the decision"))] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help=N_("every decision that stands"))] = False,
) -> None:
    """Writes letters."""
    from exports.issued import letters
    from exports.reports import check as checks

    if decision is None and not everyone:
        raise checks.NobodyAsked
    with _desk(ctx).reading() as connection:
        written = (
            letters.letters_everyone(connection, out)
            if decision is None
            else letters.letter_of(connection, decision, out)
        )
    _tell(_("{count} letters written: {place}", count=len(written), place=out))


# --- what comes back --------------------------------------------------------------------------------------------------

refund = _group("refund", N_("Refunds: proposed by one person, approved by another, paid."))
credit = _group("credit", N_("Credits to a reissue: proposed by one person, approved by another."))
overpaid = _group("overpaid", N_("Money that was never due: the same states as a refund."))

Application = Annotated[str, typer.Argument(metavar="APPLICATION", help=N_("the application number"))]
No = Annotated[int, typer.Argument(metavar="NO", min=1, max=LARGEST, help=N_("the number of the refund or credit"))]
Nos = Annotated[list[int], typer.Argument(metavar="NO…", min=1, max=LARGEST, help=N_("the numbers of the refunds"))]


def _did(done: Any, sentence: str, as_json: bool, **fields: object) -> None:
    """Says what was done, or that it had been done before."""
    _answer(_done(done, sentence, **fields), {"no": done.no, "changed": done.changed}, as_json)


def _done(done: Any, sentence: str, **fields: object) -> str:
    said = _(sentence, no=done.no, **fields)
    return said if done.changed else said + "\n" + _("It had been done before; nothing was changed.")


@_command(
    refund,
    "propose",
    N_("Proposes to pay a fee back, as found on the day, and reserves it."),
    "refund propose 2011-0001",
    "refund propose 2011-0001 --on 2012-09-24 --dry-run",
)
def refund_propose(
    ctx: typer.Context, application: Application, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Proposes a refund."""
    from ledger.booking import refunds

    with _desk(ctx).writing(dry_run) as connection:
        done = refunds.propose(connection, application, on=_day(on), by=_desk(ctx).by)
    _proposed(done, N_("Refund {no}: {yen} yen proposed. Next, by another person: seisan refund approve {no}"), as_json)


def _proposed(done: Any, sentence: str, as_json: bool) -> None:
    said = [_done(done, sentence, yen=f"{done.yen:,}"), *(f"  ! {remark}" for remark in done.remarks)]
    answer = {"no": done.no, "changed": done.changed, "amount": done.yen, "remarks": list(done.remarks)}
    _answer("\n".join(said), answer, as_json)


def _refund_approve(ctx: typer.Context, no: No, on: On = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Approves a refund."""
    from ledger.booking import refunds

    with _desk(ctx).writing(dry_run) as connection:
        done = refunds.approve(connection, no, on=_day(on), by=_desk(ctx).by)
    _did(done, N_("Refund {no} is approved. Next, with all that are: seisan refund file --on DAY --out FILE"), as_json)


def _refund_reject(
    ctx: typer.Context, no: No, reason: Reason, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Rejects a refund."""
    from ledger.booking import refunds

    with _desk(ctx).writing(dry_run) as connection:
        done = refunds.reject(connection, no, on=_day(on), reason=reason, by=_desk(ctx).by)
    _did(done, N_("Refund {no} is rejected; its yen are no longer reserved."), as_json)


def _refund_paid(
    ctx: typer.Context, numbers: Nos, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Records payments."""
    from ledger.booking import refunds

    with _desk(ctx).writing(dry_run) as connection:
        done = refunds.paid(connection, numbers, on=_day(on), by=_desk(ctx).by)
    said = [_done(each, N_("Refund {no} is paid.")) for each in done]
    _answer("\n".join(said), [{"no": each.no, "changed": each.changed} for each in done], as_json)


def _refund_returned(
    ctx: typer.Context, no: No, reason: Reason, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Records that a transfer came back."""
    from ledger.booking import refunds

    with _desk(ctx).writing(dry_run) as connection:
        done = refunds.returned(connection, no, on=_day(on), reason=reason, by=_desk(ctx).by)
    _did(
        done,
        N_("The transfer of refund {no} came back; it stays owed. When paid again: seisan refund paid {no} --on DAY"),
        as_json,
    )


def _refund_list(ctx: typer.Context, as_of: AsOf = None, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists refunds and returned overpayments."""
    _report(ctx, _desk(ctx).command, {"as_of": _day(as_of)}, as_json, out)


for _kind, _name in ((refund, "refund"), (overpaid, "overpaid")):
    _command(_kind, "approve", N_("Approves what another person proposed."), f"{_name} approve 1 --by 丙田")(
        _refund_approve
    )
    _command(
        _kind, "reject", N_("Rejects what is not paid yet; the reason is kept."), f"{_name} reject 1 --reason 口座相違"
    )(_refund_reject)
    _command(_kind, "paid", N_("Records that it was paid."), f"{_name} paid 1 2 3 --on 2012-09-28")(_refund_paid)
    _command(
        _kind,
        "returned",
        N_("Records that the transfer came back; the debt to the member stays."),
        f"{_name} returned 1 --on 2012-10-02 --reason 口座なし",
    )(_refund_returned)
    _command(
        _kind,
        "list",
        N_("Refunds and returned overpayments, with their states."),
        f"{_name} list",
        f"{_name} list --out 返金一覧.xlsx",
    )(_refund_list)


@_command(
    refund,
    "file",
    N_("Writes one payment file for the bank of all approved refunds, returned overpayments included."),
    "refund file --on 2012-09-28 --out 総合振込-2012-09-28.txt",
    "refund file --on 2012-09-28 --out 総合振込.txt --without 3 --dry-run",
)
def refund_file(
    ctx: typer.Context,
    out: Out,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help=N_("the day of the transfers (default: today)"))
    ] = None,
    without: Annotated[
        list[int] | None,
        typer.Option("--without", metavar="NO", min=1, max=LARGEST, help=N_("a refund to leave out; may be repeated")),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Writes a payment file."""
    from exports.formats import zengin
    from exports.reports import payments as told
    from ledger.booking import payment_files

    wanted: dict[str, Any] = {"on": _day(on), "name": out.name, "without": without or [], "by": _desk(ctx).by}
    with _desk(ctx).filing(out, dry_run) as (connection, file):
        done = payment_files.file(connection, layout=zengin.text, **wanted)
        if not done.gone_on:
            file.write(done.written)
    _answer(told.filed(done, out), told.filed_json(done, out), as_json)


def _refund_file_again(ctx: typer.Context, answer: str) -> None:
    """Writes a payment file once more that was made under the same key, unless it is void or any of it was paid."""
    import json

    from ledger.booking import payment_files

    made = payment_files.again(_desk(ctx).within, json.loads(answer)["no"])
    if made is not None and not made.gone_on:
        with _desk(ctx).filing(ctx.params["out"], ctx.params["dry_run"]) as (_connection, file):
            file.write(made.written)


AGAIN["refund file"] = _refund_file_again


@_command(
    refund,
    "void",
    N_("Declares a payment file void that never reached the bank; what is in it is approved again."),
    "refund void 1 --reason 取組日の誤り --by 丙田",
)
def refund_void(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NO", min=1, max=LARGEST, help=N_("the number of the payment file"))],
    reason: Reason,
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Declares a payment file void."""
    from exports.reports import payments as told
    from ledger.booking import payment_files

    with _desk(ctx).writing(dry_run) as connection:
        done = payment_files.void(connection, number, on=_day(on), reason=reason, by=_desk(ctx).by)
    _answer(told.void(done), told.void_json(done), as_json)


@_command(
    overpaid, "return", N_("Proposes to return what is left in suspense of a deposit."), "overpaid return 20120310-7"
)
def overpaid_return(
    ctx: typer.Context,
    deposit: Annotated[str, typer.Argument(metavar="DEPOSIT", help=N_("the reference number of the deposit"))],
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Proposes the return of money that was never due."""
    from ledger.booking.overpayments import return_deposit

    with _desk(ctx).writing(dry_run) as connection:
        done = return_deposit(connection, deposit, on=_day(on), by=_desk(ctx).by)
    _proposed(
        done, N_("Return {no}: {yen} yen proposed. Next, by another person: seisan overpaid approve {no}"), as_json
    )


@_command(
    credit,
    "propose",
    N_("Proposes to set a fee against a reissue of the same member."),
    "credit propose 2011-0001 --to 2012-0040",
)
def credit_propose(
    ctx: typer.Context,
    application: Application,
    to: Annotated[str, typer.Option("--to", metavar="APPLICATION", help=N_("the reissue that the fee is set against"))],
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Proposes a credit."""
    from ledger.booking import credits

    with _desk(ctx).writing(dry_run) as connection:
        done = credits.propose(connection, application, to, on=_day(on), by=_desk(ctx).by)
    _proposed(done, N_("Credit {no}: {yen} yen proposed. Next, by another person: seisan credit approve {no}"), as_json)


@_command(credit, "approve", N_("Approves and applies what another person proposed."), "credit approve 1 --by 丙田")
def credit_approve(ctx: typer.Context, no: No, on: On = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Applies a credit."""
    from ledger.booking import credits

    with _desk(ctx).writing(dry_run) as connection:
        done = credits.approve(connection, no, on=_day(on), by=_desk(ctx).by)
    _did(done, N_("Credit {no} is applied; the reissue owes that much less."), as_json)


@_command(
    credit,
    "reject",
    N_("Rejects a credit that is not applied yet; the reason is kept."),
    "credit reject 1 --reason 本人が払戻しを希望",
)
def credit_reject(
    ctx: typer.Context, no: No, reason: Reason, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Rejects a credit."""
    from ledger.booking import credits

    with _desk(ctx).writing(dry_run) as connection:
        done = credits.reject(connection, no, on=_day(on), reason=reason, by=_desk(ctx).by)
    _did(done, N_("Credit {no} is rejected; its yen are no longer reserved."), as_json)


@_command(
    credit,
    "undo",
    N_("Undoes an applied credit: the yen go back to exactly where they came from."),
    "credit undo 1 --reason 再発行申込みの取下げ",
)
def credit_undo(
    ctx: typer.Context, no: No, reason: Reason, on: On = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Undoes a credit."""
    from ledger.booking import credits

    with _desk(ctx).writing(dry_run) as connection:
        done = credits.undo(connection, no, on=_day(on), reason=reason, by=_desk(ctx).by)
    _did(done, N_("Credit {no} is undone; the fee can be refunded or credited again."), as_json)


@_command(credit, "list", N_("Credits, with their states."), "credit list", "credit list --json")
def credit_list(ctx: typer.Context, as_of: AsOf = None, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists credits."""
    _report(ctx, "credit list", {"as_of": _day(as_of)}, as_json, out)


# --- the authority ----------------------------------------------------------------------------------------------------

bill = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    invoke_without_command=True,
    help=N_("The authority's bills beside the books, line by line."),
)
app.add_typer(bill, name="bill")
_names[id(bill)] = "bill"
EXAMPLES["bill"] = ("bill", "bill --out 請求照合.xlsx", "bill pay 2012-09 --on 2012-10-31")


@bill.callback()
def bill_reconciled(ctx: typer.Context, as_json: Json = False, out: MaybeOut = None) -> None:
    """Reconciles the bills."""
    if ctx.invoked_subcommand is None:
        _report(ctx, "bill", {}, as_json, out)


@_command(
    bill, "pay", N_("Posts the payment of a bill: every line that agrees, once."), "bill pay 2012-09 --on 2012-10-31"
)
def bill_pay(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="BILL", help=N_("the number of the bill"))],
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Pays a bill."""
    from exports.reports import summaries
    from ledger.booking import bills

    with _desk(ctx).writing(dry_run) as connection:
        paid = bills.pay_bill(connection, number, on=_day(on), by=_desk(ctx).by)
    answer = {"yen": paid.yen, "posted": paid.posted, "paid_before": paid.paid_before, "left": len(paid.left)}
    _answer(summaries.bill_paid(paid), answer, as_json)


# --- the books --------------------------------------------------------------------------------------------------------


@_command(app, "balance", N_("The trial balance."), "balance --as-of 2012-09-30", "balance --json")
def balance(ctx: typer.Context, as_of: AsOf = None, as_json: Json = False, out: MaybeOut = None) -> None:
    """Shows every account as of a day."""
    _report(ctx, "balance", {"as_of": _day(as_of)}, as_json, out)


@_command(
    app,
    "entries",
    N_("Searches journal and ledgers: by day, amount, account, application or member; ranges, any two together."),
    "entries --from 2012-09-01 --to 2012-09-30 --account 2040",
    "entries --application 2011-0001",
    "entries --amount-from 7245 --amount-to 7245 --blank",
)
def entries(
    ctx: typer.Context,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help=N_("from this day on"))] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help=N_("up to and with this day"))] = None,
    account: Annotated[str | None, typer.Option("--account", metavar="CODE", help=N_("lines of this account"))] = None,
    application: Annotated[
        str | None, typer.Option("--application", metavar="NO", help=N_("lines of this application"))
    ] = None,
    member: Annotated[str | None, typer.Option("--member", metavar="MEMBER", help=N_("lines of this member"))] = None,
    amount_from: Annotated[
        int | None, typer.Option("--amount-from", metavar="YEN", min=0, max=LARGEST, help=N_("at least this amount"))
    ] = None,
    amount_to: Annotated[
        int | None, typer.Option("--amount-to", metavar="YEN", min=0, max=LARGEST, help=N_("at most this amount"))
    ] = None,
    blank: Annotated[bool, typer.Option("--blank", help=N_("lines that name no application"))] = False,
    as_json: Json = False,
    out: MaybeOut = None,
) -> None:
    """Searches the journal."""
    question: dict[str, Any] = {
        "first": _maybe_day(first),
        "last": _maybe_day(last),
        "account": account,
        "blank": blank,
    }
    question |= {"application": application, "member": member, "amount_from": amount_from, "amount_to": amount_to}
    _report(ctx, "entries", question, as_json, out)


@_command(
    app,
    "verify",
    N_(
        "Holds the books against themselves, or a workbook against them, cell by cell; answers 1 when anything differs."
    ),
    "verify",
    "verify 月次-2012-09.xlsx",
    "verify --month 2012-09",
)
def verify(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=N_("a workbook that was handed out"))] = None,
    month: Annotated[
        str | None,
        typer.Option("--month", metavar="YYYY-MM", help=N_("only what was written with the month's entries")),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--since", metavar="BATCH", min=0, max=LARGEST, help=N_("only what came after a batch")),
    ] = None,
    notice: Annotated[
        Path | None,
        typer.Option(
            "--notice", metavar="FILE.py", help=N_("the notice that a comparison was made with; it is code, and is run")
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verifies the books."""
    from exports.issued import reproduce, verification

    with _desk(ctx).reading() as connection:
        found: Any
        if file is not None:
            found = reproduce.compared(connection, file, notice=notice)
        else:
            found = verification.verify(connection, month=_month(month) if month else None, since=since)
    _answer(verification.text(found, file.name if file else ""), found.as_json(), as_json)
    if found.faults:
        raise typer.Exit(Exit.REFUSED)


@_command(app, "refusals", N_("The commands that were refused: to whom, when and why."), "refusals", "refusals --json")
def refusals(ctx: typer.Context, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists what was refused."""
    _report(ctx, "refusals", {}, as_json, out)


# --- people and bank accounts -----------------------------------------------------------------------------------------

account = _group("account", N_("Bank accounts of members: a change needs a second person; a look is recorded."))

Member = Annotated[str, typer.Argument(metavar="MEMBER", help=N_("the member's registration number"))]


@_command(
    account,
    "list",
    N_("The changed bank accounts, masked: those that wait for a second person, and those approved."),
    "account list",
)
def account_list(ctx: typer.Context, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists changed accounts."""
    _report(ctx, "account list", {}, as_json, out)


@_command(
    account,
    "approve",
    N_("Says, as a second person, that the changed bank account of a member is right; until then it is not paid."),
    "account approve '東京 第9001号' --by 丙田",
)
def account_approve(ctx: typer.Context, member: Member, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Approves a changed account."""
    from ledger.people import accounts

    with _desk(ctx).writing(dry_run) as connection:
        change, new = accounts.approve_account(connection, member, by=_desk(ctx).by)
    said = N_("The bank account of {member} is approved; refunds to it go on.")
    if not new:
        said = N_("The bank account of {member} had been approved before; nothing was changed.")
    _answer(_(said, member=change.member), {"member": change.member, "changed": new}, as_json)


@_command(
    account,
    "show",
    N_("The whole bank account of a member; who looks, and for what, is recorded."),
    "account show '東京 第9001号' --purpose 本人からの照会",
)
def account_show(
    ctx: typer.Context,
    member: Member,
    purpose: Annotated[str, typer.Option("--purpose", help=N_("what it is looked at for; it is kept"))],
    as_json: Json = False,
) -> None:
    """Shows an account, once the look is recorded."""
    from exports.reports import people as told
    from ledger.audit import access

    with _desk(ctx).writing(dry_run=False) as connection:
        found = access.look(connection, member, purpose=purpose, by=_desk(ctx).by)
    _answer(told.account(found), told.account_json(found), as_json)


settings = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    invoke_without_command=True,
    help=N_("What the federation is to its bank, and how many people a payment needs."),
)
app.add_typer(settings, name="settings")
_names[id(settings)] = "settings"
EXAMPLES["settings"] = ("settings", "settings --json", "settings set people three")


@settings.callback()
def settings_listed(ctx: typer.Context, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists the settings."""
    if ctx.invoked_subcommand is None:
        _report(ctx, "settings", {}, as_json, out)


@_command(
    settings,
    "set",
    N_("Sets one of the settings; who did is kept, and what it was before."),
    "settings set people three --by 丙田",
    "settings set payer_name 'ニホンシホウシヨシカイレンゴウカイ'",
)
def settings_set(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=N_("which one; they are listed by: seisan settings"))],
    value: Annotated[str, typer.Argument(metavar="VALUE", help=N_("what it is set to"))],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Changes a setting."""
    from exports.reports import settings as told
    from ledger.store import settings as kept

    with _desk(ctx).writing(dry_run) as connection:
        changed, new = kept.change(connection, name, value, by=_desk(ctx).by)
    _answer(told.changed(changed, new), told.changed_json(changed, new), as_json)


@_command(
    app,
    "roles",
    N_("On PostgreSQL: makes the roles of clerk, approver and auditor, or brings them up to date."),
    "roles",
    "roles --prefix tokyo",
)
def roles(
    ctx: typer.Context,
    prefix: Annotated[str, typer.Option("--prefix", help=N_("what the names of the roles begin with"))] = "seisan",
    as_json: Json = False,
) -> None:
    """Grants the roles what each may do."""
    from exports.reports import people as told
    from migrations import roles as granted

    with _desk(ctx).writing(dry_run=False) as connection:
        found = granted.grant(connection, prefix)
    _answer(told.roles(found), told.roles_json(found), as_json)


@_command(
    app,
    "reverse",
    N_("Posts the exact opposite of an entry, once, naming the original."),
    "reverse 17 --reason 二重計上 --on 2012-10-01",
)
def reverse(
    ctx: typer.Context,
    entry: Annotated[int, typer.Argument(metavar="ENTRY", min=1, max=LARGEST, help=N_("the number of the entry"))],
    reason: Reason,
    on: On = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Reverses an entry."""
    from ledger.booking import slips

    with _desk(ctx).writing(dry_run) as connection:
        done = slips.reverse(connection, entry, on=_day(on), reason=reason, by=_desk(ctx).by)
    _did(done, N_("Entry {entry} is reversed by entry {no}."), as_json, entry=entry)


# --- months -----------------------------------------------------------------------------------------------------------

InMonth = Annotated[str, typer.Argument(metavar="YYYY-MM", help=N_("the month"))]


@_command(
    app,
    "close",
    N_("Closes a month and every month before it; everything that stands against it is said at once."),
    "close 2012-09 --bank-balance 1234567",
    "close 2012-09 --bank-balance 1234567 --accept 仮受金は10月に精算",
)
def close(
    ctx: typer.Context,
    month: InMonth,
    bank_balance: Annotated[
        int | None,
        typer.Option(
            "--bank-balance", metavar="YEN", min=-LARGEST, max=LARGEST, help=N_("the bank's balance of the last day")
        ),
    ] = None,
    undetermined_days: Annotated[
        int | None,
        typer.Option(
            "--undetermined-days",
            metavar="N",
            min=0,
            max=36500,
            help=N_("how long a decision may be undetermined (default: 60 days)"),
        ),
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="REASON", help=N_("close all the same, and why; it is kept"))
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Closes a month."""
    from exports.reports import closing as told
    from ledger.booking import month_end

    wanted: dict[str, Any] = {"bank_yen": bank_balance, "accept": accept, "today": dates.today()}
    if undetermined_days is not None:
        wanted["undetermined_days"] = undetermined_days
    with _desk(ctx).writing(dry_run) as connection:
        done = month_end.close(connection, _month(month), by=_desk(ctx).by, **wanted)
    _answer(told.closed(done), told.as_json(done), as_json)


@_command(
    app,
    "reopen",
    N_("Reopens a closed month and every month after it; the reason is kept."),
    "reopen 2012-09 --reason 入金の計上もれ",
)
def reopen(ctx: typer.Context, month: InMonth, reason: Reason, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Reopens a month."""
    from exports.reports import closing as told
    from ledger.booking import month_end

    with _desk(ctx).writing(dry_run) as connection:
        done = month_end.reopen(connection, _month(month), reason=reason, by=_desk(ctx).by)
    _answer(told.reopened(done), told.as_json(done), as_json)


@_command(app, "months", N_("The months: open or closed, by whom, and what was accepted."), "months", "months --json")
def months(ctx: typer.Context, as_json: Json = False, out: MaybeOut = None) -> None:
    """Lists the months."""
    _report(ctx, "months", {}, as_json, out)


# --- statements and exports -------------------------------------------------------------------------------------------

statement = _group("statement", N_("Excel statements."))
export = _group("export", N_("The books for other software."))
notices = _group("notices", N_("The rules in force, in the notices' own words."))


@_command(
    statement,
    "month",
    N_("The workbook of a month: cover, trial balance, journal, ledgers, fees held, decisions."),
    "statement month 2012-09 --out 月次-2012-09.xlsx",
)
def statement_month(
    ctx: typer.Context, month: Annotated[str, typer.Argument(metavar="YYYY-MM", help=N_("the month"))], out: Out
) -> None:
    """Writes the month."""
    from exports.issued import reproduce, stamp

    wanted = _month(month)
    with _desk(ctx).reading() as connection:
        reproduce.write(connection, stamp.of_month(connection, wanted), out)
    _tell(_("Written: {file}", file=out))


@_command(statement, "member", N_("Everything about one member."), "statement member '東京 第9001号' --out 会員.xlsx")
def statement_member(
    ctx: typer.Context,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help=N_("the member's registration number"))],
    out: Out,
    as_of: AsOf = None,
) -> None:
    """Writes the statement of a member."""
    from exports.issued import reproduce, stamp

    day = _day(as_of)
    with _desk(ctx).reading() as connection:
        reproduce.write(connection, stamp.of_member(connection, member, day), out)
    _tell(_("Written: {file}", file=out))


@_command(
    export,
    "journal",
    N_("The journal for hledger, beancount, or as CSV."),
    "export journal --format hledger --out seisan.journal",
    "export journal --format csv --out 仕訳帳.csv --from 2012-04-01 --to 2013-03-31",
)
def export_journal(
    ctx: typer.Context,
    out: Out,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="hledger, beancount, csv")] = "csv",
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help=N_("from this day on"))] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help=N_("up to and with this day"))] = None,
) -> None:
    """Writes the journal."""
    from exports.formats import journal as books

    with _desk(ctx).reading() as connection:
        count = books.write(connection, form, out, _maybe_day(first), _maybe_day(last))
    _tell(_("Written: {file} ({count} entries)", file=out, count=count))


@_command(notices, "list", N_("Every notice, with the days on which it answers."), "notices list")
def notices_list(as_json: Json = False) -> None:
    """Lists the notices."""
    from exports.reports import notices as papers

    _answer(papers.listed(), papers.listed_json(), as_json)


@_command(
    notices,
    "show",
    N_("The notice that answers on a day: its words, how they are read, or the SELECT that decides."),
    "notices show 2012-09-21",
    "notices show 2012-09-21 --sql",
)
def notices_show(
    ctx: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DAY", help=N_("the day a question is asked for"))],
    as_sql: Annotated[bool, typer.Option("--sql", help=N_("the SELECT that decides, laid out for reading"))] = False,
    as_json: Json = False,
) -> None:
    """Shows a notice."""
    from exports.reports import notices as papers
    from exports.reports import sql

    asked = _day(day)
    if as_sql:
        _say(sql.format_sql(asked, _desk(ctx).database))
    else:
        _answer(papers.paper(asked), papers.paper_json(asked), as_json)


@_command(
    notices,
    "compare",
    N_("Which findings a proposed notice would change, and the money it moves; nothing is written."),
    "notices compare proposed.py --as-of 2012-09-30",
    "notices compare proposed.py --as-of 2012-09-30 --out 比較.xlsx",
)
def notices_compare(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.py", help=N_("the proposed notice; it is code, and is run"))],
    as_of: AsOf = None,
    as_json: Json = False,
    out: MaybeOut = None,
) -> None:
    """Compares a proposed notice with the one in force."""
    _report(ctx, "notices compare", {"file": file, "as_of": _day(as_of)}, as_json, out)


# --- keeping the books safe -------------------------------------------------------------------------------------------


def _copied(done: Any, sentence: str, as_json: bool, **fields: object) -> None:
    answer = {"entries": done.entries, "batches": done.batches, "head": done.head}
    _answer(_(sentence, count=done.entries, head=done.head, **fields), answer, as_json)


@_command(
    app,
    "backup",
    N_("Copies the books to a file while others work on, and verifies the copy."),
    "backup 控え/2012-09-30.db",
)
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("the backup; one of that name is replaced"))],
    as_json: Json = False,
) -> None:
    """Makes a backup."""
    from exports.issued import verification
    from ledger.store import backup as copies

    done = copies.backup(_desk(ctx).database, file, lambda connection: len(verification.verify(connection).faults))
    _copied(done, N_("Written and verified: {file} ({count} entries, head {head})"), as_json, file=file)


@_command(
    app,
    "restore",
    N_("Puts a backup in the place of the books; books that hold more than it are not replaced."),
    "restore 控え/2012-09-30.db",
)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("the backup"))],
    as_json: Json = False,
) -> None:
    """Restores a backup."""
    from exports.issued import verification
    from ledger.store import backup as copies

    done = copies.restore(_desk(ctx).database, file, lambda connection: len(verification.verify(connection).faults))
    _copied(done, N_("Restored from {file} ({count} entries, head {head})"), as_json, file=file)


DEMO_DONE = N_(
    """
{count} commands carried out. The monthly workbook is {workbook}; open it.
The books are {database}; ask them more, for example:
  export SEISAN_DATABASE='{database}'
  {seisan} check --everyone --as-of 2012-09-30
  {seisan} refund list --as-of 2012-09-30
  {seisan} entries --application 2011-0001"""
)


@_command(
    app, "demo", N_("A made-up federation's month, from input files to workbook, in a folder."), "demo", "demo 試し"
)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help=N_("the folder; made if it is not there"))] = Path(
        "demo"
    ),
) -> None:
    """Plays the month of the made-up federation; every step could be typed by hand."""
    from exports.demo import play

    acts = list(play.acts(folder))
    for act in acts:
        _say(f"$ seisan {shlex.join(act.words)}")
        code = _run(("--database", play.books(folder), "--lang", i18n.language(), *act.words), shown=act.shown)
        if code != Exit.DONE:
            raise typer.Exit(code)
    files = {"workbook": play.workbook(folder), "database": play.books(folder)}
    _say(_(DEMO_DONE, count=len(acts), seisan=_program(), **files))


def _program() -> str:
    """What to type for this program: its name, or the path by which it was called if no shell finds it by its name."""
    program = Path(sys.argv[0])
    return shlex.quote(str(program)) if program.name == "seisan" and shutil.which("seisan") is None else "seisan"


def _run(words: Sequence[str], *, shown: bool) -> int:
    """Runs a command as if it had been typed; what it answers is shown, or dropped."""
    with nullcontext() if shown else redirect_stdout(io.StringIO()):
        try:
            app(list(words))
        except SystemExit as end:
            return int(end.code or 0)
    return Exit.DONE


def main() -> None:
    """The console command."""
    app()


if __name__ == "__main__":
    main()
