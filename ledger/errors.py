"""What is wrong with an input (a Problem, a value) and what the ledger will not do (a Refusal, an exception).

Problems of a file are collected and reported together; a Refusal is raised as one sentence with what to do instead.
Our own mistakes are assertions and crash.
"""

import re
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import ClassVar

from ledger import masking
from ledger.i18n import _, say


class Exit(IntEnum):
    """What the process answers to the shell."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    PROBLEMS = 3


# One formula for each kind of problem: the sentence by its code.
FORMULAS = {
    "not-a-day": _("{value} is not a day"),
    "not-a-number": _("{value} is not a whole number of yen"),
    "not-positive": _("{value} yen: the amount has to be more than zero"),
    "zero": _("the amount is zero"),
    "too-much": _("{value} yen is more than the {limit} yen that one amount may be"),
    "not-a-rate": _("{value} is not a tax rate in whole percent"),
    "not-a-number-of-digits": _("{value} is not a number of {digits} digits"),
    "missing": _("nothing is entered, and it is needed"),
    "one-needed": _("none of {columns} is entered, and one of them is needed"),
    "too-long": _("{length} characters are entered; at most {limit} are kept"),
    "control-character": _("the text contains a character that cannot be printed"),
    "not-in-list": _("{value} is none of: {choices}"),
    "not-text": _("{value} is not a number of this kind; format the cell as text and enter it again"),
    "contradicts": _("{value} is entered, and {column} says otherwise"),
    "unknown-member": _("{value} is not in the register of members"),
    "unknown-application": _("{value} is not a known application"),
    "unknown-reason": _("{value} is not a reason for revocation that the papers name"),
    "unknown-association": _("{value} is not one of the 50 associations"),
    "another-member": _("application {application} already belongs to member {member}"),
    "itself": _("application {value} names itself"),
    "twice": _("{value} stands already in row {first}, with another {differs}"),
    "before": _("{value} lies before {other} ({column})"),
    "after": _("{value} lies after {other} ({column})"),
    "in-the-future": _("{value} lies after {limit}, when it is said to have been known"),
    "not-yet": _("{value} lies in the future: today is {today}"),
    "formula-error": _("the cell shows the error {value}"),
    "formula-not-calculated": _("the cell holds a formula without its result; open the workbook and save it once"),
    "heading-missing": _("the heading {columns} is missing, so the sheet cannot be read as {kind}"),
    "heading-twice": _("the heading stands twice, in columns {first} and {second}"),
    "unknown-kind": _("no row of headings in the first 20 rows is that of an input file"),
    "empty-file": _("the file is empty"),
    "no-rows": _("there are headings, but no row under them"),
    "not-found": _("there is no such file"),
    "a-folder": _("this is a folder, not a file"),
    "not-a-file": _("this is a device or a pipe, not a file"),
    "not-readable": _("the file cannot be opened: no permission to read it"),
    "wrong-encoding": _("the text is neither UTF-8 nor cp932 (Shift_JIS)"),
    "encrypted": _("the workbook is protected by a password"),
    "old-excel": _("this is the old Excel format (.xls)"),
    "broken-workbook": _("the workbook is damaged or cut short"),
    "broken-csv": _("the text is not a well-formed CSV"),
    "unsafe-workbook": _("the workbook contains something that is not opened: {what}"),
    "too-large": _("the file has {size} MB; at most {limit} MB are read"),
    "too-large-unpacked": _("the workbook has {size} MB when unpacked; at most {limit} MB are read"),
    "too-many-rows": _("the sheet has more than {limit} rows"),
    "not-a-table": _("files ending in {ending} are not read; .xlsx and .csv are"),
}


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
        return say(FORMULAS[self.code], **self.fields)

    def as_json(self) -> dict[str, object]:
        """The problem as other programs read it."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "says": self.says,
        }

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        column = "" if self.column is None else f"{self.column}: "
        sheet = "" if self.sheet is None else f"{self.sheet}!"
        return (
            f"{place}: {sheet}{column}{self.says} ({self.code})"
            if column or not sheet
            else (f"{place}: {sheet[:-1]}: {self.says} ({self.code})")
        )


