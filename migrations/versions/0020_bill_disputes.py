"""Disputes with the authority about lines of its bills."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Makes the table; of a dispute before, nothing is known."""
    op.create_table(
        "bill_dispute",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bill", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("yen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('disputed', 'undisputed')", name=op.f("ck_bill_dispute_state")),
        sa.CheckConstraint("(state = 'disputed') = (yen IS NOT NULL)", name=op.f("ck_bill_dispute_disputed")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_bill_dispute_yen")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_bill_dispute")),
    )
    op.create_index(
        op.f("ix_bill_dispute_bill_application_nth_no"),
        "bill_dispute",
        ["bill", "application", "nth", "no"],
        unique=False,
    )
