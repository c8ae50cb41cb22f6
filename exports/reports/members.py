"""会員一覧: the register of members, with the account known of each and how many applications are theirs."""

from typing import Any

from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, state
from exports.reports.report import AS_OF, Column, Connection, Question, Report, member
from ledger.i18n import N_
from ledger.statements.labels import MEMBER_STATES, label


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.statements.members import registered

    asked = question["member"]
    return registered(connection, question["as_of"], None if asked is None else [asked])


STATE = Column("state", N_("State"), width=12, show=lambda code: label(MEMBER_STATES, code))

REPORT = Report(
    name="members",
    title=N_("Register of members"),
    summary=N_("The members as the register says: number, name, registration, account, applications."),
    examples=("members --association 東京", "members --state deregistered", "members --out 会員一覧.xlsx"),
    parameters=(AS_OF, ASSOCIATION, MEMBER, state(lambda: MEMBER_STATES)),
    rows=_rows,
    list_key="members",
    columns=(
        *member(lambda row: row.person),
        Column("kana", N_("Name in kana"), width=20, importance=1),
        STATE,
        Column("deregistered_on", N_("Deregistered on"), kind="day", width=17),
        Column("deregistered_reason", N_("Reason"), width=14, importance=1),
        Column("account", N_("Bank account"), width=20),
        Column("postal_code", N_("Postal code"), width=11, on_paper=True),
        Column("address", N_("Address"), width=40, on_paper=True),
        Column("applications", N_("Applications"), kind="count", width=8),
    ),
    dated=True,
    empty=Empty(N_("Nobody is in the register."), "member", ("members",), known=first_day("member_known", "known_on")),
)
