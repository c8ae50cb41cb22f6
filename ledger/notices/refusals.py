"""What is refused of a proposed notice, or when a day has none; one class per cause."""

from datetime import date

from ledger.errors import Refusal
from ledger.i18n import N_


class NoNoticeYet(Refusal):
    """on {day} no notice was in force"""

    day: date
    first: date
    instead = N_("the first was announced on {first}; all are listed by: seisan notices list")


# --- the file -------------------------------------------------------------------------------------------------------


class NoSuchProposal(Refusal):
    """{file} is not a file that can be read"""

    file: str
    instead = N_("name the file in which the proposed notice is written")


class ProposalNotPython(Refusal):
    """{file} is not a text in Python"""

    file: str
    instead = N_("write the notice as a text in UTF-8, in a file ending in .py")


class ProposalDoesNotParse(Refusal):
    """{place}: this cannot be read as Python: {line}"""

    place: str
    line: str
    instead = N_("look for a bracket, a comma or a quotation mark that is missing on this line or the one before it")


class ImportsSomethingElse(Refusal):
    """{place}: a notice does not import {name}"""

    place: str
    name: str
    allowed: list[str]
    instead = N_("it may import: {allowed}")


class UnknownFact(Refusal):
    """{place}: {name} is neither a fact nor a word of the notices"""

    place: str
    name: str
    facts: list[str]
    instead = N_("what can be named here: {facts}")


class RaisesWhileLoading(Refusal):
    """{place}: running the file ended with an error: {error}"""

    place: str
    error: str
    instead = N_("correct the line; conditions are combined by and_ and or_, never by the words and, or, not")


class DoesNotRun(Refusal):
    """{paper}: the database cannot judge by this notice: {error}"""

    paper: str
    error: str
    instead = N_("compare days with days and codes with codes: date(2012, 9, 21), days_after(mailed_on, 30)")


# --- the paper ------------------------------------------------------------------------------------------------------


class NoNotice(Refusal):
    """{file} holds no notice"""

    file: str
    instead = N_("write at its end: notice = Notice(…)")


class NotInTheForm(Refusal):
    """{paper}: {part} is not in the form of a notice"""

    paper: str
    part: str
    form: str
    instead = N_("write it in the form: {form}")


class QuotesOtherWords(Refusal):
    """{paper}: clause {mark} quotes words that the paper does not contain: {words}"""

    paper: str
    mark: str
    words: str
    instead = N_("quote the words at the head of the file exactly as they stand there; … stands for words left out")


class SameNameTwice(Refusal):
    """{paper}: two different conditions or clauses are called {name}"""

    paper: str
    name: str
    instead = N_("give each of them a name and words of its own")


# --- its place among the others -------------------------------------------------------------------------------------


class OverlapsAnother(Refusal):
    """{paper}: it is announced on {announced_on}, and the last notice on {last}: two would answer on one day"""

    paper: str
    announced_on: date
    last: date
    instead = N_("a new notice is announced after the last; give it a day after {last}")


class ReplacesNone(Refusal):
    """{paper}: it replaces none, so that from {announced_on} on the notice of {last} would answer as well"""

    paper: str
    announced_on: date
    last: date
    instead = N_("name the notice it replaces: replaces=date(…), the day {last}")


class ReplacesUnknown(Refusal):
    """{paper}: it replaces a notice of {replaces}, and none was announced on that day"""

    paper: str
    replaces: date
    announced: list[date]
    instead = N_("notices were announced on: {announced}")


class ReplacesReplaced(Refusal):
    """{paper}: the notice of {replaces} is already replaced; that of {last} would answer beside this one"""

    paper: str
    replaces: date
    last: date
    instead = N_("name the notice now in force: replaces=date(…), the day {last}")
