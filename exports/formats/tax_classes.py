"""消費税の税区分: what other accounting software has to be told of consumption tax, account by account.

The fee is held for another until it is settled whose it is (預り金), so no account of it is taxed. Of what the
federation itself earns and spends, charges of banks alone are taxed by their nature; what else is taken as income or
written off is no supply. Whoever knows better says so in a list of accounts (`account_list`).
"""

from datetime import date

from exports.formats.ledger_text import ExportAccount
from ledger.codes import Account

# The rates of consumption tax in percent, each with the day from which it counts, the last one first.
_RATES = (
    (date(2019, 10, 1), 10),
    (date(2014, 4, 1), 8),
    (date(1997, 4, 1), 5),
    (date(1989, 4, 1), 3),
)
# What is bought with tax inside.
_PURCHASES = frozenset({Account.BANK_CHARGES})

# As both programs write what bears no tax.
OUT_OF_SCOPE = "対象外"


def tax_class(account: ExportAccount, on: date, purchase: str) -> str:
    """The tax class of an account on a day; `purchase` is how the software writes a purchase, {rate} for the percent.

    What the federation's own list says of the account comes first, as it stands there.
    """
    rate = next((percent for first, percent in _RATES if on >= first), None)
    if account.tax:
        return account.tax
    return OUT_OF_SCOPE if rate is None or account.code not in _PURCHASES else purchase.format(rate=rate)
