"""What a payment file says: the federation that pays, and for each refund who receives it, on which account.

Everything that stands against paying any of them is named at once; nothing is written here.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Connection

from ledger import bank_list, kana
from ledger.booking import approvals, payment_refusals
from ledger.booking.payment_orders import FiledRefund, PaymentOrder, Transfer
from ledger.i18n import N_, _
from ledger.people import accounts, payees
from ledger.people.payees import Subject
from ledger.people.receivers import Receiver, subject_of
from ledger.settlements import Settlement
from ledger.store import settings

# What stands against putting a refund in a file, and what to do about each.
REASONS = {
    "not_set": N_("not set: {about} (seisan settings set {name} VALUE)"),
    "set_unreadable": N_("{about}: banks cannot read in it: {characters} (seisan settings set {name} VALUE)"),
    "payer_unknown": N_(
        "refund {refund}: it is not known whose deposit {deposit} is (seisan match), nor who receives it (seisan "
        "template payees --out FILE.xlsx, seisan import FILE, seisan payee approve '{deposit}' --deposit)"
    ),
    "no_account": N_("refund {refund} ({member}): no bank account is known (seisan import FILE)"),
    "payee_waits": N_("refund {refund} ({member}): who receives it is not approved (seisan payee approve {typed})"),
    "payee_ends": N_(
        "refund {refund} ({member}): who receives it is to be ended, which nobody has decided yet (seisan payee "
        "approve-end {typed}, seisan payee reject-end {typed} --reason …)"
    ),
    "fell": N_("refund {refund}: approved for {approved}, and would now go to {now} (seisan refund approve {refund})"),
    "died": N_("refund {refund} ({member}): the member died (seisan payee approve {typed})"),
    "grounds": N_("refund {refund}: {why} (--despite REASON)"),
    "account_waits": N_(
        "refund {refund} ({member}): its changed account is not approved (seisan account approve '{member}')"
    ),
    "missing": N_("refund {refund} ({member}): {column} is not known (seisan import FILE)"),
    "characters": N_("refund {refund} ({member}): banks cannot read in the account holder's kana: {characters}"),
    "too_long": N_("refund {refund} ({member}): the account holder's kana has {length} characters, more than {limit}"),
}
_PARTS = {
    "bank": N_("the number of the bank"),
    "branch": N_("the number of the branch"),
    "account_type": N_("the kind of account"),
    "account_name": N_("the account holder's kana"),
}
_NAMES_OF_PAYER = ("payer_bank_name", "payer_branch_name")


def order_of(
    connection: Connection,
    approved: list[Settlement],
    receivers: Mapping[int, Receiver],
    on: date,
    changed: Mapping[int, tuple[str, str] | None],
) -> tuple[PaymentOrder, list[FiledRefund]]:
    """What a file of these refunds says, and whose they are. Refused: everything that stands against it, at once."""
    payer, reasons = _payer(connection)
    waiting = accounts.waiting(connection)
    filed, transfers = [], []
    for refund in approved:
        to = receivers[refund.no]
        if not to.is_known and not payees.waits(connection, Subject(deposit=refund.deposit)):
            reasons.append(_(REASONS["payer_unknown"], refund=refund.no, deposit=refund.deposit))
            continue
        filed.append(filed_refund(refund, to))
        objections = list(_objections(connection, refund, to, waits=to.payee is None and to.member in waiting))
        if (of_grounds := changed.get(refund.no)) is not None:
            objections.append(_(REASONS["grounds"], refund=refund.no, why=of_grounds[1]))
        reasons += objections
        if not objections:
            bank, branch, kind, number, holder = map(str, to.bank_account or ())
            payee, _unreadable = kana.as_banks_read(holder, kana.PAYEE)
            transfers.append(Transfer(refund.no, bank, branch, kind, number, payee, refund.yen, *_names(bank, branch)))
    if reasons:
        raise payment_refusals.NotReadyToFile(reasons)
    return PaymentOrder(payer, on, tuple(transfers)), filed


def _payer(connection: Connection) -> tuple[dict[str, str], list[str]]:
    """The federation as its bank knows it, and a reason for everything of that which is not set or cannot be written.

    What was set under an earlier version may hold what banks do not read.
    """
    payer: dict[str, str] = {}
    reasons: list[str] = []
    for name, value in settings.values(connection).items():
        setting = settings.SETTINGS[name]
        if value is None and setting.needed:
            reasons.append(_(REASONS["not_set"], name=name, about=_(setting.about)))
        elif setting.field is not None:
            payer[name], unreadable = kana.as_banks_read(value or "", setting.field)
            if unreadable:
                reasons.append(_(REASONS["set_unreadable"], name=name, about=_(setting.about), characters=unreadable))
        elif setting.needed:
            payer[name] = str(value)
    for part, of_list in zip(_NAMES_OF_PAYER, _names(payer.get("payer_bank"), payer.get("payer_branch")), strict=True):
        payer[part] = payer[part] or of_list
    return payer, reasons


def _names(bank: str | None, branch: str | None) -> tuple[str, str]:
    """The names of a bank and a branch as banks read them, by the list of banks; empty where it has none that fits.

    Of fifteen banks from abroad it has a name with a sign that the field does not take; the number says which is meant.
    """
    listed = (bank_list.bank(bank), bank_list.branch(bank, branch or "")) if bank else (None, None)
    written = (kana.as_banks_read(found.kana if found else "", kana.PLACE) for found in listed)
    of_bank, of_branch = (name if not left and len(name) <= kana.PLACE.length else "" for name, left in written)
    return of_bank, of_branch


def _objections(connection: Connection, refund: Settlement, to: Receiver, *, waits: bool) -> Iterator[str]:
    """What stands against paying a refund to the account that is known now."""

    def says(code: str, **fields: object) -> str:
        return _(REASONS[code], refund=refund.no, member=to.member or refund.deposit, **fields)

    of = subject_of(connection, refund)
    if (code := _of_receiver(connection, of, to)) is not None:
        yield says(code, typed=of.typed)
    if to.bank_account is None:
        yield from [says("no_account")] if to.is_known else []
        return
    if waits:
        yield says("account_waits")
    elif (fallen := approvals.fell(connection, refund)) is not None:
        yield says("fell", approved=str(fallen[0]), now=str(fallen[1]))
    account = dict(zip(accounts.ACCOUNT, to.bank_account, strict=True))
    for part, label in _PARTS.items():
        if not account[part]:
            yield says("missing", column=_(label))
    payee, unreadable = kana.as_banks_read(account["account_name"] or "", kana.PAYEE)
    if unreadable:
        yield says("characters", characters=unreadable)
    elif len(payee) > kana.PAYEE.length:
        yield says("too_long", length=len(payee), limit=kana.PAYEE.length)


def _of_receiver(connection: Connection, of: Subject, to: Receiver) -> str | None:
    """What stands against paying whoever receives it, by its code."""
    if payees.waits(connection, of):
        return "payee_waits"
    if payees.ends(connection, of) is not None:
        return "payee_ends"
    return "died" if to.ended is not None and to.ended.deceased else None


def filed_refund(refund: Settlement, to: Receiver) -> FiledRefund:
    """A refund as it is listed of a file: to whom it goes, the account with its last digits alone, the yen."""
    whose = (to.member, str(to.name), to.account or "")
    return FiledRefund(refund.no, refund.application, refund.deposit, *whose, refund.yen)
