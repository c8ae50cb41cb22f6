"""The answers that other programs read: each as plain values, in the shape that the interface promises."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from ledger.booking.bills import BillComparison
from ledger.booking.events import description
from ledger.booking.run import BookingReport as Booked
from ledger.decisions.store import Decision
from ledger.intake.matching import UnmatchedDeposit
from ledger.intake.report import ImportReport as TakenIn
from ledger.journal.balances import Balance
from ledger.journal.ledgers import JournalEntry
from ledger.settlements import Settlement

Json = dict[str, Any]


def taken_in(report: TakenIn) -> Json:
    """What an import did, file by file."""
    return {
        "files": [
            {
                "file": file.name,
                "unchanged": file.unchanged,
                "sheets": [
                    {
                        "kind": sheet.kind,
                        "sheet": sheet.sheet,
                        "rows": sheet.rows,
                        "taken_in": sheet.taken_in,
                        "known": sheet.known,
                        "ignored": sheet.ignored,
                    }
                    for sheet in file.sheets
                ],
                "passed_over": file.passed_over,
            }
            for file in report.files
        ],
        "corrections": [
            {
                "kind": correction.kind,
                "about": correction.about,
                "column": correction.column,
                "was": correction.was,
                "now": correction.now,
                "file": correction.file,
                "row": correction.row,
            }
            for correction in report.corrections
        ],
    }


def booked(report: Booked) -> Json:
    """What booking posted, reversed and left."""
    return {
        "posted": report.posted,
        "corrected": report.corrected,
        "left": [
            {"code": left_over.code, "about": left_over.subject, "says": left_over.says} for left_over in report.left
        ],
    }


def unmatched(rows: Iterable[UnmatchedDeposit]) -> Json:
    """Transfers without an application, with those they could pay for."""
    return {
        "deposits": [
            {
                "deposit": row.deposit,
                "received_on": row.received_on,
                "amount": row.yen,
                "payer": row.payer,
                "note": row.note,
                "candidates": [
                    {"application": one.application, "member": one.member, "reasons": list(one.reasons)}
                    for one in row.candidates
                ],
            }
            for row in rows
        ]
    }


def balance(rows: Iterable[Balance], as_of: date) -> Json:
    """The trial balance; a balance is positive on the account's own side."""
    every = list(rows)
    return {
        "as_of": as_of,
        "accounts": [
            {
                "code": each.code,
                "name": each.name,
                "debit": each.debit,
                "credit": each.credit,
                "balance": each.balance,
            }
            for each in every
        ],
        "debit": sum(each.debit for each in every),
        "credit": sum(each.credit for each in every),
    }


def entries(rows: Iterable[JournalEntry]) -> Json:
    """Entries with their lines."""
    return {
        "entries": [
            {
                "no": row.no,
                "on": row.on,
                "recorded_at": row.recorded_at,
                "by": row.by,
                "event": row.event,
                "reverses": row.reverses,
                "reason": row.reason,
                "for_day": row.for_day,
                "lines": [
                    {
                        "account": line.account,
                        "debit": line.debit,
                        "credit": line.credit,
                        "application": line.application,
                        "member": line.member,
                        "deposit": line.deposit,
                    }
                    for line in row.lines
                ],
                "text": description(row),
            }
            for row in rows
        ]
    }


def decisions(rows: Iterable[Decision]) -> list[Json]:
    """Decisions, oldest first."""
    return [
        {
            "no": row.no,
            "application": row.application,
            "as_of": row.as_of,
            "decided_at": row.decided_at,
            "by": row.by,
            "outcome": row.outcome,
            "notice": row.notice.announced_on if row.notice else None,
            "clauses": list(row.clauses),
            "refundable": row.refundable,
            "superseded_by": row.superseded_by,
        }
        for row in rows
    ]


def refunds(rows: Iterable[Settlement], waiting: Collection[int]) -> list[Json]:
    """Refunds and returned overpayments, in the order proposed.

    `waiting` are those that wait for a second person's word on a changed bank account.
    """
    return [
        {
            "no": row.no,
            "application": row.application,
            "deposit": row.deposit,
            "member": row.member,
            "amount": row.yen,
            "decision": row.decision,
            "account_waits": row.no in waiting,
            "payment_file": row.payment_file,
            **_course(row),
        }
        for row in rows
    ]


def credits(rows: Iterable[Settlement]) -> list[Json]:
    """Credits, in the order proposed."""
    return [
        {
            "no": row.no,
            "application": row.application,
            "to": row.to_application,
            "member": row.member,
            "amount": row.yen,
            "decision": row.decision,
            **_course(row),
        }
        for row in rows
    ]


def _course(each: Settlement) -> Json:
    approved = each.approval
    return {
        "state": each.state,
        "proposed_by": each.steps[0].by,
        "approved_by": approved.by if approved else None,
        "steps": [
            {"state": step.state, "on": step.on, "by": step.by, "reason": step.reason, "entry": step.entry}
            for step in each.steps
        ],
    }


def bill(lines: Iterable[BillComparison], totals: dict[str, int]) -> Json:
    """The authority's bills, line by line beside the books."""
    return {
        "lines": [
            {
                "bill": line.bill,
                "application": line.application,
                "billed": line.billed,
                "owed": line.owed,
                "state": line.state,
            }
            for line in lines
        ],
        "totals": totals,
    }
