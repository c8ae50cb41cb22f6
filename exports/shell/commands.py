"""How a command is declared: a short function that returns an answer; the shell adds what many commands take."""

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial, wraps
from hashlib import file_digest, sha256
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from exports.reports.report import Report
from exports.shell import lists
from exports.shell.help import Command, Group, ListingGroup
from exports.shell.options import PLANNED, AsJson, Calendar, DryRun, OutInstead, Replace, Yes
from exports.shell.session import Answer, Books, Session, show
from ledger import dates
from ledger.dates import Month
from ledger.errors import InTheFuture, NoSuchMonth, NotADay, NotWritable
from ledger.store import places, written

Function = Callable[..., Answer]
Declaration = Callable[[Function], Function]
Run = Callable[[Session, "partial[Answer]"], Answer]
Rewrite = Callable[[Books, Any], bytes | None]
Looks = Callable[[Books, Any, dict[str, Any]], None]


class Commands(typer.Typer):
    """Commands of one phase of the month, or of one kind under its name; the help has them in the order declared.

    The docstring of a command's function is its help; an example is what is typed after its name.
    """

    def __init__(self, panel: str = "", name: str | None = None, summary: str | None = None, **settings: Any) -> None:
        super().__init__(name=name, help=summary, rich_markup_mode="rich", **{"cls": Group} | settings)
        self.info.rich_help_panel = self.panel = panel

    def group(self, name: str | None = None, summary: str | None = None, *, lists: bool = False) -> "Commands":
        """Commands under a name, which lists when none of them is typed; without a name they stand among these."""
        group = Commands(self.panel, name, summary, cls=ListingGroup if lists else Group)
        self.add_typer(group)
        return group

    def writes(
        self,
        name: str,
        *examples: str,
        may: tuple[str, ...],
        rewrite: Rewrite | None = None,
        looks: Looks | None = None,
        many: bool = False,
    ) -> Declaration:
        """A command that writes the books, given them open: at most once under a key, not at all in a dry run.

        Once people are listed, who types it may do one of `may` (see `codes.RIGHTS`). Where it can mean `many`, whoever
        types it is shown what is meant before anything is written, and asked.
        `rewrite` gives from the answer of the first time what is written once more to its file. `looks` records, on
        PostgreSQL, what the command looks at, and is kept before it does.
        """

        def write(session: Session, command: "partial[Answer]") -> Answer:
            def as_recorded(books: Books) -> Answer:
                from ledger.store.numbers import all_as_recorded

                return command.func(books, **all_as_recorded(books.connection, command.keywords))

            if looks is not None and not session.dry_run and session.on_server:
                session.look(lambda books, answer: looks(books, answer, command.keywords))
            return session.write(as_recorded, rewrite)

        options = {"yes": Yes} if many else {}
        return self._declare(name, examples, write, may, dry_run=DryRun, as_json=AsJson, **options)

    def runs(self, name: str, *examples: str, may: tuple[str, ...] = (), **options: Any) -> Declaration:
        """A command that is given the session, and opens what it needs; `options` are those of the shell it takes.

        One that writes says who may (`may`), as in `writes`.
        """

        def run(session: Session, command: "partial[Answer]") -> Answer:
            return command(session)

        return self._declare(name, examples, run, may, **options)

    def lists(self, report: Report, name: str = "") -> None:
        """The command of a report, with `--out`; within a group under this name."""

        def ask(session: Session, out: Path | None, calendar: str | None, **question: Any) -> Answer:  # noqa: ARG001 - the session has it
            return lists.answer(session, report, question, calendar)

        parameters = [lists.keyword(parameter) for parameter in report.parameters]
        session, out = Parameter("session", Parameter.POSITIONAL_ONLY), _keyword("out", OutInstead, default=None)
        calendar = _keyword("calendar", Calendar, default=None)
        ask.__signature__ = Signature([session, *parameters, out, calendar])  # type: ignore[attr-defined]
        ask.__doc__ = report.summary
        examples = (example.removeprefix(report.name).strip() for example in report.examples)
        self.runs(name or report.name, *examples, as_json=AsJson)(ask)

    def _declare(
        self, name: str, examples: tuple[str, ...], run: Run, may: tuple[str, ...], **options: Any
    ) -> Declaration:
        def declared(function: Function) -> Function:
            self.command(
                name,
                cls=Command,
                help=" ".join((function.__doc__ or "").split()),
                epilog="\n".join(examples) or " ",
                context_settings={"allow_extra_args": True},  # which are refused by our own sentence
                rich_help_panel=self.panel,
            )(_typed(function, run, may, options))
            return function

        return declared


