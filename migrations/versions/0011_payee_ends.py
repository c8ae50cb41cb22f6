"""Payees may be ended, by two people; whose bank account it was before is found quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Makes the table; no payee of before has ended."""
    op.create_table(
        "payee_end",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payee_known", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state = 'approved' OR reason IS NOT NULL", name=op.f("ck_payee_end_reason")),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'rejected')", name=op.f("ck_payee_end_state")),
        sa.ForeignKeyConstraint(["payee_known"], ["payee_known.id"], name=op.f("fk_payee_end_payee_known_payee_known")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_payee_end")),
    )
    op.create_index(op.f("ix_payee_end_payee_known_no"), "payee_end", ["payee_known", "no"], unique=False)
    op.create_index(op.f("ix_member_known_account_number"), "member_known", ["account_number"], unique=False)
