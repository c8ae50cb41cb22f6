"""What many tables have in common: how constraints are named, what a column may hold, who wrote a row and whence."""

import re
from datetime import date, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from ledger.columns import NAMING

SQLModel.metadata.naming_convention = NAMING


def one_of(column: str, values: tuple[str, ...] | list[str]) -> str:
    """The rule that a column holds one of these words."""
    quoted = ", ".join(map(repr, values))
    return f"{column} = {quoted}" if len(values) == 1 else f"{column} IN ({quoted})"


def named(names: tuple[str, ...], rule: str) -> str:
    """The rule that holds of the rows with one of these names."""
    return f"NOT ({one_of('name', names)}) OR ({rule})"


def coded(name: str, codes: tuple[str, ...]) -> str:
    """The rule that the facts of a name hold a word of a closed list."""
    return named((name,), f"code IS NOT NULL AND {one_of('code', codes)} AND up_to IS NULL")


class RowBase(SQLModel):
    """A table named after its class: `MemberKnownRow` is `member_known`."""

    # The rows are read and written by SQL; what would check them one by one is not built before it is asked for.
    model_config = {"defer_build": True}

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it on the class
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


class SignedBase(RowBase):
    """Who wrote a record and when; `role` is the database role, known on PostgreSQL only."""

    recorded_at: datetime = Field(sa_type=DateTime)
    by: str
    role: str | None = None


class SourcedBase(RowBase):
    """The line of the file that a record came from; sheet and row are NULL when a person entered it by command."""

    source: int = Field(foreign_key="source.id")
    sheet: str | None = None
    row: int | None = None


class KnownBase(SourcedBase):
    """A record that became known on a day (把握日)."""

    id: int | None = Field(default=None, primary_key=True)
    known_on: date
