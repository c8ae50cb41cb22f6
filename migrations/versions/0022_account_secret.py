"""On PostgreSQL the books have a secret, by which account numbers are compared that nobody may read."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Makes the secret, of random bits of the server."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "account_secret",
        sa.Column("secret", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("secret", name=op.f("pk_account_secret")),
    )
    random = " || ".join(["CAST(gen_random_uuid() AS text)"] * 4)
    op.execute(f"INSERT INTO account_secret SELECT encode(sha256(convert_to({random}, 'UTF8')), 'hex')")
