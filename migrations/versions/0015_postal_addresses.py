"""Where the post reaches a member: postal code and address, as the register says them. Not known is NULL."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Adds the columns; of members known before, neither is known."""
    for name in ("postal_code", "address"):
        op.add_column("member_known", sa.Column(name, sa.String(), nullable=True))
