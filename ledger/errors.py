"""What is wrong with an input (a Problem, a value) and what the ledger will not do (a Refusal, an exception).

Problems of a file are collected and reported together; a Refusal is raised as one sentence with what to do instead.
Our own mistakes are assertions and crash.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from inspect import get_annotations
from typing import ClassVar, dataclass_transform

from ledger import masking, visible
from ledger.file_errors import FILE_FORMULAS
from ledger.formulas import OF_CELLS
from ledger.i18n import N_, _


class Exit(IntEnum):
    """What the process answers to the shell."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    PROBLEMS = 3


# So many problems are named one by one; of the others only how many there are of each kind.
PROBLEMS_SHOWN = 100

# One formula for each kind of problem: the sentence by its code.
FORMULAS = {
    **OF_CELLS,
    "one-needed": N_("none of {columns} is entered, and one of them is needed"),
    "contradicts": N_("{value} is entered, and {column} says otherwise"),
    "unknown-member": N_("{value} is not in the register of members"),
    "unknown-application": N_("{value} is not a known application"),
    "ambiguous-number": N_("{value} could be any of: {numbers}"),
    "not-a-part": N_("{value} is no application, nor an application with yen (APPLICATION=YEN)"),
    "no-candidate": N_("{value} stands beside no candidate; write the number of the application"),
    "settled-meanwhile": N_(
        "deposit {deposit} is known by now to pay for {applications}; empty the cell, or take that back first: seisan "
        "unmatch {deposit} --reason …"
    ),
    "nothing-left": N_("nothing of deposit {deposit} waits any more; it was returned or taken as income"),
    "paid-meanwhile": N_("application {value} is paid already, by {deposits}"),
    "beyond-the-deposit": N_("deposit {deposit} is of {yen} yen, and nothing of it is left for application {value}"),
    "another-spelling": N_(
        "{value} is not known and may be {numbers}, written otherwise; write the number as it is known"
    ),
    "another-member": N_("application {application} already belongs to member {member}"),
    "went-to-member": N_(
        "{ways} of application {application} went to member {member}: reject or undo it, or have it recovered, first"
    ),
    "itself": N_("application {value} names itself"),
    "twice": N_("{value} stands already in row {first}, with another {differs}"),
    "before": N_("{value} lies before {other} ({column})"),
    "after": N_("{value} lies after {other} ({column})"),
    "after-the-check": N_("{value} lies after {limit}, when it is said to have been known"),
    "in-the-future": N_("{value} lies in the future: today is {today}"),
    "unknown-account": N_("the chart of accounts has no {value}"),
    "unknown-bank": N_(
        "the list of banks of {day} has no {bank}; compare it with the passbook. If the bank is newer than that, add "
        "{bank}-{branch} to the setting bank_branches"
    ),
    "unknown-branch": N_(
        "the list of banks of {day} has no branch {branch} of bank {bank}; compare it with the passbook. If the branch "
        "is newer than that, add {bank}-{branch} to the setting bank_branches"
    ),
    "unknown-deposit": N_("{value} is not a known deposit"),
    "known-whose": N_(
        "deposit {value} is known to pay for {applications}, so what comes back of it goes to their member; name that "
        "application, or take back what is wrong: seisan unmatch {value} --reason …"
    ),
    "not-kept-by": N_("account {account} is not kept by this"),
    "not-opened": N_(
        "account {value} does not begin with a balance: enter it as fees held, and propose the credit anew"
    ),
    "below-zero": N_("{value} yen: account {account} cannot begin on its other side"),
    "again": N_("{value} stands already in row {first}"),
    "another-day": N_("{value}: the first of these balances is of {first}"),
    "reference-repeats": N_(
        "{value} is the reference of a transfer of {day} by {payer}; another transfer needs another reference"
    ),
    "unbalanced": N_("debits are {difference} yen more than credits; the balances have to balance"),
    "opened-before": N_("these books began with the balances of {value}"),
    "not-first": N_("there are entries already; opening balances come before any other, in new books"),
} | FILE_FORMULAS


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file: where it stands, its code, and the fields of its sentence."""

    file: str
    row: int | None
    column: str | None
    code: str
    fields: dict[str, object] = field(default_factory=dict)
    sheet: str | None = None

    @property
    def says(self) -> str:
        """The sentence, in the language being spoken."""
        return _(FORMULAS[self.code], **self.fields)

    def as_json(self) -> dict[str, object]:
        """The problem as other programs read it."""
        return {name: getattr(self, name) for name in ("file", "sheet", "row", "column", "code", "says")}

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        column = "" if self.column is None else f"{self.column}: "
        sheet = "" if self.sheet is None else f"{self.sheet}!" if column else f"{self.sheet}: "
        return f"{visible.line(f'{place}: {sheet}{column}')}{self.says} ({self.code})"


class Problems(Exception):
    """What is wrong with the files that were to be taken in; nothing was.

    `problems` are the first hundred, `more` how many others there are of each code.
    """

    def __init__(self, problems: list[Problem], more: Counter[str] | None = None) -> None:
        self.problems = problems[:PROBLEMS_SHOWN]
        self.more = Counter(problem.code for problem in problems[PROBLEMS_SHOWN:])
        self.more.update(more or {})
        super().__init__(f"{self.count} problems")

    @property
    def count(self) -> int:
        """How many problems there are."""
        return len(self.problems) + self.more.total()


@dataclass_transform()
class Refusal(Exception):
    """A command that the ledger will not carry out: one class per cause, with its facts declared as of a dataclass.

    The docstring of the class is the sentence that is shown, with the facts in braces; `instead` says what to do.
    One constructor serves all: each start of the program would make one for each cause, and it has many.
    """

    instead: ClassVar[str]
    exit: ClassVar[Exit] = Exit.REFUSED

    def __init__(self, *values: object, **named: object) -> None:
        super().__init__(*values)
        given = dict(zip(self.declared(), values, strict=False)) | named
        assert len(given) == len(values) + len(named) and given.keys() <= self.declared().keys(), given
        vars(self).update(given)

    @classmethod
    def declared(cls) -> dict[str, type]:
        """The fields of its sentence, by name, with what each is."""
        causes = [cause for cause in reversed(cls.__mro__) if issubclass(cause, Refusal) and cause is not Refusal]
        return {name: kind for cause in causes for name, kind in get_annotations(cause).items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and type(other) is type(self) and other.arguments == self.arguments

    __hash__ = Exception.__hash__

    @classmethod
    def code(cls) -> str:
        """The cause, stable and searchable: the class name in kebab case."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @classmethod
    def template(cls) -> str:
        """The sentence as it stands in the catalogue: the docstring on one line."""
        return " ".join((cls.__doc__ or "").split())

    @property
    def arguments(self) -> dict[str, object]:
        """The fields of its sentence, by name."""
        return {name: getattr(self, name) for name in self.declared()}

    @property
    def message(self) -> str:
        """What is refused and why, in the language being spoken; a password that was typed is not repeated."""
        return masking.passwords(_(self.template(), **self.arguments))

    @property
    def hint(self) -> str:
        """What to do instead, in the language being spoken."""
        return masking.passwords(_(self.instead, **self.arguments))

    def __str__(self) -> str:
        return f"{self.message} ({self.code()})"


