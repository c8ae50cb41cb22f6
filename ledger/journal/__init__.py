"""The journal: entries that move yen between accounts, appended and never changed. It does not know what for."""
