"""The decision: one SELECT judges any number of applications as of any day, and its findings can be kept."""
