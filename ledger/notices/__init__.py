"""The rules, one file per official paper, its words first: what they say is what is decided.

A clause quotes its notice and is a conjunction of named conditions; a notice is a disjunction of clauses. A condition
is true, false or not known, and only the database ever combines them.
"""
