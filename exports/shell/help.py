"""Help as Typer draws it, in the language being spoken: its words and ours, examples, and what stands anywhere."""

import sys
from contextlib import redirect_stdout
from copy import copy
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from exports.formats.screen import breaks
from exports.shell.misuse import NoSuchCommand, TooManyWords, within
from exports.shell.options import LARGEST
from exports.shell.values import read_here
from ledger.errors import Exit
from ledger.i18n import N_, _

# The options of the program itself: every command takes them, wherever they stand.
GLOBAL = ("database", "by", "lang", "key")
FLAGS = ("no-pager",)
_ANYWHERE_NAMES = (*GLOBAL, "no_pager")
_ANYWHERE = N_("Options of every command")

# What Typer says of options of its own, marked so that the help says it in both languages.
OWN_OPTIONS = (
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
    N_("Show this message and exit."),
)


def _translate_typer() -> None:
    """Typer's words in the language being spoken; and lines that end where Japanese may, which knows no spaces."""
    from rich.containers import Lines
    from rich.text import Text
    from typer import rich_utils

    class Wrapped(Text):
        def wrap(self, _console: Any, width: int, **_settings: Any) -> Lines:  # type: ignore[override]
            lines = self.split(allow_blank=True) if "\n" in self.plain else [self]
            pieces = [piece for line in lines for piece in line.divide(breaks(line.plain, width))]
            for piece in pieces:
                piece.rstrip()
            return Lines(pieces)

    class Highlighter(rich_utils.OptionHighlighter):
        def __call__(self, text: str | Text) -> Text:
            return Wrapped().append_text(super().__call__(text))

    rich_utils.highlighter = Highlighter()
    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils.DEFAULT_STRING = _("[default: {value}]", value="{}")
    rich_utils.ENVVAR_STRING = _("[variable: {value}]", value="{}")


def _translated(command: Any, ctx: typer.Context) -> Any:
    """A copy of a command, with its commands and options, in the language being spoken."""
    from rich.markup import escape

    _translate_typer()
    root = ctx.find_root().command
    anywhere: list[Any] = [copy(param) for param in root.params if param.name in _ANYWHERE_NAMES]
    own = [copy(param) for param in command.get_params(ctx) if command is not root or param.name not in _ANYWHERE_NAMES]
    page = copy(command)
    page.params, page.add_help_option = [*own, *anywhere], False
    for param in anywhere:
        param.rich_help_panel = _(_ANYWHERE)
    for param in page.params:
        param.help = escape(_(param.help or ""))
        if getattr(param, "max", None) == LARGEST:  # what a database holds is no range that a person thinks of
            param.min, param.max = (param.min if param.min != -LARGEST else None), None
        if param.param_type_name == "argument" or getattr(param, "is_flag", False):
            param.display_type_rich = lambda **_: None  # str and int are words of programmers
    page.commands = {name: copy(entry) for name, entry in getattr(command, "commands", {}).items()}
    for entry in (page, *page.commands.values()):
        entry.help = escape(_(entry.help or ""))
        entry.rich_help_panel = _(entry.rich_help_panel or "") if command is root else None
    page.options_metavar, page.subcommand_metavar = _("[OPTIONS]"), _("COMMAND [ARGS]...")
    if command.epilog:
        examples = "\n".join(f"  {ctx.command_path} {example}".rstrip() for example in command.epilog.splitlines())
        page.epilog = escape(f"{_('Examples:')}\n{examples}")
    return page


class Page:
    """What has a page of help, and reads its options itself."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options and arguments, Typer's own among them."""
        above: Any = super()
        params: list[Any] = above.get_params(ctx)
        read_here(params)
        return params

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Writes how it is called."""
        page: Any = self
        pieces = page.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage:") + " ")

    def format_help(self, ctx: Any, _formatter: Any) -> None:
        """Shows the page."""
        from typer.rich_utils import rich_format_help

        rich_format_help(obj=_translated(ctx.command, ctx), ctx=ctx, markup_mode="rich")


class Command(Page, TyperCommand):
    """A command with a page of help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads what was typed after its name."""
        with within(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Carries the command out, unless there are words too many; whoever stops it is told so."""
        if ctx.args:
            raise TooManyWords(ctx.args, ctx)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            raise typer.Abort from stopped


class Group(Page, TyperGroup):
    """Commands of one kind, with a page of help; one that `lists` does so when no command is named."""

    lists = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads what was typed after the name of the group; without a word more it shows its help."""
        if self.lists and (not args or self._asks_the_list(ctx, args[0])):
            args = ["list", *args]
        if not args and not ctx.resilient_parsing:
            with redirect_stdout(sys.stderr):
                ctx.get_help()
            raise typer.Exit(Exit.USAGE)
        with within(ctx):
            return super().parse_args(ctx, args)

    def _asks_the_list(self, ctx: Any, word: str) -> bool:
        """Whether the first word is an option of the list, or what it is asked about, and no command misspelled."""
        if word.startswith("-"):
            return word not in ctx.help_option_names
        takes_one = any(param.param_type_name == "argument" for param in self.commands["list"].params)
        return takes_one and word not in self.commands and not get_close_matches(word, list(self.commands))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named."""
        if args[0] not in self.commands:
            raise NoSuchCommand(args[0], self.commands, ctx)
        return super().resolve_command(ctx, args)


class ListingGroup(Group):
    """Commands of one kind that lists when no command is named."""

    lists = True
