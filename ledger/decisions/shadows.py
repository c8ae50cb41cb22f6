"""Judging on other tables: the SELECT that judges, word for word, reads shadows of some tables in their place.

A shadow is a common table expression that bears the name of a table and holds what that would have held.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import CTE, Connection, CursorResult, MetaData, Select, Table

from ledger.decisions import query
from ledger.decisions.course import Scope
from ledger.decisions.findings import Finding, judging
from ledger.notices.conditions import Notice

# The shadows for a question about the applications of a scope (None: everyone), which is given its parameters.
Shadows = Callable[[Scope | None], tuple[CTE, ...]]

# So many applications are asked for by name; for more, everyone is judged.
_BY_NAME = 500


def judged(
    connection: Connection,
    as_of: date,
    notice: Notice | None,
    applications: Collection[str],
    shadows: Shadows,
    **parameters: object,
) -> dict[str, Finding]:
    """The finding for each of the applications, judged on the shadows, which are given the further parameters.

    Of many applications everyone is judged; of few they are asked for by name.
    """
    findings = judged_one_by_one(connection, as_of, notice, applications, shadows, **parameters)
    return {finding.application: finding for finding in findings}


def judged_one_by_one(
    connection: Connection,
    as_of: date,
    notice: Notice | None,
    applications: Collection[str],
    shadows: Shadows,
    **parameters: object,
) -> Iterator[Finding]:
    """The same as the database yields them, however many: none is held."""
    if not applications:
        return
    by_name = sorted(applications) if len(applications) <= _BY_NAME else None
    scope = None if by_name is None else query.APPLICATIONS
    shadowed = cast("Connection", _Shadowed(connection, shadows(scope), parameters))
    findings = judging(shadowed, as_of, notice, applications=by_name)
    yield from (finding for finding in findings if finding.application in applications)


def whatever_is_asked(shadows: tuple[CTE, ...]) -> Shadows:
    """The same shadows for every question."""
    return lambda _scope: shadows


class _Shadowed:
    """A connection on which every SELECT reads the shadows."""

    def __init__(self, connection: Connection, shadows: tuple[CTE, ...], parameters: Mapping[str, object]) -> None:
        self._connection = connection
        self._shadows = shadows
        self._parameters = parameters

    def execute(self, statement: Select[Any], parameters: Mapping[str, Any], **how: Any) -> CursorResult[Any]:
        """The rows of the SELECT; a common table expression hides the table whose name it bears."""
        given = {**parameters, **self._parameters}
        return self._connection.execute(_with_shadows(statement, self._shadows), given, **how)


@lru_cache(maxsize=20)
def _with_shadows(statement: Select[Any], shadows: tuple[CTE, ...]) -> Select[Any]:
    """The SELECT with its shadows, the same one for the same, so that it is prepared once for many decisions."""
    return statement.add_cte(*shadows)


def original(dialect: str, table: Table) -> Table:
    """The table itself, seen from within its shadow, where SQLite would take the bare name for the shadow."""
    return table.to_metadata(MetaData(), schema="main") if dialect == "sqlite" else table


def shadow(of: Table, rows: Select[Any]) -> CTE:
    """The shadow of a table that holds these rows, looked through by the indexes of the table itself.

    So a decision reads the rows of its own application alone.
    """
    return rows.cte(of.name).prefix_with("NOT MATERIALIZED")
