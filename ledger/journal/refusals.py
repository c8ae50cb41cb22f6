"""What the journal will not post or reverse: one class per cause."""

from dataclasses import dataclass
from datetime import date

from ledger.errors import Refusal
from ledger.i18n import _


@dataclass
class UnknownEntry(Refusal):
    """The journal has no entry of this number."""

    entry: int
    says = _("there is no entry {entry}")
    instead = _("look the number up: seisan entries")


@dataclass
class PostedDifferently(Refusal):
    """What is to be posted was posted already, with other content."""

    entry: int
    field: str
    there: str
    here: str
    says = _("entry {entry} was already posted for this, and its {field} is {there}, not {here}")
    instead = _("reverse it first if it is wrong: seisan reverse {entry} --reason … --on DAY")


@dataclass
class YenNotHeld(Refusal):
    """More would be taken out of a part of an account than is held in it."""

    account: str
    says = _("account {account} does not hold that much for it")
    instead = _("see what is held and where it went: seisan entries --account {account}")


@dataclass
class AlreadyReversed(Refusal):
    """The entry was reversed before."""

    entry: int
    reversed_by: int
    says = _("entry {entry} was already reversed, by entry {reversed_by}")
    instead = _("nothing has to be done; both stand in the journal: seisan entries")


@dataclass
class ReversalOfReversal(Refusal):
    """A reversal is not reversed; what it undid is posted anew."""

    entry: int
    original: int
    says = _("entry {entry} is itself the reversal of entry {original}")
    instead = _("correct the fact that {original} was booked from, and book again: seisan import FILE…, seisan book")


@dataclass
class ReversalBeforeOriginal(Refusal):
    """An entry cannot be undone before it happened."""

    entry: int
    on: date
    original_on: date
    says = _("entry {entry} is dated {original_on} and cannot be reversed on the earlier {on}")
    instead = _("date the reversal {original_on} or later")


@dataclass
class NothingLeftToReverse(Refusal):
    """The money that an entry brought in has since gone on."""

    entry: int
    account: str
    says = _("what entry {entry} brought into account {account} is no longer there")
    instead = _("undo first what was done with it: seisan entries --account {account}")


@dataclass
class NoReasonGiven(Refusal):
    """What undoes something has to say why."""

    command: str
    says = _("{command} needs a reason, and none was given")
    instead = _("give it with --reason; it is kept in the books")


@dataclass
class MonthClosed(Refusal):
    """The day lies in a month that has been closed."""

    on: date
    month: str
    says = _("{month} is closed, and {on} falls in it")
    instead = _("choose a day in an open month, or reopen it: seisan reopen {month} --reason …")


@dataclass
class MonthNotOver(Refusal):
    """A month is closed once it is over, and never before."""

    month: str
    last: date
    says = _("{month} is not over: its last day is {last}")
    instead = _("close it after {last}")


@dataclass
class MonthNotClosed(Refusal):
    """Only a closed month is reopened."""

    month: str
    says = _("{month} is not closed")
    instead = _("the months and their states are listed by: seisan months")