# --- the database ---------------------------------------------------------------------------------------------------


class BooksDamaged(Refusal):
    """the books hold what cannot be read as it should be: {where}: {what}"""

    where: str
    what: str
    instead = N_("see everything that is wrong: seisan verify")


class NoDatabase(Refusal):
    """there are no books at {database}"""

    database: str
    instead = N_("books that are elsewhere: seisan where says how they are named; new ones, here: seisan init")


class DatabaseNewer(Refusal):
    """the books at {database} are of version {version}, which this Seisan does not know"""

    database: str
    version: str
    instead = N_("use the newer Seisan that wrote them")


class DatabaseOlder(Refusal):
    """the books at {database} are of the earlier version {version}"""

    database: str
    version: str
    instead = N_("bring them up to date; nothing in them is lost: seisan init")


class DatabaseLocked(Refusal):
    """the books at {database} were in use by {holder} for {seconds} seconds"""

    database: str
    seconds: int
    holder: str = ""
    instead = N_("run the command again when the other one has ended; nothing was changed")

    @property
    def arguments(self) -> dict[str, object]:
        """The fields of its sentence; nobody may be known to hold the books."""
        return super().arguments | {"holder": self.holder or _("someone else")}


class WrittenMeanwhile(Refusal):
    """the books at {database} were written by someone else while they were read"""

    database: str
    instead = N_("run the command again; where nothing can be written beside the books they can be read in quiet only")


class DiskFull(Refusal):
    """there is no room left on the disk to write {place}"""

    place: str
    instead = N_("make room and run the command again; nothing was changed")


class NotADatabase(Refusal):
    """{database} is not a database that Seisan can open"""

    database: str
    instead = N_("name the books with --database, as sqlite:///FILE or postgresql://…")


class NotWritable(Refusal):
    """{place} cannot be written"""

    place: str
    instead = N_("name a file in a folder that exists and may be written to")


class DatabaseUnreachable(Refusal):
    """the database {database} cannot be reached: {why}"""

    database: str
    why: str
    remedy: str
    instead = N_("{remedy}; which books are meant, and why: seisan where")


class NotPermitted(Refusal):
    """the database role {role} may not do this"""

    role: str
    allowed: Sequence[str] = ()
    instead = N_("have it done by a person whose role may; the roles are set up by: seisan roles")
    told = N_("these roles may (with their members): {allowed}; have it done by one of them")

    @property
    def hint(self) -> str:
        """What to do instead: which roles may, and who is a member of them, where that is known."""
        return _(self.told, allowed=self.allowed) if self.allowed else super().hint


