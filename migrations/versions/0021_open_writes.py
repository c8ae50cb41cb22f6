"""On PostgreSQL the database opens each write and seals it, and gives the numbers of rows itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"

_NUMBERED = (
    *("allocation", "application_known", "bank_balance", "bank_line", "bill_known", "deposit_known", "fact", "fee"),
    *("member_known", "opening", "payee_known", "source"),
)


def upgrade() -> None:
    """Makes the table of the open write, and ends the sequences: anybody could have used one up who may count on it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "open_write",
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("moment", sa.DateTime(), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("touched", JSONB(), nullable=False),
        sa.Column("closing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("transaction", name=op.f("pk_open_write")),
    )
    for table in _NUMBERED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT")
        op.execute(f"DROP SEQUENCE {table}_id_seq")
