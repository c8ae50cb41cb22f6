"""The names on the tabs of a workbook, as Excel accepts them."""

import re

from ledger.intake import LISTS

NAME_LIMIT = 31
FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # in XML, where nothing can be escaped
_FORBIDDEN_IN_NAME = re.compile(rf"{FORBIDDEN.pattern}|[:\\/?*\[\]]")


def tab_names(titles: list[str]) -> list[str]:
    """Names that Excel accepts on tabs: at most 31 characters, no brackets, colons or slashes, each only once."""
    used: set[str] = {LISTS.casefold(), "history"}
    names = []
    for wish in titles:
        base = _FORBIDDEN_IN_NAME.sub("_", wish).strip("' ")
        name, count = cut(base, NAME_LIMIT) or "_", 1
        while name.casefold() in used:
            count += 1
            ending = f" ({count})"
            name = cut(base, NAME_LIMIT - len(ending)) + ending
        used.add(name.casefold())
        names.append(name)
    return names


def cut(text: str, limit: int) -> str:
    """The text up to so many UTF-16 units, which Excel counts: a character outside the basic plane is two."""
    return text.encode("utf-16-le", "replace")[: 2 * limit].decode("utf-16-le", "ignore").strip("' ")
