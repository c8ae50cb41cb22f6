"""総合振込 in the 全銀 format: records of 120 bytes, header, data, trailer, end, each followed by CRLF.

The layout is that of the bankers' association's record formats (種別コード 21). A number (N) stands to the right with
zeros before it, a name (C) to the left with spaces after it. What does not fit is our own mistake: names that are too
long are refused where they are collected, and nothing is ever cut short.
"""

from collections.abc import Iterator

from ledger.booking.payment_orders import PaymentOrder, Transfer
from ledger.kana import BYTES, PAYEE, PAYER, PLACE

LENGTH = 120
_END = "\r\n"
_BEGINNING = "121"  # データ区分, 種別コード: 総合振込

# Where a data record has the account number (口座番号) and our number of the refund (顧客コード1).
_ACCOUNT, _REFUND = slice(43, 50), slice(91, 101)
# Where a header and a data record have the names of a bank and a branch.
_PLACES = {"1": (slice(62, 77), slice(80, 95)), "2": (slice(5, 20), slice(23, 38))}


def text(order: PaymentOrder) -> str:
    """Every character of the file."""
    records = [_header(order), *map(_data, order.transfers), _trailer(order.transfers), _c("9", LENGTH)]
    for record in records:
        assert len(record.encode(BYTES)) == len(record) == LENGTH, record
    return "".join(f"{record}{_END}" for record in records)


def wrote(content: str) -> bool:
    """Whether a file is of this layout: its header is that of 総合振込."""
    return content.startswith(_BEGINNING)


def accounts(content: str) -> Iterator[tuple[int, str]]:
    """The number of each refund in a file, with the whole account number that was written for it."""
    for record in content.split(_END):
        if record.startswith("2"):
            yield int(record[_REFUND]), record[_ACCOUNT]


def agrees(content: str, order: PaymentOrder) -> bool:
    """Whether a file says what an order says, but for the names of banks and branches beside their numbers."""
    return _without_names(content) == _without_names(text(order))


def _without_names(content: str) -> list[str]:
    return [_blanked(record, _PLACES.get(record[:1], ())) for record in content.split(_END)]


def _blanked(record: str, places: tuple[slice, ...]) -> str:
    for place in places:
        record = record[: place.start] + " " * (place.stop - place.start) + record[place.stop :]
    return record


def _header(order: PaymentOrder) -> str:
    payer = order.payer
    return "".join(
        (
            _BEGINNING,
            "0",  # コード区分: JIS
            _n(payer["payer_code"], 10),  # 振込依頼人コード
            _c(payer["payer_name"], PAYER.length),  # 振込依頼人名
            f"{order.pay_on:%m%d}",  # 取組日, without its year
            _n(payer["payer_bank"], 4),  # 仕向銀行番号
            _c(payer["payer_bank_name"], PLACE.length),  # 仕向銀行名
            _n(payer["payer_branch"], 3),  # 仕向支店番号
            _c(payer["payer_branch_name"], PLACE.length),  # 仕向支店名
            _n(payer["payer_account_type"], 1),  # 預金種目
            _n(payer["payer_account"], 7),  # 口座番号
            _c("", 17),  # ダミー
        )
    )


def _data(transfer: Transfer) -> str:
    return "".join(
        (
            "2",  # データ区分
            _n(transfer.bank, 4),  # 被仕向銀行番号
            _c(transfer.bank_name, PLACE.length),  # 被仕向銀行名
            _n(transfer.branch, 3),  # 被仕向支店番号
            _c(transfer.branch_name, PLACE.length),  # 被仕向支店名
            "0000",  # 手形交換所番号: not used
            _n(transfer.account_type, 1),  # 預金種目
            _n(transfer.account, 7),  # 口座番号
            _c(transfer.payee, PAYEE.length),  # 受取人名
            _n(str(transfer.yen), 10),  # 振込金額
            "0",  # 新規コード: その他
            _n(str(transfer.refund), 10),  # 顧客コード1: our number of the refund, which the bank gives back
            _n("0", 10),  # 顧客コード2
            "7",  # 振込指定区分: テレ振込
            " ",  # 識別表示: 顧客コード, not EDI情報
            _c("", 7),  # ダミー
        )
    )


def _trailer(transfers: tuple[Transfer, ...]) -> str:
    yen = sum(transfer.yen for transfer in transfers)
    return "".join(("8", _n(str(len(transfers)), 6), _n(str(yen), 12), _c("", 101)))


def _n(digits: str, length: int) -> str:
    assert digits.isdecimal() and digits.isascii() and len(digits) <= length, (len(digits), length)
    return digits.zfill(length)


def _c(name: str, length: int) -> str:
    assert len(name) <= length, (name, length)
    return name.ljust(length)
