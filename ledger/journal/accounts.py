"""The accounts that the posting templates know, by code; their names and kinds stand in `accounts.toml`.

Only the chart and the templates may know whose fee it is: here it is held for another until
it is owed to the authority.
"""
