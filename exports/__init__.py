"""What statements and decisions say, written for readers: workbooks, CSV, terminal tables, JSON and journals.

Statements give plain rows; a sheet describes them once (`sheet.py`); each writer knows one format. A file appears
whole under its name or not at all (`outfile.py`).
"""
