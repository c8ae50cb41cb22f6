"""The commands, a file for each phase of the month. Each asks one stage and returns its answer; none knows SQL.

Whatever takes long to import is imported by the command that needs it, so that the help appears at once.
"""
