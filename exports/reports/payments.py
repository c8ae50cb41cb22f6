"""総合振込明細: what is in a payment file, by refund, with masked accounts; only the file itself has whole ones."""

from dataclasses import replace
from pathlib import Path

from exports.formats import bank, terminal
from exports.reports import summaries
from exports.reports.next_step import next_step
from exports.reports.report import Column, Json, Table, sheet
from ledger import bank_days, bank_list, dates, masking
from ledger.booking.payment_files import VoidedFile
from ledger.booking.payment_orders import PaymentFile
from ledger.i18n import N_, _, ngettext

ESTIMATED = N_(
    "The holidays of {year} are an estimate, for they were gazetted up to {gazetted}: make sure that banks are open on "
    "that day."
)


_TABLE = Table(
    columns=(
        Column("no", N_("Refund No."), "refund", "number", 8, importance=3),
        Column("member", N_("Member No."), "member", width=17),
        Column("name", N_("Name"), "name", width=16),
        Column("about", N_("Application or deposit"), lambda row: row.application or row.deposit, width=16),
        Column("account", N_("Bank account")),
        Column("amount", N_("Amount"), "yen", "yen", total=True, importance=3),
        Column("application", get="application"),
        Column("deposit", get="deposit"),
    ),
    total=N_("Total"),
)


def filed(payment_file: PaymentFile, out: Path) -> tuple[str, Json]:
    """What is in the file, its totals and its name, and what to do next; and the same for other programs."""
    # What the file itself says, where its characters are read.
    of_file = bank.accounts(payment_file.content) if payment_file.content else {}
    accounts = {no: masking.account(number) for no, number in of_file.items()}
    transfers = [
        replace(refund, account=accounts.get(refund.refund, refund.account)) for refund in payment_file.refunds
    ]
    data = {
        "no": payment_file.no,
        "changed": payment_file.changed,
        "on": payment_file.pay_on,
        "file": str(out),
        "sha256": payment_file.sha256,
        "count": len(transfers),
        "yen": payment_file.yen,
        "gone_on": list(payment_file.gone_on),
        "holidays_checked": True,
        "holidays_estimated": bank_days.is_estimate(payment_file.pay_on),
        "bank_list": bank_list.listed_on(),
        "bank_list_old": bank_list.is_old(dates.today()),
        "refunds": _TABLE.data(transfers),
    }
    lines = [
        ngettext(
            "Payment file {no}: {count} transfer, {yen} yen, for {on}: {file}",
            "Payment file {no}: {count} transfers, {yen} yen, for {on}: {file}",
            len(transfers),
            **(data | {"file": out}),
        )
    ]
    if payment_file.gone_on:
        text = N_("It was made before, and paid since: {refunds}; it is not written again.")
        lines.append(_(text, refunds=data["gone_on"]))
    elif not payment_file.changed:
        lines.append(_("It was made before and is the same, byte by byte; hand it to the bank only once."))
    if data["bank_list_old"]:
        lines.append("! " + _(summaries.OLD_LIST, months=bank_list.OLD_AFTER_MONTHS))
    if data["holidays_estimated"]:
        lines.append("! " + _(ESTIMATED, year=payment_file.pay_on.year, gazetted=bank_days.GAZETTED_TO))
    sentence = N_("Next, when the bank has paid: seisan refund paid --file {no} --on {on}")
    lines.append(_(sentence, no=payment_file.no, on=payment_file.pay_on))
    table = terminal.format_sheet(sheet(N_("Payment file"), _TABLE.block(transfers)))
    return "\n".join([table, "", *lines]), data


def void(voided: VoidedFile) -> tuple[str, Json]:
    """What became of the refunds of a file that is void, in words and for other programs."""
    lines = [_("Payment file {no} is void; approved again: {refunds}", no=voided.no, refunds=list(voided.refunds))]
    if not voided.changed:
        lines.append(_("It had been done before; nothing was changed."))
    lines.append("! " + _("The file {file} may not reach the bank any more; destroy it.", file=voided.name))
    lines.append(next_step("refund", "list"))
    return "\n".join(lines), {"no": voided.no, "changed": voided.changed, "refunds": list(voided.refunds)}
