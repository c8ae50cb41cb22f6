"""What will not be done with slips, and which entries are not reversed by hand: one class per cause."""

from ledger.errors import Refusal
from ledger.i18n import N_


class UnknownSlip(Refusal):
    """there is no slip {slip}"""

    slip: int
    instead = N_("the slips are listed by: seisan slip list")


class SlipOutOfOrder(Refusal):
    """slip {slip} is: {state}; from there it cannot become: {wanted}"""

    slip: int
    state: str
    wanted: str
    instead = N_("see its entry: seisan slip list; what is posted is taken back by: seisan reverse ENTRY --reason …")


class SlipWaits(Refusal):
    """slip {slip} waits for the same, with another day or reason"""

    slip: int
    instead = N_("have it approved, or reject it first: seisan slip reject {slip} --reason …")


class SlipGroundChanged(Refusal):
    """slip {slip} writes off {yen} yen, and now {short} yen are short"""

    slip: int
    yen: int
    short: int
    instead = N_(
        "reject it, and propose what is short now: seisan slip reject {slip} --reason …, seisan slip write-off"
    )


class NothingReceivedToWriteOff(Refusal):
    """of the fee of application {application} nothing was received, or it is not known what is due"""

    application: str
    instead = N_("see what is known of it: seisan check --application {application}; was it booked: seisan book")


class NothingShort(Refusal):
    """the fee of application {application} lacks nothing"""

    application: str
    instead = N_("see what was received and written off: seisan entries --application {application}")


class NothingHeldFor(Refusal):
    """account {account} holds nothing for {subject}"""

    account: str
    subject: str
    instead = N_("name an application or a deposit for which it does: seisan entries --account {account}")


class AccountKeptByParts(Refusal):
    """account {account} is kept by application or deposit, and no slip of this kind names one"""

    account: str
    instead = N_(
        "use the command for what has happened, such as seisan match, seisan slip write-off, seisan slip income"
    )


class SameAccountTwice(Refusal):
    """account {account} is named on both sides"""

    account: str
    instead = N_("name two accounts; they are listed by: seisan balance")


class RestsOnDeposit(Refusal):
    """entry {entry} was booked from deposit {deposit}, and goes on following what is known of it"""

    entry: int
    deposit: str
    instead = N_(
        "if it pays for something else: seisan unmatch {deposit} --reason …; if it never was, take back the row that "
        "brought it, which is listed by seisan imports: seisan withdraw IMPORT:ROW --reason …"
    )


class RestsOnIssue(Refusal):
    """entry {entry} was booked because the certificate of application {application} was issued"""

    entry: int
    application: str
    instead = N_(
        "take in the right day (seisan import FILE), or take back the row that brought it, which is listed by "
        "seisan imports: seisan withdraw IMPORT:ROW --reason …"
    )


class RestsOnClaim(Refusal):
    """entry {entry} claims from the member of {subject} what is no longer held for it"""

    entry: int
    subject: str
    instead = N_(
        "take in the transfer that settles it, or write it off: seisan slip write-off {subject} --claim --reason …"
    )


class RestsOnOpening(Refusal):
    """entry {entry} is one of the balances with which the books began"""

    entry: int
    instead = N_(
        "take back the file that brought them, which is listed by seisan imports: seisan withdraw IMPORT --reason …"
    )


class CorrectedFact(Refusal):
    """entry {entry} was posted by booking, because what is known of a fact had changed"""

    entry: int
    instead = N_("take the right fact in, and the books follow: seisan import FILE, seisan book")


class PostedAnew(Refusal):
    """what entry {entry} took back was posted anew by entry {anew}"""

    entry: int
    anew: int
    instead = N_("see both: seisan entries; nothing has to be brought back")
