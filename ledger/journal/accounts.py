"""The accounts that the posting templates know, by code; their names and kinds stand in `accounts.toml`.

Only the chart and the templates may know whose fee it is: here it is held for another until
it is owed to the authority.
"""

from enum import StrEnum


class Account(StrEnum):
    """An account of the chart, by its code."""

    BANK = "1110"
    AUTHORITY_PAYABLE = "2010"
    REFUNDS_PAYABLE = "2020"
    FEES_HELD = "2040"
    CREDITS_HELD = "2041"
    SUSPENSE = "2050"
    RETURNED_TRANSFERS = "2060"
    OTHER_INCOME = "4900"
    BANK_CHARGES = "5310"
    OTHER_EXPENSES = "5900"
