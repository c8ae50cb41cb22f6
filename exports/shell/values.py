"""What was typed, as what a command gets: text, whole numbers in either width, files, each once or several times."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

from exports.shell.misuse import NotWhole, OutOfRange
from ledger.money import parse_whole


class Reader:
    """Reads what was typed for one option or argument.

    Typer has pydantic do it, for text as well, and loads it for that: more than a question about one member can wait.
    """

    def __init__(self, param: Any) -> None:
        annotation, information = param.type_descriptor.annotation, param.type_descriptor.parameter_info
        kind, *_ = get_args(annotation) or (annotation,)
        forms: dict[Any, Callable[[Any], Any]] = {str: str, Path: Path, bool: bool, int: self._whole}
        self.read: Callable[[Any], Any] = information.parser or forms[kind]
        self.least, self.most = information.min, information.max

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - Typer hands them over by name
        """The value; None where nothing was typed. Refused: what cannot be read (usage)."""
        if isinstance(value, (list, tuple)):
            return [self.read(each) for each in value]
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        return self.read(value)

    def _whole(self, typed: str | int) -> int:
        value = typed if isinstance(typed, int) else parse_whole(typed)
        if value is None:
            raise NotWhole(str(typed))
        if self.least is not None and value < self.least:
            raise OutOfRange(at_least=self.least)
        if self.most is not None and value > self.most:
            raise OutOfRange(at_most=self.most)
        return value


def read_here(params: list[Any]) -> None:
    """Has these options and arguments read by `Reader`."""
    for param in params:
        param.get_runtime_param = partial(Reader, param)
