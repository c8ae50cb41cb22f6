"""What people are told, one file each: every list as a report, and the statements that are put together from them."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.reports.report import Report

# Every list that can be written to a file, by the name of its command, in the order of the month: its module, and what
# it is called there.
_PLACES = {
    "todo": "todo.REPORT",
    "find": "found.REPORT",
    "members": "members.REPORT",
    "applications": "applications.REPORT",
    "deposits": "deposits.REPORT",
    "imports": "imports.REPORT",
    "match": "match.REPORT",
    "due": "due.REPORT",
    "check": "check.REPORT",
    "decisions": "decisions.REPORT",
    "decisions shaken": "outdated.REPORT",
    "ruling list": "rulings.REPORT",
    "refund list": "settlements.REFUNDS",
    "overpaid list": "settlements.OVERPAID",
    "credit list": "settlements.CREDITS",
    "bill": "bill.REPORT",
    "bill claims": "waiver_claims.REPORT",
    "bank": "bank.REPORT",
    "balance": "balance.REPORT",
    "entries": "entries.REPORT",
    "slip list": "slips.REPORT",
    "refusals": "refusals.REPORT",
    "months": "months.REPORT",
    "statement list": "issued_list.REPORT",
    "notices compare": "impact.REPORT",
    "account list": "account_list.REPORT",
    "payee list": "payee_list.REPORT",
    "settings": "settings.REPORT",
    "people": "people_list.REPORT",
    "selfcheck books-act": "books_act.REPORT",
    "export list": "journal_exports.REPORT",
    "receipts": "receipts.REPORT",
}


class Reports(MutableMapping[str, "Report"]):
    """The lists by the names of their commands. Each is loaded when it is asked for: a command waits for its own."""

    def __init__(self) -> None:
        """None is loaded yet."""
        self._loaded: dict[str, Report] = {}

    def __getitem__(self, name: str) -> "Report":
        """The list of this name."""
        if name not in self._loaded:
            module, called = _PLACES[name].split(".")
            self._loaded[name] = getattr(import_module(f"{__name__}.{module}"), called)
        return self._loaded[name]

    def __setitem__(self, name: str, report: "Report") -> None:
        """Puts another list in the place of one."""
        self._loaded[name] = report

    def __delitem__(self, name: str) -> None:
        """Takes that back: what is asked for next is the list itself."""
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the month."""
        return iter(_PLACES)

    def __len__(self) -> int:
        """How many lists there are."""
        return len(_PLACES)


REPORTS = Reports()
