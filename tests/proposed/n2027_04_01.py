"""お知らせ案 — 連合会会長 (2027年4月1日予定)。

> 電子証明書の発行手数料は、次の場合に払い戻し又は再発行分に充当する。
> ① 電子証明書をダウンロードしたが、不具合により使用できず取消した場合
> ② 電子証明書の受領書が60日以上返送されず電子証明書を取消した場合
> ③ 電子証明書のダウンロードを行わないまま電子証明書が失効した場合

This paper is made up: it shows how a proposed notice is written. It waits for the receipt for 60 days in place of 30,
asks of ③ that the certificate has ended, and lets the exemption of 2012 go.
"""

from datetime import date

from sqlalchemy import case, true

from ledger.notices.conditions import (
    NOT_DOWNLOADED,
    Clause,
    Condition,
    Notice,
    days_after,
    downloaded_on,
    ended,
    mailed_on,
    never_downloaded,
    not_by,
    not_downloaded_unknown,
    reason,
    receipt_on,
    receipts_entered_to,
    revoked,
    revoked_on,
)

DAYS = 60

defect = Condition(
    "不具合により使用できず",
    "it could not be used because of a defect",
    reason == "tool_defect",
    ("reason",),
    {"reason": reason.is_(None)},
)
downloaded = Condition(
    "電子証明書をダウンロードした",
    "it was downloaded",
    case((downloaded_on.is_not(None), true()), else_=~NOT_DOWNLOADED),
    ("downloaded_on", "downloads_checked_to"),
    {"downloaded": not_downloaded_unknown},
)
sixty_days = Condition(
    "送付から60日以上経って取消された",
    "it was revoked 60 days or more after it was mailed",
    revoked_on >= days_after(mailed_on, DAYS),
    ("mailed_on", "revoked_on"),
    {"mailed_on": mailed_on.is_(None)},
)
no_receipt = Condition(
    "受領書が返送されていない",
    "the receipt had not been returned",
    not_by(revoked_on, receipt_on, receipts_entered_to),
    ("receipt_on", "receipts_entered_to"),
    {"receipt": receipt_on.is_(None)},
)

notice = Notice(
    announced_on=date(2027, 4, 1),
    replaces=date(2012, 9, 21),
    name_ja="会長お知らせ案(2027年4月1日予定)",
    name_en="the president's notice proposed for 1 April 2027",
    clauses=(
        Clause("①", "電子証明書をダウンロードしたが、不具合により使用できず取消した場合", downloaded, defect, revoked),
        Clause("②", "電子証明書の受領書が60日以上返送されず電子証明書を取消した場合", no_receipt, sixty_days, revoked),
        Clause("③", "電子証明書のダウンロードを行わないまま電子証明書が失効した場合", never_downloaded, ended),
    ),
)
