"""Payees in a member's place, masked: those that wait for a second person, and those approved."""

from typing import Any

from exports.reports.account_list import ACCOUNT_PARTS, format_account
from exports.reports.empty import Empty
from exports.reports.filters import MEMBER
from exports.reports.report import Column, Connection, Question, Report
from ledger.i18n import N_


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.people.payees import payees

    return payees(connection)


REPORT = Report(
    name="payee list",
    title=N_("Payees in a member's place"),
    summary=N_(
        "Who receives what comes back in the member's place, or of an unknown payer; masked; those that wait too."
    ),
    examples=("payee list",),
    parameters=(MEMBER,),
    empty=Empty(N_("Nobody receives anything in a member's place."), "payee_known", ("payees",)),
    rows=_rows,
    list_key="payees",
    columns=(
        Column("application", N_("Application No."), width=14, importance=3),
        Column("deposit", N_("Deposit"), width=14, importance=3),
        Column("member", N_("Member No."), width=17),
        Column("name", N_("Name"), width=16, importance=3),
        Column("relation", N_("Relation or reason"), width=20),
        Column("account", N_("Bank account"), width=36, show=format_account, columns=ACCOUNT_PARTS),
        Column("known_on", N_("Known on"), kind="day", width=17, importance=1),
        Column("brought_by", N_("Brought by"), importance=1),
        Column("approved_by", N_("Approved by")),
        Column("to_end_by", N_("To be ended, proposed by")),
        Column("end_reason", N_("Reason for ending"), width=20, wrap=True),
    ),
)
