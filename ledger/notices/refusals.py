"""What is refused of a proposed notice, or when a day has none; one class per cause."""

from dataclasses import dataclass
from datetime import date

from ledger.errors import Refusal
from ledger.i18n import _


@dataclass
class NoNoticeYet(Refusal):
    """On the day asked no notice was in force."""

    day: date
    first: date
    says = _("on {day} no notice was in force")
    instead = _("the first was announced on {first}; all are listed by: seisan notices list")


# --- the file -------------------------------------------------------------------------------------------------------


@dataclass
class NoSuchProposal(Refusal):
    """There is no such file, or it cannot be read."""

    file: str
    says = _("{file} is not a file that can be read")
    instead = _("name the file in which the proposed notice is written")


@dataclass
class ProposalNotPython(Refusal):
    """The file is no text, or not named as Python is."""

    file: str
    says = _("{file} is not a text in Python")
    instead = _("write the notice as a text in UTF-8, in a file ending in .py")


@dataclass
class ProposalDoesNotParse(Refusal):
    """A line of the file cannot be read as Python."""

    place: str
    line: str
    says = _("{place}: this cannot be read as Python: {line}")
    instead = _("look for a bracket, a comma or a quotation mark that is missing on this line or the one before it")


@dataclass
class ImportsSomethingElse(Refusal):
    """A notice needs words and days, and nothing else of what the machine can do."""

    place: str
    name: str
    allowed: list[str]
    says = _("{place}: a notice does not import {name}")
    instead = _("it may import: {allowed}")


@dataclass
class UnknownFact(Refusal):
    """The file names something that is neither a fact nor a word of the notices."""

    place: str
    name: str
    facts: list[str]
    says = _("{place}: {name} is neither a fact nor a word of the notices")
    instead = _("what can be named here: {facts}")


@dataclass
class RaisesWhileLoading(Refusal):
    """Running the file ended with an error of its own."""

    place: str
    error: str
    says = _("{place}: running the file ended with an error: {error}")
    instead = _("correct the line; conditions are combined by and_ and or_, never by the words and, or, not")


@dataclass
class DoesNotRun(Refusal):
    """A condition that a database cannot evaluate, or that the two databases would not evaluate alike."""

    paper: str
    error: str
    says = _("{paper}: the database cannot judge by this notice: {error}")
    instead = _("compare days with days and codes with codes: date(2012, 9, 21), days_after(mailed_on, 30)")


# --- the paper ------------------------------------------------------------------------------------------------------


@dataclass
class NoNotice(Refusal):
    """The file is Python, but nothing in it is called `notice`."""

    file: str
    says = _("{file} holds no notice")
    instead = _("write at its end: notice = Notice(…)")


@dataclass
class NotInTheForm(Refusal):
    """A part of the notice is not what it has to be."""

    paper: str
    part: str
    form: str
    says = _("{paper}: {part} is not in the form of a notice")
    instead = _("write it in the form: {form}")


@dataclass
class QuotesOtherWords(Refusal):
    """A clause quotes words that do not stand in its paper."""

    paper: str
    mark: str
    words: str
    says = _("{paper}: clause {mark} quotes words that the paper does not contain: {words}")
    instead = _("quote the words at the head of the file exactly as they stand there; … stands for words left out")


@dataclass
class SameNameTwice(Refusal):
    """Two different conditions or clauses of a notice go by one name, so that an answer could mean either."""

    paper: str
    name: str
    says = _("{paper}: two different conditions or clauses are called {name}")
    instead = _("give each of them a name and words of its own")


# --- its place among the others -------------------------------------------------------------------------------------


@dataclass
class OverlapsAnother(Refusal):
    """The notice is announced on the day of another or before the last, so that two would answer on one day."""

    paper: str
    announced_on: date
    last: date
    says = _("{paper}: it is announced on {announced_on}, and the last notice on {last}: two would answer on one day")
    instead = _("a new notice is announced after the last; give it a day after {last}")


@dataclass
class ReplacesNone(Refusal):
    """The notice replaces none, so that two would answer from its day on."""

    paper: str
    announced_on: date
    last: date
    says = _("{paper}: it replaces none, so that from {announced_on} on the notice of {last} would answer as well")
    instead = _("name the notice it replaces: replaces=date(…), the day {last}")


@dataclass
class ReplacesUnknown(Refusal):
    """No notice was announced on the day that is named as replaced."""

    paper: str
    replaces: date
    announced: list[date]
    says = _("{paper}: it replaces a notice of {replaces}, and none was announced on that day")
    instead = _("notices were announced on: {announced}")


@dataclass
class ReplacesReplaced(Refusal):
    """The notice replaces one that another has replaced already, so that the last would answer beside it."""

    paper: str
    replaces: date
    last: date
    says = _("{paper}: the notice of {replaces} is already replaced; that of {last} would answer beside this one")
    instead = _("name the notice now in force: replaces=date(…), the day {last}")
