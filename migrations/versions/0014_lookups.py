"""Indexes for look-ups: what the journal moved for one application, refunds to one member or account, slips alike."""

from alembic import op

revision = "0014"
down_revision = "0012"

INDEXES = (
    ("movement", ["debit_application"]),
    ("movement", ["credit_application"]),
    ("refund_step", ["member_known"]),
    ("payee_known", ["account_number"]),
    ("slip", ["kind", "yen"]),
)


def upgrade() -> None:
    """Makes the indexes; no row changes."""
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
