"""お知らせ — 連合会会長 (2012年9月21日)

> 現在、セコム社では、次のケースについて発行手数料を請求しないこととしています。
> ① 電子証明書をダウンロードしたが、不具合により使用できず取消した場合
> ② 電子証明書の受領書が30日以上返送されず電子証明書を取消した場合
> ③ 電子証明書のダウンロードを行っていない場合
> さらに本年2月5日に提供したツールの不具合による影響を鑑み、大量発行期間中（本年1月10日〜7月末日）に発行した電子証明書については、特例として、次の事由等による取消の場合等でも、電子証明書を利用していないことをセコム社が確認できれば、上記①に該当するものとみなし、発行手数料の請求をしないこととしています。
> 〈特例〉・電子証明書を誤って削除した、保管場所が分からなくなった ・PINコード（パスワード）を紛失したので取消した ・電子証明書の発行を受けたが今後使用する予定がない

It speaks of what the authority does not bill; that the member gets the fee back follows from the notice of 23 March
(A12). For questions asked from this day on it replaces that notice; decisions kept under it stand (A11).
"""

from datetime import date

from sqlalchemy import and_, case, false, true

from ledger.i18n import N_
from ledger.notices.conditions import (
    NOT_DOWNLOADED,
    UNKNOWN,
    Clause,
    Condition,
    Notice,
    between,
    covered,
    days_after,
    downloaded_on,
    issued_on,
    mailed_on,
    never_downloaded,
    not_by,
    not_downloaded_unknown,
    reason,
    receipt_on,
    receipts_entered_to,
    revoked,
    revoked_on,
    such_as,
    unused,
    used,
)

# ① A download that failed is the defect itself, so the attempt is enough. Nobody has to confirm that the certificate
# was not used: the authority's own reason is the evidence; a use that is known shows that it could be used (A24).
defect = Condition(
    "不具合により使用できず",
    "it could not be used because of a defect",
    reason.in_(("tool_defect", "download_failed")),
    ("reason",),
    {"reason": reason.is_(None)},
    fails=("取消事由は不具合ではありません", "the reason for the revocation is no defect"),
)
downloaded = Condition(
    "電子証明書をダウンロードした(ダウンロードに失敗した場合を含む)",
    "it was downloaded, or the download failed",
    case(
        (reason == "download_failed", true()),
        (downloaded_on.is_not(None), true()),
        (NOT_DOWNLOADED, false()),
        else_=UNKNOWN,
    ),
    ("downloaded_on", "downloads_checked_to"),
    {"downloaded": not_downloaded_unknown, "reason": reason.is_(None)},
    fails=("電子証明書をダウンロードしていません", "it was not downloaded"),
)
not_known_used = Condition(
    "利用されたことが確認されていない",
    "it is not known to have been used",
    case((used == "yes", false()), else_=true()),
    ("used",),
    revisable={"used": used.is_(None)},
    fails=("利用されたことが確認されました", "the authority confirmed that it was used"),
)

# ② 「30日以上」 is true from day 30 (A4); the sending day starts the count (A5). Download and use do not matter (A6).
# The authority's own reason is evidence that no receipt had come; a receipt after the revocation changes nothing.
thirty_days = Condition(
    "送付から30日以上経って取消された",
    "it was revoked 30 days or more after it was mailed",
    revoked_on >= days_after(mailed_on, 30),
    ("mailed_on", "revoked_on"),
    {"mailed_on": mailed_on.is_(None)},
    fails=("取消しは送付から30日たつ前です", "it was revoked before 30 days had passed since it was mailed"),
    counted=("mailed_on", "revoked_on"),
)
no_receipt = Condition(
    "受領書が返送されていない",
    "the receipt had not been returned",
    case(
        (and_(receipt_on.is_(None), reason == "receipt_not_returned"), true()),
        (and_(receipt_on.is_(None), receipts_entered_to >= days_after(mailed_on, 30)), true()),
        else_=not_by(revoked_on, receipt_on, receipts_entered_to),
    ),
    ("receipt_on", "receipts_entered_to", "reason"),
    {
        "receipt": receipt_on.is_(None),
        "mailed_on": and_(mailed_on.is_(None), receipts_entered_to.is_not(None)),
        "reason": reason.is_(None),
    },
    fails=("受領書は取消しまでに返送されました", "the receipt had been returned by the revocation"),
)

# 特例: the day of issue counts, not mailing or revocation (A8); 「等」 leaves the list of reasons open (A9).
in_mass_issue = Condition(
    "大量発行期間中(2012年1月10日〜7月末日)に発行した",
    "it was issued between 10 January and 31 July 2012",
    between(date(2012, 1, 10), date(2012, 7, 31)),
    ("issued_on", "applied_on", "mailed_on"),
    {"issued_on": issued_on.is_(None), "mailed_on": mailed_on.is_(None)},
    fails=(
        "大量発行期間(2012年1月10日〜7月末日)の外に発行されました",
        "it was issued outside the time from 10 January to 31 July 2012",
    ),
)
listed_reason = Condition(
    "特例の事由等による取消",
    "it was revoked for a reason such as those listed",
    such_as("deleted_by_mistake", "storage_location_lost", "pin_lost", "no_plan_to_use", "use_discontinued"),
    ("reason", "covered"),
    {"reason": reason.is_(None), "covered": covered.is_(None)},
    fails=(
        "認証局は特例の事由に当たらないと回答しました",
        "the authority answered that the exemption does not cover its reason",
    ),
)

notice = Notice(
    announced_on=date(2012, 9, 21),
    replaces=date(2012, 3, 23),
    name_ja="会長お知らせ(2012年9月21日)",
    name_en="the president's notice of 21 September 2012",
    clauses=(
        Clause(
            "①",
            N_("電子証明書をダウンロードしたが、不具合により使用できず取消した場合"),
            downloaded,
            defect,
            revoked,
            not_known_used,
        ),
        Clause(
            "②",
            N_("電子証明書の受領書が30日以上返送されず電子証明書を取消した場合"),
            no_receipt,
            thirty_days,
            revoked,
        ),
        Clause("③", N_("電子証明書のダウンロードを行っていない場合"), never_downloaded),
        Clause(
            "特例",
            N_("電子証明書を利用していないことをセコム社が確認できれば、上記①に該当するものとみなし"),
            in_mass_issue,
            revoked,
            listed_reason,
            unused,
        ),
    ),
)
