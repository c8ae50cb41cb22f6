"""Why a transfer could pay for an application: reasons, each with its points, and the applications found by keys.

No transfer is compared with every application: what a transfer says is looked up among the keys of names and numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ledger.i18n import N_
from ledger.intake.payer_names import PayerWords, keys, number_keys, said
from ledger.kana import payer_key, payer_likenesses


class Reason(NamedTuple):
    """A reason in words, and the points that it gives."""

    says: str
    points: int


# What speaks for an application, the strongest first.
REASONS = {
    "number": Reason(N_("the transfer names the application"), 50),
    "name": Reason(N_("the payer's name is the member's name"), 50),
    "paid_before": Reason(N_("the same payer paid for the member before"), 40),
    "member": Reason(N_("the transfer names the member's number"), 35),
    "former_name": Reason(N_("the payer's name is one that the register had for the member before"), 35),
    "name_alike": Reason(N_("the payer's name is the member's but for voiced marks and long vowels"), 30),
    "named": Reason(N_("the member's name stands among other words of the transfer"), 30),
    "name_near": Reason(N_("the payer's name is the member's but for one letter"), 20),
    "office": Reason(N_("the payer is an office that bears the member's surname"), 15),
    "surname": Reason(N_("the payer has the member's surname"), 10),
    "association": Reason(N_("the payer is the member's association"), 10),
    "yen": Reason(N_("as many yen as are due"), 20),
    "several": Reason(N_("with the others named, as many yen as are due for all"), 20),
    "multiple": Reason(N_("several times as many yen as are due"), 5),
}
# Those by which a member is named, and by which the whole of a name is meant.
BY_WHOLE_NAME = frozenset(("name", "former_name", "name_alike"))
NAMING = BY_WHOLE_NAME | {"number", "member", "named", "name_near", "paid_before"}
_OF_YEN = frozenset(("yen", "several", "multiple"))

# A name of fewer letters than this is another one as soon as one letter is.
_LONG_ENOUGH = 5


@dataclass(frozen=True)
class WaitingTransfer:
    """A transfer as the bank told it: its reference, day, yen, payer and note.

    `taken_back`: somebody took back what it was said to pay for.
    """

    deposit: str
    received_on: date
    yen: int
    payer: str
    note: str | None
    taken_back: bool = False


@dataclass(frozen=True)
class OpenApplication:
    """An application of which a fee is due: whose it is, the member's names, its day, the yen (None: fee not known).

    `withdrawn`: it was, and whether the fee is still to be paid is for a person to say.
    """

    number: str
    member: str
    name: str
    association: str
    names: tuple[str, ...]
    applied_on: date | None
    due: int | None
    withdrawn: bool = False


@dataclass(frozen=True)
class Likeness:
    """An application that a transfer could pay for, and the codes of the reasons, the strongest first."""

    application: OpenApplication
    because: tuple[str, ...]

    @property
    def score(self) -> int:
        """From 1 to 100: the points of all reasons."""
        return min(100, sum(REASONS[code].points for code in self.because))


@dataclass
class Names:
    """All that the register ever called its members: the members by the likenesses of their names.

    `unread` are those without kana, by what their surname may be read as: as others of that surname read theirs, or,
    where nobody does, by the first sign of it.
    """

    by_likeness: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    written: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unread: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, register: Iterable[tuple[str, str, str | None, str | None]]) -> "Names":
        """The names of these members: number, name, kana, holder of the account."""
        names, unread, readings = cls(), dict[str, str](), dict[str, set[str]]()
        for member, name, kana, holder in register:
            for text in {name, kana, holder} - {None}:
                key = keys(text or "")
                names.written[member].add(key.written)
                for like in key.likenesses:
                    names.by_likeness[like].add(member)
            surname = payer_key(surname_of(name))
            unread[member] = "" if kana or holder or unread.get(member) == "" else surname
            if kana:
                readings.setdefault(surname, set()).update(payer_likenesses(surname_of(kana)))
        for member, surname in unread.items():
            for reading in readings.get(surname, {surname[:1]}) if surname else ():
                names.unread[reading].add(member)
        return names

    def may_be_read_like(self, of: "OpenApplication") -> set[str]:
        """The members without kana whose name may be read like this member's."""
        surnames = {surname_of(name) for name in of.names}
        signs = {payer_key(of.name)[:1]}.union(*map(payer_likenesses, surnames))
        return {member for sign in signs for member in self.unread.get(sign, ())}

    def like(self, likenesses: Iterable[str]) -> set[str]:
        """The members who are, or were, called anything like it."""
        return {member for like in likenesses for member in self.by_likeness.get(like, ())}


