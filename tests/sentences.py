"""What `make messages` finds: sentences marked with `_` or `N_`, and the docstrings of refusals and of commands."""

import ast
from collections.abc import Collection, Iterator
from typing import IO, Any

# What a class is that is a refusal: of its own, or of a place that cannot be written or has no room.
REFUSALS = {"Refusal", "NotWritable", "DiskFull"}


def extract(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """An extraction method of Babel: the sentences of one file, each with its line; for one and for several in a pair.

    Babel's own takes every text inside the brackets for one: also the key in `_(SENTENCES["a_key"])`.
    """
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            sentence = node.args[0]
            if node.func.id == "ngettext":
                yield node.lineno, node.func.id, tuple(ast.literal_eval(form) for form in node.args[:2]), []
            elif isinstance(sentence, ast.Constant) and sentence.value:
                yield node.lineno, node.func.id, str(sentence.value), []
        if isinstance(node, ast.ClassDef) and REFUSALS & {ast.unparse(base) for base in node.bases}:
            yield node.lineno, "_", _docstring(node), []
        if isinstance(node, ast.FunctionDef) and any(map(_declares, node.decorator_list)):
            yield node.lineno, "_", _docstring(node), []


def _docstring(node: ast.ClassDef | ast.FunctionDef) -> str:
    return " ".join((ast.get_docstring(node) or "").split())


def _declares(decorator: ast.expr) -> bool:
    """Whether it declares a command, whose docstring is its help: `@refund.writes("propose", …)`."""
    call = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(call, ast.Attribute) and call.attr in ("reads", "writes", "runs")
