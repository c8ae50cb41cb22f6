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
    op.create_table(
        "application_known",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_application_known_application_application")
        ),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_application_known_member_member")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_application_known_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_known")),
    )
    op.create_index(
        op.f("ix_application_known_application_known_on_id"),
        "application_known",
        ["application", "known_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_application_known_member"), "application_known", ["member"], unique=False)


def _signed() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
    ]
