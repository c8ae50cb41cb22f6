"""The store: the books in a database, one writer at a time, each write sealed; keys, settings, copies in a file."""
