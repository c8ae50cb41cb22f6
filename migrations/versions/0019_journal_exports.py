"""Exports of the journal for other software: up to which entry, in which form, with which bytes, by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Makes the table; nothing was exported before, as far as is known."""
    op.create_table(
        "journal_export",
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("entries_from", sa.Integer(), nullable=False),
        sa.Column("entries_to", sa.Integer(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("substituted", sa.String(), nullable=True),
        sa.Column("accounts", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("entries_from >= 1 AND entries_from <= entries_to", name=op.f("ck_journal_export_entries")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_journal_export")),
        sa.UniqueConstraint("format", "entries_from", name=op.f("uq_journal_export_format_entries_from")),
    )
