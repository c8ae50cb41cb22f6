"""One more fact: every value that a fact not yet known can turn out to have without contradicting what is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from tests.lattice import COVERS, USES, WINDOWS, Part, after, cross
from tests.oracle import FACTS, Known, answer, ended_on, happened_by, not_downloaded

EDGES = (date(2012, 1, 9), date(2012, 1, 10), date(2012, 7, 31), date(2012, 8, 1))
REASONS = ("tool_defect", "download_failed", "receipt_not_returned", "ca_other", "pin_lost")


def learnt(fact: str, day: date, known: Known) -> list[Known]:
    """The record with this fact learnt on top, once for each value it can have; nothing when it is known already."""
    return [replace(known, **values) for values in _VALUES[fact](day, known)]


def _issued(day: date, known: Known) -> Iterator[Part]:
    if known.issued_on is None:
        last = known.mailed_on or known.revoked_on or day
        for each in _within(known.applied_on, last):
            yield {"issued_on": each}


def _mailed(day: date, known: Known) -> Iterator[Part]:
    if known.mailed_on is None:
        first, last = known.issued_on or known.applied_on, known.revoked_on or day
        for each in _within(first, last, after(last, -31), after(last, -30), after(last, -29)):
            yield {"mailed_on": each}


def _within(first: date, last: date, *others: date) -> list[date]:
    return sorted({edge for edge in (first, last, *EDGES, *others) if first <= edge <= last})


def _downloaded(day: date, known: Known) -> Iterator[Part]:
    end = ended_on(known)
    needed = end or known.mailed_on or known.issued_on or day
    if known.downloaded_on is None and (known.downloads_none_to is None or known.downloads_none_to < needed):
        yield {"downloaded_on": end or day}
        if known.used != "yes":
            yield {"downloads_none_to": day}


def _receipt(day: date, known: Known) -> Iterator[Part]:
    end, register = known.revoked_on or day, known.receipts_none_to
    enough = after(known.mailed_on, 30) if known.mailed_on else end
    if known.receipt_on is None and (register is None or register < min(enough, day)):
        for each in (end, after(end, 1)):
            denied = each == end and known.reason == "receipt_not_returned"
            if each <= day and not denied and (register is None or each > register):
                yield {"receipt_on": each}
        yield {"receipts_none_to": day}


def _reason(_day: date, known: Known) -> Iterator[Part]:
    if known.reason is None and known.revoked_on is not None:
        arrived = known.receipt_on is not None and known.receipt_on <= known.revoked_on
        for code in REASONS:
            if not (arrived and code == "receipt_not_returned"):
                yield {"reason": code}


def _used(day: date, known: Known) -> Iterator[Part]:
    if known.used is None:
        never = not_downloaded(happened_by(day, known)) is True
        for code in ("no", "cannot") if never else ("no", "cannot", "yes"):
            yield {"used": code}


def _covered(_day: date, known: Known) -> Iterator[Part]:
    if known.covered is None:
        for said in (True, False):
            yield {"covered": said}


_VALUES = dict(zip(FACTS, (_issued, _mailed, _downloaded, _receipt, _reason, _used, _covered), strict=True))


@cache
def verdict(day: date, known: Known) -> str:
    """What the rules say of the record."""
    return answer(day, known).verdict


@cache
def could_change(fact: str, day: date, known: Known) -> bool:
    """Whether learning the fact changes the verdict, now or once any of the other facts are learnt."""
    values = learnt(fact, day, known)
    if any(verdict(day, each) != verdict(day, known) for each in values):
        return True
    if not values:
        return False
    others = (each for other in FACTS if other != fact for each in learnt(other, day, known))
    return any(could_change(fact, day, other) for other in others)


# --- where `missing` is wider or narrower than what could change the verdict ----------------------------------------


@dataclass(frozen=True)
class Excuse:
    """A kind of record for which `missing` names a fact too many (`wide`) or one too few, and why."""

    says: str
    wide: bool
    facts: tuple[str, ...]
    applies: Callable[[Known], bool]


def _too_early(known: Known) -> bool:
    first, ended = known.issued_on or known.applied_on, known.revoked_on
    return known.mailed_on is None and ended is not None and ended < after(first, 30)


EXCUSES = (
    Excuse(
        "Checked already, but live and with no day of mailing: that day alone would settle it, and a later check too.",
        True,
        ("downloaded",),
        lambda known: known.revoked_on is None and known.mailed_on is None and known.downloads_none_to is not None,
    ),
    Excuse(
        "With 確認不能 only a missing download can confirm non-use, and then ③ holds without the exemption.",
        True,
        ("issued_on", "mailed_on", "covered"),
        lambda known: known.used == "cannot" and known.downloaded_on is None,
    ),
    Excuse(
        "Revoked less than 30 days after issue or application, so also less than 30 days after any mailing.",
        True,
        ("mailed_on", "receipt", "reason"),
        _too_early,
    ),
    Excuse(
        "After a defect ① or ③ will hold, downloaded or not: what can only end another clause ends nothing.",
        True,
        ("mailed_on",),
        lambda known: known.reason == "tool_defect" and known.downloaded_on is None,
    ),
    Excuse(
        "Used, so it must have been downloaded: the day of mailing of a live certificate settles nothing.",
        True,
        ("mailed_on",),
        lambda known: known.used == "yes" and known.revoked_on is None,
    ),
)


def partly_known() -> list[Known]:
    """Records in which any of the facts are not known, under the notice of September: ended and live."""
    mailed = date(2012, 3, 1)
    checks: list[Part] = [{}, {"downloads_none_to": after(mailed, 30)}, {"downloaded_on": after(mailed, 3)}]
    ends = [{"revoked_on": after(mailed, count)} | check for count in (10, 30) for check in checks]
    receipts: list[Part] = [{}, {"receipts_none_to": after(mailed, 30)}, {"receipt_on": after(mailed, 5)}]
    reasons: list[Part] = [{"reason": code} for code in (*REASONS, None)]
    checks.append({"downloads_none_to": after(mailed, -1)})
    live = cross([*WINDOWS, {"applied_on": date(2012, 2, 1)}], checks, USES)
    expired = cross(WINDOWS, [{"expires_on": after(mailed, 30)}], checks, USES)
    return cross(WINDOWS, ends, receipts, reasons, USES, COVERS) + expired + live
