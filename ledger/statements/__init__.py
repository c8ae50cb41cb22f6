"""What books, facts and decisions say, as plain rows: one file for each statement, no formatting.

A statement speaks as of a day: facts known by it, entries that happened by it, decisions asked for by it.
"""
