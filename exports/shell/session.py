"""A session: who works on which books with which command; a command reads, or writes once under its key."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from exports.formats import progress, screen
from ledger.errors import BooksDamaged, Exit, Refusal
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.store.idempotency import Request


@dataclass(frozen=True)
class Answer:
    """What a command answers: to people, to other programs; the `note` goes beside it, to stderr.

    `listed` is the list of what it was done for, where that is many; it stands before the text, unless the person was
    shown it before. `file` is what is written where --out says, once the books hold it.
    """

    text: str = ""
    data: object = None
    exit: int = Exit.DONE
    note: str = ""
    file: bytes | None = field(default=None, repr=False)
    listed: str = ""

    @property
    def whole(self) -> str:
        """Everything that it says to people."""
        return "\n".join(filter(None, (self.listed, self.text)))


class ChangedMeanwhile(Refusal):
    """what was shown is not what would be done now: somebody else wrote in between"""

    instead = N_("type it again, and look at the list once more")


def written(file: Path) -> Answer:
    """The answer of a command that has written a file."""
    return Answer(note=_("Written: {file}", file=file))


def show_data(data: object) -> None:
    """Shows an answer to other programs while it is made; on a terminal nothing else is shown meanwhile."""
    from exports.formats import json as format_json

    if sys.stdout.isatty():
        progress.end()
    for piece in format_json.pieces(data, ascii_only=not screen.shows_all(sys.stdout)):
        sys.stdout.write(piece)
    screen.write("", sys.stdout)


def show(answer: Answer, as_json: bool) -> None:
    """Shows an answer, as text or in JSON, and its note; what is longer than the terminal page by page."""
    progress.end()
    if answer.note:
        what, colon, rest = screen.fit(answer.note, sys.stderr).partition(": ")
        screen.write((what if answer.exit == Exit.DONE else screen.red(what, sys.stderr)) + colon + rest, sys.stderr)
    if as_json and answer.data is not None:
        from exports.formats import json as format_json

        text = format_json.text(answer.data)
        whole = screen.shows(sys.stdout, text)
        screen.write(text if whole else format_json.text(answer.data, ascii_only=True), sys.stdout)
    elif answer.whole:
        text = screen.fit(answer.whole, sys.stdout)
        pager = screen.pager(text.count("\n") + 2)
        if pager is None or not screen.page(text + "\n", pager, sys.stdout.encoding):
            screen.write(text, sys.stdout)


@dataclass(frozen=True)
class Books:
    """The books that are open for a command, and who is acting; of a dry run everything is taken back."""

    connection: "Connection"
    by: str
    dry_run: bool = False


@dataclass(frozen=True)
class Session:
    """Who is acting on which books, and how the command was typed.

    `may` is what a person may do of whom the command asks, any of it. `asks`: where many are meant the person is shown
    them and asked before the books are written. Under a key, `content` is what was asked for:
    each field as it is typed, with its value as text. `origins` are where books, person and language come from.
    """

    database: str
    by: str
    program: Any = field(repr=False)
    key: str = ""
    command: str = ""
    as_json: bool = False
    dry_run: bool = False
    asks: bool = False
    may: tuple[str, ...] = ()
    out: Path | None = None
    content: Mapping[str, str] = field(default_factory=dict)
    lang: str = "ja"
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_server(self) -> bool:
        """Whether the books are kept by a server, which may not show everything to everybody."""
        from ledger.store import database

        return database.parse_url(self.database).drivername != "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """The books, to be read."""
        from ledger.store import database

        with self._told_where_damaged(), database.reading(self.database) as connection:
            yield Books(connection, self.by)

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """The books, to be written by a person who may; a dry run takes everything back. What is refused is recorded.

        Refused, once people are listed: who is not listed, and who may not do this (`ledger.people.permissions`).
        """
        with self._open() as books:
            yield self._permitted(books)

    @contextmanager
    def upgrading(self) -> Iterator[Books]:
        """The books, to be written by whoever brings them up to date: nobody's permission is asked, as for `init`."""
        with self._open() as books:
            yield books

    def _permitted(self, books: Books) -> Books:
        from ledger.people.permissions import permitted

        assert self.may, f"{self.command} does not say what it asks of a person"
        return replace(books, by=permitted(books.connection, self.by, self.may))

    @contextmanager
    def _open(self) -> Iterator[Books]:
        self.announce()
        with self._at_work(dry_run=self.dry_run) as books:
            yield books

    def announce(self) -> None:
        """Says of a dry run that it is one."""
        if self.dry_run:
            screen.write(_("Dry run: nothing is kept."), sys.stderr)

    @contextmanager
    def _at_work(self, *, dry_run: bool) -> Iterator[Books]:
        from ledger.audit import access

        writing = access.writing(self.database, by=self.by, command=self.command, dry_run=dry_run)
        with self._told_where_damaged(), writing as connection:
            yield Books(connection, self.by, dry_run)

    def look(self, looks: Callable[[Books, Any], None]) -> None:
        """Has what a command is going to look at be recorded in a write of its own, before it looks; no dry run looks.

        `looks` is given the answer of the first time, where the command was carried out under this key before.
        """
        with self._at_work(dry_run=False) as books:
            answer = self._answered(books, None) if self.key else None
            looks(self._permitted(books) if answer is None else books, None if answer is None else answer.data)

    @contextmanager
    def _told_where_damaged(self) -> Iterator[None]:
        """What breaks off because somebody put into the books what cannot be is refused, naming it (books-damaged).

        Where `verify` finds nothing it is our own mistake.
        """
        try:
            yield
        except Exception as error:
            if not self._may_be_damage(error) or (found := self._damage()) is None:
                raise
            raise BooksDamaged(*found) from error

    def _may_be_damage(self, error: Exception) -> bool:
        """Whether something breaks off so where what stands in the books cannot be read, or reckoned with."""
        if isinstance(error, ValueError | TypeError | LookupError | AttributeError | AssertionError | ArithmeticError):
            return True
        from sqlalchemy.exc import DataError

        return isinstance(error, DataError)

    def _damage(self) -> tuple[str, str] | None:
        """The first fault that `verify` names in the books, and what it says."""
        from exports.issued.verification import sound
        from ledger.store import database

        with suppress(Refusal), database.reading(self.database) as connection:
            return next(((fault.where, fault.says) for fault in sound(connection).faults), None)
        return None

    def write(
        self, command: Callable[[Books], Answer], rewrite: Callable[[Books, Any], bytes | None] | None = None
    ) -> Answer:
        """Carries a command out; under a key that was used before, gives the answer of the first time.

        That answer is given only once the books hold it, and a file gets its name after COMMIT. `rewrite` makes it
        again from the first answer's data when the command is repeated: it may be gone, or never have come.
        """
        meant = self._agreed(command) if self.asks else None
        with ExitStack() as after_commit, self._open() as books:
            answer = self._answered(books, rewrite) if self.key else None
            if answer is None:
                permitted = self._permitted(books)
                with screen.wide(None) if self.key else nullcontext():  # what is kept is of no terminal's width
                    answer = command(permitted)
                if meant is not None:
                    if answer.data != meant.data:
                        raise ChangedMeanwhile
                    answer = replace(answer, listed="")
                if self.key:
                    self._keep(permitted, answer)
            if answer.file is not None and self.out is not None:
                from exports.formats import outfile

                file = after_commit.enter_context(outfile.private_file(self.out, keep=not self.dry_run))
                file.write(answer.file)
        return answer

    def _agreed(self, command: Callable[[Books], Answer]) -> Answer | None:
        """What the command would do, once the person has agreed to it; None where there is nothing to ask.

        It is done in full and taken back, so that nobody waits for the answer.
        """
        with self._at_work(dry_run=True) as books:
            meant = command(self._permitted(books))
        if not meant.listed:
            return None
        progress.end()
        screen.write(screen.fit(meant.listed, sys.stderr), sys.stderr)
        typer.confirm(_("Is this what is meant?"), abort=True, err=True)
        return meant

    def _answered(self, books: Books, rewrite: Callable[[Books, Any], bytes | None] | None) -> Answer | None:
        from ledger.store import idempotency

        stored = idempotency.answered(books.connection, self._request())
        if stored is None:
            return None
        data = json.loads(stored.json)
        return Answer(stored.text, data, file=rewrite(books, data) if rewrite else None)

    def _keep(self, books: Books, answer: Answer) -> None:
        from exports.formats.json import text
        from ledger.store import idempotency

        stored = idempotency.StoredAnswer(answer.whole, text(answer.data))
        idempotency.keep(books.connection, self._request(), stored, by=self.by)

    def _request(self) -> "Request":
        from ledger.store.idempotency import Request

        return Request(self.key, self.command, self.content)
