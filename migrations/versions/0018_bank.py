"""What the bank itself says of the account: its lines, and its balances."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Makes the tables; nothing is known of what the bank said before."""
    op.create_table(
        "bank_line",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("yen", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("corrects", sa.String(), nullable=True),
        sa.Column("deposit", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.CheckConstraint("form IN ('statement', 'notice', 'csv')", name=op.f("ck_bank_line_form")),
        sa.CheckConstraint("way IN ('in', 'out')", name=op.f("ck_bank_line_way")),
        sa.CheckConstraint("state IN ('ordinary', 'correction')", name=op.f("ck_bank_line_state")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_bank_line_yen")),
        sa.CheckConstraint("corrects IS NULL OR state = 'correction'", name=op.f("ck_bank_line_corrects")),
        sa.CheckConstraint("deposit IS NULL OR (way = 'in' AND state = 'ordinary')", name=op.f("ck_bank_line_deposit")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_bank_line_source_source")),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_bank_line_deposit_deposit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
    )
    op.create_index(op.f("ix_bank_line_happened_on_id"), "bank_line", ["happened_on", "id"], unique=False)
    op.create_index(op.f("ix_bank_line_deposit"), "bank_line", ["deposit"], unique=False)
    op.create_table(
        "bank_balance",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("yen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_bank_balance_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_balance")),
    )
    op.create_index(op.f("ix_bank_balance_happened_on_id"), "bank_balance", ["happened_on", "id"], unique=False)
