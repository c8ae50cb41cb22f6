"""TEMPORARY."""

ADDS: dict[str, frozenset[str]] = {"init": frozenset({"account", "fee"})}
