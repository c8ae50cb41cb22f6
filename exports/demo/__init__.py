"""A made-up federation and its month, for `seisan demo`: `input/` holds its files, `play.py` what its clerks type.

Nothing in it is real: every member's number is above 9000, every account is at bank 9999. `stories.toml` says what each
application is an example of, and what the check has to answer on the last day.
"""
