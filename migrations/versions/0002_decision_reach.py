"""How far the books reached when a decision was kept, so that what was known then rests on no clock."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the three columns to `decision`; of the decisions kept before, it is not known."""
    for name in ("sources_to", "fees_to", "entries_to"):
        op.add_column("decision", sa.Column(name, sa.Integer(), nullable=True))
