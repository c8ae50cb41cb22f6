"""The tables as SQLModel declares them; `ledger/tables.json` is made from these: make tables.

No command imports them: what sqlmodel, pydantic and SQLAlchemy's mapper do with each class takes longer than a question
about one member. Statements are made of the tables of `ledger.tables`.
"""

from sqlmodel import SQLModel

from ledger.models import bank, books, control, rulings

__all__ = ["bank", "books", "control", "metadata", "rulings"]

metadata = SQLModel.metadata
