"""The journal of the books, in the format asked for: the formats, their encodings, and the bytes of a file."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from exports.formats import account_list, beancount, csv, hledger, journal_csv, moneyforward, yayoi
from exports.formats.ledger_text import ExportAccount, Transaction
from exports.formats.outfile import new_file
from exports.formats.sheet import Sheet
from ledger import dates, i18n, tables
from ledger.booking.events import description
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _
from ledger.journal import exported, ledgers
from ledger.journal.exported import JournalExport

# What is named of characters that cannot be written: so many entries, and of the others how many they are.
_LISTED = 50
UTF8, UTF8_MARKED, CP932 = "utf-8", "utf-8-sig", "cp932"


@dataclass(frozen=True)
class JournalFormat:
    """How the journal is written for a kind of software: its characters, entry by entry, and in which encodings.

    The first encoding is the usual one. What is written of one entry does not depend on the others.
    """

    text: Callable[[Sequence[Transaction], Sequence[ExportAccount]], Iterator[str]]
    encodings: tuple[str, ...] = (UTF8,)


FORMATS: dict[str, JournalFormat] = {
    "hledger": JournalFormat(hledger.text),
    "beancount": JournalFormat(beancount.text),
    "csv": JournalFormat(journal_csv.text, (UTF8_MARKED, CP932)),
    "yayoi": JournalFormat(yayoi.text, (CP932,)),
    "mf": JournalFormat(moneyforward.text, (UTF8_MARKED, CP932)),
}


@dataclass
class NoSuchJournalFormat(Refusal):
    """the journal is not written as {form}"""

    form: str
    formats: list[str]
    exit = Exit.USAGE
    instead = N_("use one of: {formats}")


@dataclass
class NoSuchEncoding(Refusal):
    """as {form} the journal is not written in {encoding}"""

    form: str
    encoding: str
    encodings: list[str]
    exit = Exit.USAGE
    instead = N_("use one of: {encodings}")


@dataclass
class EntriesNotInEncoding(Refusal):
    """{encoding} cannot hold characters of these entries: {entries}"""

    encoding: str
    entries: list[str]
    instead = N_("write it in UTF-8 (csv, mf, hledger, beancount), which holds them all, or with --substitute, as 〓")


@dataclass(frozen=True)
class JournalRequest:
    """What is asked for: the format, the encoding, what accounts are called.

    What the encoding cannot hold is written as 〓 where a person said so (`substitute`), and refused otherwise.
    """

    form: str
    encoding: str
    accounts: account_list.AccountList = field(default_factory=dict)
    substitute: bool = False


def requested(
    connection: Connection, form: str, encoding: str | None, accounts: Path | None, *, substitute: bool
) -> JournalRequest:
    """What was typed, where it is possible. Refused: another format, another encoding, what is no list of accounts."""
    if form not in FORMATS:
        raise NoSuchJournalFormat(form, list(FORMATS))
    encodings = FORMATS[form].encodings
    if encoding is not None and encoding not in encodings:
        raise NoSuchEncoding(form, encoding, list(encodings))
    said = {} if accounts is None else account_list.read(accounts, _chart(connection))
    return JournalRequest(form, encoding or encodings[0], said, substitute)


def write(
    connection: Connection, request: JournalRequest, path: Path, first: date | None, last: date | None
) -> tuple[int, list[str]]:
    """Writes the entries of the days from the first to the last; returns how many, and what was written as 〓.

    `path` appears whole or stays as it was. Refused: characters that the encoding cannot hold, entry by entry.
    """
    entries = [_entry(entry) for entry in ledgers.each_entry(connection, first=first, last=last)]
    with new_file(path) as out:
        out.writelines(_encoded(connection, request, entries))
    return len(entries), _substituted(connection, request, entries)


def export(
    connection: Connection, request: JournalRequest, *, name: str, by: str
) -> tuple[JournalExport, bytes, list[str]]:
    """What was recorded since the last export of the format, kept as exported; its bytes, and what is 〓 in them.

    Refused: nothing was recorded since (nothing-to-export), characters that the encoding cannot hold.
    """
    sign = _SIGN if request.substitute else None
    form = exported.ExportForm(request.form, request.encoding, sign, account_list.kept(request.accounts))
    made, content = exported.export(connection, form, partial(_content, connection, request), name=name, by=by)
    return made, content, _substituted(connection, request, _numbered(connection, made.entries_from, made.entries_to))


def again(connection: Connection, no: int) -> tuple[JournalExport, bytes]:
    """An export that was made, with the bytes that it had.

    Refused: a number never given (unknown-export), bytes that are others by now (exported-otherwise).
    """
    made = exported.exported(connection, no)
    form = made.form
    accounts = account_list.of_kept(form.accounts)
    request = JournalRequest(form.format, form.encoding, accounts, form.substituted is not None)
    with i18n.speaking(made.language):
        content = _content(connection, request, made.entries_from, made.entries_to)
    return made, exported.require_same(made, content)


def _content(connection: Connection, request: JournalRequest, first: int, last: int) -> bytes:
    """The entries from one number to another, by day, as `write` writes them."""
    return b"".join(_encoded(connection, request, _numbered(connection, first, last)))


def _numbered(connection: Connection, first: int, last: int) -> list[Transaction]:
    return [_entry(entry) for entry in ledgers.entries_numbered(connection, first, last)]


def _substituted(connection: Connection, request: JournalRequest, entries: Sequence[Transaction]) -> list[str]:
    """Each entry with what was written as 〓 because a person said so."""
    if not request.substitute or request.encoding != CP932:
        return []
    chart = account_list.applied(_chart(connection), request.accounts)
    return _beyond(FORMATS[request.form], request.encoding, entries, chart)


def told(substituted: list[str]) -> list[str]:
    """That characters were written as 〓, and of which entries; nothing where none was."""
    return [_("Written as 〓: {entries}", entries=substituted)] if substituted else []


def sheet(connection: Connection, first: date | None, last: date | None) -> Sheet:
    """The journal of the days from the first to the last as a sheet, its entries read while it is written."""
    entries = ledgers.each_entry(connection, first=first, last=last)
    return journal_csv.sheet(map(_entry, entries), _chart(connection))


def _encoded(connection: Connection, request: JournalRequest, entries: Sequence[Transaction]) -> Iterator[bytes]:
    chart = account_list.applied(_chart(connection), request.accounts)
    form = FORMATS[request.form]
    encoding = UTF8 if request.encoding == UTF8_MARKED else request.encoding
    if request.encoding == UTF8_MARKED:
        yield "\ufeff".encode()  # the mark stands once, at the beginning
    try:
        for text in form.text(entries, chart):
            yield text.encode(encoding, _SUBSTITUTED if request.substitute else "strict")
    except UnicodeEncodeError:
        raise EntriesNotInEncoding(_NAMES[encoding], _beyond(form, encoding, entries, chart)) from None


# What cannot be written is a 〓, as printers had it where a type was lacking.
_SIGN = "〓"
_SUBSTITUTED = "seisan.substituted"
codecs.register_error(_SUBSTITUTED, lambda error: (_SIGN * (error.end - error.start), error.end))  # type: ignore[attr-defined]

_NAMES: Mapping[str, str] = {UTF8: "UTF-8", CP932: "cp932 (Shift_JIS)"}


def _beyond(
    form: JournalFormat, encoding: str, entries: Iterable[Transaction], chart: Sequence[ExportAccount]
) -> list[str]:
    """Each entry with what an encoding cannot hold of it."""
    found = []
    for entry in entries:
        characters = dict.fromkeys("".join(form.text([entry], chart)))
        if beyond := [csv.named(character) for character in characters if not csv.holds(encoding, character)]:
            found.append(_("entry {no}: {characters}", no=entry.no, characters=" ".join(beyond)))
    return found[:_LISTED] + [_("and {count} more", count=len(found) - _LISTED)] * (len(found) > _LISTED)


def _chart(connection: Connection) -> list[ExportAccount]:
    account = tables.account.c
    rows = connection.execute(select(account.code, account.kind, account.ja, account.en).order_by(account.code))
    return [ExportAccount(*row) for row in rows]


def _entry(entry: ledgers.JournalEntry) -> Transaction:
    recorded_at = dates.with_offset(entry.recorded_at)
    entered = (entry.no, entry.on, recorded_at, entry.by, entry.event, entry.key, entry.reverses)
    return Transaction(*entered, description(entry), entry.movements)
