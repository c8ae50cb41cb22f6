"""What booking will not do with fees, refunds and credits: one class per cause."""

from dataclasses import dataclass
from datetime import date

from ledger.errors import Refusal
from ledger.i18n import _


@dataclass
class UnknownRefund(Refusal):
    """There is no refund of this number."""

    refund: int
    says = _("there is no refund {refund}")
    instead = _("the refunds are listed by: seisan refund list")


@dataclass
class UnknownCredit(Refusal):
    """There is no credit of this number."""

    credit: int
    says = _("there is no credit {credit}")
    instead = _("the credits are listed by: seisan credit list")


@dataclass
class UnknownBill(Refusal):
    """No bill has this number."""

    bill: str
    says = _("there is no bill {bill}")
    instead = _("the bills are listed by: seisan bill")


@dataclass
class NotAppliedYet(Refusal):
    """The application had not been made, or was not known, on the day asked."""

    application: str
    on: date
    says = _("application {application} had not been made, or was not known, on {on}")
    instead = _("ask for a later day with --on")


@dataclass
class NoFeeReceived(Refusal):
    """Nothing had been received for the application."""

    application: str
    on: date
    says = _("no fee had been received for application {application} by {on}")
    instead = _("if it was paid, take the deposit in and settle it: seisan import FILE, seisan match")


@dataclass
class NothingToRefund(Refusal):
    """Everything received for the application is already refunded or credited, or about to be."""

    application: str
    says = _("everything received for application {application} is already refunded or credited, or about to be")
    instead = _("see how it was settled: seisan refund list, seisan credit list")


@dataclass
class StillInForce(Refusal):
    """Nothing has ended yet."""

    application: str
    on: date
    says = _("on {on} nothing of application {application} had ended: the certificate is live, or still to come")
    instead = _("wait for the revocation to be announced and take it in: seisan import FILE")


@dataclass
class NotEligible(Refusal):
    """The notice in force gives nothing back in this case."""

    application: str
    on: date
    says = _("by the rules in force on {on} the fee of application {application} does not come back")
    instead = _("see the grounds: seisan check --application {application} --as-of {on}")


@dataclass
class FactsMissing(Refusal):
    """The answer still hangs on facts that are not known."""

    application: str
    missing: list[str]
    says = _("whether the fee of application {application} comes back hangs on what is not known: {missing}")
    instead = _("ask for these facts and take them in: seisan import FILE")


@dataclass
class NeedsReview(Refusal):
    """A doubt stops payment until a person supplies a fact."""

    application: str
    doubts: list[str]
    says = _("application {application} has to be looked at by a person first: {doubts}")
    instead = _("clear the doubt up and take the fact in with its paper: seisan import FILE")


@dataclass
class FeeNotHeld(Refusal):
    """The books do not hold the fee that is to come back."""

    application: str
    held: int
    needed: int
    says = _("of the {needed} yen that come back for application {application} the books hold {held}")
    instead = _("see where the fee is: seisan entries --application {application}; was it booked: seisan book")


@dataclass
class NothingOverpaid(Refusal):
    """Nothing of the deposit is left in suspense."""

    deposit: str
    says = _("nothing of deposit {deposit} is held beyond what was due")
    instead = _("see where it went: seisan entries --account 2050; was it booked: seisan book")


@dataclass
class SamePersonApproves(Refusal):
    """Who proposed may not approve."""

    by: str
    says = _("{by} proposed this and cannot approve it as well")
    instead = _("have another person approve it, under their own name: --by NAME")


@dataclass
class RefundOutOfOrder(Refusal):
    """The refund is not in a state from which this can follow."""

    refund: int
    state: str
    wanted: str
    says = _("refund {refund} is: {state}; from there it cannot become: {wanted}")
    instead = _("see the refunds and their states: seisan refund list")


@dataclass
class UnknownPaymentFile(Refusal):
    """There is no payment file of this number."""

    file: int
    says = _("there is no payment file {file}")
    instead = _("which refund is in which payment file is shown by: seisan refund list")


@dataclass
class NothingToFile(Refusal):
    """No approved refund is left to be put in a payment file, and none of that day was made before."""

    on: date
    says = _("no approved refund waits for a payment file, and none was made for {on}")
    instead = _("see what waits, and for whom: seisan refund list")


@dataclass
class NotABankDay(Refusal):
    """Banks carry out no transfer on that day."""

    on: date
    says = _("banks are closed on {on}: a Saturday, a Sunday, or one of the days from 31 December to 3 January")
    instead = _("name a business day with --on")


@dataclass
class NotReadyToFile(Refusal):
    """Something stands against the payment file; all of it is said at once."""

    reasons: list[str]
    says = _("no payment file can be made yet: {reasons}")
    instead = _("settle these, or leave refunds out, each with: --without NO")


