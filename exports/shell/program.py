"""The program: takes the global options wherever they stand, and speaks for every refusal, with its exit code."""

import gc
import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar

import typer
from typer.main import get_group

from exports.formats import screen
from exports.shell import config, misuse
from exports.shell.config import Configured
from exports.shell.contents import Named, contents
from exports.shell.help import FLAGS, GLOBAL, Group
from exports.shell.options import option
from ledger import i18n
from ledger.errors import Exit, NamesNobody, NoSuchLanguage, NotText, Problems, Refusal
from ledger.i18n import N_, _, ngettext

DATABASE = "sqlite:///seisan.db"


class Program(Group):
    """The whole program. `earlier` are spellings of earlier days, which go on working, each with today's.

    Of its commands it knows the names and what each is for; a phase of the month is loaded when a command of it is
    wanted. `phases` are all there are, in order.
    """

    earlier: ClassVar[Mapping[tuple[str, ...], tuple[str, ...]]] = {}
    phases: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: dict[str, Any] = {str(command.name): command for command in contents(self.phases)}

    def phase(self, name: str) -> typer.Typer:
        """The commands of one phase."""
        raise NotImplementedError(name)

    def load(self, phase: str) -> None:
        """Puts the commands of a phase in the place of their names."""
        loaded = typer.Typer()
        loaded.add_typer(self.phase(phase))
        self.commands.update(get_group(loaded).commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named."""
        command = self.commands.get(args[0])
        for phase in self.phases if command is None else (command.phase,) if isinstance(command, Named) else ():
            self.load(phase)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *_more: Any, **_settings: Any) -> Any:
        """Runs what was typed, and ends the process with its exit code."""
        sys.excepthook = screen.show_mistake
        gc.set_threshold(200_000, 20, 50)  # what is loaded stays, and is not looked through for garbage while it loads
        code = self.run(sys.argv[1:] if args is None else args)
        gc.disable()  # nor once more as a whole when all of it ends
        sys.exit(code)

    def run(self, words: Sequence[str]) -> int:
        """Runs what was typed; gives 0 done, 1 refused, 2 usage or 3 problems in the input, and never a traceback."""
        for stream in (sys.stdout, sys.stderr):
            screen.keep_readable(stream)
        screen.use(sys.stdout)
        options, rest = _global_options(words)
        i18n.use(_language(options, {}))
        spelled = next((earlier for earlier in self.earlier if tuple(rest[: len(earlier)]) == earlier), ())
        arguments = [*options, *self.earlier.get(spelled, ()), *rest[len(spelled) :]]

        def command() -> Any:
            helps = {"--help", "-h", "--version"} & {*words}
            configured = Configured(None, {}) if helps else config.configured()
            origins = dict(_origins(options, configured))
            more = {key: value for key, value in configured.values.items() if origins[key] == str(configured.file)}
            i18n.use(_language(options, more))
            _say_when_unreadable(words)
            typed = [*(f"--{key}={value}" for key, value in more.items()), *arguments]
            return super(Program, self).main(_texts(typed), prog_name="seisan", standalone_mode=False, obj=origins)

        return _exit_code(command, "--json" in words)


# What is said to whoever stops a command, by whether it had been carried out by then.
_STOPPED = {
    False: N_("Stopped. Nothing was changed by the command that was running."),
    True: N_("Stopped after the command had been carried out: what it wrote is kept. Look before you type it again."),
}


def _commits() -> int:
    """How often this process has written books; what does so may not even be loaded."""
    store = sys.modules.get("ledger.store.database")
    return 0 if store is None else int(store.commits())


def _exit_code(command: Callable[[], Any], as_json: bool) -> int:
    from exports.formats import progress

    committed = _commits()
    data: Any = None
    try:
        with progress.shown_on(sys.stderr):
            done = command()
    except Refusal as refusal:
        lines = [_("Refused: {sentence}", sentence=refusal), f"  → {refusal.hint}"]
        data = {"refused": refusal.code(), "says": refusal.message, "instead": refusal.hint}
        note, code = "\n".join(lines), refusal.exit
    except Problems as report:
        data = {"problems": [problem.as_json() for problem in report.problems]}
        lines = [str(problem) for problem in report.problems]
        if report.more:
            kinds = [f"{code} {count}" for code, count in report.more.most_common()]
            lines.append(_("… and {count} more, by kind: {kinds}", count=report.more.total(), kinds=kinds))
            data["more"] = dict(report.more.most_common())
        lines.append(
            ngettext("{count} problem; nothing was taken in.", "{count} problems; nothing was taken in.", report.count)
        )
        note, code = "\n".join(lines), Exit.PROBLEMS
    except typer.TyperException as error:
        note, code = misuse.sentence(error), Exit.USAGE
    except (typer.Abort, KeyboardInterrupt):
        note, code = _(_STOPPED[_commits() > committed]), Exit.REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    else:
        return done if isinstance(done, int) else Exit.DONE
    from exports.shell.session import Answer, show

    show(Answer(note=note, data=data, exit=code), as_json)
    return code


def _say_when_unreadable(words: Sequence[str]) -> None:
    """Says so, in English, where Japanese is spoken to a console that has none; other programs are told nothing."""
    if i18n.language() == "ja" and "--json" not in words and not screen.shows(sys.stdout, "精算"):
        with i18n.speaking("en"):
            note = _("Japanese cannot be shown here: set PYTHONIOENCODING=utf-8, or use --lang en (SEISAN_LANG=en).")
        screen.write(note, sys.stderr)


def _texts(arguments: list[str]) -> list[str]:
    """The arguments, each of which has to be text: bytes that are none could not be kept in the books."""
    for argument in arguments:
        if (readable := argument.encode(errors="replace").decode()) != argument:
            raise NotText(readable)
    return arguments


def _global_options(words: Iterable[str]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    rest: list[str] = []
    names = [f"--{name}" for name in GLOBAL]
    remaining = iter(words)
    for word in remaining:
        if word == "--":
            rest += [word, *remaining]
        elif word in names:
            options += [word, *([value] if (value := next(remaining, None)) is not None else [])]
        elif word in [f"--{name}" for name in FLAGS] or word.startswith(tuple(f"{name}=" for name in names)):
            options.append(word)
        else:
            rest.append(word)
    return options, rest


def _origins(options: list[str], configured: Configured) -> Iterator[tuple[str, str]]:
    """Where books, person and language come from: an option, a variable, the settings file, or nothing was said."""
    for key, variable in config.VARIABLES.items():
        if any(word == f"--{key}" or word.startswith(f"--{key}=") for word in options):
            yield key, f"--{key}"
        elif os.environ.get(variable):
            yield key, variable
        else:
            yield key, str(configured.file) if key in configured.values else config.DEFAULT


def _language(options: list[str], configured: Mapping[str, str]) -> i18n.Language:
    language = configured.get("lang") or os.environ.get("SEISAN_LANG", "ja")
    for flag, value in pairwise([*options, ""]):
        if flag == "--lang":
            language = value
        elif flag.startswith("--lang="):
            language = flag.removeprefix("--lang=")
    return "en" if language == "en" else "ja"


def _person(database: str) -> str:
    """Who is acting when nobody says so: the role that the address names on PostgreSQL, else the login."""
    if database.startswith("postgres"):
        from ledger.store.database import acting_role

        return acting_role(database)
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in a container; Windows has no list of users
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else ""


def _show_version(given: bool) -> None:
    if given:
        from importlib.metadata import version

        screen.write(f"seisan {version('seisan')}", sys.stdout)
        raise typer.Exit


def global_options(
    ctx: typer.Context,
    database: Annotated[
        str, option("--database", N_("the books: sqlite:///FILE or postgresql://…"), "URL", envvar="SEISAN_DATABASE")
    ] = DATABASE,
    by: Annotated[
        str | None,
        option(
            "--by",
            N_("who is acting (default: the login name, on PostgreSQL the database role)"),
            "NAME",
            envvar="SEISAN_USER",
        ),
    ] = None,
    lang: Annotated[
        str, option("--lang", N_("the language of everything a person reads"), "ja|en", envvar="SEISAN_LANG")
    ] = "ja",
    key: Annotated[
        str,
        option("--key", N_("what the command is known by: given again, it answers as it did the first time"), "KEY"),
    ] = "",
    no_pager: Annotated[bool, option("--no-pager", N_("show a long answer whole, not page by page"))] = False,
    _version: Annotated[
        bool, option("--version", N_("show the version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Takes the options of the program itself."""
    from exports.shell.session import Session
    from ledger import kana

    if no_pager:
        screen.unpaged()
    if lang not in i18n.LANGUAGES:
        raise NoSuchLanguage(lang)
    typed = _person(database) if by is None else by
    name = kana.signed_name(typed)
    if name is None:
        raise NamesNobody(typed)
    ctx.obj = Session(database, name, ctx.command, key, lang=lang, origins=ctx.obj or {})
