"""A withdrawn bank account leaves no place for another; one role is one person at the list of people as well."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """No table changes; every trigger is made anew after each step."""
