"""The answers that other programs read: each as plain values, in the shape that the interface promises."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from ledger.booking.bills import Reconciled
from ledger.booking.credits import Credit
from ledger.booking.events import description
from ledger.booking.refunds import Refund
from ledger.booking.run import Report as Booked
from ledger.decisions.store import Decision
from ledger.intake.matching import Unmatched
from ledger.intake.report import Report as TakenIn
from ledger.journal.balances import Balance
from ledger.journal.ledgers import Entry

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
                        "kind": each.kind,
                        "sheet": each.sheet,
                        "rows": each.rows,
                        "taken_in": each.taken_in,
                        "known": each.known,
                        "ignored": each.ignored,
                    }
                    for each in file.sheets
                ],
                "passed_over": file.passed_over,
            }
            for file in report.files
        ],
        "corrections": [
            {
                "kind": each.kind,
                "about": each.about,
                "column": each.column,
                "was": each.was,
                "now": each.now,
                "file": each.file,
                "row": each.row,
            }
            for each in report.corrections
        ],
    }


def booked(report: Booked) -> Json:
    """What booking posted, reversed and left."""
    return {
        "posted": report.posted,
        "corrected": report.corrected,
        "left": [{"code": each.code, "about": each.subject, "says": each.says} for each in report.left],
    }


def unmatched(rows: Iterable[Unmatched]) -> Json:
    """Transfers without an application, with those they could pay for."""
    return {
        "deposits": [
            {
                "deposit": each.deposit,
                "received_on": each.received_on,
                "amount": each.yen,
                "payer": each.payer,
                "note": each.note,
                "candidates": [
                    {"application": one.application, "member": one.member, "reasons": list(one.reasons)}
                    for one in each.candidates
                ],
            }
            for each in rows
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


def entries(rows: Iterable[Entry]) -> Json:
    """Entries with their lines."""
    return {
        "entries": [
            {
                "no": each.no,
                "on": each.on,
                "recorded_at": each.recorded_at,
                "by": each.by,
                "event": each.event,
                "reverses": each.reverses,
                "reason": each.reason,
                "for_day": each.for_day,
                "lines": [
                    {
                        "account": line.account,
                        "debit": line.debit,
                        "credit": line.credit,
                        "application": line.application,
                        "member": line.member,
                        "deposit": line.deposit,
                    }
                    for line in each.lines
                ],
                "text": description(each),
            }
            for each in rows
        ]
    }


def decisions(rows: Iterable[Decision]) -> list[Json]:
    """Decisions, oldest first."""
    return [
        {
            "no": each.no,
            "application": each.application,
            "as_of": each.as_of,
            "decided_at": each.decided_at,
            "by": each.by,
            "outcome": each.outcome,
            "notice": each.notice,
            "clauses": list(each.clauses),
            "refundable": each.refundable,
            "superseded_by": each.superseded_by,
        }
        for each in rows
    ]


def refunds(rows: Iterable[Refund], waiting: Collection[int]) -> list[Json]:
    """Refunds and returned overpayments, in the order proposed.

    `waiting` are those that wait for a second person's word on a changed bank account.
    """
    return [
        {
            "no": each.no,
            "application": each.application,
            "deposit": each.deposit,
            "member": each.member,
            "amount": each.yen,
            "decision": each.decision,
            "account_waits": each.no in waiting,
            "payment_file": each.payment_file,
            **_course(each),
        }
        for each in rows
    ]


def credits(rows: Iterable[Credit]) -> list[Json]:
    """Credits, in the order proposed."""
    return [
        {
            "no": each.no,
            "application": each.application,
            "to": each.to_application,
            "member": each.member,
            "amount": each.yen,
            "decision": each.decision,
            **_course(each),
        }
        for each in rows
    ]


def _course(each: Refund | Credit) -> Json:
    approved = next((step for step in each.steps if step.state in ("approved", "applied")), None)
    return {
        "state": each.state,
        "proposed_by": each.steps[0].by,
        "approved_by": approved.by if approved else None,
        "steps": [
            {"state": step.state, "on": step.on, "by": step.by, "reason": step.reason, "entry": step.entry}
            for step in each.steps
        ],
    }


def bill(lines: Iterable[Reconciled], totals: dict[str, int]) -> Json:
    """The authority's bills, line by line beside the books."""
    return {
        "lines": [
            {
                "bill": each.bill,
                "application": each.application,
                "billed": each.billed,
                "owed": each.owed,
                "state": each.state,
            }
            for each in lines
        ],
        "totals": totals,
    }
