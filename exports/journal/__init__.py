"""The journal for other bookkeeping software, one format to a file; `shape.py` says what each of them is given."""
