"""What booking will not do with fees, refunds and credits: one class per cause."""

from datetime import date

from ledger.errors import Exit, Refusal
from ledger.i18n import N_


class UnknownRefund(Refusal):
    """there is no refund {refund}"""

    refund: int
    instead = N_("the refunds are listed by: seisan refund list")


class UnknownCredit(Refusal):
    """there is no credit {credit}"""

    credit: int
    instead = N_("the credits are listed by: seisan credit list")


class UnknownBill(Refusal):
    """there is no bill {bill}"""

    bill: str
    instead = N_("the bills are listed by: seisan bill")


class NotInBill(Refusal):
    """bill {bill} has no line for application {application}"""

    bill: str
    application: str
    instead = N_("the lines of the bill are listed by: seisan bill {bill}")


class NothingToDispute(Refusal):
    """nothing that bill {bill} has for application {application} stands: other lines clear it"""

    bill: str
    application: str
    instead = N_("what stands of the bill is listed by: seisan bill {bill} --open")


class NotDisputed(Refusal):
    """what bill {bill} has for application {application} is in no dispute"""

    bill: str
    application: str
    instead = N_("what is in dispute is listed by: seisan bill --disputed")


class NotOwedYet(Refusal):
    """what bill {bill} settles for application {application} stands in the books from {owed_on}, not yet on {on}"""

    on: date
    bill: str
    application: str
    owed_on: date
    instead = N_("date the payment {owed_on} or later: seisan bill pay {bill} --on {owed_on}")


class NotAppliedYet(Refusal):
    """application {application} had not been made, or was not known, on {on}"""

    application: str
    on: date
    instead = N_("ask for a later day with --on")


class NoFeeReceived(Refusal):
    """no fee had been received for application {application} by {on}"""

    application: str
    on: date
    instead = N_("if it was paid, take the deposit in and settle it: seisan import FILE, seisan match")


class NothingToRefund(Refusal):
    """everything received for application {application} is given back or on its way: {course}"""

    application: str
    course: list[str]
    next_commands: list[str]
    instead = N_("the way on: {next_commands}")


class StillInForce(Refusal):
    """on {on} nothing of application {application} had ended: the certificate is live, or still to come"""

    application: str
    on: date
    instead = N_("wait for the revocation to be announced and take it in: seisan import FILE")


class NotEligible(Refusal):
    """by the rules in force on {on} the fee of application {application} does not come back"""

    application: str
    on: date
    instead = N_("see the grounds: seisan check --application {application} --as-of {on}")


class FactsMissing(Refusal):
    """whether the fee of application {application} comes back hangs on what is not known: {missing}"""

    application: str
    missing: list[str]
    instead = N_("ask for these facts and take them in: seisan import FILE")


class NeedsReview(Refusal):
    """application {application} has to be looked at by a person first: {doubts}"""

    application: str
    doubts: list[str]
    instead = N_(
        "clear the doubt up and take the fact in with its paper; or, where only the federation can decide, take in its "
        "ruling (file of rulings) and have another person approve it: seisan import FILE, seisan ruling approve NO"
    )


class UnknownRuling(Refusal):
    """there is no ruling {ruling}"""

    ruling: int
    instead = N_("the rulings are listed by: seisan ruling list")


class RulingOutOfOrder(Refusal):
    """ruling {ruling} is: {state}; from there it cannot become: {wanted}"""

    ruling: int
    state: str
    wanted: str
    instead = N_("take it in once more, if it holds all the same: seisan import FILE; what stands: seisan ruling list")


class NothingToRule(Refusal):
    """on {on} no doubt about application {application} is left for the federation to decide"""

    application: str
    on: date
    instead = N_("see the answer and its grounds: seisan check --application {application} --as-of {on}")


class FeeNotKnown(Refusal):
    """no fee is known for the day of application {application}, and no ruling can say what it was"""

    application: str
    instead = N_("take the fee in with its paper (file of fees), then approve: seisan import FILE")


