"""When it is certain whose a transfer is. This is the rule, and the only one; whatever it does not say is for a person.

A transfer pays for an application for certain when all of this holds:

1. Its yen are exactly what is still due, and the application was not withdrawn.
2. It came no earlier than the application, and no more than half a year later.
3. It names the application's number, and its payer agrees with that: by the name, the number or the surname of the
   member, or as the member's association. Or it names the member's number, and the payer's whole name is the member's
   or like it. Or the payer's whole name is exactly the member's.
4. It can mean nobody else. No other application's number stands in it and no other member is named. Where the surname
   alone agrees, no other candidate has it. Where the name alone agrees, the register never had another member of a
   like name; nobody of the same surname (a husband pays for his wife) or whose name is a letter away has a fee to pay;
   no member without kana may have the same surname; the payer never paid for another; and the member has no other
   application to be paid.
5. There is no number in it that is not explained: neither the application's nor the member's.
6. No other transfer that waits names the same application or its member, and nobody took back before what the transfer
   was said to pay for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from ledger.intake.likeness import BY_WHOLE_NAME, Likeness, Names, OpenApplications, WaitingTransfer
from ledger.intake.payer_names import FEWEST_FIGURES, number_keys, said

# How many days after its application a fee is still taken for that one: half a year.
MOST_DAYS = 183

# A number of fewer figures is none by which an application is named for certain.
_FIGURES = 4

_AGREES = BY_WHOLE_NAME | {"member", "named", "name_near", "association", "paid_before"}
_SURNAME = frozenset(("surname", "office"))
_MEANS = BY_WHOLE_NAME | {"number", "named"}


class Certainty:
    """Looks at every transfer that waits, one after another, and says at the end which of them are certain."""

    def __init__(self, names: Names, applications: OpenApplications) -> None:
        self._names, self._applications = names, applications
        self._meant: Counter[str] = Counter()
        self._found: dict[str, str] = {}

    def look(self, transfer: WaitingTransfer, likely: list[Likeness]) -> None:
        """Notes which applications a transfer means, and which it pays for as far as it alone can tell."""
        self._meant.update(of.application.number for of in likely if not _MEANS.isdisjoint(of.because))
        if transfer.taken_back:
            return
        found = list(_certain(transfer, likely, self._names, self._applications))
        if len(found) == 1:
            self._found[transfer.deposit] = found[0]

    def sure(self) -> dict[str, str]:
        """The application that each transfer pays for for certain; a transfer of which none is, is left out."""
        return {deposit: number for deposit, number in self._found.items() if self._meant[number] == 1}


def _certain(
    transfer: WaitingTransfer, likely: list[Likeness], names: Names, applications: OpenApplications
) -> Iterator[str]:
    """The applications for which the rule holds, as far as this transfer alone can tell."""
    for likeness in _alone(likely):
        of = likeness.application
        if of.due != transfer.yen or of.withdrawn or of.applied_on is None:
            continue
        if not 0 <= (transfer.received_on - of.applied_on).days <= MOST_DAYS:
            continue
        others = [other for other in likely if other.application.number != of.number]
        meant = _by_number(likeness, others) or _by_member(likeness, others, applications)
        meant = meant or _by_name(transfer, likeness, others, names, applications)
        if meant and not _unexplained(transfer, likeness):
            yield of.number


def _alone(likely: list[Likeness]) -> Iterable[Likeness]:
    """The applications that speak in a way in which no other does; of two that do so neither is certain.

    Only these are held against all others, of which there are thousands where many bear one name.
    """
    ways = (
        [of for of in likely if "number" in of.because],
        [of for of in likely if "member" in of.because and not BY_WHOLE_NAME.isdisjoint(of.because)],
        [of for of in likely if "name" in of.because],
    )
    return {of.application.number: of for way in ways if len(way) == 1 for of in way}.values()


def _by_number(likeness: Likeness, others: list[Likeness]) -> bool:
    """Whether the application's number is named, and the payer agrees with nobody else."""
    of, because = likeness.application, set(likeness.because)
    solid, _groups = number_keys(of.number)
    if "number" not in because or sum(sign.isdecimal() for sign in solid) < _FIGURES:
        return False
    strangers = [set(other.because) for other in others if other.application.member != of.member]
    if any("number" in other.because for other in others):
        return False
    if not because.isdisjoint(_AGREES):
        only = BY_WHOLE_NAME | {"named"}
        return because & only != set() or all(only.isdisjoint(stranger) for stranger in strangers)
    return not because.isdisjoint(_SURNAME) and all((_AGREES | _SURNAME).isdisjoint(stranger) for stranger in strangers)


def _by_member(likeness: Likeness, others: list[Likeness], applications: OpenApplications) -> bool:
    """Whether the member's number and the payer's whole name name the same member, and nobody else."""
    because = set(likeness.because)
    if "member" not in because or because.isdisjoint(BY_WHOLE_NAME):
        return False
    alone = len(applications.of_member[likeness.application.member]) == 1
    return alone and not any(
        "number" in other.because or ("member" in other.because and BY_WHOLE_NAME & set(other.because))
        for other in others
    )


def _by_name(
    transfer: WaitingTransfer,
    likeness: Likeness,
    others: list[Likeness],
    names: Names,
    applications: OpenApplications,
) -> bool:
    """Whether the payer's whole name is exactly the member's, and can be nobody else's."""
    of = likeness.application
    if "name" not in likeness.because or len(applications.of_member[of.member]) > 1:
        return False
    says = said(transfer.payer, transfer.note)
    alike = names.like(says.whole.likenesses)
    if says.associations or alike != {of.member} or names.may_be_read_like(of) - {of.member}:
        return False
    if applications.paid_before.get(says.whole.written, set()) - {of.member}:
        return False
    return all((_MEANS | _SURNAME | {"name_near"}).isdisjoint(other.because) for other in others)


def _unexplained(transfer: WaitingTransfer, likeness: Likeness) -> bool:
    """Whether there is a number in the transfer that is neither the application's nor the member's."""
    of = likeness.application
    solid, groups = number_keys(of.number)
    _solid, member = number_keys(of.member)
    known = {*groups, *member, solid.lstrip("0")}
    words = said(transfer.payer, transfer.note).words
    return any(
        word.isdecimal() and len(word) >= FEWEST_FIGURES and (word.lstrip("0") or "0") not in known for word in words
    )
