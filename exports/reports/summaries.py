"""What a command did, in a few lines that end with what to do next, and for other programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from exports.formats.terminal import format_pairs
from exports.reports.account_list import PARTS, bank_names, format_account
from exports.reports.next_step import next_step
from exports.reports.report import Json
from ledger.i18n import N_, _, ngettext
from ledger.money import format_yen
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.booking.bills import BillPayment
    from ledger.booking.closing_points import Objection
    from ledger.booking.disputes import DisputeResult
    from ledger.booking.month_end import ClosingResult
    from ledger.booking.planning import Unbooked
    from ledger.booking.run import BookingReport
    from ledger.decisions.store import Decision
    from ledger.intake.report import ImportReport
    from ledger.intake.withdrawing import Withdrawal
    from ledger.store.move import Moved
    from ledger.store.upgrade import Creation
    from migrations.roles import Role

# So many lines are shown of what is told one by one, and so many of what one line tells together.
_LEFT_SHOWN, _TOGETHER = 20, 10

OLD_LIST = N_(
    "The list of banks is more than {months} months old: branches opened since are not in it. A newer one comes with a "
    "newer version of zengin-code."
)

# What each role of the database is for.
TELLS = {
    "clerk": N_("takes in, books, proposes, pays and closes; approves nothing"),
    "approver": N_("approves and rejects refunds, credits and bank accounts, and closes; proposes nothing"),
    "auditor": N_("reads everything and writes nothing"),
}

EVENTS = {
    "fee_received": N_("fees received"),
    "overpaid": N_("received beyond the fee (to suspense)"),
    "payer_unknown": N_("received for nothing known (to suspense)"),
    "suspense_settled": N_("suspense settled"),
    "fee_released": N_("fees taken back to suspense"),
    "claim_raised": N_("claims on members for what was paid back"),
    "fee_claimed": N_("claims on members for fees paid to the authority"),
    "claim_settled": N_("claims settled by transfers"),
    "certificate_issued": N_("certificates issued (owed to the authority)"),
    "authority_waived": N_("fees waived by the authority"),
    "authority_repaid": N_("fees given back by the authority"),
    "authority_paid": N_("fees paid to the authority"),
}


def created(creation: "Creation", place: str) -> str:
    """What became of the books: made, there already, or brought up to date; and what was loaded into earlier ones."""
    before, after, accounts, fees = creation
    if before is None:
        return _("The books are ready (version {after}): {place}. Next: seisan import FILE…", after=after, place=place)
    if before == after and not (accounts or fees):
        return _(
            "The books were there already, in version {after}: {place}; nothing was changed.", after=after, place=place
        )
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


def moved(result: "Moved", address: str, to: str, *, dry_run: bool) -> tuple[str, Json]:
    """What was moved where, and what to do with both places next; of a dry run what would be moved."""
    from ledger.store.database import format_url, parse_url

    old, new = format_url(address), format_url(to)
    entries, writes, rows = result.rows["entry"], result.rows["batch"], sum(result.rows.values())
    sentence = N_("The books are at {new} already, every write of them; nothing was changed.")
    if result.changed:
        sentence = N_("Moved to {new} and verified there: {rows} rows, {entries} entries, {writes} writes.")
        if dry_run:
            sentence = N_(
                "Would be moved to {new}, and was verified there: {rows} rows, {entries} entries, {writes} writes."
            )
    lines = [
        _(sentence, new=new, rows=f"{rows:,}", entries=f"{entries:,}", writes=f"{writes:,}"),
        _("Head of the chain, there as here: {head}", head=result.head),
    ]
    if dry_run and result.changed:
        lines.append(next_step("move", new, "--database", old))
    elif parse_url(to).drivername == "sqlite":
        lines.append(_("It is a copy of this moment: what is written here from now on is not in it."))
        lines.append(next_step("verify", "--database", new))
    else:
        sentence = N_("Let nobody write here any more, or there are two sets of books: put {old} away, and keep it.")
        lines.append(_(sentence, old=old))
        lines.append(_("From now on each person needs a login of their own there, and its address in seisan.toml."))
        listed = ("--by", "NAME") if result.rows["people_step"] else ()
        if listed:
            lines.append(_("NAME is one of the people listed who may approve."))
        lines.append(next_step("roles", "--database", new, *listed))
    data = {"changed": result.changed, "database": old, "to": new, "head": result.head, "rows": result.rows}
    return "\n".join(lines), data | {"entries": entries, "batches": writes}


def imported(report: "ImportReport", posted: "BookingReport") -> tuple[str, Json]:
    """What an import did, file by file, and what it posted."""
    lines = list(report.sentences())
    text, booking = booked(posted)
    if posted.posted or posted.corrected or posted.left:
        lines += [_("Posted to the journal:"), text]
    return "\n".join(lines), imported_json(report) | {"booked": booking}


def withdrawn(no: int, withdrawal: "Withdrawal", posted: "BookingReport") -> tuple[str, Json]:
    """What withdrawing took back, and what it posted."""
    said = ngettext(
        "{count} row of import {no} is withdrawn; what was known before counts again.",
        "{count} rows of import {no} are withdrawn; what was known before counts again.",
        withdrawal.rows,
        no=no,
    )
    if not withdrawal.changed:
        said = ngettext(
            "{count} row of import {no} was withdrawn before; nothing was changed.",
            "{count} rows of import {no} were withdrawn before; nothing was changed.",
            withdrawal.rows,
            no=no,
        )
    lines = [said]
    text, booking = booked(posted)
    if posted.posted or posted.corrected or posted.left:
        lines += [_("Posted to the journal:"), text]
    data = {"import": no, "changed": withdrawal.changed, "rows": withdrawal.rows, "booked": booking}
    return "\n".join(lines), data


def imported_json(report: "ImportReport") -> Json:
    """What an import did, file by file."""
    sheet = ("kind", "sheet", "rows", "taken_in", "known", "ignored", "passed_over")
    correction = ("kind", "about", "column", "was", "now", "file", "row")
    note = ("file", "sheet", "row", "code", "says")
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
        "notes": [{name: getattr(row, name) for name in note} for row in report.notes],
    }


def _left(left: "Sequence[Unbooked]") -> list[str]:
    """What was left, those of one reason together, each reason said once."""
    of_reason: dict[tuple[object, ...], list[Unbooked]] = {}
    for row in left:
        of_reason.setdefault((row.code, row.entry, row.holder), []).append(row)
    lines = []
    shown = 0
    for rows in list(of_reason.values())[:_LEFT_SHOWN]:
        named = [row.subject for row in rows[:_TOGETHER]]
        shown += len(named)
        subjects = labels.joined(named)
        if len(rows) > len(named):
            subjects = _("{subjects} … ({count} in all)", subjects=subjects, count=len(rows))
        lines.append(f"  {replace(rows[0], subject=subjects).says}")
    if len(left) > shown:
        lines.append(_("  … and {count} more; all of them: seisan book --json", count=len(left) - shown))
    return lines


def booked(report: "BookingReport") -> tuple[str, Json]:
    """What booking posted, corrected and left, and why it was left."""
    posted = format_pairs((EVENTS.get(event, event), count) for event, count in report.posted.items())
    lines = [posted or _("Nothing new to book.")]
    for entry in report.brought:
        fields = {"entry": entry.entry, "stands_on": entry.stands_on, "own_day": entry.own_day, "no": entry.posted}
        sentence = N_("Entry {entry} of {stands_on} is brought to its own day, {own_day}, by entry {no}.")
        lines.append(_(sentence, **fields))
    if report.corrected:
        lines.append(
            ngettext(
                "{count} entry was reversed because what it rests on was corrected.",
                "{count} entries were reversed because what they rest on was corrected.",
                report.corrected,
            )
        )
    if report.left:
        lines += [_("{count} left for now:", count=len(report.left)), *_left(report.left)]
    remaining = [{"code": row.code, "about": row.subject, "says": row.says} for row in report.left]
    data: dict[str, Any] = {"posted": report.posted, "corrected": report.corrected, "left": remaining}
    if report.brought:
        names = ("entry", "stands_on", "own_day", "posted")
        data["brought"] = [{name: getattr(entry, name) for name in names} for entry in report.brought]
    return "\n".join(lines), data


def posted_besides(report: "BookingReport") -> list[str]:
    """A line that says what a step posted besides itself; none where it posted nothing more."""
    parts = [f"{_(EVENTS.get(event, event))} {count}" for event, count in report.posted.items()]
    parts += [_("reversed as corrections {count}", count=report.corrected)] if report.corrected else []
    return [_("Posted besides: {entries}", entries=labels.joined(parts))] if parts else []


def bill_paid(payment: "BillPayment") -> tuple[str, Json]:
    """What paying a bill posted, and which lines were left."""
    lines = [
        ngettext("{count} line paid, {yen} yen.", "{count} lines paid, {yen} yen.", payment.posted, yen=payment.yen)
    ]
    if payment.paid_before:
        lines.append(
            ngettext("{count} line had been paid before.", "{count} lines had been paid before.", payment.paid_before)
        )
    lines += [f"  {bill_line.application}: {bill_line.said}" for bill_line in payment.left]
    lines += [next_step("bill")] if payment.left else []
    data = {name: getattr(payment, name) for name in ("yen", "posted", "paid_before")}
    return "\n".join(lines), data | {"left": len(payment.left)}


def disputed(result: "DisputeResult") -> tuple[str, Json]:
    """Which lines of a bill are in dispute now, and how a dispute ends."""
    said = N_("In dispute with the authority, not paid until that ends: {lines}")
    return _of_dispute(result, said, next_step("bill", "--disputed"))


def undisputed(result: "DisputeResult") -> tuple[str, Json]:
    """Which lines of a bill are in dispute no more."""
    return _of_dispute(result, N_("No longer in dispute: {lines}"), next_step("bill"))


def _of_dispute(result: "DisputeResult", said: str, next_line: str) -> tuple[str, Json]:
    lines = [f"{line.bill} {line.application} {format_yen(line.billed)}" for line in result.lines]
    text = "\n".join([_(said, lines=lines), next_line])
    if not result.changed:
        text = _("It had been done before; nothing was changed.") + "\n" + text
    told = [{"bill": line.bill, "application": line.application, "billed": line.billed} for line in result.lines]
    return text, {"changed": result.changed, "lines": told}


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
    lines = [_kept(len(decisions), new)]
    for decision in decisions if len(decisions) <= _LEFT_SHOWN else ():
        sentence, outcome = N_("  decision No. {no}, application {application}: {outcome}"), decision.outcome
        fields = {"no": decision.no, "application": decision.application, "outcome": _(labels.OUTCOMES[outcome])}
        lines.append(_(sentence, **fields))
    lines.append(by_outcome((decision.outcome, decision.refundable) for decision in decisions))
    if len(decisions) == 1:
        lines.append(next_step("letter", decisions[0].no, "--out", f"letter-{decisions[0].no}.xlsx"))
    elif decisions:
        lines.append(next_step("letter", "--everyone", "--out", "letters"))
    return "\n".join(lines)


def _kept(count: int, new: int) -> str:
    if new:
        return ngettext(
            "{count} decision stands for what was asked; new: {new}.",
            "{count} decisions stand for what was asked; new: {new}.",
            count,
            new=new,
        )
    return ngettext(
        "{count} decision stands for what was asked; it had been kept before, and nothing was changed.",
        "{count} decisions stand for what was asked; they had been kept before, and nothing was changed.",
        count,
    )


def closed(result: "ClosingResult") -> tuple[str, Json]:
    """What closing did, and what was accepted."""
    lines = [_("{month} is closed, with every month before it; nothing is dated in them any more.", month=result.month)]
    if not result.changed:
        lines = [_("{month} was closed before; nothing was changed.", month=result.month)]
    if result.proposed is not None:
        sentence = N_(
            "{month} is not closed yet: another person has to accept that the bank's balance differs: "
            "seisan close {month} --bank-balance {bank}"
        )
        lines = [_(sentence, month=result.month, bank=result.proposed)]
    if result.accepted:
        lines += [
            _("Accepted all the same:") if result.proposed is None else _("Accepted by who proposes it:"),
            *(f"  {point_accepted(point, result.reason)}" for point in result.accepted),
        ]
    if result.proposed is None:
        lines.append(next_step("statement", "month", result.month, "--out", f"statement-{result.month}.xlsx"))
    return "\n".join(lines), _closing(result)


def point_accepted(point: "Objection", reason: str | None) -> str:
    """A point that was accepted, with the reason that was given for it, where that is not the one of the closing."""
    return (
        point.says if point.reason in (None, reason) else _("{point}: {reason}", point=point.says, reason=point.reason)
    )


def reopened(result: "ClosingResult") -> tuple[str, Json]:
    """What reopening did, and up to which day the books are still closed."""
    text = _("{month} is reopened, with every month after it.", month=result.month)
    if not result.changed:
        text = _("{month} was reopened before; nothing was changed.", month=result.month)
    remaining = _("No month is closed at present.")
    if result.closed_to is not None:
        remaining = _("The books are closed up to {day}.", day=result.closed_to)
    lines = [text, remaining]
    if result.late:
        sentence = N_(
            "Dated later because their month was closed: {entries}. To bring them to their own day: "
            "seisan book --on-its-day"
        )
        named = [str(no) for no in result.late[:_LEFT_SHOWN]] + ["…"] * (len(result.late) > _LEFT_SHOWN)
        lines.append(_(sentence, entries=named))
    lines.append(_("Once it is right: {command}", command=f"seisan close {result.month}"))
    return "\n".join(lines), _closing(result) | ({"late": list(result.late)} if result.late else {})


def _closing(result: "ClosingResult") -> Json:
    accepted = [
        {"code": point.code, "says": point.says, "reason": point.reason, **point.fields} for point in result.accepted
    ]
    month = {"month": str(result.month), "changed": result.changed, "closed_to": result.closed_to}
    if result.proposed is not None:
        month["proposed"] = True
    return month | {"accepted": accepted}


def account(member: Any, number: str | None) -> tuple[str, Json]:
    """The whole bank account of a member with its number, for the one who asked for it and was recorded."""
    data = {name: getattr(member, name) for name in ("member", "name", *PARTS, "known_on")} | {"account_number": number}
    whole = format_account([data[part] for part in PARTS])
    data["bank_name"], data["branch_name"] = bank_names(data["bank"], data["branch"])
    recorded = _("It is recorded that you looked, and for what.")
    return f"{member.member} {member.name}\n{whole}\n{recorded}", data


def roles(granted: "Iterable[Role]") -> tuple[str, Json]:
    """What each role of the database may, who is a member of it, and what to do next."""
    lines: list[str] = []
    data: list[Json] = []
    for role in granted:
        lines.append(f"{role.name}: {_(TELLS[role.kind])}")
        if role.members:
            lines.append("  " + _("members: {members}", members=", ".join(role.members)))
        parts = {name: getattr(role, name) for name in ("kind", "inserts", "members", "new")}
        data.append({"role": role.name} | parts)
    lines.append(_("Next, for each person: CREATE ROLE name LOGIN; GRANT one of these TO name"))
    return "\n".join(lines), {"roles": data}


def lists_known(today: date) -> tuple[str, Json]:
    """Of which day the list of banks is, said to be old where it is, and up to which year holidays were gazetted."""
    from ledger import bank_days, bank_list

    old = bank_list.is_old(today)
    data = {"bank_list": bank_list.listed_on(), "bank_list_old": old, "holidays_to": bank_days.GAZETTED_TO}
    lines = [_("Banks and branches: list of {bank_list}; holidays: gazetted up to {holidays_to}", **data)]
    if old:
        lines.append("! " + _(OLD_LIST, months=bank_list.OLD_AFTER_MONTHS))
    return "\n".join(lines), data