class Problems(Exception):
    """Every problem of every file that was to be taken in; nothing was."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Refusal(Exception):
    """A command that the ledger will not carry out: one class per cause, its facts as dataclass fields."""

    says: ClassVar[str]
    instead: ClassVar[str]
    exit: ClassVar[Exit] = Exit.REFUSED

    @classmethod
    def code(cls) -> str:
        """The cause, stable and searchable: the class name in kebab case."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @property
    def told(self) -> dict[str, object]:
        """The fields of its sentence, by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]

    @property
    def sentence(self) -> str:
        """What is refused and why, in the language being spoken; a password that was typed is not repeated."""
        return masking.passwords(say(self.says, **self.told))

    @property
    def remedy(self) -> str:
        """What to do instead, in the language being spoken."""
        return masking.passwords(say(self.instead, **self.told))

    def __str__(self) -> str:
        return f"{self.sentence} ({self.code()})"


# --- the database ---------------------------------------------------------------------------------------------------


@dataclass
class NoDatabase(Refusal):
    """The database does not exist, or holds no books yet."""

    database: str
    says = _("there are no books at {database}")
    instead = _("create them first: seisan init")


@dataclass
class DatabaseNewer(Refusal):
    """The books were written by a newer Seisan."""

    database: str
    version: str
    says = _("the books at {database} are of version {version}, which this Seisan does not know")
    instead = _("use the newer Seisan that wrote them")


@dataclass
class DatabaseOlder(Refusal):
    """The books are of an earlier version and have to be brought up to date first."""

    database: str
    version: str
    says = _("the books at {database} are of the earlier version {version}")
    instead = _("bring them up to date; nothing in them is lost: seisan init")


@dataclass
class DatabaseLocked(Refusal):
    """Someone else has been writing for longer than we wait."""

    database: str
    seconds: int
    says = _("the books at {database} were in use by someone else for {seconds} seconds")
    instead = _("run the command again when the other one has ended; nothing was changed")


@dataclass
class DiskFull(Refusal):
    """There is no room left to write."""

    place: str
    says = _("there is no room left on the disk to write {place}")
    instead = _("make room and run the command again; nothing was changed")


@dataclass
class NotADatabase(Refusal):
    """The file is not a database of this kind."""

    database: str
    says = _("{database} is not a database that Seisan can open")
    instead = _("name the books with --database, as sqlite:///FILE or postgresql://…")


@dataclass
class NotWritable(Refusal):
    """A file cannot be written where it was asked for."""

    place: str
    says = _("{place} cannot be written")
    instead = _("name a file in a folder that exists and may be written to")


@dataclass
class DatabaseUnreachable(Refusal):
    """The database server does not answer, or does not let us in."""

    database: str
    says = _("the database {database} cannot be reached, or does not admit this user")
    instead = _("check the address, the user and the password, and that the server is running")


@dataclass
class NotPermitted(Refusal):
    """The database role that is acting may not do this."""

    role: str
    says = _("the database role {role} may not do this")
    instead = _("have it done by a person whose role may; the roles are set up by: seisan roles")


@dataclass
class RolesNotOnSqlite(Refusal):
    """SQLite knows no roles."""

    says = _("books in SQLite have no roles: whoever may write the file may do everything")
    instead = _("keep the file where only those may write who may, or keep the books in PostgreSQL")


@dataclass
class NotARoleName(Refusal):
    """The beginning of the names of the roles is none that a role can have."""

    prefix: str
    exit = Exit.USAGE
    says = _("{prefix} cannot begin the name of a role")
    instead = _("use up to 40 small letters, digits and _, beginning with a letter but not with pg_")


# --- naming things --------------------------------------------------------------------------------------------------


@dataclass
class UnknownApplication(Refusal):
    """No application has this number."""

    application: str
    says = _("there is no application {application}")
    instead = _("look the number up: seisan check MEMBER")


@dataclass
class UnknownDeposit(Refusal):
    """No deposit has this reference number."""

    deposit: str
    says = _("there is no deposit {deposit}")
    instead = _("the deposits without an application are listed by: seisan match")


@dataclass
class UnknownMember(Refusal):
    """No member has this number."""

    member: str
    says = _("there is no member {member}")
    instead = _("use the number as the register of members writes it, such as: 東京 第9001号")


@dataclass
class UnknownAccount(Refusal):
    """The chart has no such account."""

    account: str
    says = _("the chart of accounts has no {account}")
    instead = _("the accounts are listed by: seisan balance")


@dataclass
class NotADay(Refusal):
    """The text names no day."""

    value: str
    exit = Exit.USAGE
    says = _("{value} is not a day")
    instead = _("write it as 2012-02-26")


@dataclass
class NoSuchMonth(Refusal):
    """The text names no month."""

    value: str
    exit = Exit.USAGE
    says = _("{value} is not a month")
    instead = _("write it as 2012-09")


@dataclass
class NotText(Refusal):
    """An argument holds bytes that are no text."""

    value: str
    exit = Exit.USAGE
    says = _("{value} holds bytes that are not text")
    instead = _("type it anew; a file is best given a name in UTF-8")


@dataclass
class NoSuchKind(Refusal):
    """There is no input file of this kind."""

    kind: str
    kinds: list[str]
    says = _("there is no input file of the kind {kind}")
    instead = _("the kinds are: {kinds}")


@dataclass
class UnknownDecision(Refusal):
    """No decision has this number."""

    decision: int
    says = _("there is no decision {decision}")
    instead = _("the decisions are listed by: seisan decisions")


@dataclass
class NoSuchSetting(Refusal):
    """Nothing of this name can be set."""

    name: str
    names: list[str]
    says = _("there is no setting {name}")
    instead = _("these can be set: {names}")


@dataclass
class NotASetting(Refusal):
    """The value is none that this setting can have."""

    name: str
    value: str
    form: str
    says = _("{value} is not a value of the setting {name}")
    instead = _("a value of it looks like this: {form}")


# --- people and bank accounts -----------------------------------------------------------------------------------------


@dataclass
class AccountNotApproved(Refusal):
    """The bank account of the member was changed or is another member's, and no second person has said it is right."""

    member: str
    says = _(
        "the bank account of member {member} was changed or is another member's, and no second person has approved it"
    )
    instead = _("have another person than who brought it compare it with the paper: seisan account approve '{member}'")


