"""A payee may be of a deposit of which nobody knows whose it is; who looks at the account is recorded by the deposit."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Lets a payee, and a look at an account, name a deposit in place of the application, or of the member."""
    for table, other in (("payee_known", "application"), ("looked", "member")):
        with op.batch_alter_table(table) as rows:
            rows.alter_column(other, existing_type=sa.String(), nullable=True)
            rows.add_column(sa.Column("deposit", sa.String(), nullable=True))
            rows.create_foreign_key(op.f(f"fk_{table}_deposit_deposit"), "deposit", ["deposit"], ["reference"])
            rows.create_check_constraint(op.f(f"ck_{table}_subject"), f"({other} IS NULL) <> (deposit IS NULL)")
    op.create_index(
        op.f("ix_payee_known_deposit_known_on_id"), "payee_known", ["deposit", "known_on", "id"], unique=False
    )
