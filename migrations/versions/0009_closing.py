"""A closing may be proposed, and closed by a second person."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Lets a step be a proposal; no step before was one."""
    with op.batch_alter_table("month_step") as steps:
        for name, rule in (
            ("state", "state IN ('closed', 'reopened', 'proposed')"),
            ("closed_to", "state <> 'closed' OR closed_to IS NOT NULL"),
            ("reason", "state <> 'reopened' OR reason IS NOT NULL"),
        ):
            steps.drop_constraint(op.f(f"ck_month_step_{name}"), type_="check")
            steps.create_check_constraint(op.f(f"ck_month_step_{name}"), rule)
        steps.create_check_constraint(op.f("ck_month_step_bank_yen"), "state <> 'proposed' OR bank_yen IS NOT NULL")
