"""Four eyes: whether two names, as they act, are one person.

A person is known by a name and, on PostgreSQL, by the role that they log in with; neither two spellings of one name nor
two names under one role are two people.
"""

from sqlalchemy import Connection

from ledger.kana import same_person
from ledger.store import records


def one_person(connection: Connection, by: str, first: str, role: str | None) -> bool:
    """Whether who is acting as `by` is who acted first, as `first` under a database role.

    The owner of the books on PostgreSQL is a role that an office may share, so it tells nobody apart; every other role
    is one person's own.
    """
    if same_person(by, first):
        return True
    return role is not None and role == records.role(connection) and not records.owns(connection)
