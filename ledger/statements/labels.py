"""The words that people read in place of codes: outcomes, verdicts, states, and what is missing.

JSON and the database carry the code; sheets, letters and the terminal say the word.
"""

from collections.abc import Iterable, Mapping

from ledger.facts import SPOKEN
from ledger.i18n import _, either, say
from ledger.notices import review_flags

OUTCOMES = {
    # ja: 返金対象
    "eligible": _("fee to be given back"),
    # ja: 返金対象外
    "not_eligible": _("fee not given back"),
    # ja: 事実未確認
    "needs_facts": _("facts missing"),
    # ja: 要検討
    "needs_review": _("to be reviewed"),
    # ja: 継続中
    "in_force": _("not ended"),
    # ja: 精算済
    "settled": _("already given back"),
    # ja: 入金なし
    "no_fee": _("no fee received"),
}

VERDICTS = {
    # ja: 該当
    "eligible": _("a clause holds"),
    # ja: 非該当
    "not_eligible": _("no clause holds"),
    # ja: 未判定
    "undetermined": _("not decided yet"),
}

SUGGESTED = {
    # ja: 払戻し
    "refund": _("refund"),
    # ja: 充当
    "credit": _("credit"),
}

# CP 4.1.3
RECEIPT_STATES = {
    # ja: 返送待ち
    "waiting": _("waiting for the receipt"),
    # ja: 督促
    "remind": _("reminder due"),
    # ja: 取消可能
    "revocable": _("may be revoked"),
}

CERTIFICATE_STATES = {
    # ja: 取下げ
    "withdrawn": _("withdrawn"),
    # ja: 取消済
    "revoked": _("revoked"),
    # ja: 期間満了
    "expired": _("expired"),
    # ja: 発行済
    "issued": _("issued"),
    # ja: 発行前
    "pending": _("not issued yet"),
}

# Each fact that could still settle a question, who can supply it, and the input file that brings it.
MISSING = {
    "issued_on": _("the day of issue: the authority knows it (input file: issues)"),
    "mailed_on": _("the day of mailing: the authority knows it (input file: issues)"),
    "downloaded": _("whether it was downloaded: the authority's log tells (input file: downloads)"),
    "receipt": _("whether the receipt came back: the receipt register tells (input file: receipts)"),
    "reason": _("the reason for the revocation: the authority knows it (input file: revocations)"),
    "used": _("the use: the authority has to answer (input file: usage)"),
    "covered": _("whether the exemption covers it: the authority has to answer (input file: usage)"),
}

# What the facts are called that no condition rests on.
_OTHER_FACTS = {
    "kind": _("kind of application"),
    "previous": _("application before it"),
    "side": _("side on which the reason lies"),
    "used_answered_on": _("use answered on"),
    "choice": _("choice of the member"),
    "credit_to": _("to be credited to"),
}

_REMARKS = {each.code: each for each in (*review_flags.DOUBTS, *review_flags.WARNINGS)}


def worded(words: Mapping[str, str], code: str | None) -> str | None:
    """The word for a code, in the language being spoken; None for None."""
    return None if code is None else say(words[code])


def missing(codes: Iterable[str]) -> str:
    """What is missing and which file supplies it, on one line; empty when nothing is."""
    return listed(say(MISSING[code]) for code in codes)


def fact(column: str) -> str:
    """What a fact is called."""
    return say((SPOKEN | _OTHER_FACTS)[column])


def remark(code: str) -> str:
    """What a doubt or a warning says."""
    return _REMARKS[code].says


def remarks(codes: Iterable[str]) -> str:
    """What several doubts or warnings say, on one line; empty when there are none."""
    return either("。", "; ").join(remark(code) for code in codes)


def listed(words: Iterable[str]) -> str:
    """Words one after the other, as each language sets them apart."""
    return either("、", ", ").join(words)


def mark(holds: bool | None) -> str:
    """○ for what holds, × for what does not, ? for what is not known."""
    return "?" if holds is None else "○" if holds else "×"
