"""The journal: entries that move yen between accounts, appended and never changed. It knows nothing of certificates."""
