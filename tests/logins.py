"""The logins of an office on PostgreSQL, at books that have the roles; what each says, also around the program."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ledger.errors import Exit
from ledger.store import database
from tests import around, desk
from tests.desk import CHIEF
from tests.server import Server

# A server's roles are common to all its databases, and to all who run tests on it.
OWN = f"t{os.getpid()}"
KINDS = ("clerk", "approver", "auditor")

# The address of the books for a login, by what it is.
Login = Callable[[str], str]


@pytest.fixture(scope="module")
def logins(server: Server) -> dict[str, str]:
    """A login for each role, one for who is both clerk and approver, and one that nobody gave anything."""
    names = {kind: f"{OWN}_one_{kind}" for kind in (*KINDS, "both", "stranger")}
    for name in names.values():
        server.tell(f"DROP ROLE IF EXISTS {name}")
        server.tell(f"CREATE ROLE {name} LOGIN")
    return names


@pytest.fixture(scope="module", params=["postgresql"])
def books(request: pytest.FixtureRequest, logins: dict[str, str], server: Server) -> Iterator[str]:
    """The address, for their owner, of books with something of everything, and of which the roles are made."""
    with desk.books(request, desk.everything) as url:
        granted(url, logins, server)
        yield url


def granted(url: str, logins: dict[str, str], server: Server) -> None:
    """Makes the roles, and each login a member of its own."""
    made = desk.answered(url, "roles", "--prefix", OWN)["roles"]
    assert [each["role"] for each in made] == [f"{OWN}_{kind}" for kind in KINDS]
    for kind in KINDS:
        server.tell(f"GRANT {OWN}_{kind} TO {logins[kind]}")
    server.tell(f"GRANT {OWN}_clerk, {OWN}_approver TO {logins['both']}")


@pytest.fixture
def at(books: str, logins: dict[str, str]) -> Login:
    """The address of the books for a login, or for their owner."""
    return lambda who: books if who == "owner" else books.replace("postgres@", f"{logins[who]}@")


@pytest.fixture
def own(books: str, logins: dict[str, str], server: Server) -> Iterator[Login]:
    """The same books, copied, for a test that changes them."""
    name = f"own_{OWN}"
    server.copy("everything", name)
    url = server.url(name)
    granted(url, logins, server)
    yield lambda who: url if who == "owner" else url.replace("postgres@", f"{logins[who]}@")
    server.drop(name)


# What the server says to the last of these statements; `of` a command if one is named, `by` a person.
Attack = Callable[..., str]


@contextmanager
def attacking(url: str) -> Iterator[Attack]:
    """Sends statements around the program, all on one connection; each time what came of them is taken back."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:

        def attack(*statements: str, of: str = "", by: str = CHIEF) -> str:
            *before, last = statements
            if of:
                around.opened(connection, of, by)
            for each in before:
                connection.execute(text(each))
            with pytest.raises(DatabaseError) as said:
                connection.execute(text(last))
            connection.rollback()
            return str(said.value.orig)

        yield attack


def attack(url: str, *statements: str, of: str = "", by: str = CHIEF) -> str:
    """What the server says to the last of these statements, sent on a connection of its own."""
    with attacking(url) as told:
        return told(*statements, of=of, by=by)


def refused(url: str, code: str, *words: str, by: str = CHIEF) -> str:
    """Insists that a command is refused with this code, in a sentence; gives what is said."""
    answer = desk.typed(url, *words, by=by)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (Exit.REFUSED, True), answer.output
    assert "permission denied" not in answer.output
    return answer.stderr
