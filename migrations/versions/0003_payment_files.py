"""Files of transfers for the bank, which refund is in which, and the settings that they need."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes both tables and lets a step name its file; of what was recorded before, no file is known."""
    op.create_table(
        "payment_file",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("refund_count", sa.Integer(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("refund_count > 0 AND yen > 0", name=op.f("ck_payment_file_total")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_payment_file")),
    )
    op.create_index(op.f("ix_payment_file_pay_on_name"), "payment_file", ["pay_on", "name"], unique=False)
    op.create_table(
        "setting",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("NOT (name = 'people') OR (value IN ('two', 'three'))", name=op.f("ck_setting_people")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_setting")),
    )
    op.create_index(op.f("ix_setting_name"), "setting", ["name"], unique=False)
    with op.batch_alter_table("refund_step") as steps:
        steps.add_column(sa.Column("payment_file", sa.Integer(), nullable=True))
        steps.create_foreign_key(
            op.f("fk_refund_step_payment_file_payment_file"), "payment_file", ["payment_file"], ["no"]
        )
        steps.create_check_constraint(
            op.f("ck_refund_step_payment_file"), "payment_file IS NULL OR state IN ('approved', 'filed')"
        )
        steps.create_index(op.f("ix_refund_step_payment_file"), ["payment_file"], unique=False)
