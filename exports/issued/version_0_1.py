"""Workbooks of earlier versions: the columns of those without a layout, how a check was named, who issued them all."""

from dataclasses import replace

from exports.issued.layout import Layout
from exports.issued.stamp import Stamp

_MEMBER = "association member name"
_ANSWER = "outcome clauses notice refundable suggested to_supply doubts warnings"
_RETURNS = (
    f"way no {_MEMBER} about target decision received_on amount tax_percent tax standing account "
    "proposed_on proposed_by approved_on approved_by done_on state reason entries"
)
_BALANCES = "debit_balance debit account credit credit_balance"
_FEES = f"{_MEMBER} application received_on before received authority refunded credited other left days state"
_MONEY = "received refunded credited received_to_date refunded_to_date credited_to_date left"
_OUTCOMES = "eligible not_eligible needs_facts needs_review in_force settled no_fee"
_ENTRIES = "on no line debit debit_part debit_yen credit credit_part credit_yen text reverses by recorded_at"

# Who issued every workbook, by its language, before the settings named the federation.
_ISSUER = {"ja": "日本司法書士会連合会", "en": "the federation of judicial scriveners' associations"}

# The keys of the columns of each table on each sheet.
_LAYOUTS: dict[str, dict[str, list[str]]] = {
    "month": {
        "Cover": ["about head count", "control account value expected agrees sheet", "approved checked prepared"],
        "Trial balance": [_BALANCES, "brought_forward debit account credit balance"],
        "Journal": [_ENTRIES],
        "General ledger": ["on no counter part text debit credit balance"],
        "Fees held": [_FEES],
        "Refunds and credits": [_RETURNS],
        "Decisions": [f"no {_MEMBER} application as_of {_ANSWER} by"],
        "By association": [f"name members applications {_MONEY} {_OUTCOMES}"],
    },
    "member": {
        "Summary": ["about content", f"application {_ANSWER}"],
        "Facts": ["application fact value known_on file sheet row by"],
        "Conditions and grounds": ["application clause words condition holds grounds sources"],
        "Money": ["deposit received_on amount payer application", _RETURNS],
        "Decisions": ["no application as_of decided_at by outcome clauses notice refundable superseded_by"],
        "Subsidiary ledger": ["on no part text debit credit balance"],
    },
    "letter": {"Letter": ["about text"]},
    "check": {"Refund check": [f"{_MEMBER} application {_ANSWER} fee_received overpaid grounds"]},
    "due": {"Receipts outstanding": [f"{_MEMBER} application mailed_on day reminder_on revocable_on state"]},
    "refund list": {"Refunds": [f"{_RETURNS} payment_file"]},
    "credit list": {"Credits": [_RETURNS]},
    "balance": {"Trial balance": [_BALANCES]},
}


def layout(of: str) -> Layout:
    """The layout of a statement or list."""
    sheets = _LAYOUTS.get(of.removesuffix(" --all"), {})
    return {name: [keys.split() for keys in groups] for name, groups in sheets.items()}


def issuer(stamp: Stamp) -> str | None:
    """Who issued a workbook of the first form; None for a later one, which the settings of the books tell."""
    return _ISSUER[stamp.language] if stamp.form == 1 else None


def asked(stamp: Stamp) -> Stamp:
    """A stamp with its question: a check said in words whom it was about, and by its name whether of all clauses."""
    of, whom = stamp.of.removesuffix(" --all"), stamp.about.partition(" ")
    if of != "check" or stamp.question:
        return stamp
    question = {whom[0]: whom[2]} if whom[0] in ("member", "application") else {"everyone": True}
    return replace(stamp, of=of, question=question | ({"everything": True} if of != stamp.of else {}))
