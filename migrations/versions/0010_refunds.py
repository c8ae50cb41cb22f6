"""What an approval binds, payments taken back and recovered, and payees in a member's place."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_STATES = ("proposed", "approved", "filed", "paid", "returned", "recovered", "ended", "rejected")


def upgrade() -> None:
    """Makes the tables of payees and lets a step say what it binds; of earlier approvals that is not known."""
    op.create_table(
        "payee_known",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("account_type", sa.String(), nullable=False),
        sa.Column("account_number", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.CheckConstraint("account_type IN ('1', '2', '4', '9')", name=op.f("ck_payee_known_account_type")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_payee_known_application_application")
        ),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_payee_known_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_known")),
    )
    op.create_index(
        op.f("ix_payee_known_application_known_on_id"), "payee_known", ["application", "known_on", "id"], unique=False
    )
    op.create_table(
        "payee_approval",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("payee_known", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["payee_known"], ["payee_known.id"], name=op.f("fk_payee_approval_payee_known_payee_known")
        ),
        sa.PrimaryKeyConstraint("payee_known", name=op.f("pk_payee_approval")),
    )
    with op.batch_alter_table("refund_step") as steps:
        for name in ("undoes", "yen", "member_known", "payee"):
            steps.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ("despite", "grounds"):
            steps.add_column(sa.Column(name, sa.String(), nullable=True))
        steps.create_foreign_key(
            op.f("fk_refund_step_member_known_member_known"), "member_known", ["member_known"], ["id"]
        )
        steps.create_foreign_key(op.f("fk_refund_step_payee_payee_known"), "payee_known", ["payee"], ["id"])
        for name, rule in (
            ("state", "state IN ({})".format(", ".join(map(repr, _STATES)))),
            ("reason", "state NOT IN ('rejected', 'returned', 'ended') OR reason IS NOT NULL"),
        ):
            steps.drop_constraint(op.f(f"ck_refund_step_{name}"), type_="check")
            steps.create_check_constraint(op.f(f"ck_refund_step_{name}"), rule)
        for name, rule in (
            ("undoes", "undoes IS NULL OR (reason IS NOT NULL AND entry IS NOT NULL)"),
            ("recovered", "(yen IS NOT NULL AND yen > 0) = (state = 'recovered' AND undoes IS NULL)"),
        ):
            steps.create_check_constraint(op.f(f"ck_refund_step_{name}"), rule)
