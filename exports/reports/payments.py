"""Payment files in words and for other programs, with masked accounts; only the file itself has whole ones."""

from pathlib import Path
from typing import Any

from exports.formats import terminal, zengin
from exports.reports import payment_file as sheet
from ledger import masking
from ledger.booking.payment_files import PaymentFile, VoidedFile
from ledger.i18n import N_, _

Json = dict[str, Any]

HOLIDAYS = N_("National holidays are not checked: make sure that banks are open on that day.")


def filed(done: PaymentFile, out: Path) -> str:
    """What is in the file, its totals and its name, and what to do next."""
    fields = {"no": done.no, "count": len(done.refunds), "yen": f"{done.yen:,}", "on": done.pay_on, "file": out}
    lines = [_("Payment file {no}: {count} transfers, {yen} yen, for {on}: {file}", **fields)]
    if done.gone_on:
        lines.append(
            _("It was made before, and paid since: {refunds}; it is not written again.", refunds=list(done.gone_on))
        )
    elif not done.changed:
        lines.append(_("It was made before and is the same, byte by byte; hand it to the bank only once."))
    lines.append("! " + _(HOLIDAYS))
    lines.append(_("Next, when the bank has paid: seisan refund paid NO… --on {on}", on=done.pay_on))
    return terminal.format_sheet(sheet.sheet(done, masked(done))) + "\n\n" + "\n".join(lines)


def filed_json(done: PaymentFile, out: Path) -> Json:
    """The same for other programs."""
    accounts = masked(done)
    return {
        "no": done.no,
        "changed": done.changed,
        "on": done.pay_on,
        "file": str(out),
        "sha256": done.sha256,
        "count": len(done.refunds),
        "yen": done.yen,
        "gone_on": list(done.gone_on),
        "holidays_checked": False,
        "refunds": [
            {
                "no": refund.refund,
                "application": refund.application,
                "deposit": refund.deposit,
                "member": refund.member,
                "account": accounts[refund.refund],
                "amount": refund.yen,
            }
            for refund in done.refunds
        ],
    }


def masked(done: PaymentFile) -> dict[int, str]:
    """The account that each refund is paid to, as the file says it, with its last digits only."""
    return {refund: masking.account(number) for refund, number in zengin.accounts(done.content)}


def void(done: VoidedFile) -> str:
    """What became of the refunds of a file that is void."""
    lines = [_("Payment file {no} is void; approved again: {refunds}", no=done.no, refunds=list(done.refunds))]
    if not done.changed:
        lines.append(_("It had been done before; nothing was changed."))
    lines.append("! " + _("The file {file} may not reach the bank any more; destroy it.", file=done.name))
    return "\n".join(lines)


def void_json(done: VoidedFile) -> Json:
    """The same for other programs."""
    return {"no": done.no, "changed": done.changed, "refunds": list(done.refunds)}
