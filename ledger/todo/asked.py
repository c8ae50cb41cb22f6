"""What the books are asked for the list of what has to be done: each thing once, as of a day, and only if needed."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Connection

from ledger.booking import approvals, open_items
from ledger.booking.bills import BillComparison, reconcile
from ledger.booking.open_items import OpenItem
from ledger.booking.run import CalledFor, called_for
from ledger.codes import Account
from ledger.decisions.findings import Finding, judge_everyone
from ledger.journal.balances import held
from ledger.settlements import Settlement
from ledger.settlements import credits as every_credit
from ledger.settlements import refunds as every_refund
from ledger.statements.due import OutstandingReceipt, due

_CALLING = ("eligible", "needs_facts", "needs_review")


@dataclass(frozen=True)
class AskedBooks:
    """The books as they are asked, as of a day; when they were copied and verified last (None: that is not known)."""

    connection: Connection
    as_of: date
    backed_up_on: date | None = None
    verified_on: date | None = None

    @cached_property
    def refunds(self) -> list[Settlement]:
        """Every refund and returned overpayment, as it stands to this moment."""
        return every_refund(self.connection)

    def refunds_in(self, state: str) -> list[OpenItem]:
        """Those that came into a state by the day."""
        return open_items.refunds_in(state, self.refunds, self.as_of)

    @cached_property
    def fallen(self) -> set[str]:
        """The numbers of the refunds whose approval fell."""
        return {str(no) for no in approvals.fallen(self.connection, self.refunds)}

    @cached_property
    def proposed_since(self) -> set[str | None]:
        """The applications of which something was proposed after the day, and stands."""
        proposed = [*self.refunds, *every_credit(self.connection)]
        return {row.application for row in proposed if row.steps[0].on > self.as_of and row.standing}

    @cached_property
    def due(self) -> list[OutstandingReceipt]:
        """The receipts that are outstanding."""
        return due(self.connection, self.as_of)

    @property
    def findings(self) -> list[Finding]:
        """The answers that call for something: the fee comes back, a fact is missing, or a ruling is needed."""
        return self._judged[0]

    @property
    def owing(self) -> list[OpenItem]:
        """The applications, their certificates not issued, whose fee is owed, and that no credit is to pay."""
        paid_by_credit = {row.to_application for row in every_credit(self.connection) if row.open}
        for row in self.findings:
            paid_by_credit |= {row.row["credit_to"], row.row["open_reissue"]} if row.suggested == "credit" else set()
        return [item for item in self._judged[1] if item.name not in paid_by_credit]

    @cached_property
    def _judged(self) -> tuple[list[Finding], list[OpenItem]]:
        """Everyone is judged once: of most no more is kept than that they owe."""
        calling, owing = [], []
        for row in judge_everyone(self.connection, self.as_of):
            if row.outcome in _CALLING:
                calling.append(row)
            if row.owed and row.row["issued_on"] is None and row.row["mailed_on"] is None:
                owing.append(OpenItem(row.application, row.row["applied_on"], row.owed, row.application))
        return calling, owing

    @cached_property
    def not_posted(self) -> CalledFor:
        """What is called for in the books and is not posted."""
        return called_for(self.connection, self.as_of)

    @cached_property
    def left(self) -> dict[str, list[OpenItem]]:
        """What booking leaves, by why."""
        return open_items.left_unbooked(self.connection, self.not_posted, self.as_of)

    @cached_property
    def suspense(self) -> list[OpenItem]:
        """The deposits in suspense."""
        return open_items.suspense(self.connection, self.as_of)

    @cached_property
    def lines(self) -> list[BillComparison]:
        """The lines of the authority's bills beside the books."""
        return reconcile(self.connection)

    @cached_property
    def owed(self) -> dict[str | None, int]:
        """What the authority is owed for each application."""
        return held(self.connection, Account.AUTHORITY_PAYABLE, "application", self.as_of)
