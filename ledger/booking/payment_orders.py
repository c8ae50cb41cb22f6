"""What a payment file says and what is kept of it: the payer, the transfers, the refunds in it, every character."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger import kana


@dataclass(frozen=True)
class Transfer:
    """One payment of a file: the refund, the whole account, the payee as banks read it, and the yen.

    The names of bank and branch are as banks read them; empty where the list of banks has none that fits.
    """

    refund: int
    bank: str
    branch: str
    account_type: str
    account: str
    payee: str
    yen: int
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class PaymentOrder:
    """What a payment file says: who pays (settings by name, names as banks read them), on which day, to whom."""

    payer: Mapping[str, str]
    pay_on: date
    transfers: tuple[Transfer, ...]


# Whether the characters of a file say what an order says, apart from the names of banks, which a later list may spell
# otherwise.
Agrees = Callable[[str, PaymentOrder], bool]


@dataclass(frozen=True)
class FiledRefund:
    """A refund that is in a payment file, and whose it is; `member` is None of a deposit whose payer nobody knows."""

    refund: int
    application: str | None
    deposit: str | None
    member: str | None
    name: str
    account: str
    yen: int


@dataclass(frozen=True)
class PaymentFile:
    """A payment file, with everything that is in it; not `changed`: it was made before, and is the same.

    `gone_on` are the refunds in it that were paid since: it has been at the bank, and is not written once more.
    """

    no: int
    changed: bool
    pay_on: date
    sha256: str | None
    content: str
    refunds: tuple[FiledRefund, ...]
    gone_on: tuple[int, ...] = ()

    @property
    def yen(self) -> int:
        """What it pays in all."""
        return sum(refund.yen for refund in self.refunds)

    @property
    def written(self) -> bytes:
        """The bytes of the file."""
        return self.content.encode(kana.BYTES)
