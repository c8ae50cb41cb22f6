"""A plain model of what stands around the books: months closed and reopened, bank accounts, commands under a key."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.model_booked import BANK, SUSPENSE, Close, Refused
from tests.model_decided import Decided

Reason = dict[str, Any]
UNDETERMINED = ("needs_facts", "needs_review")


@dataclass
class BankAccount:
    """What is known of a member's bank account: the last one, the one trusted, and who brought one that waits."""

    last: str | None = None
    trusted: str | None = None
    waits: bool = False
    brought_by: str | None = None
    approved: bool = False
    had: set[str] = field(default_factory=set)


def month_of(day: date) -> str:
    """The month of a day, as it is written."""
    return f"{day:%Y-%m}"


def last_day(month: str) -> date:
    """The last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(31)).replace(day=1) - timedelta(1)


@dataclass
class Months(Decided):
    """The books with their months, the accounts of the members, and the keys; see the module."""

    reopened: tuple[str, str] | None = None
    accounts: dict[str, BankAccount] = field(default_factory=dict)
    keys: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    # --- months ---

    def close(self, month: str, bank: int | None, accept: str | None, days: int) -> Any:
        """Closes a month and all before it."""
        last = last_day(month)
        before = next((close for close in self.closes if close.last >= last), None)
        if before is not None:
            if before.month == month:
                for there, here in ((before.bank, bank), (before.accept, accept)):
                    if here is not None and here != there:
                        raise Refused("done-differently")
            return False, self.closed_to, before.accepted
        if self.today <= last:
            raise Refused("month-not-over")
        if accept == "":
            raise Refused("no-reason-given")
        reasons = list(self._against(last, bank, days))
        if reasons and accept is None:
            raise Refused("not-ready-to-close")
        self.closes.append(Close(month, last, bank, accept, reasons))
        self.reopened = None
        return True, last, reasons

    def bank(self, last: date) -> int:
        """What stands at the bank on a day."""
        return -self._by(last)[BANK, None]

    def _by(self, last: date) -> Counter[tuple[str, str | None]]:
        left: Counter[tuple[str, str | None]] = Counter()
        for entry in self.entries:
            for debit, whose, credit, theirs, yen in entry.moves if entry.on <= last else ():
                left[debit, whose] -= yen
                left[credit, theirs] += yen
        return left

    def _against(self, last: date, bank: int | None, days: int) -> Iterator[Reason]:
        books, until = self.bank(last), last.isoformat()
        waits = [yen for (account, _part), yen in self._by(last).items() if account == SUSPENSE and yen]
        if waits:
            yield {"code": "suspense", "count": len(waits), "yen": sum(waits)}
        if bank is None:
            yield {"code": "bank_not_given", "last": until, "yen": books}
        elif bank != books:
            yield {"code": "bank_differs", "last": until, "bank": bank, "yen": books}
        for code, things in (("refunds_proposed", self.refunds), ("credits_proposed", self.credits)):
            each = enumerate(things, 1)
            open_ = [str(no) for no, one in each if one.state == "proposed" and one.steps[0][1] <= last]
            if open_:
                yield {"code": code, "numbers": open_}
        if asked := self._undetermined(last - timedelta(days)):
            yield {"code": "undetermined", "count": len(asked), "days": days, "applications": asked}
        bills = {bill for on, bill, _of, _yen in self.lines if on <= last}
        agreed = {bill for number in self.apps for bill, _left, ok in self.lines_of(number) if ok}
        if bills - agreed:
            yield {"code": "bills", "count": len(bills - agreed)}
        ahead = deepcopy(self)
        ahead.post_all_due(last)
        if count := len(ahead.entries) - len(self.entries):
            yield {"code": "to_book", "count": count, "last": until}

    def _undetermined(self, before: date) -> list[str]:
        since: dict[str, date] = {}
        for decision in self.kept:
            if decision.outcome in UNDETERMINED:
                since.setdefault(decision.application, decision.as_of)
            else:
                since.pop(decision.application, None)
        return sorted(number for number, day in since.items() if day < before)

    def reopen(self, month: str, reason: str) -> Any:
        """Reopens a month and all after it."""
        if self.reopened is not None and self.reopened[0] == month:
            if self.reopened[1] != reason:
                raise Refused("done-differently")
            return False, self.closed_to
        nth = next((nth for nth, close in enumerate(self.closes) if close.last >= last_day(month)), None)
        if nth is None:
            raise Refused("month-not-closed")
        if not reason:
            raise Refused("no-reason-given")
        del self.closes[nth:]
        self.reopened = month, reason
        return True, self.closed_to

    # --- bank accounts ---

    def account_told(self, member: str, number: str, by: str) -> None:
        """The register brings a bank account; a second one, or another member's, waits for a second person."""
        anothers = any(number in bank_account.had for other, bank_account in self.accounts.items() if other != member)
        account = self.accounts.setdefault(member, BankAccount())
        account.last, account.brought_by = number, by
        if not account.had and not anothers:
            account.trusted = number
        account.had.add(number)
        account.waits = number != account.trusted

    def approve_account(self, member: str, by: str) -> bool:
        """A second person's word that it is right."""
        account = self.accounts.get(member, BankAccount())
        if not account.waits:
            if account.approved:
                return False
            raise Refused("no-change-to-approve")
        if by == account.brought_by:
            raise Refused("same-person-brought-account")
        account.trusted, account.waits, account.approved = account.last, False, True
        return True

    def look(self, member: str, purpose: str) -> str:
        """The whole number."""
        if not purpose:
            raise Refused("no-purpose-given")
        last = self.accounts.get(member, BankAccount()).last
        if last is None:
            raise Refused("no-account-known")
        return last

    def require_account(self, member: str | None) -> None:
        """Refuses a member whose bank account waits for a second person."""
        if member is not None and self.accounts.get(member, BankAccount()).waits:
            raise Refused("account-not-approved")

    # --- keys ---

    def once(self, key: str, command: str, *words: Any) -> str:
        """A command under a key is carried out once and answered the same ever after."""
        content = {"command": command, **{str(nth): str(each) for nth, each in enumerate(words, 1)}}
        if key in self.keys:
            there, answer = self.keys[key]
            if there == content:
                return answer
            field = next(name for name in (*there, *content) if there.get(name) != content.get(name))
            raise Refused(f"key-used-differently {field}")
        answer = repr(getattr(self, command)(*words))
        self.keys[key] = content, answer
        return answer
