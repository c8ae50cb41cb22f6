"""Ours, not the notices': contradictions that stop payment until a person supplies a fact, and things worth knowing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Date, and_, bindparam, case

from ledger.i18n import either
from ledger.notices.conditions import (
    NOT_DOWNLOADED,
    Truth,
    days_after,
    ended_on,
    fee_due,
    issued_on,
    mailed_on,
    reason,
    receipt_on,
    recovered_yen,
    revoked_on,
    total_received,
    used,
    withdrawn_on,
)
from ledger.notices.cp_4_1_3 import REVOCABLE_AFTER

# Whether the clause with a mark holds; false where the notice has no such clause. `None`: whether any clause holds.
Holds = Callable[[str | None], Truth]


@dataclass(frozen=True)
class ReviewFlag:
    """A doubt or a warning: its code, what it says, and when it is raised. Not known does not raise it.

    `settled_by` is what has to be found out, and from which papers; empty where only the federation can decide.
    """

    code: str
    ja: str
    en: str
    raised: Callable[[Holds], Truth]
    settled_by: tuple[str, str] = ("", "")

    @property
    def says(self) -> str:
        """The flag in the language being spoken."""
        return either(self.ja, self.en)


no_certificate = and_(issued_on.is_(None), mailed_on.is_(None), revoked_on.is_(None))

WITHDRAWN = "withdrawn_before_issue"
FEE_NOT_KNOWN = "fee_not_known"

DOUBTS = (
    ReviewFlag(
        "used_though_unreceived",
        "受領書は返送されていないが、電子証明書は利用されている",
        "the receipt was not returned, but the certificate was used",
        lambda holds: and_(holds("②"), used == "yes"),
        ("利用の有無(利用回答)", "whether it was used (file of usage)"),
    ),
    ReviewFlag(
        "still_downloadable",
        "ダウンロードしていないが、電子証明書は失効しておらず、まだダウンロードできる",
        "it was not downloaded, but it is live and can still be downloaded",
        lambda holds: and_(holds("③"), ended_on.is_(None)),
        ("取消しの有無(取消通知)", "whether it was revoked (file of revocations)"),
    ),
    ReviewFlag(
        "used_but_not_downloaded",
        "ダウンロードしていないのに利用したことになっている",
        "it is said to have been used without having been downloaded",
        lambda _holds: and_(used == "yes", NOT_DOWNLOADED),
        (
            "ダウンロードの有無(ダウンロード記録)又は利用の有無(利用回答)",
            "whether it was downloaded (file of downloads) or used (file of usage)",
        ),
    ),
    ReviewFlag(
        "other_reason",
        "受領書の未返送に当たるが、記録された取消事由は別のものである",
        "the receipt was not returned, but another reason for the revocation is recorded",
        lambda holds: and_(holds("②"), reason.not_in(("receipt_not_returned", "ca_other"))),
        ("取消事由(取消通知)", "the reason for the revocation (file of revocations)"),
    ),
    ReviewFlag(
        "receipt_contradicts_reason",
        "取消事由は受領書未返送だが、取消しの日までに受領書が届いている",
        "the reason is a receipt not returned, but a receipt had arrived by the revocation",
        lambda _holds: and_(reason == "receipt_not_returned", receipt_on <= revoked_on),
        (
            "受領書の返送日(受領簿)又は取消事由(取消通知)",
            "the day of the receipt (file of receipts) or the reason for the revocation (file of revocations)",
        ),
    ),
    ReviewFlag(
        "sanction",
        "義務不履行又は反社会的勢力を理由とする取消しである",
        "it was revoked for a breach of obligations or for antisocial forces",
        lambda holds: and_(holds(None), reason.in_(("obligation_breach", "antisocial_forces"))),
    ),
    ReviewFlag(
        WITHDRAWN,
        "電子証明書の発行前に申込みが取り下げられている(お知らせはこの場合を定めていない)",
        "the application was withdrawn before any certificate was issued, of which the notices do not speak",
        lambda _holds: and_(withdrawn_on.is_not(None), no_certificate, total_received > 0),
    ),
    ReviewFlag(
        "recovered",
        "一度返金した手数料を会員が戻し入れている(自動では再び返金しない)",
        "the fee was refunded, and the member paid it back: it is not offered again by itself",
        lambda _holds: recovered_yen > 0,
    ),
    ReviewFlag(
        FEE_NOT_KNOWN,
        "申込日に適用される発行手数料が分からない(発行手数料)",
        "no fee is known for the day of the application (file of fees)",
        lambda _holds: and_(fee_due.is_(None), total_received > 0),
        ("申込日に適用される発行手数料(発行手数料)", "the fee that applied on that day (file of fees)"),
    ),
)

WARNINGS = (
    ReviewFlag(
        "revoked_before_cp_day",
        "30日を経過した日より前に取消されている",
        "it was revoked before the day on which 30 days had passed",
        lambda _holds: revoked_on < days_after(mailed_on, REVOCABLE_AFTER + 1),
    ),
    ReviewFlag(
        "receipt_after_revocation",
        "受領書が取消し後に届いている",
        "the receipt arrived after the revocation",
        lambda _holds: receipt_on > revoked_on,
    ),
    ReviewFlag(
        "old_claim",
        "取消し又は有効期間の満了から5年を超えている",
        "more than five years have passed since the certificate ended",
        lambda _holds: ended_on < bindparam("five_years_before", type_=Date),
    ),
)


def remark(code: str) -> str:
    """What a doubt or a warning says, in the language being spoken."""
    return next(flag.says for flag in (*DOUBTS, *WARNINGS) if flag.code == code)


def settled_by(codes: Iterable[str]) -> list[str]:
    """What has to be found out where these doubts are raised, and from which papers, in the language being spoken."""
    asked = set(codes)
    return [either(*flag.settled_by) for flag in DOUBTS if flag.code in asked and flag.settled_by[0]]


def raised(flag: ReviewFlag, holds: Holds) -> Truth:
    """Whether the flag is raised: never unknown."""
    return case((flag.raised(holds), 1), else_=0) == 1
