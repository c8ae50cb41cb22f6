"""振替伝票一覧: the slips with their states; and what a command did with a slip, or reversed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exports.formats import terminal
from exports.reports import entries
from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, month, state
from exports.reports.report import AS_OF, Column, Connection, Json, Question, Report, record
from ledger.codes import SLIP_KINDS, SLIP_STATES, STATES
from ledger.i18n import N_, _
from ledger.money import format_yen
from ledger.statements.labels import label

if TYPE_CHECKING:
    from ledger.booking.reversals import ReversalResult
    from ledger.booking.slips import Slip, SlipResult


def _rows(connection: Connection, question: Question) -> "list[Slip]":
    from ledger.booking.slips import as_of
    from ledger.people.register import owners

    slips = as_of(connection, question["as_of"])
    association, number = question["association"], question["member"]
    if association is None and number is None:
        return slips
    about = {slip.application for slip in slips if slip.application is not None}
    owned = owners(connection, question["as_of"], about)
    whose = ((slip, owned.of(slip.application)) for slip in slips if slip.application in owned.member_of)
    meant = ((slip, person) for slip, person in whose if association in (None, person.association))
    return [slip for slip, person in meant if number in (None, person.number)]


def _proposed(name: str) -> Any:
    return lambda row: getattr(row.steps[0], name)


def _approved(name: str) -> Any:
    return lambda row: None if row.approval is None else getattr(row.approval, name)


REPORT = Report(
    name="slip list",
    title=N_("Slips"),
    summary=N_("Slips, with their states."),
    examples=("slip list", "slip list --json"),
    parameters=(
        AS_OF,
        # Whose application a slip is about stands in no column of its own.
        replace(ASSOCIATION, column=""),
        replace(MEMBER, column=""),
        state(lambda: STATES, among=SLIP_STATES),
        month("on"),
    ),
    rows=_rows,
    columns=(
        Column("no", N_("No."), kind="number", width=6, importance=3),
        Column("on", N_("Date"), kind="day", width=17, importance=3),
        Column("kind", N_("What it is"), width=20, show=lambda kind: _(SLIP_KINDS[kind]), importance=3),
        Column("debit", N_("Debit account"), width=8),
        Column("credit", N_("Credit account"), width=8),
        Column("application", N_("Application No."), width=14),
        Column("deposit", N_("Deposit"), width=14, importance=1),
        Column("refund", N_("Refund No."), kind="number", width=7, importance=1),
        Column("reverses", N_("Reverses"), kind="number", width=8, importance=1),
        Column("yen", N_("Amount"), kind="yen", width=13, importance=3),
        Column("state", N_("State"), width=12, show=lambda state: label(STATES, state), importance=3),
        Column("entry", N_("Entry No."), kind="number", width=9, importance=1),
        Column("proposed_by", N_("Proposed by"), _proposed("by")),
        Column("approved_on", N_("Approved on"), _approved("on"), "day", 17, on_paper=True),
        Column("approved_by", N_("Approved by"), _approved("by"), importance=1),
        Column("reason", N_("Reason"), width=24, wrap=True),
        Column(
            "steps",
            get=lambda row: list(row.steps),
            columns=(
                Column("state"),
                Column("on", kind="day"),
                Column("by"),
                Column("reason"),
                Column("entry", kind="number"),
            ),
        ),
    ),
    dated=True,
    empty=Empty(
        N_("No slip has been written: what no file brings, such as a bank's charge, is entered by one."),
        "slip",
        command="slip --help",
        first=first_day("slip_step", "happened_on"),
    ),
)

_TOLD = {
    "proposed": N_("Slip {no}: {yen} yen proposed. Next, by another person: seisan slip approve {no}"),
    "posted": N_("Slip {no}: {yen} yen posted at once, entry {entry}."),
    "approved": N_("Slip {no} is approved; its {yen} yen are posted, entry {entry}."),
    "rejected": N_("Slip {no} is rejected; nothing is posted."),
}


def told(result: "SlipResult") -> tuple[str, Json]:
    """What a slip is now, in words and for other programs."""
    slip = result.slip
    text = _(_TOLD[slip.state], no=slip.no, yen=format_yen(slip.yen), entry=slip.entry)
    return _unchanged(text, result.changed), {"changed": result.changed} | record(REPORT.columns, slip)


def _unchanged(text: str, changed: bool) -> str:
    return text if changed else text + "\n" + _("It had been done before; nothing was changed.")


def reversed_entry(connection: Connection, result: "ReversalResult") -> tuple[str, Json]:
    """The entry that is reversed, as the journal has it, and by what."""
    from ledger.journal.chart import chart
    from ledger.journal.ledgers import entries_of

    (original,) = [entries.ListedEntry(entry, chart(connection)) for entry in entries_of(connection, [result.original])]
    shown = terminal.format_table(replace(entries.REPORT.every_table[0], total="", label_at="").block([original]))
    if result.slip is not None and result.no is None:
        done = _(
            "Two people posted entry {entry}: slip {no} proposes its reversal. Next, by another person: seisan slip "
            "approve {no}",
            entry=result.original,
            no=result.slip.no,
        )
    elif original.entry.reverses is not None:
        done = _(
            "Entry {entry} is reversed by entry {no}: what entry {before} posted stands again.",
            entry=result.original,
            no=result.no,
            before=original.entry.reverses,
        )
    else:
        done = _("Entry {entry} is reversed by entry {no}.", entry=result.original, no=result.no)
    data = {"no": result.no, "changed": result.changed, "slip": None if result.slip is None else result.slip.no}
    return f"{shown}\n{_unchanged(done, result.changed)}", data | {"reverses": record(entries.REPORT.columns, original)}