class FeeNotHeld(Refusal):
    """of the {needed} yen that come back for application {application} the books hold {held}"""

    application: str
    held: int
    needed: int
    instead = N_("see where the fee is: seisan entries --application {application}; was it booked: seisan book")


class NotHeldYet(Refusal):
    """the books hold the {yen} yen of {subject} from {since} on, and not yet on {on}"""

    subject: str
    yen: int
    on: date
    since: date
    instead = N_("date it {since} or later")


class NothingOverpaid(Refusal):
    """nothing of deposit {deposit} is held beyond what was due"""

    deposit: str
    instead = N_("see where it went: seisan entries --account 2050; was it booked: seisan book")


class SamePersonApproves(Refusal):
    """{by} proposed this and cannot approve it as well"""

    by: str
    instead = N_("have another person approve it, under their own name: --by NAME")


class RefundOutOfOrder(Refusal):
    """refund {refund} is: {state}; from there it cannot become: {wanted}"""

    refund: int
    state: str
    wanted: str
    ways: str
    instead = N_("it goes on by: {ways}")


class CreditOutOfOrder(Refusal):
    """credit {credit} is: {state}; from there it cannot become: {wanted}"""

    credit: int
    state: str
    wanted: str
    ways: str
    instead = N_("it goes on by: {ways}")


class ProposedDifferently(Refusal):
    """refund {refund} was proposed for {proposed}, and would now go to {now}, which {by} recorded"""

    refund: int
    proposed: str
    now: str
    by: str
    instead = N_("have another person than who recorded it approve it, under their own name: --by NAME")


class ApprovalFell(Refusal):
    """refund {refund} was approved for {approved}, and would now go to {now}"""

    refund: int
    approved: str
    now: str
    instead = N_(
        "compare it with the paper, and have it approved anew: seisan refund show {refund}, "
        "seisan refund approve {refund}"
    )


class GroundsChanged(Refusal):
    """refund {refund} rests on what would be answered otherwise on {on}: {why}"""

    refund: int
    on: date
    why: str
    way: str
    instead = N_("take it back: {way}; or go on all the same and say why, which is kept: --despite REASON")


class CreditGroundsChanged(Refusal):
    """credit {credit} rests on what would be answered otherwise on {on}: {why}"""

    credit: int
    on: date
    why: str
    instead = N_("reject it, and propose anew what still comes back: seisan credit reject {credit} --reason …")


class MemberDied(Refusal):
    """member {member}, to whom refund {refund} would go, has died"""

    refund: int
    member: str
    application: str
    instead = N_(
        "take in who receives it, and have that approved: seisan template payees --out FILE.xlsx, seisan import FILE, "
        "seisan payee approve '{application}'"
    )


class SamePersonPays(Refusal):
    """a payment needs three people, and {by} proposed or approved refund {refund}"""

    by: str
    refund: int
    instead = N_("have a third person record the payment, under their own name: --by NAME")


class CameBackBefore(Refusal):
    """the transfer of refund {refund} came back once, so it is ended, not rejected"""

    refund: int
    instead = N_("end it, by another person than who proposed it: seisan refund end {refund} --reason …")


class NothingRecorded(Refusal):
    """of refund {refund} nothing was recorded that could be taken back: it is {state}"""

    refund: int
    state: str
    ways: str
    instead = N_("it goes on by: {ways}")


class MoreThanPaid(Refusal):
    """{yen} yen are more than the {left} yen of refund {refund} that were paid and not paid back since"""

    refund: int
    yen: int
    left: int
    instead = N_("take the rest in as a transfer received, if there is any: seisan import FILE")


class DoneDifferently(Refusal):
    """it is already recorded as {state}, and the {field} is {there}, not {here}"""

    state: str
    field: str
    there: str
    here: str
    ways: str = ""
    instead = N_("nothing was changed; what is recorded stands{ways}")


class BeforeTheStepBefore(Refusal):
    """{on} lies before {before}, the day of the step that it follows"""

    on: date
    before: date
    instead = N_("date it {before} or later with --on")


