"""Which files of a closed period's statement were handed out, as which version, with their SHA-256."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Makes the table; of what was handed out before, no file is known."""
    op.create_table(
        "issued_version",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("statement IN ('month', 'year')", name=op.f("ck_issued_version_statement")),
        sa.CheckConstraint("calendar IN ('', 'western', 'wareki')", name=op.f("ck_issued_version_calendar")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_issued_version_version")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_issued_version_sha256")),
        sa.ForeignKeyConstraint(["batch"], ["batch.no"], name=op.f("fk_issued_version_batch_batch")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_issued_version")),
        sa.UniqueConstraint("sha256", name=op.f("uq_issued_version_sha256")),
    )
    op.create_index(
        op.f("ix_issued_version_statement_about_batch"), "issued_version", ["statement", "about", "batch"], unique=False
    )