class RolesNotOnSqlite(Refusal):
    """books in SQLite have no roles: whoever may write the file may do everything"""

    instead = N_("keep the file where only those may write who may, or keep the books in PostgreSQL")


class NotARoleName(Refusal):
    """{prefix} cannot begin the name of a role"""

    prefix: str
    exit = Exit.USAGE
    instead = N_("use up to 40 small letters, digits and _, beginning with a letter but not with pg_")


# --- naming things --------------------------------------------------------------------------------------------------


class UnknownApplication(Refusal):
    """there is no application {application}"""

    application: str
    instead = N_("look the number up: seisan find TEXT, seisan applications --member MEMBER")


class UnknownDeposit(Refusal):
    """there is no deposit {deposit}"""

    deposit: str
    instead = N_("look the number up: seisan deposits, seisan find TEXT")


class UnknownMember(Refusal):
    """the register of members has no number {member}"""

    member: str
    instead = N_("use the number as the register writes it, such as: 東京 第9001号; or look it up: seisan members")


class AmbiguousNumber(Refusal):
    """{written} could be any of: {numbers}"""

    written: str
    numbers: list[str]
    instead = N_("write the number exactly as it is meant")


class UnknownAccount(Refusal):
    """the chart of accounts has no {account}"""

    account: str
    instead = N_("the accounts are listed by: seisan balance")


class NotADay(Refusal):
    """{value} is not a day"""

    value: str
    exit = Exit.USAGE
    instead = N_("write it as 2012-02-26")


class InTheFuture(Refusal):
    """{on} lies in the future: today is {today}"""

    on: date
    today: date
    instead = N_("only plans lie ahead, such as the day of a payment file; date it {today} or earlier")


class NoSuchMonth(Refusal):
    """{value} is not a month"""

    value: str
    exit = Exit.USAGE
    instead = N_("write it as 2012-09")


class NotText(Refusal):
    """{value} holds bytes that are not text"""

    value: str
    exit = Exit.USAGE
    instead = N_("type it anew; a file is best given a name in UTF-8")


class NoSuchKind(Refusal):
    """there is no input file of the kind {kind}"""

    kind: str
    kinds: list[str]
    instead = N_("the kinds are: {kinds}")


class UnknownDecision(Refusal):
    """there is no decision {decision}"""

    decision: int
    instead = N_("the decisions are listed by: seisan decision list")


class NoSuchSetting(Refusal):
    """there is no setting {name}"""

    name: str
    names: list[str]
    instead = N_("these can be set: {names}")


class NotASetting(Refusal):
    """{name} cannot be set to {value} ({form})"""

    name: str
    value: str
    form: str
    instead = N_("see what is set, and what each value looks like: seisan settings list")


# --- people and bank accounts -----------------------------------------------------------------------------------------


class NamesNobody(Refusal):
    """'{name}' names nobody: there is no letter and no figure in it"""

    name: str
    instead = N_("say who is acting: --by NAME, or SEISAN_USER")


class AccountNotApproved(Refusal):
    """the bank account of member {member} was changed or is another member's, and no second person has approved it"""

    member: str
    instead = N_("have another person than who brought it compare it with the paper: seisan account approve '{member}'")


class NoChangeToApprove(Refusal):
    """no change of the bank account of member {member} waits for approval"""

    member: str
    instead = N_("those that wait are shown by: seisan account list")


class SamePersonBroughtAccount(Refusal):
    """{by} brought the changed bank account of member {member} and cannot approve it as well"""

    by: str
    member: str
    instead = N_("have another person approve it, under their own name: --by NAME")


class NoAccountKnown(Refusal):
    """no bank account of member {member} is known"""

    member: str
    instead = N_("take it in with the register of members: seisan import FILE")


class NoPurposeGiven(Refusal):
    """what the account number of member {member} is looked at for is not said"""

    member: str
    instead = N_("say it with --purpose; it is kept together with who looked")


class NotAStatement(Refusal):
    """{file} does not say that it is a statement of these books"""

    file: str
    instead = N_("name a workbook that was written by: seisan statement month, statement member, letter")


# --- writing files --------------------------------------------------------------------------------------------------


class NotInEncoding(Refusal):
    """{encoding} cannot hold these characters: {characters}"""

    encoding: str
    characters: list[str]
    instead = N_("write the file as UTF-8, which can hold them all")


class TooManyRows(Refusal):
    """the sheet {sheet} would need more than the {limit} rows that a workbook holds"""

    sheet: str
    limit: int
    instead = N_("choose a shorter period, or write a .csv file")


class TextTooLong(Refusal):
    """the text of {cell} has {length} characters, and a cell holds {limit}"""

    cell: str
    length: int
    limit: int
    instead = N_("write a .csv or .json file, which has no such limit")


class NoSuchLanguage(Refusal):
    """{value} is not a language that is spoken here"""

    value: str
    exit = Exit.USAGE
    instead = N_("use ja or en")
