"""Commands that were refused: to whom, when and why."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from exports.reports.empty import Empty
from exports.reports.report import Column, Connection, Question, Report
from ledger import masking
from ledger.errors import Refusal
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.audit.access import RefusalRecord

# Where refusals are written down: loaded where a sentence is asked for, so that it need not be kept in a language.
DECLARED_IN = (
    *("ledger.errors", "ledger.journal.refusals", "ledger.notices.refusals", "ledger.people.refusals"),
    *("ledger.people.naming", "ledger.store.places", "ledger.store.backup", "ledger.store.connecting"),
    *("ledger.store.upgrade", "ledger.store.move"),
    *("ledger.store.idempotency", "ledger.store.records", "ledger.store.written", "ledger.intake.withdrawing"),
    *("ledger.intake.payers", "ledger.intake.bank.mapping", "ledger.booking.refusals", "ledger.booking.allocation"),
    *("ledger.booking.slip_refusals", "ledger.booking.payment_refusals", "ledger.booking.bank_balances"),
    *("ledger.statements.association", "exports.formats.journal", "exports.formats.outfile", "exports.formats.pdf"),
    *("exports.formats.yayoi", "exports.formats.account_list", "exports.reports.entries", "exports.reports.check"),
    *("exports.reports.refund_lots", "exports.reports.refund_statement", "exports.reports.filters"),
    *("exports.reports.handover", "exports.reports.match_settled", "exports.reports.found", "exports.issued.calendar"),
    *("exports.issued.papers", "exports.issued.one_sheet", "exports.issued.letters", "exports.issued.issuing"),
    *("exports.issued.returned", "exports.shell.session", "exports.shell.config"),
)


def _rows(connection: Connection, _question: Question) -> list[Any]:
    from ledger.audit.access import refusals

    return list(refusals(connection))


@cache
def _templates() -> dict[str, str]:
    """The sentence of each refusal by its code, as it stands in the catalogue."""
    for module in DECLARED_IN:
        import_module(module)
    found, waiting = {}, Refusal.__subclasses__()
    while waiting:
        cause = waiting.pop()
        found[cause.code()] = cause.template()
        waiting += cause.__subclasses__()
    return found


def sentence(refused: "RefusalRecord") -> str:
    """What was said, in the language being spoken; of a refusal that this version does not know, its fields."""
    try:
        return masking.passwords(_(_templates()[refused.code], **refused.fields))
    except (KeyError, ValueError):
        return ", ".join(f"{name}: {value}" for name, value in refused.fields.items())


REPORT = Report(
    name="refusals",
    title=N_("Refused commands"),
    summary=N_("The commands that were refused: to whom, when and why."),
    examples=("refusals", "refusals --json"),
    empty=Empty(N_("No command has been refused.")),
    rows=_rows,
    list_key="refusals",
    columns=(
        Column("no", N_("No."), kind="number", width=6, importance=3),
        Column("recorded_at", N_("When (Japan time)"), kind="moment", width=20),
        Column("by", N_("By")),
        Column("role", N_("Database role"), width=14, importance=1),
        Column("command", N_("Command"), width=18),
        Column("code", N_("Refusal"), width=26, importance=3),
        Column("says", N_("Told"), sentence, width=60, wrap=True, importance=4),
        Column("fields", data="the fields of its sentence"),
    ),
    reads=("refused",),
)
