"""`python -m ledger.models` writes `ledger/tables.json` anew: make tables."""

from pathlib import Path

from ledger.models.description import description

if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("tables.json").write_text(description(), encoding="utf-8")
