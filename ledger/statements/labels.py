"""The words that people read in place of codes: outcomes, verdicts, states, and what is missing.

JSON and the database carry the code; sheets, letters and the terminal say the word. The columns of every report name
these words, so what takes long to import is imported where it is called.
"""

from collections.abc import Iterable, Mapping

from ledger.i18n import N_, _, either

OUTCOMES = {
    "eligible": N_("fee to be given back"),
    "not_eligible": N_("fee not given back"),
    "needs_facts": N_("facts missing"),
    "needs_review": N_("to be reviewed"),
    "in_force": N_("not ended"),
    "being_settled": N_("on its way back"),
    "settled": N_("already given back"),
    "no_fee": N_("no fee received"),
}

VERDICTS = {
    "eligible": N_("a clause holds"),
    "not_eligible": N_("no clause holds"),
    "undetermined": N_("not decided yet"),
}

SUGGESTED = {"refund": N_("refund"), "credit": N_("credit")}

# CP 4.1.3
RECEIPT_STATES = {
    "waiting": N_("waiting for the receipt"),
    "remind": N_("reminder due"),
    "revocable": N_("may be revoked"),
}

CERTIFICATE_STATES = {
    "withdrawn": N_("withdrawn"),
    "revoked": N_("revoked"),
    "expired": N_("expired"),
    "issued": N_("issued"),
    "pending": N_("not issued yet"),
}

# What stands in the register of members.
MEMBER_STATES = {"registered": N_("registered"), "deregistered": N_("registration ended")}

# What a transfer is known to pay for, and what is left of it.
DEPOSIT_STATES = {
    "matched": N_("all of it pays for fees"),
    "partly": N_("known what it pays for, some is left"),
    "suspense": N_("not known what it pays for"),
    "cleared": N_("returned or taken as income"),
    "not_booked": N_("not posted yet"),
}

# Each fact that could still settle a question, who can supply it, and the input file that brings it.
MISSING = {
    "issued_on": N_("the day of issue: the authority knows it (input file: issues)"),
    "mailed_on": N_("the day of mailing: the authority knows it (input file: issues)"),
    "downloaded": N_("whether it was downloaded: the authority's log tells (input file: downloads)"),
    "receipt": N_("whether the receipt came back: the receipt register tells (input file: receipts)"),
    "reason": N_("the reason for the revocation: the authority knows it (input file: revocations)"),
    "used": N_("the use: the authority has to answer (input file: usage)"),
    "covered": N_("whether the exemption covers it: the authority has to answer (input file: usage)"),
}


# For how many days a deposit has waited in suspense, in classes.
AGES = {
    "to_30": N_("up to 30 days"),
    "to_90": N_("31 to 90 days"),
    "to_180": N_("91 to 180 days"),
    "over_180": N_("more than 180 days"),
    "unknown": N_("it is not known since when"),
}


def label(words: Mapping[str, str], code: str | None) -> str | None:
    """The word for a code, in the language being spoken; None for None."""
    return None if code is None else _(words[code])


def missing(codes: Iterable[str]) -> str:
    """What is missing and which file supplies it, on one line; empty when nothing is."""
    return joined(_(MISSING[code]) for code in codes)


def fact(column: str) -> str:
    """What a fact is called."""
    from ledger.facts import COLUMNS

    return _(COLUMNS[column].label)


def remarks(codes: Iterable[str]) -> str:
    """What several doubts or warnings say, on one line; empty when there are none."""
    from ledger.notices.review_flags import remark

    return either("。", "; ").join(remark(code) for code in codes)


def joined(words: Iterable[str]) -> str:
    """Words one after the other, as each language sets them apart."""
    return either("、", ", ").join(words)


def mark(holds: bool | None) -> str:
    """○ for what holds, × for what does not, ? for what is not known."""
    return "?" if holds is None else "○" if holds else "×"
