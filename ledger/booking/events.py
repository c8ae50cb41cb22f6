"""The posting templates: one function per business event, each with the slip that it posts.

In brackets stands by what the subsidiary ledger is kept: 申込 an application, 入金 a deposit, 充当先 the application
that a credit goes to. A refund's part is kept by its application or, for money that was never due, by its deposit.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from ledger.codes import Account
from ledger.i18n import N_, _
from ledger.journal.entries import Entry, Movement, key
from ledger.journal.ledgers import JournalEntry

Template = Callable[..., Iterable[Movement]]

# The sentence of each event (摘要), by the name of the event, which is the name of its template.
TEXTS: dict[str, str] = {}
TEMPLATES: dict[str, Template] = {}


def _text(text: str) -> Callable[[Template], Template]:
    def register(template: Template) -> Template:
        TEXTS[template.__name__] = text
        TEMPLATES[template.__name__] = template
        return template

    return register


def entry_of(event: str, *basis: str | int | date | None, on: date, **slip: Any) -> Entry:
    """The entry of an event by its template, under a key made of the event and what it rests on.

    Unless a day `known_on` is among the slip's fields, it became known on the day it happened.
    """
    known_on: date = slip.pop("known_on", on)
    return Entry(key(event, *basis), on, event, tuple(TEMPLATES[event](**slip)), known_on=known_on)


@_text(N_("issuance fee received, application {application}, deposit {deposit}"))
def fee_received(*, application: str, deposit: str, yen: int) -> Iterator[Movement]:
    """発行手数料の振込みを受けた。

    1110 普通預金   7,245 | 2040 預り金(発行手数料)[申込]   7,245
    """
    yield Movement(Account.BANK, Account.FEES_HELD, yen, credit_application=application, deposit=deposit)


@_text(N_("received beyond the fee due, deposit {deposit}"))
def overpaid(*, deposit: str, yen: int) -> Iterator[Movement]:
    """発行手数料を超える振込みを受けた。

    1110 普通預金   755 | 2050 仮受金[入金]   755
    """
    yield Movement(Account.BANK, Account.SUSPENSE, yen, deposit=deposit)


@_text(N_("received for a purpose not known yet, deposit {deposit}"))
def payer_unknown(*, deposit: str, yen: int) -> Iterator[Movement]:
    """誰の、又はいくらの手数料か、まだ分からない振込みを受けた。

    1110 普通預金   7,245 | 2050 仮受金[入金]   7,245
    """
    yield Movement(Account.BANK, Account.SUSPENSE, yen, deposit=deposit)


@_text(N_("deposit {deposit} settled as the issuance fee, application {application}"))
def suspense_settled(*, deposit: str, application: str, yen: int) -> Iterator[Movement]:
    """仮受金が、ある申込みの発行手数料であると分かった。

    2050 仮受金[入金]   7,245 | 2040 預り金(発行手数料)[申込]   7,245
    """
    yield Movement(Account.SUSPENSE, Account.FEES_HELD, yen, credit_application=application, deposit=deposit)


@_text(N_("deposit {deposit} no longer counts as the issuance fee, application {application}"))
def fee_released(*, application: str, deposit: str, yen: int) -> Iterator[Movement]:
    """発行手数料として受けた入金が、その申込みのもの(又はその額)ではなくなった。

    2040 預り金(発行手数料)[申込]   7,245 | 2050 仮受金[入金]   7,245
    """
    yield Movement(Account.FEES_HELD, Account.SUSPENSE, yen, debit_application=application, deposit=deposit)


@_text(N_("certificate issued, fee owed to the authority, application {application}"))
def certificate_issued(*, application: str, yen: int) -> Iterator[Movement]:
    """電子証明書が発行され、発行手数料を認証局に支払うこととなった。

    2040 預り金(発行手数料)[申込]   7,245 | 2010 未払金(認証局)[申込]   7,245
    """
    yield Movement(Account.FEES_HELD, Account.AUTHORITY_PAYABLE, yen, application, application)


@_text(N_("issuance fee paid to the authority, application {application}"))
def authority_paid(*, application: str, yen: int) -> Iterator[Movement]:
    """請求された発行手数料を認証局に支払った。

    2010 未払金(認証局)[申込]   7,245 | 1110 普通預金   7,245
    """
    yield Movement(Account.AUTHORITY_PAYABLE, Account.BANK, yen, debit_application=application)


@_text(N_("issuance fee not billed by the authority, application {application}"))
def authority_waived(*, application: str, yen: int) -> Iterator[Movement]:
    """認証局が発行手数料を請求しないこととした。

    2010 未払金(認証局)[申込]   7,245 | 2040 預り金(発行手数料)[申込]   7,245
    """
    yield Movement(Account.AUTHORITY_PAYABLE, Account.FEES_HELD, yen, application, application)


@_text(N_("issuance fee given back by the authority, application {application}"))
def authority_repaid(*, application: str, yen: int) -> Iterator[Movement]:
    """支払った後で請求しないこととなった発行手数料を、認証局が返した(支払額から差し引いた)。

    1110 普通預金   7,245 | 2010 未払金(認証局)[申込]   7,245
    """
    yield Movement(Account.BANK, Account.AUTHORITY_PAYABLE, yen, credit_application=application)


@_text(N_("refund proposed and reserved, application {application}"))
def refund_proposed(*, application: str, yen: int, carried: Sequence[tuple[str, str, int]] = ()) -> Iterator[Movement]:
    """発行手数料の払戻しを起案し、その額を取り置いた。

    2040 預り金(発行手数料)[申込]   7,245 | 2020 未払金(返金)[申込]   7,245

    充当された額は、まず充当元に戻る: `carried` の一つごとに、申込、戻る先の申込、円。
    """
    lots = Counter({application: yen})
    for credited, origin, back in carried:
        yield Movement(Account.FEES_HELD, Account.FEES_HELD, back, credited, origin)
        lots.update({credited: -back, origin: back})
    for lot, part in lots.items():
        if part:
            yield Movement(Account.FEES_HELD, Account.REFUNDS_PAYABLE, part, lot, lot)


@_text(N_("overpayment to be returned, deposit {deposit}"))
def overpayment_returned(*, deposit: str, yen: int) -> Iterator[Movement]:
    """受け取るべきでなかった入金の返金を起案し、その額を取り置いた。

    2050 仮受金[入金]   755 | 2020 未払金(返金)[入金]   755
    """
    yield Movement(Account.SUSPENSE, Account.REFUNDS_PAYABLE, yen, deposit=deposit)


@_text(N_("refund paid, {whose}"))
def refund_paid(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """返金を会員の口座に振り込んだ。

    2020 未払金(返金)[申込]   7,245 | 1110 普通預金   7,245
    """
    yield Movement(Account.REFUNDS_PAYABLE, Account.BANK, yen, debit_application=application, deposit=deposit)


@_text(N_("transfer of a refund came back, {whose}"))
def refund_returned(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """振り込んだ返金が組み戻された。会員への債務は残る。

    1110 普通預金   7,245 | 2060 振込不能[申込]   7,245
    """
    yield Movement(Account.BANK, Account.RETURNED_TRANSFERS, yen, credit_application=application, deposit=deposit)


@_text(N_("refund paid after its transfer had come back, {whose}"))
def returned_refund_paid(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """組み戻された返金を、改めて会員の口座に振り込んだ。

    2060 振込不能[申込]   7,245 | 1110 普通預金   7,245
    """
    yield Movement(Account.RETURNED_TRANSFERS, Account.BANK, yen, debit_application=application, deposit=deposit)


@_text(N_("refund ended after its transfer had come back, {whose}"))
def refund_ended(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """組み戻された返金を取りやめた。取置きの取消しにより、元の預り金又は仮受金に戻る。

    2060 振込不能[申込]   7,245 | 2020 未払金(返金)[申込]   7,245
    """
    yield Movement(Account.RETURNED_TRANSFERS, Account.REFUNDS_PAYABLE, yen, application, application, deposit=deposit)


@_text(N_("refund paid back by the member, {whose}"))
def refund_recovered(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """返金した額を会員が戻し入れた。

    1110 普通預金   7,245 | 2040 預り金(発行手数料)[申込]   7,245

    受け取るべきでなかった入金の返金は、仮受金[入金]に戻る。
    """
    held = Account.FEES_HELD if application is not None else Account.SUSPENSE
    yield Movement(Account.BANK, held, yen, credit_application=application, deposit=deposit)


@_text(N_("credit proposed and reserved, application {application}"))
def credit_proposed(*, application: str, yen: int) -> Iterator[Movement]:
    """発行手数料を再発行分に充当することを起案し、その額を取り置いた。

    2040 預り金(発行手数料)[申込]   7,245 | 2041 預り金(充当)[申込]   7,245
    """
    yield Movement(Account.FEES_HELD, Account.CREDITS_HELD, yen, application, application)


@_text(N_("fee of application {application} credited to application {credited_to}"))
def credit_applied(*, application: str, to_application: str, yen: int) -> Iterator[Movement]:
    """取り置いた発行手数料を再発行分に充当した。

    2041 預り金(充当)[申込]   7,245 | 2040 預り金(発行手数料)[充当先]   7,245
    """
    yield Movement(Account.CREDITS_HELD, Account.FEES_HELD, yen, application, to_application)


@_text(N_("claim on the member: the money for {whose} is no longer held"))
def claim_raised(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """払い戻し又は支払った後で、その入金がなかったこと(別の申込みのものであったこと)が分かった。会員に返還を求める。

    1150 未収金(会員)[申込]   7,245 | 2040 預り金(発行手数料)[申込]   7,245

    返還された仮受金については、仮受金[入金]に対して計上する。
    """
    held = Account.FEES_HELD if application is not None else Account.SUSPENSE
    yield Movement(Account.CLAIMS, held, yen, application, application, deposit)


@_text(N_("claim settled by a transfer of the member, {whose}"))
def claim_settled(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """返還を求めた額を会員が振り込んだ。

    1110 普通預金   7,245 | 1150 未収金(会員)[申込]   7,245
    """
    yield Movement(Account.BANK, Account.CLAIMS, yen, credit_application=application, deposit=deposit)


@_text(N_("fee paid to the authority though it was not received: claim on the member, application {application}"))
def fee_claimed(*, application: str, yen: int) -> Iterator[Movement]:
    """認証局に支払った発行手数料が、受け取っていなかったものと分かった。会員に請求する(受け取れば戻し入れる)。

    1150 未収金(会員)[申込]   7,245 | 2040 預り金(発行手数料)[申込]   7,245
    """
    yield Movement(Account.CLAIMS, Account.FEES_HELD, yen, application, application)


@_text(N_("bank charge"))
def transfer_fee(*, yen: int) -> Iterator[Movement]:
    """振込手数料等が引き落とされた。

    5310 支払手数料   440 | 1110 普通預金   440
    """
    yield Movement(Account.BANK_CHARGES, Account.BANK, yen)


@_text(N_("interest"))
def interest_received(*, yen: int) -> Iterator[Movement]:
    """預金の利息が普通預金に入った。

    1110 普通預金   12 | 4900 雑収益   12
    """
    yield Movement(Account.BANK, Account.OTHER_INCOME, yen)


@_text(N_("short payment written off, application {application}"))
def fee_written_off(*, application: str, yen: int) -> Iterator[Movement]:
    """発行手数料の不足額を連合会が負担した。認証局に対しては全額を受け取ったものとし、会員には返さない。

    5900 雑費   440 | 2040 預り金(発行手数料)[申込]   440
    """
    yield Movement(Account.OTHER_EXPENSES, Account.FEES_HELD, yen, credit_application=application)


@_text(N_("claim on the member written off, {whose}"))
def claim_written_off(*, application: str | None = None, deposit: str | None = None, yen: int) -> Iterator[Movement]:
    """会員に返還を求めた額を、回収できないものとして償却した。

    5900 雑費   7,245 | 1150 未収金(会員)[申込]   7,245
    """
    yield Movement(Account.OTHER_EXPENSES, Account.CLAIMS, yen, credit_application=application, deposit=deposit)


@_text(N_("suspense that nobody claims taken as income, deposit {deposit}"))
def suspense_to_income(*, deposit: str, yen: int) -> Iterator[Movement]:
    """返還の申出のない仮受金を雑収益とした。

    2050 仮受金[入金]   7,245 | 4900 雑収益   7,245
    """
    yield Movement(Account.SUSPENSE, Account.OTHER_INCOME, yen, deposit=deposit)


@_text(N_("refund that was owed when the books began paid, {whose}"))
def opened_refund_paid(
    *, application: str | None = None, deposit: str | None = None, yen: int, owed: str = Account.REFUNDS_PAYABLE
) -> Iterator[Movement]:
    """帳簿の開始の時に未払であった返金を支払った(組み戻されていたものは 2060 から)。

    2020 未払金(返金)[申込]   7,245 | 1110 普通預金   7,245
    """
    yield Movement(owed, Account.BANK, yen, debit_application=application, deposit=deposit)


@_text(N_("other entry"))
def other_entry(*, debit: str, credit: str, yen: int) -> Iterator[Movement]:
    """ほかの伝票で扱わない取引があった。

    5900 雑費   100 | 5310 支払手数料   100
    """
    yield Movement(debit, credit, yen)


@_text(N_("opening balance"))
def opening_balance(
    *, account: str, application: str | None = None, deposit: str | None = None, yen: int
) -> Iterator[Movement]:
    """帳簿を始める時の残高。貸方は正、借方は負の額で渡し、普通預金を相手とする。

    1110 普通預金   7,245 | 2040 預り金(発行手数料)[申込]   7,245
    """
    if yen > 0:
        yield Movement(Account.BANK, account, yen, credit_application=application, deposit=deposit)
    else:
        yield Movement(account, Account.BANK, -yen, debit_application=application, deposit=deposit)


def description(entry: JournalEntry) -> str:
    """What happened (摘要), in the language being spoken; with the original day, if its month had been closed."""
    text = describe(entry.event, entry.movements, entry.reverses, entry.reason)
    if entry.for_day is None:
        return text
    return _("{said} (of {day}, whose month was closed)", said=text, day=entry.for_day)


def describe(event: str, movements: Iterable[Movement], reverses: int | None = None, reason: str | None = None) -> str:
    """What an event says happened, in the language spoken; a reversal names its original and its reason."""
    legs = list(movements)
    first = legs[0] if reverses is None else legs[-1].opposite
    application = first.debit_application or first.credit_application
    fields = {"deposit": first.deposit, "credited_to": first.credit_application, "whose": application or first.deposit}
    text = _(TEXTS.get(event, event), application=application, **fields)
    if reverses is None:
        return f"{text} ({_(reason)})" if reason else text
    # A reason of booking's own is one of our sentences; one that a person gave is said as it was given.
    why = _(reason) if reason else ""
    return _("reversal of entry {entry}: {said} ({reason})", entry=reverses, said=text, reason=why)