@dataclass
class NoChangeToApprove(Refusal):
    """The bank account of the member waits for nobody's approval."""

    member: str
    says = _("no change of the bank account of member {member} waits for approval")
    instead = _("those that wait are shown by: seisan account list")


@dataclass
class SamePersonBroughtAccount(Refusal):
    """Who brought a changed bank account may not approve it."""

    by: str
    member: str
    says = _("{by} brought the changed bank account of member {member} and cannot approve it as well")
    instead = _("have another person approve it, under their own name: --by NAME")


@dataclass
class NoAccountKnown(Refusal):
    """No bank account of the member is known."""

    member: str
    says = _("no bank account of member {member} is known")
    instead = _("take it in with the register of members: seisan import FILE")


@dataclass
class NoPurposeGiven(Refusal):
    """Nobody looks at a whole account number without saying what for."""

    member: str
    says = _("what the account number of member {member} is looked at for is not said")
    instead = _("say it with --purpose; it is kept together with who looked")


@dataclass
class NotAStatement(Refusal):
    """The file is no workbook, or says neither by its mark nor on a cover which statement it is."""

    file: str
    says = _("{file} does not say that it is a statement of these books")
    instead = _("name a workbook that was written by: seisan statement month, statement member, letter")


# --- writing files --------------------------------------------------------------------------------------------------


@dataclass
class NotInEncoding(Refusal):
    """The encoding asked for cannot hold some characters, and none is replaced by another."""

    encoding: str
    characters: list[str]
    says = _("{encoding} cannot hold these characters: {characters}")
    instead = _("write the file as UTF-8, which can hold them all")


@dataclass
class TooManyRows(Refusal):
    """A worksheet ends before the rows do."""

    sheet: str
    limit: int
    says = _("the sheet {sheet} would need more than the {limit} rows that a workbook holds")
    instead = _("choose a shorter period, or write a .csv file")


@dataclass
class TextTooLong(Refusal):
    """A text is longer than a cell of a workbook can be."""

    cell: str
    length: int
    limit: int
    says = _("the text of {cell} has {length} characters, and a cell holds {limit}")
    instead = _("write a .csv or .json file, which has no such limit")


@dataclass
class NoSuchLanguage(Refusal):
    """Seisan does not speak this language."""

    value: str
    exit = Exit.USAGE
    says = _("{value} is not a language that is spoken here")
    instead = _("use ja or en")