def _typed(function: Function, run: Run, may: tuple[str, ...], options: dict[str, Any]) -> Callable[..., int]:
    """The command as Typer reads it: days and months are text, and the options of the shell stand after its own."""
    _books, *parameters = inspect.signature(function).parameters.values()

    @wraps(function)
    def carry_out(ctx: typer.Context, **values: Any) -> int:
        replaces, agreed = values.pop("replace", False), values.pop("yes", True)
        # What asks nothing of a person writes no books that are open, in which a key could be kept.
        session = replace(_session(ctx, values, takes_key="dry_run" in options and bool(may)), may=may)
        asks = not (agreed or session.dry_run or session.as_json or session.key) and _person_types()
        session = replace(session, asks=asks)
        content = {parameter.name: _value(parameter, values[parameter.name]) for parameter in parameters}
        if "dry_run" in options:
            _require_no_later_than_today(parameters, content)
        with written.replacing(replaces):
            answer = run(session, partial(function, **content))
        show(answer, session.as_json)
        return answer.exit

    if any(parameter.name == "out" for parameter in parameters):
        options = {"replace": Replace} | options
    context = Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    typed = [_keyword(parameter.name, *_as_text(parameter)) for parameter in parameters]
    further = [_keyword(name, annotation, default=False) for name, annotation in options.items()]
    carry_out.__signature__ = Signature([context, *typed, *further])  # type: ignore[attr-defined]
    carry_out.__annotations__ = {}
    return carry_out


def _person_types() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _keyword(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


# What is typed as text, how it is read, and what is refused. A day that has no default is today when it is not typed.
_FORMS: dict[type, tuple[Callable[[str], Any], type[NotADay | NoSuchMonth]]] = {
    date: (dates.parse_day, NotADay),
    Month: (Month.parse, NoSuchMonth),
}


def _form(parameter: Parameter) -> type | None:
    kind = get_args(parameter.annotation)[0]
    return next((form for form in _FORMS if form in (kind, *get_args(kind))), None)


def _as_text(parameter: Parameter) -> tuple[Any, Any]:
    """The annotation and the default with which Typer reads a parameter."""
    form, information = _form(parameter), get_args(parameter.annotation)[1]
    if form is None:
        return parameter.annotation, parameter.default
    if parameter.default is Parameter.empty and (form is Month or isinstance(information, typer.models.ArgumentInfo)):
        return Annotated[str, information], Parameter.empty
    return Annotated[str | None, information], None


def _value(parameter: Parameter, text: Any) -> Any:
    """What was typed, as the command gets it. Refused: what is no day (not-a-day), or no month (no-such-month)."""
    form = _form(parameter)
    if form is None:
        return text
    if text is None:
        return dates.today() if parameter.default is Parameter.empty else None
    parse, refusal = _FORMS[form]
    if (value := parse(text)) is None:
        raise refusal(text)
    return value


def _require_no_later_than_today(parameters: list[Parameter], content: dict[str, Any]) -> None:
    """Refuses a day after today (in-the-future) for what posts, decides or becomes known; a plan may lie ahead."""
    for parameter in parameters:
        day = content[parameter.name]
        if isinstance(day, date) and day > dates.today() and PLANNED not in get_args(parameter.annotation):
            raise InTheFuture(day, dates.today())


def _session(ctx: typer.Context, values: dict[str, Any], *, takes_key: bool) -> Session:
    session: Session = ctx.obj
    session = replace(
        session,
        command=ctx.command_path.removeprefix("seisan "),
        as_json=values.pop("as_json", False),
        dry_run=values.pop("dry_run", False),
        out=values.get("out"),
    )
    if session.key and not takes_key:
        from ledger.store.idempotency import NoKeyTaken

        raise NoKeyTaken(session.command)
    return replace(session, content=_content(ctx)) if session.key else session


def _content(ctx: typer.Context) -> dict[str, str]:
    """What was typed, by the names that its fields have in the books; of files, what they hold."""
    content = {"--by": ctx.obj.by}
    for param in ctx.command.params:
        value = ctx.params.get(param.name)
        if param.name not in ("as_json", "dry_run", "replace", "yes") and value not in (None, False):
            plain = _PLAIN.get(param.name, _text)
            content[_field(param)] = ", ".join(sorted(map(plain, value if isinstance(value, list) else [value])))
    return content


def _field(param: Any) -> str:
    """The name of a field as it is typed: --on, NO, FILE."""
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar)


def _text(value: object) -> str:
    if not isinstance(value, Path):
        return str(value)
    try:
        with open(places.opened(value, os.O_RDONLY, links=True), "rb") as file:  # noqa: PTH123 - by its number
            return file_digest(file, "sha256").hexdigest()[:16]
    except (OSError, NotWritable):
        return value.name


# A file that is written is known by its name, and what a setting is set to may be an account number.
_PLAIN: dict[str, Callable[[Any], str]] = {"out": str, "value": lambda text: sha256(text.encode()).hexdigest()[:16]}
