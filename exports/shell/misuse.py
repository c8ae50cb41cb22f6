"""What was typed and cannot be understood, in one sentence; told by what was raised, not by what that says."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import typer
from typer._click.exceptions import BadOptionUsage, BadParameter, MissingParameter, NoSuchOption, UsageError
from typer.core import TyperGroup

from ledger import masking
from ledger.i18n import N_, _


class NoSuchCommand(UsageError):
    """A word in the place of a command that is none."""

    def __init__(self, name: str, names: Iterable[str], ctx: typer.Context) -> None:
        super().__init__(name, ctx)
        self.possibilities = get_close_matches(name, list(names))


class TooManyWords(UsageError):
    """More words than the command takes."""

    def __init__(self, words: list[str], ctx: typer.Context) -> None:
        super().__init__(" ".join(words), ctx)


class NotARange(BadParameter):
    """What is neither a number nor a range of numbers."""


class NotWhole(BadParameter):
    """What is no whole number."""


class OutOfRange(BadParameter):
    """A number below the least or above the largest that is asked for."""

    def __init__(self, *, at_least: float | None = None, at_most: float | None = None) -> None:
        limit = at_most if at_least is None else at_least
        super().__init__(str(limit))
        self.limit, self.is_below = limit, at_least is not None


@contextmanager
def within(ctx: typer.Context) -> Iterator[None]:
    """What is misused in the block is said of this command; its parser does not say of which."""
    try:
        yield
    except BadOptionUsage as error:
        error.ctx = error.ctx or ctx
        raise


def sentence(error: typer.TyperException) -> str:
    """What is wrong with what was typed, and where the right way is written; a password is not repeated."""
    ctx = getattr(error, "ctx", None)
    lines = [_("Usage: {sentence}", sentence=masking.passwords(_what_is_wrong(error)))]
    if possibilities := getattr(error, "possibilities", None):
        lines[0] += " — " + _("did you mean {names}?", names=sorted(possibilities))
    lines.append("  → " + _("see: {command} --help", command=ctx.command_path if ctx else "seisan"))
    return "\n".join(lines)


def _what_is_wrong(error: typer.TyperException) -> str:
    match error:
        case NoSuchOption():
            return _("there is no option {name}", name=error.option_name)
        case NoSuchCommand():
            return _("there is no command {name}", name=error.message)
        case TooManyWords():
            return _("{name} is too much", name=error.message)
        case BadOptionUsage():
            params = error.ctx.command.params if error.ctx else []
            flag = any(error.option_name in param.opts and getattr(param, "is_flag", False) for param in params)
            return _(N_("{name} takes no value") if flag else N_("{name} needs a value"), name=error.option_name)
        case MissingParameter():
            return _("{name} is missing", name=_name(error.param))
        case NotARange():
            return _(
                "{name}: {value} is neither a number nor a range of numbers",
                name=_name(error.param),
                value=error.message,
            )
        case NotWhole():
            return _("{name} has to be a whole number", name=_name(error.param))
        case OutOfRange():
            text = N_("{name} is at least {limit}") if error.is_below else N_("{name} is at most {limit}")
            return _(text, name=_name(error.param), limit=error.limit)
        case UsageError() if error.ctx and isinstance(error.ctx.command, TyperGroup):
            return _("the command is missing")
    return error.format_message()


def _name(param: Any) -> str:
    """An option or an argument as it is typed."""
    if param is None:
        return "?"
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar or param.name.upper())