@dataclass
class SamePersonFiles(Refusal):
    """By the rule of three, who proposed or approved a refund may not put it in a payment file."""

    by: str
    refunds: list[int]
    says = _("a payment needs three people, and {by} proposed or approved: {refunds}")
    instead = _("have a third person make the payment file, under their own name: --by NAME")


@dataclass
class PaymentFileGoneOn(Refusal):
    """The payment file has reached the bank, or nothing of it waits any more."""

    file: int
    refunds: list[str]
    says = _("what was in payment file {file} has gone on: {refunds}")
    instead = _("what came back from the bank is recorded by: seisan refund returned NO --reason …")


@dataclass
class PaymentFileChanged(Refusal):
    """What is kept of the payment file is not what it was made with."""

    file: int
    says = _("payment file {file} is not kept as it was made")
    instead = _("pay nothing from it, and see what was changed: seisan verify")


@dataclass
class SamePersonVoids(Refusal):
    """When a payment file is void its refunds are approved again, which is not for who proposed them."""

    by: str
    file: int
    refunds: list[int]
    says = _("{by} proposed what is approved again when payment file {file} is void: {refunds}")
    instead = _("have another person declare it void, under their own name: --by NAME")


@dataclass
class CreditOutOfOrder(Refusal):
    """The credit is not in a state from which this can follow."""

    credit: int
    state: str
    wanted: str
    says = _("credit {credit} is: {state}; from there it cannot become: {wanted}")
    instead = _("see the credits and their states: seisan credit list")


@dataclass
class DoneDifferently(Refusal):
    """The same was recorded before, with another day or reason."""

    state: str
    field: str
    there: str
    here: str
    says = _("it is already recorded as {state}, and the {field} is {there}, not {here}")
    instead = _("nothing was changed; what is recorded stands")


@dataclass
class BeforeTheStepBefore(Refusal):
    """A step cannot be dated before the one it follows."""

    on: date
    before: date
    says = _("{on} lies before {before}, the day of the step that it follows")
    instead = _("date it {before} or later with --on")


@dataclass
class CreditToAnotherMember(Refusal):
    """A credit goes only to the same member."""

    application: str
    to_application: str
    says = _("applications {application} and {to_application} belong to different members")
    instead = _("name a reissue application of the same member")


@dataclass
class NotAReissue(Refusal):
    """A credit goes only to a reissue."""

    to_application: str
    says = _("application {to_application} is not one for a reissue")
    instead = _("name a reissue application of the same member, or refund the fee: seisan refund propose")


@dataclass
class ReissueWithdrawn(Refusal):
    """The application for the reissue was withdrawn."""

    to_application: str
    on: date
    says = _("application {to_application} was withdrawn on {on}")
    instead = _("name another reissue application, or refund the fee: seisan refund propose")


@dataclass
class NothingOwed(Refusal):
    """The application that the credit is to go to owes nothing, or less."""

    to_application: str
    owed: int
    says = _("application {to_application} still owes {owed} yen, so the credit does not fit")
    instead = _("name another reissue application, or refund the fee: seisan refund propose")


@dataclass
class CreditSpent(Refusal):
    """The credited money has gone on from the reissue."""

    credit: int
    to_application: str
    says = _("what credit {credit} brought to application {to_application} has been paid on to the authority")
    instead = _("it can be undone once the authority gives it back: seisan entries --application {to_application}")


@dataclass
class CreditGoneOn(Refusal):
    """The credited money was credited further or refunded."""

    credit: int
    to_application: str
    gone: str
    says = _("what credit {credit} brought to application {to_application} has gone on: {gone}")
    instead = _(
        "take that back first: seisan credit undo NO --reason …, or for a refund not paid yet "
        "seisan refund reject NO --reason …"
    )


@dataclass
class NotReadyToClose(Refusal):
    """Something stands against closing the month; all of it is said at once."""

    month: str
    reasons: list[str]
    says = _("{month} cannot be closed yet: {reasons}")
    instead = _("settle these, or close all the same and say why, which is kept: seisan close {month} --accept REASON")


@dataclass
class PartOfRefund(Refusal):
    """An entry belongs to a refund, which has commands of its own."""

    entry: int
    refund: int
    says = _("entry {entry} belongs to refund {refund}")
    instead = _(
        "reject the refund, or record that its transfer came back: seisan refund reject {refund} --reason …, "
        "seisan refund returned {refund} --on DAY --reason …"
    )


@dataclass
class PartOfCredit(Refusal):
    """An entry belongs to a credit, which has commands of its own."""

    entry: int
    credit: int
    says = _("entry {entry} belongs to credit {credit}")
    instead = _(
        "reject or undo the credit: seisan credit reject {credit} --reason …, seisan credit undo {credit} --reason …"
    )


@dataclass
class WaivedMeanwhile(Refusal):
    """An entry is a debt that the authority has waived; without it the authority would owe what it never received."""

    entry: int
    waiver: int
    says = _("entry {entry} is a debt to the authority, which waived it by entry {waiver}")
    instead = _("reverse the waiver first: seisan reverse {waiver} --reason …")
