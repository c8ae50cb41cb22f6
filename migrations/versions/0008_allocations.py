"""Whose a deposit is stands in records of its own; entries know since when; rows of imports can be withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"


def upgrade() -> None:
    """Makes the tables, and allocates every deposit as far as it was known what it pays for, from the row that said so."""
    op.create_table(
        "allocation",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("deposit", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(), nullable=True),
        sa.Column("yen", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("version >= 1 AND part >= 1", name=op.f("ck_allocation_place")),
        sa.CheckConstraint("yen IS NULL OR (yen > 0 AND application IS NOT NULL)", name=op.f("ck_allocation_yen")),
        sa.ForeignKeyConstraint(
            ["application"], ["application.number"], name=op.f("fk_allocation_application_application")
        ),
        sa.ForeignKeyConstraint(["deposit"], ["deposit.reference"], name=op.f("fk_allocation_deposit_deposit")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_allocation_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("deposit", "version", "part", name=op.f("uq_allocation_deposit_version_part")),
    )
    op.create_index(op.f("ix_allocation_application"), "allocation", ["application"], unique=False)
    op.create_table(
        "withdrawn",
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_withdrawn_source_source")),
        sa.PrimaryKeyConstraint("of", "row_id", name=op.f("pk_withdrawn")),
    )
    with op.batch_alter_table("entry") as entry:
        entry.add_column(sa.Column("known_on", sa.Date(), nullable=True))
    with op.batch_alter_table("decision") as decision:
        decision.add_column(sa.Column("allocations_to", sa.Integer(), nullable=True))
    for name in ("member_known", "deposit_known"):
        with op.batch_alter_table(name) as versions:
            versions.add_column(sa.Column("said", sa.String(), nullable=True))
    op.execute(
        "INSERT INTO allocation (source, sheet, row, known_on, deposit, version, part, application) "
        "SELECT source, sheet, row, known_on, deposit, row_number() OVER (PARTITION BY deposit ORDER BY known_on, id), "
        "1, application FROM (SELECT known.*, lag(application) OVER (PARTITION BY deposit ORDER BY known_on, id) "
        "AS before FROM deposit_known known) known WHERE application IS NOT NULL "
        "AND (before IS NULL OR before <> application) ORDER BY deposit, known_on, id"
    )
