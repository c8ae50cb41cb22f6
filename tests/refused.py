"""Every refusal that the program knows."""

import importlib
import pkgutil

import exports
import ledger
from ledger.errors import Refusal


def every_refusal() -> set[type[Refusal]]:
    """Every class of refusal in the program."""
    for package in (ledger, exports):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: set[type[Refusal]] = set()
    looking = [Refusal]
    while looking:
        for each in looking.pop().__subclasses__():
            if each.__module__.partition(".")[0] in ("ledger", "exports"):
                found.add(each)
                looking.append(each)
    return found
