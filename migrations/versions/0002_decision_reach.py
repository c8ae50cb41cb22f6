"""How far the books reached when a decision was kept or a month closed, so that what was there rests on no clock."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the columns to `decision` and `month_step`; of what was kept or closed before, it is not known."""
    for name in ("sources_to", "fees_to", "entries_to"):
        op.add_column("decision", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("month_step", sa.Column("decisions_to", sa.Integer(), nullable=True))
