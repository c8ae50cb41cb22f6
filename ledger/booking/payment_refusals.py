"""What will not be done with payment files: one class per cause."""

from datetime import date

from ledger.errors import Refusal
from ledger.i18n import N_, _


class UnknownPaymentFile(Refusal):
    """there is no payment file {file}"""

    file: int
    instead = N_("which refund is in which payment file is shown by: seisan refund list")


class PaymentFileVoid(Refusal):
    """payment file {file} is void, so nothing was paid by it"""

    file: int
    instead = N_("which refund is in which payment file is shown by: seisan refund list")


class NothingToFile(Refusal):
    """no approved refund waits for a payment file, and none was made for {on}"""

    on: date
    count: int = 0
    yen: int = 0
    numbers: str = ""
    instead = N_("see what waits, and for whom: seisan refund list")
    approve_first = N_(
        "not approved yet: {count}, {yen} yen in all; by another person: seisan refund approve {numbers}"
    )

    @property
    def hint(self) -> str:
        """What to do instead; where refunds wait to be approved, how many, of how many yen, and by which command."""
        return _(self.approve_first, **self.arguments | {"yen": f"{self.yen:,}"}) if self.count else super().hint


class NotABankDay(Refusal):
    """banks are closed on {on}: {why}"""

    on: date
    why: str
    follows: date
    instead = N_("name the next day on which they are open: --on {follows}")


class TooLateForBank(Refusal):
    """for transfers on {on} it is too late: the bank wants the file {lead} of its days before"""

    on: date
    lead: int
    earliest: date
    instead = N_("name the first day for which it still takes one: --on {earliest} (seisan settings list)")


class BeyondBankCalendar(Refusal):
    """whether banks are open on {on} is not known: the calendar of holidays ends with {last}"""

    on: date
    last: int
    instead = N_("name an earlier day with --on")


class NotReadyToFile(Refusal):
    """no payment file can be made yet: {reasons}"""

    reasons: list[str]
    instead = N_("settle these, or leave refunds out, each with: --without NO")


class SamePersonFiles(Refusal):
    """a payment needs three people, and {by} proposed or approved: {refunds}"""

    by: str
    refunds: list[int]
    instead = N_("have a third person make the payment file, under their own name: --by NAME")


class PaymentFileGoneOn(Refusal):
    """what was in payment file {file} has gone on: {refunds}"""

    file: int
    refunds: list[str]
    instead = N_("what came back from the bank is recorded by: seisan refund returned NO --reason …")


class PaymentFileChanged(Refusal):
    """payment file {file} is not kept as it was made"""

    file: int
    instead = N_("pay nothing from it, and see what was changed: seisan verify")


class PaymentFileNotAsApproved(Refusal):
    """payment file {file} does not pay what was approved: an account, an amount or a name in it is another"""

    file: int
    instead = N_("pay nothing from it: seisan refund void {file} --reason …, and see what was put there: seisan verify")


class SamePersonVoids(Refusal):
    """{by} proposed what is approved again when payment file {file} is void: {refunds}"""

    by: str
    file: int
    refunds: list[int]
    instead = N_("have another person declare it void, under their own name: --by NAME")


class NotABankFile(Refusal):
    """{file} is no file of the bank"""

    file: str
    instead = N_(
        "name a file that the bank made: 入出金取引明細 (全銀), or its CSV with how it is laid out (--bank-csv)"
    )
