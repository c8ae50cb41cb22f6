"""The tables of the rulings of the federation: what a paper says, and who approved it for which doubts."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field

from ledger.codes import RULING_MOVES, TREATMENTS
from ledger.models.rows import SignedBase, SourcedBase, one_of


class RulingRow(SourcedBase, table=True):
    """What a paper of the federation says of an application of which no notice decides; who brought it has no say.

    `decided_on` is the day of the paper, `known_on` the day on which it became known.
    """

    __table_args__ = (
        CheckConstraint(one_of("treatment", TREATMENTS.codes), "treatment"),
        CheckConstraint("known_on >= decided_on", "known_on"),
    )
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application: str = Field(foreign_key="application.number", index=True)
    decided_on: date
    document: str
    treatment: str
    reason: str | None = None
    known_on: date


class RulingStepRow(SignedBase, table=True):
    """A state that a ruling came into, on a day, by a person; `doubts`, as JSON, are those that an approval settles."""

    __table_args__ = (
        CheckConstraint(one_of("state", tuple(RULING_MOVES["approved"])), "state"),
        CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", "reason"),
        CheckConstraint("(state = 'approved') = (doubts IS NOT NULL)", "doubts"),
        Index(None, "ruling", "no"),
    )
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ruling: int = Field(foreign_key="ruling.id")
    state: str
    happened_on: date
    reason: str | None = None
    doubts: str | None = Field(default=None, sa_column=Column(Text))
