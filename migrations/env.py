"""Alembic's entry point: the steps run on the connection that the store hands over, inside its transaction.

Rows that come from other books (`fill`) are put in before any trigger stands: each of them was let pass once.
After the last step the triggers are made anew from the one list, because Alembic's batch mode on SQLite copies a table
and silently leaves its triggers behind; and roles that were made on PostgreSQL get what they may in that version.
"""

from alembic import context
from sqlalchemy import Connection

from ledger.tables import metadata
from migrations import roles, triggers

connection: Connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    compare_type=True,
)
triggers.drop_all(connection)
context.run_migrations()
if (fill := context.config.attributes.get("fill")) is not None:
    fill(connection)
# The list names tables and columns of the last step. Books that were brought only as far as an earlier one get none,
# and the program opens no books but those of the last.
if context.get_context().get_current_revision() == context.get_head_revision():
    triggers.create_all(connection)
    roles.renew(connection)
