"""A made-up federation and its month, for `seisan demo`: members, applications and all that became known of them.

Nothing in it is real: names are combined from lists, every account is at bank 9999. The same files come out each time.
Each story says beside itself what the check has to answer on the last day, so that the rules can be held against it.
"""

from datetime import date

from ledger.dates import Month

MONTH = Month(2012, 9)
AS_OF = date(2012, 9, 30)
FIRST_DAY = date(2011, 11, 1)

# The two clerks who act in the demo: one proposes, the other approves.
PROPOSER = "会計 乙川"
APPROVER = "事務局長 丙田"

# What the federation is to its bank, at bank 9999, branch 999.
PAYER = {
    "payer_code": "0123456789",
    "payer_name": "カクウレンゴウカイ",
    "payer_bank": "9999",
    "payer_branch": "999",
    "payer_account_type": "普通",
    "payer_account": "7654321",
}
