"""A bank account that was withdrawn leaves no place for another that nobody approved: the triggers say so."""

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """No table changes; every trigger is made anew after each step."""
