"""The federation's own rulings, how far they reached when a decision was kept, and what is given back but not yet paid."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"

_OUTCOMES = "outcome IN ('eligible', 'not_eligible', 'needs_facts', 'needs_review', 'in_force', 'being_settled', 'settled', 'no_fee')"


def upgrade() -> None:
    """Makes the tables; lets a decision say that the fee is on its way back, and up to which ruling it was made."""
    op.create_table(
        "ruling",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.CheckConstraint("treatment IN ('refund', 'no_refund')", name=op.f("ck_ruling_treatment")),
        sa.CheckConstraint("known_on >= decided_on", name=op.f("ck_ruling_known_on")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_ruling_source_source")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_ruling_application_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    op.create_index(op.f("ix_ruling_application"), "ruling", ["application"], unique=False)
    op.create_table(
        "ruling_step",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ruling", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("doubts", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('approved', 'rejected')", name=op.f("ck_ruling_step_state")),
        sa.CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", name=op.f("ck_ruling_step_reason")),
        sa.CheckConstraint("(state = 'approved') = (doubts IS NOT NULL)", name=op.f("ck_ruling_step_doubts")),
        sa.ForeignKeyConstraint(["ruling"], ["ruling.id"], name=op.f("fk_ruling_step_ruling_ruling")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_ruling_step")),
    )
    op.create_index(op.f("ix_ruling_step_ruling_no"), "ruling_step", ["ruling", "no"], unique=False)
    with op.batch_alter_table("decision") as decisions:
        decisions.add_column(sa.Column("rulings_to", sa.Integer(), nullable=True))
        decisions.drop_constraint(op.f("ck_decision_outcome"), type_="check")
        decisions.create_check_constraint(op.f("ck_decision_outcome"), _OUTCOMES)
