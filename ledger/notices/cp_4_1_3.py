"""証明書ポリシー 4.1.3 — 受領書の返送

> 受領書が24日を経過しても返送されないときは督促し、30日を経過した日以降、電子証明書を取消すことができる。

What stands above is the content of the clause as we know it, not a quotation. It answers no question about fees: it
says when a reminder is due and from when the authority may revoke. It never says that a certificate is revoked (A22).

The count begins with the sending day, which is not counted itself (Civil Code 140, A5): 「30日を経過した日」 of a letter
mailed on 2012-01-26 is 2012-02-26. Holidays and week-ends shift nothing.
"""

from datetime import date, timedelta

# Days that have to have passed; the day after is the first on which something may be done.
REMIND_AFTER = 24
REVOCABLE_AFTER = 30


def reminder_on(mailed_on: date) -> date:
    """The first day on which the receipt is to be asked for: 24 days have passed."""
    return mailed_on + timedelta(days=REMIND_AFTER + 1)


def revocable_on(mailed_on: date) -> date:
    """「30日を経過した日」: the first day on which the certificate may be revoked for want of a receipt."""
    return mailed_on + timedelta(days=REVOCABLE_AFTER + 1)
