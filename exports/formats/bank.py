"""The payment file of the bank: the layout that it reads now, and those of the files that the books hold already."""

from collections.abc import Iterator
from typing import Protocol

from exports.formats import zengin
from ledger.booking.payment_orders import PaymentOrder


class Layout(Protocol):
    """A layout of payment files, which is a module of this folder."""

    def text(self, order: PaymentOrder) -> str:
        """Every character of the file."""

    def wrote(self, content: str) -> bool:
        """Whether a file is of this layout."""

    def accounts(self, content: str) -> Iterator[tuple[int, str]]:
        """The number of each refund in a file, with the whole account number that was written for it."""

    def agrees(self, content: str, order: PaymentOrder) -> bool:
        """Whether a file says what an order says, but for the names of banks beside their numbers."""


# New files are written in the first; a file that the books hold is read in the one that it was written in.
LAYOUTS: tuple[Layout, ...] = (zengin,)


def text(order: PaymentOrder) -> str:
    """Every character of a new file."""
    return LAYOUTS[0].text(order)


def accounts(content: str) -> dict[int, str]:
    """The whole account number that a file has for each refund, by its number."""
    return dict(next(layout for layout in LAYOUTS if layout.wrote(content)).accounts(content))


def agrees(content: str, order: PaymentOrder) -> bool:
    """Whether a file says what an order says, in the layout that it was written in; in none of ours it does not."""
    return any(layout.wrote(content) and layout.agrees(content, order) for layout in LAYOUTS)
