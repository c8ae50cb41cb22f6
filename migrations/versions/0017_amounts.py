"""An index for the search of the journal by the amount of a movement."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Makes the index; no row changes."""
    op.create_index(op.f("ix_movement_yen"), "movement", ["yen"], unique=False)
