"""What a command did, in a few lines that end with what to do next, and for other programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from exports.formats.terminal import format_pairs
from exports.reports.report import Json
from ledger.i18n import N_, _
from ledger.money import format_yen
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.booking.bills import BillPayment
    from ledger.booking.run import BookingReport
    from ledger.decisions.store import Decision
    from ledger.intake.report import ImportReport
    from ledger.store.database import Creation

_LEFT_SHOWN = 20

EVENTS = {
    "fee_received": N_("fees received"),
    "overpaid": N_("received beyond the fee (to suspense)"),
    "payer_unknown": N_("received for nothing known (to suspense)"),
    "suspense_settled": N_("suspense settled"),
    "certificate_issued": N_("certificates issued (owed to the authority)"),
    "authority_waived": N_("fees waived by the authority"),
    "authority_repaid": N_("fees given back by the authority"),
    "authority_paid": N_("fees paid to the authority"),
}


def created(creation: "Creation") -> str:
    """What became of the books: made, there already, or brought up to date; and what was loaded into earlier ones."""
    before, after, accounts, fees = creation
    if before is None:
        return _("The books are ready (version {after}). Next: seisan import FILE…", after=after)
    if before == after and not (accounts or fees):
        return _("The books were there already, in version {after}; nothing was changed.", after=after)
    sentence = N_("The books were brought from version {before} to {after}; nothing in them was lost.")
    if before == after:
        sentence = N_("The books were there already, in version {after}; what they did not hold yet was added.")
    lines = [_(sentence, before=before, after=after)]
    if accounts:
        lines.append(_("Added to the chart of accounts: {accounts}", accounts=", ".join(accounts)))
    if fees:
        lines.append(_("Fees added, by the first day on which they apply: {days}", days=", ".join(map(str, fees))))
    return "\n".join(lines)


def created_json(creation: "Creation") -> Json:
    """The same for other programs."""
    before, after, accounts, fees = creation
    return {"before": before, "after": after, "loaded": {"accounts": accounts, "fees": fees}}


def imported_json(report: "ImportReport") -> Json:
    """What an import did, file by file."""
    sheet = ("kind", "sheet", "rows", "taken_in", "known", "ignored")
    correction = ("kind", "about", "column", "was", "now", "file", "row")
    return {
        "files": [
            {
                "file": file.name,
                "unchanged": file.unchanged,
                "sheets": [{name: getattr(row, name) for name in sheet} for row in file.sheets],
                "passed_over": file.passed_over,
            }
            for file in report.files
        ],
        "corrections": [{name: getattr(row, name) for name in correction} for row in report.corrections],
    }


def booked_json(report: "BookingReport") -> Json:
    """What booking posted, reversed and left."""
    remaining = [{"code": row.code, "about": row.subject, "says": row.says} for row in report.left]
    return {"posted": report.posted, "corrected": report.corrected, "left": remaining}


def booked(report: "BookingReport") -> str:
    """What booking posted, corrected and left, and why it was left."""
    lines: list[str] = []
    if report.posted:
        lines.append(format_pairs((EVENTS.get(event, event), count) for event, count in report.posted.items()))
    else:
        lines.append(_("Nothing new to book."))
    if report.corrected:
        lines.append(
            _("{count} entries were reversed because what they rest on was corrected.", count=report.corrected)
        )
    lines += _left(report)
    return "\n".join(lines)


def _left(report: "BookingReport") -> Iterator[str]:
    if not report.left:
        return
    yield _("{count} left for now:", count=len(report.left))
    for left_over in report.left[:_LEFT_SHOWN]:
        yield f"  {left_over.says}"
    if len(report.left) > _LEFT_SHOWN:
        yield _("  … and {count} more; all of them: seisan book --json", count=len(report.left) - _LEFT_SHOWN)


def bill_paid(payment: "BillPayment") -> str:
    """What paying a bill posted, and which lines were left."""
    lines = [_("{count} lines paid, {yen} yen.", count=payment.posted, yen=format_yen(payment.yen))]
    if payment.paid_before:
        lines.append(_("{count} lines had been paid before.", count=payment.paid_before))
    lines += [f"  {bill_line.application}: {bill_line.said}" for bill_line in payment.left]
    return "\n".join(lines)


def by_outcome(answers: Iterable[tuple[str, int]]) -> str:
    """How many answers there are of each outcome, and the yen to be given back."""
    counts: Counter[str] = Counter()
    yen = 0
    for outcome, refundable in answers:
        counts[outcome] += 1
        yen += refundable
    lines = [(words, counts[code]) for code, words in labels.OUTCOMES.items() if counts[code]]
    return format_pairs([*lines, (N_("to be given back, in yen"), yen)])


def decided(decisions: "Sequence[Decision]", new: int) -> str:
    """What was kept: each decision when they are few, else how many of each outcome; and what to do next."""
    lines = [_("{count} decisions stand for what was asked, {new} of them new.", count=len(decisions), new=new)]
    if len(decisions) <= _LEFT_SHOWN:
        lines += [
            _(
                "  decision No. {no}, application {application}: {outcome}",
                no=decision.no,
                application=decision.application,
                outcome=labels.label(labels.OUTCOMES, decision.outcome),
            )
            for decision in decisions
        ]
    lines.append(by_outcome((decision.outcome, decision.refundable) for decision in decisions))
    lines.append(_("Next: seisan book; the answer to a member: seisan letter NO --out FILE.xlsx"))
    return "\n".join(lines)
