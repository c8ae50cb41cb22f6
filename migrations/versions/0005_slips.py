"""Slips, proposed and approved, and the balances with which books begin."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Makes the three tables."""
    kinds = "charge interest write_off claim_write_off income opened_refund other reversal".split()
    op.create_table(
        "slip",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(), nullable=True),
        sa.Column("deposit", sa.String(), nullable=True),
        sa.Column("refund", sa.Integer(), nullable=True),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, kinds))})", name=op.f("ck_slip_kind")),
        sa.CheckConstraint("yen > 0", name=op.f("ck_slip_yen")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_slip_sides")),
        sa.CheckConstraint("application IS NULL OR deposit IS NULL", name=op.f("ck_slip_one_subject")),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_slip_reverses")),
        sa.ForeignKeyConstraint(["debit"], ["account.code"], name=op.f("fk_slip_debit_account")),
        sa.ForeignKeyConstraint(["credit"], ["account.code"], name=op.f("fk_slip_credit_account")),
        sa.ForeignKeyConstraint(["application"], ["application.number"], name=op.f("fk_slip_application_application")),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_slip_deposit_deposit")),
        sa.ForeignKeyConstraint(["refund"], ["refund.no"], name=op.f("fk_slip_refund_refund")),
        sa.ForeignKeyConstraint(["reverses"], ["entry.no"], name=op.f("fk_slip_reverses_entry")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_slip")),
    )
    op.create_index(op.f("ix_slip_application"), "slip", ["application"], unique=False)
    op.create_index(op.f("ix_slip_deposit"), "slip", ["deposit"], unique=False)
    op.create_table(
        "slip_step",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("slip", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'posted', 'approved', 'rejected')", name=op.f("ck_slip_step_state")),
        sa.CheckConstraint("(nth = 1) = (state IN ('proposed', 'posted'))", name=op.f("ck_slip_step_first")),
        sa.CheckConstraint("state = 'approved' OR reason IS NOT NULL", name=op.f("ck_slip_step_reason")),
        sa.CheckConstraint("(state IN ('approved', 'posted')) = (entry IS NOT NULL)", name=op.f("ck_slip_step_entry")),
        sa.ForeignKeyConstraint(["slip"], ["slip.no"], name=op.f("fk_slip_step_slip_slip")),
        sa.ForeignKeyConstraint(["entry"], ["entry.no"], name=op.f("fk_slip_step_entry_entry")),
        sa.PrimaryKeyConstraint("slip", "nth", name=op.f("pk_slip_step")),
        sa.UniqueConstraint("entry", name=op.f("uq_slip_step_entry")),
    )
    op.create_table(
        "opening",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(), nullable=True),
        sa.Column("deposit", sa.String(), nullable=True),
        sa.CheckConstraint("yen <> 0", name=op.f("ck_opening_yen")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_opening_source_source")),
        sa.ForeignKeyConstraint(["account"], ["account.code"], name=op.f("fk_opening_account_account")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_opening_application_application")
        ),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_opening_deposit_deposit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
