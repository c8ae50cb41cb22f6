"""A notice that is only proposed: a file in the form of `n2012_09_21.py`, read to see what it would change.

Such a file is code, and it is run: give it only one that the federation wrote itself. What it imports is looked at
before it is run, which catches mistakes; it is no defence against a file that means harm. Nothing of it is kept.
"""

import ast
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy import ColumnClause, ColumnElement

from ledger.errors import Refusal
from ledger.notices import conditions, refusals, register
from ledger.notices.conditions import Condition, Notice
from ledger.store import places

_LIMIT = 1_000_000  # characters; the notices of all the years together have not a hundredth of that


@dataclass(frozen=True)
class DraftNotice:
    """A proposed notice that could stand in the register: its file, the paper's words, and the notice itself."""

    file: str
    words: str
    notice: Notice


def load(path: Path) -> DraftNotice:
    """The notice in a file, of which all that is asked of the notices in force has been asked.

    Refused, one class per cause (`ledger.notices.refusals`): a file that is not there, is not Python, imports anything
    but the words of the notices, ends with an error, or holds a notice against which the register has an objection.
    """
    tree = _parsed(path, _text(path))
    for refusal in _imports(tree, path):
        raise refusal
    module = _run(tree, path)
    notice = getattr(module, "notice", None)
    if not isinstance(notice, Notice):
        raise refusals.NoNotice(str(path))
    register.remember_names(module)
    words = str(module.__doc__ or "")
    for objection in register.objections(notice, words, str(path), register.NOTICES):
        raise objection
    return DraftNotice(str(path), words, notice)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise refusals.NoSuchProposal(str(path))
        data = places.read(path, _LIMIT + 1)
        if path.suffix.lower() != ".py" or len(data) > _LIMIT:
            raise refusals.ProposalNotPython(str(path))
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refusals.ProposalNotPython(str(path)) from None
    except (OSError, ValueError):
        raise refusals.NoSuchProposal(str(path)) from None  # also a name that no file can have
    if "\0" in text:
        raise refusals.ProposalNotPython(str(path))
    return text


def _parsed(path: Path, text: str) -> ast.Module:
    lines = text.splitlines()
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text, str(path))
    except SyntaxError as error:
        number = min(max(error.lineno or 1, 1), max(len(lines), 1))
        line = lines[number - 1].strip() if lines else ""
        raise refusals.ProposalDoesNotParse(f"{path}:{number}", line) from None
    except (RecursionError, MemoryError):
        raise refusals.ProposalNotPython(str(path)) from None


# --- what it may name -----------------------------------------------------------------------------------------------


def _vocabulary() -> frozenset[str]:
    """Every fact, word and condition that `conditions` defines itself."""
    public = {name: value for name, value in vars(conditions).items() if not name.startswith("_")}
    words = {name for name, value in public.items() if getattr(value, "__module__", None) == conditions.__name__}
    truths = {name for name, value in public.items() if isinstance(value, ColumnElement | Condition)}
    return frozenset({"Truth", *words, *truths})


FACTS = sorted(name for name, value in vars(conditions).items() if isinstance(value, ColumnClause))
ALLOWED = {
    conditions.__name__: _vocabulary(),
    "sqlalchemy": frozenset({"and_", "or_", "case", "true", "false"}),
    "datetime": frozenset({"date", "timedelta"}),
    "ledger.i18n": frozenset({"N_"}),  # marks words for the catalogue, as in the notices in force
}
_ALLOWED_LINES = [
    f"from {conditions.__name__} import …",
    "from sqlalchemy import and_, or_, case, true, false",
    "from datetime import date",
]


def _imports(tree: ast.Module, path: Path) -> Iterator[Refusal]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield refusals.ImportsSomethingElse(f"{path}:{node.lineno}", node.names[0].name, _ALLOWED_LINES)
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            for name in node.names:
                if name.name in ALLOWED.get(home, ()):
                    continue
                if home == conditions.__name__ and name.name != "*":
                    yield refusals.UnknownFact(f"{path}:{name.lineno}", name.name, FACTS)
                else:
                    yield refusals.ImportsSomethingElse(f"{path}:{name.lineno}", f"{home}.{name.name}", _ALLOWED_LINES)


# --- running it -----------------------------------------------------------------------------------------------------


def _run(tree: ast.Module, path: Path) -> ModuleType:
    module = ModuleType("proposed_notice")
    module.__file__ = str(path)
    try:
        with warnings.catch_warnings(action="ignore"):
            exec(compile(tree, str(path), "exec"), vars(module))  # noqa: S102 - the federation's own file, see above
    except NameError as error:
        raise refusals.UnknownFact(_where(error, path), str(error.name or error), FACTS) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a file may raise anything
        raise refusals.RaisesWhileLoading(_where(error, path), _message(error)) from None
    return module


def _where(error: BaseException, path: Path) -> str:
    """The last line of the file itself that led to the error."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _message(error: BaseException) -> str:
    """What the error says, on one line."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
