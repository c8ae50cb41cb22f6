"""Workbooks that were handed out: their stamp, made once more from the books, read, and compared cell by cell."""
