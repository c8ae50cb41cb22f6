"""What the journal will not post or reverse: one class per cause."""

from datetime import date

from ledger.errors import Refusal
from ledger.i18n import N_


class UnknownEntry(Refusal):
    """there is no entry {entry}"""

    entry: int
    instead = N_("look the number up: seisan entries")


class PostedDifferently(Refusal):
    """entry {entry} was already posted for this, and its {field} is {there}, not {here}"""

    entry: int
    field: str
    there: str
    here: str
    instead = N_("reverse it first if it is wrong: seisan reverse {entry} --reason … --on DAY")


class YenNotHeld(Refusal):
    """account {account} does not hold that much for it"""

    account: str
    instead = N_("see what is held and where it went: seisan entries --account {account}")


class BelowZero(Refusal):
    """account {account} would stand at {yen} yen on {on}"""

    account: str
    yen: int
    on: date
    instead = N_("see what moves it, and choose a later day or less: seisan entries --account {account}")


class AlreadyReversed(Refusal):
    """entry {entry} was already reversed, by entry {reversed_by}"""

    entry: int
    reversed_by: int
    instead = N_("if that was wrong, take the reversal back: seisan reverse {reversed_by} --reason …")


class StandsAgain(Refusal):
    """entry {entry} was reversed by entry {reversed_by}, which was itself taken back: it stands again by entry {by}"""

    entry: int
    reversed_by: int
    by: int
    instead = N_("reverse what brought it back: seisan reverse {by} --reason …")


class ReversalBeforeOriginal(Refusal):
    """entry {entry} is dated {original_on} and cannot be reversed on the earlier {on}"""

    entry: int
    on: date
    original_on: date
    instead = N_("date the reversal {original_on} or later")


class NothingLeftToReverse(Refusal):
    """what entry {entry} brought into account {account} is no longer there"""

    entry: int
    account: str
    instead = N_("undo first what was done with it: seisan entries --account {account}")


class NoReasonGiven(Refusal):
    """{command} needs a reason, and none was given"""

    command: str
    instead = N_("give it with --reason; it is kept in the books")


class MonthClosed(Refusal):
    """{month} is closed, and {on} falls in it"""

    on: date
    month: str
    instead = N_("choose a day in an open month, or reopen it: seisan reopen {month} --reason …")


class MonthNotOver(Refusal):
    """{month} is not over: its last day is {last}"""

    month: str
    last: date
    instead = N_("close it after {last}")


class MonthNotClosed(Refusal):
    """{month} is not closed"""

    month: str
    instead = N_("the months and their states are listed by: seisan month list")


class NothingToExport(Refusal):
    """no entry was recorded since the last export as {form}"""

    form: str
    instead = N_("what was exported: seisan export list; the same file again: seisan export again NO --out FILE")


class UnknownExport(Refusal):
    """there is no export {no}"""

    no: int
    instead = N_("see which there are: seisan export list")


class ExportedOtherwise(Refusal):
    """export {no} would not be written as it was, byte by byte: another version of the program wrote it"""

    no: int
    instead = N_("use the file that was written then, or that version; the entries are in: seisan entries")
