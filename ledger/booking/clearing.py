"""Lines of bills cleared against each other: what of each still stands, and what the authority does not bill at all.

The lines for one application are read in the order of their days, whatever file they came in; of one day, what is
billed comes before what is withdrawn. A negative line first takes back what stands billed beyond the debt, because it
was billed twice or at another amount; only what is left of it waives the debt (A12). So the correction of a double
billing is no waiver, and an amount that is billed once more after a waiver takes no waiver back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ledger.booking.inputs import BillLine, Dispute


@dataclass
class Clearing:
    """What became of the lines for one application, in yen.

    `left` is what of a line no other line clears, negative lines counted positive. `pairs` are the amounts cleared: by
    which negative line, of which line, how much. `waived` is what of the debt each negative line waives.
    """

    left: dict[BillLine, int] = field(default_factory=dict)
    pairs: list[tuple[BillLine, BillLine, int]] = field(default_factory=list)
    waived: dict[BillLine, int] = field(default_factory=dict)

    def last_other(self, line: BillLine) -> BillLine | None:
        """The line that cleared anything of this one last; None where none did."""
        others = [other for pair in self.pairs for other in pair[:2] if line in pair[:2] and other != line]
        return others[-1] if others else None

    @property
    def yen_waived(self) -> int:
        """What the lines waive in all."""
        return sum(self.waived.values())


def in_order(lines: Collection[BillLine]) -> list[BillLine]:
    """The lines in the order in which they are read; only lines that say the same depend on which came in first."""
    return sorted(lines, key=lambda line: (line.billed_on, line.yen < 0, line.bill, line.yen, line.nth))


def clear(
    lines: Collection[BillLine],
    debt: int,
    paid: Mapping[BillLine, int] | None = None,
    reversed_waivers: Collection[BillLine] = (),
    disputed: Mapping[BillLine, Dispute] | None = None,
) -> Clearing:
    """Clears the lines for one application, for which so many yen are owed before any waiver.

    A negative line clears a line of its own bill before others, then one of the same amount, then one that had been
    disputed before it came, then one that is not paid, the last one first; what it does not use up clears what is
    billed later. A line of `reversed_waivers` waives nothing: a person said so.
    """
    clearing, net, waived = Clearing(), 0, 0
    billed: list[BillLine] = []
    withdrawn: list[BillLine] = []
    for line in in_order(lines):
        clearing.left[line] = abs(line.yen)
        if line.yen > 0:
            billed.append(line)
            for earlier in withdrawn:
                _take(clearing, earlier, line)
        else:
            withdrawn.append(line)
            beyond = max(0, net - (debt - waived))
            share = 0 if line in reversed_waivers else max(0, min(-line.yen - beyond, debt - waived))
            if share:
                clearing.waived[line] = share
                waived += share
            for meant in _most_likely_first(clearing, line, billed, paid or {}, disputed or {}):
                _take(clearing, line, meant)
        # What is used up is looked at no more.
        billed = [other for other in billed if clearing.left[other]]
        withdrawn = [other for other in withdrawn if clearing.left[other]]
        net += line.yen
    return clearing


def _most_likely_first(
    clearing: Clearing,
    line: BillLine,
    billed: list[BillLine],
    paid: Mapping[BillLine, int],
    disputed: Mapping[BillLine, Dispute],
) -> list[BillLine]:
    """The lines that a negative line may mean; of one day those of bills before its own come before those after it."""
    came_on = max(line.known_on, line.billed_on)

    def unlikeliness(at: int) -> tuple[bool, bool, bool, bool, bool, int]:
        other = billed[at]
        asked = other in disputed and disputed[other].on < came_on
        later = (other.billed_on, other.bill) > (line.billed_on, line.bill)
        another = clearing.left[other] != -line.yen
        return other.bill != line.bill, later, another, not asked, paid.get(other, 0) > 0, -at

    return [billed[at] for at in sorted(range(len(billed)), key=unlikeliness)]


def _take(clearing: Clearing, negative: BillLine, billed: BillLine) -> None:
    yen = min(clearing.left[negative], clearing.left[billed])
    if yen:
        clearing.left[negative] -= yen
        clearing.left[billed] -= yen
        clearing.pairs.append((negative, billed, yen))
