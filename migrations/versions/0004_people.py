"""Who may do what: the list of people, its changes and their approval; and to whom an application belongs, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables; of books before, nobody is listed, and each application belongs to the member it came with."""
    op.create_table(
        "people_change",
        *_signed(),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("may", sa.String(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_people_change_name")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_people_change")),
    )
    op.create_index(op.f("ix_people_change_name"), "people_change", ["name"], unique=False)
    op.create_table(
        "people_step",
        *_signed(),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", name=op.f("ck_people_step_reason")),
        sa.CheckConstraint("state IN ('approved', 'rejected')", name=op.f("ck_people_step_state")),
        sa.ForeignKeyConstraint(["change"], ["people_change.no"], name=op.f("fk_people_step_change_people_change")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_people_step")),
        sa.UniqueConstraint("change", name=op.f("uq_people_step_change")),
    )


def _signed() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
    ]