class OpenApplications:
    """The applications of which a fee is due, by every key by which a transfer may name them.

    `paid_before` are the members for whom a payer paid before, by the payer's whole name as it is written.
    """

    def __init__(
        self, applications: Iterable[OpenApplication], names: Names, paid_before: Mapping[str, set[str]]
    ) -> None:
        self.names = names
        self.paid_before = paid_before
        self.of_member: dict[str, list[OpenApplication]] = defaultdict(list)
        self.of_association: dict[str, list[OpenApplication]] = defaultdict(list)
        self.by_solid: dict[str, list[OpenApplication]] = defaultdict(list)
        self.by_groups: dict[tuple[str, ...], list[OpenApplication]] = defaultdict(list)
        self.by_member_figures: dict[str, set[str]] = defaultdict(set)
        self.by_surname: dict[str, set[str]] = defaultdict(set)
        self.by_slip: dict[str, set[str]] = defaultdict(set)
        for of in applications:
            solid, groups = number_keys(of.number)
            self.by_solid[solid].append(of)
            self.by_groups[groups].append(of)
            self.of_association[of.association].append(of)
            if of.member not in self.of_member:
                self._add_member(of)
            self.of_member[of.member].append(of)

    def _add_member(self, of: OpenApplication) -> None:
        _solid, groups = number_keys(of.member)
        if groups and groups[-1].isdecimal():
            self.by_member_figures[groups[-1]].add(of.member)
        for name in of.names:
            surname = surname_of(name)
            for like in payer_likenesses(surname) if surname != name else ():
                self.by_surname[like].add(of.member)
            for like in keys(name).likenesses:
                for slip in _slips(like):
                    self.by_slip[slip].add(of.member)

    def like(self, transfer: WaitingTransfer) -> list[Likeness]:
        """The applications that a transfer could pay for, the highest score first, then the nearest in time."""
        says = said(transfer.payer, transfer.note)
        because: dict[str, set[str]] = defaultdict(set)
        found: dict[str, OpenApplication] = {}

        def add(code: str, applications: Iterable[OpenApplication]) -> None:
            for of in applications:
                found[of.number] = of
                because[of.number].add(code)

        numbers, taken = self._by_number(says)
        add("number", numbers)
        for code, members in self._members(says, taken):
            for member in members:
                add(code, self.of_member.get(member, ()))
        for association in says.associations:
            add("association", self.of_association.get(association, ()))
        self._by_yen(transfer, found, because)
        likely = [Likeness(of, _ordered(because[number])) for number, of in found.items()]
        return sorted(likely, key=lambda likeness: _order(likeness, transfer.received_on))

    def _by_number(self, says: PayerWords) -> tuple[list[OpenApplication], set[int]]:
        """The applications whose number stands in a transfer, whole, and the places of the words that it takes."""
        found: dict[str, OpenApplication] = {}
        taken: set[int] = set()
        for run in says.figures:
            for of in (*self.by_groups.get(run.groups, ()), *self.by_solid.get(run.solid, ())):
                found[of.number] = of
                taken.update(range(*run.at))
        return list(found.values()), taken

    def _members(self, says: PayerWords, taken: set[int]) -> Iterator[tuple[str, set[str]]]:
        """The members whom a transfer names, by each way in which it does."""
        free = {word.lstrip("0") or "0" for at, word in enumerate(says.words) if at not in taken}
        for figures in free & self.by_member_figures.keys():
            members = self.by_member_figures[figures]
            if len(figures) > 2 or says.associations:
                yield "member", members
        yield "paid_before", self.paid_before.get(says.whole.written, set()) & self.of_member.keys()
        whole = self._called(says.whole.likenesses)
        exactly = {member for member in whole if says.whole.written in self.names.written[member]}
        now = {
            member
            for member in whole
            if any(not keys(name).likenesses.isdisjoint(says.whole.likenesses) for name in self._first(member).names)
        }
        yield "name", exactly & now
        yield "former_name", whole - now
        yield "name_alike", now - exactly
        named = {member for part in says.parts for member in self._called(part.likenesses)} - whole
        yield "named", named
        whole |= named
        near = {
            member for like in says.whole.likenesses for slip in _slips(like) for member in self.by_slip.get(slip, ())
        }
        yield "name_near", near - whole
        of_surname = {member for like in says.surnames for member in self.by_surname.get(like, ())} - whole - near
        yield "office" if says.is_office else "surname", of_surname

    def _called(self, likenesses: Iterable[str]) -> set[str]:
        return {member for member in self.names.like(likenesses) if member in self.of_member}

    def _first(self, member: str) -> OpenApplication:
        return self.of_member[member][0]

    def _by_yen(
        self, transfer: WaitingTransfer, found: dict[str, OpenApplication], because: dict[str, set[str]]
    ) -> None:
        """Adds what the yen say of those that are found."""
        named = [of for number, of in found.items() if because[number] & NAMING] or list(found.values())
        dues = [of.due for of in named]
        together = len(named) > 1 and None not in dues and sum(due or 0 for due in dues) == transfer.yen
        for number, of in found.items():
            if of.due and transfer.yen == of.due:
                because[number].add("yen")
            elif together and of in named:
                because[number].add("several")
            elif of.due and transfer.yen > of.due and transfer.yen % of.due == 0:
                because[number].add("multiple")


def surname_of(name: str) -> str:
    """What stands before the space; where there is none, all of it."""
    return name.replace("　", " ").strip().partition(" ")[0]


def _slips(like: str) -> Iterator[str]:
    """A key with each of its letters left out, and whole: two keys of which one letter differs have one in common."""
    if len(like) >= _LONG_ENOUGH:
        yield like
        yield from {like[:at] + like[at + 1 :] for at in range(len(like))}


def _ordered(codes: set[str]) -> tuple[str, ...]:
    return tuple(code for code in REASONS if code in codes)


def _order(likeness: Likeness, received_on: date) -> tuple[int, int, str]:
    """The highest score first, then the application nearest in time."""
    of = likeness.application
    days = abs((received_on - of.applied_on).days) if of.applied_on else 10_000
    return -likeness.score, days, of.number


def naming(likeness: Likeness) -> frozenset[str]:
    """The reasons that say whose it is, whatever the yen say."""
    return frozenset(likeness.because) - _OF_YEN