class CreditToAnotherMember(Refusal):
    """applications {application} and {to_application} belong to different members"""

    application: str
    to_application: str
    instead = N_("name a reissue application of the same member")


class NotAReissue(Refusal):
    """application {to_application} is not one for a reissue"""

    to_application: str
    instead = N_("name a reissue application of the same member, or refund the fee: seisan refund propose")


class ReissueWithdrawn(Refusal):
    """application {to_application} was withdrawn on {on}"""

    to_application: str
    on: date
    instead = N_("name another reissue application, or refund the fee: seisan refund propose")


class CreditedReissueWithdrawn(Refusal):
    """application {to_application}, to which credit {credit} was to go, was withdrawn on {on}"""

    credit: int
    to_application: str
    on: date
    instead = N_(
        "reject the credit, and the fee can be refunded or credited anew: seisan credit reject {credit} --reason …"
    )


class NothingOwed(Refusal):
    """application {to_application} still owes {owed} yen, so the credit does not fit"""

    to_application: str
    owed: int
    instead = N_("name another reissue application, or refund the fee: seisan refund propose")


class CreditSpent(Refusal):
    """what credit {credit} brought to application {to_application} has been paid on to the authority"""

    credit: int
    to_application: str
    instead = N_("it can be undone once the authority gives it back: seisan entries --application {to_application}")


class CreditGoneOn(Refusal):
    """what credit {credit} brought to application {to_application} has gone on: {gone}"""

    credit: int
    to_application: str
    gone: str
    instead = N_(
        "take that back first: seisan credit undo NO --reason …, or for a refund not paid yet "
        "seisan refund reject NO --reason …"
    )


class NotReadyToClose(Refusal):
    """{month} cannot be closed yet: {reasons}"""

    month: str
    reasons: list[str]
    instead = N_(
        "settle these, or close all the same and say why, which is kept: seisan close {month} --accept CODE=REASON for "
        "each, or --accept REASON for all but bank_differs"
    )


class UnknownPoint(Refusal):
    """there is no point {point} that could stand against closing"""

    point: str
    known: list[str]
    exit = Exit.USAGE
    instead = N_("name one of these: {known}; or leave the code out: --accept REASON")


class AcceptedTwice(Refusal):
    """two reasons are given for {point}: {first}, {second}"""

    point: str
    first: str
    second: str
    exit = Exit.USAGE
    instead = N_("give one reason for each point: --accept CODE=REASON")


class PointDoesNotStand(Refusal):
    """nothing of this stands against closing {month}: {codes}"""

    month: str
    codes: list[str]
    instead = N_("leave it out; without --accept, seisan close {month} says what stands against it")


class SamePersonCloses(Refusal):
    """{by} proposed to close {month} although the bank's balance differs, and cannot close it as well"""

    by: str
    month: str
    bank: int
    instead = N_(
        "have another person close it, under their own name: seisan close {month} --bank-balance {bank} --by NAME"
    )


class BalanceNotRepeated(Refusal):
    """{by} proposed to close {month} with a bank's balance of {bank}, and now none is given"""

    month: str
    bank: int
    by: str
    instead = N_("give the bank's balance: seisan close {month} --bank-balance {bank}")


class PartOfRefund(Refusal):
    """entry {entry} belongs to refund {refund}"""

    entry: int
    refund: int
    ways: str
    instead = N_("it goes on by: {ways}")


class PartOfCredit(Refusal):
    """entry {entry} belongs to credit {credit}"""

    entry: int
    credit: int
    instead = N_(
        "reject or undo the credit: seisan credit reject {credit} --reason …, seisan credit undo {credit} --reason …"
    )


class WaivedMeanwhile(Refusal):
    """entry {entry} is a debt to the authority, which waived it by entry {waiver}"""

    entry: int
    waiver: int
    instead = N_("reverse the waiver first: seisan reverse {waiver} --reason …")
