"""The layout of a payment file: 120 bytes a record, allowed characters only, and what was written is read again."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exports.formats import zengin
from ledger.booking.payment_orders import PaymentOrder, Transfer
from ledger.kana import PAYEE, PAYER, PLACE, NameField, as_banks_read
from tests.payment_rules import faults, records

GOLDEN = Path(__file__).parent / "golden" / "payments-2012-09-28.zengin"

# What may stand in any field: half-width kana without ｦ and small ones, both marks, capitals, digits, these signs.
KANA = bytes(range(0xB1, 0xE0))
ALLOWED = set(KANA + b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-.")


def digits(count: int) -> st.SearchStrategy[str]:
    """Numbers of so many digits."""
    return st.text("0123456789", min_size=count, max_size=count)


LETTERS = [*KANA.decode("cp932")[:-2], *"ABCXYZ0189", *"ｶﾞ ｳﾞ ﾄﾞ ﾎﾞ ﾊﾟ ﾎﾟ".split()]


def written_names(field: NameField) -> st.SearchStrategy[str]:
    """Names as banks read them, which fit a field, with a letter at both ends."""
    names = st.lists(st.sampled_from([*LETTERS, *field.signs]), min_size=1, max_size=field.length)
    return names.map("".join).map(str.strip).filter(lambda name: 0 < len(name) <= field.length)


ORDERS = st.builds(
    PaymentOrder,
    st.fixed_dictionaries(
        {
            "payer_code": digits(10),
            "payer_name": written_names(PAYER),
            "payer_bank": digits(4),
            "payer_bank_name": st.one_of(st.just(""), written_names(PLACE)),
            "payer_branch": digits(3),
            "payer_branch_name": st.one_of(st.just(""), written_names(PLACE)),
            "payer_account_type": st.sampled_from("129"),
            "payer_account": digits(7),
        }
    ),
    st.dates(date(2011, 1, 1), date(2013, 12, 31)),
    st.lists(
        st.builds(
            Transfer,
            st.integers(1, 2**31 - 1),
            digits(4),
            digits(3),
            st.sampled_from("1249"),
            digits(7).filter(lambda number: number != "0000000"),
            written_names(PAYEE),
            st.integers(1, 999_999_999),
            st.one_of(st.just(""), written_names(PLACE)),
            st.one_of(st.just(""), written_names(PLACE)),
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda transfer: transfer.refund,
    ).map(tuple),
)


# The settings of who pays, each with the field of the header that holds it.
PAYERS = {
    "payer_code": "振込依頼人コード",
    "payer_name": "振込依頼人名",
    "payer_bank": "仕向銀行番号",
    "payer_bank_name": "仕向銀行名",
    "payer_branch": "仕向支店番号",
    "payer_branch_name": "仕向支店名",
    "payer_account_type": "預金種目",
    "payer_account": "口座番号",
}


@given(ORDERS)
def test_what_is_written_is_sound_and_read_again(order: PaymentOrder) -> None:
    content = zengin.text(order).encode("cp932")
    assert faults(content, order.pay_on) <= {"calendar"}
    header, *data, trailer, _end = records(content)
    assert {setting: header[field] for setting, field in PAYERS.items()} == order.payer
    assert header["振込指定日"] == f"{order.pay_on:%m%d}"
    assert [
        Transfer(
            int(record["顧客コード1"]),
            record["被仕向銀行番号"],
            record["被仕向支店番号"],
            record["預金種目"],
            record["口座番号"],
            record["受取人名"],
            int(record["振込金額"]),
            record["被仕向銀行名"],
            record["被仕向支店名"],
        )
        for record in data
    ] == list(order.transfers)
    assert int(trailer["合計金額"]) == sum(transfer.yen for transfer in order.transfers)
    assert list(zengin.accounts(zengin.text(order))) == [
        (transfer.refund, transfer.account) for transfer in order.transfers
    ]


@given(st.text(max_size=40), st.sampled_from([PAYEE, PLACE]))
@example("ｱﾞ", PAYEE)
@example("コウヤマ　タロウ", PLACE)
def test_a_name_becomes_what_banks_read_or_is_said_to_be_none(name: str, field: NameField) -> None:
    written, left = as_banks_read(name, field)
    assert set(written.encode("cp932")) <= ALLOWED - set(b" ()-.") | set(field.signs.encode())
    assert len(written.encode("cp932")) == len(written)
    if not left:
        assert as_banks_read(written, field) == (written, [])


# What is entered, and what a party's name and the name of a bank or branch become: written, or what cannot be.
NAMES = {
    "コウヤマ タロウ": ("ｺｳﾔﾏ ﾀﾛｳ", ["␣"]),
    "こうやま　たろう": ("ｺｳﾔﾏ ﾀﾛｳ", ["␣"]),
    "ｺｳﾔﾏ ﾀﾛｳ": ("ｺｳﾔﾏ ﾀﾛｳ", ["␣"]),
    "キャッチャー": ("ｷﾔﾂﾁﾔ-", "ｷﾔﾂﾁﾔ-"),
    "ｷｬｯﾁｬｰ": ("ｷﾔﾂﾁﾔ-", "ｷﾔﾂﾁﾔ-"),
    "ぁぃぅぇぉっゃゅょゎゕゖ": ("ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ"),
    "ガッコウパピプ": ("ｶﾞﾂｺｳﾊﾟﾋﾟﾌﾟ", "ｶﾞﾂｺｳﾊﾟﾋﾟﾌﾟ"),
    "ヴ": ("ｳﾞ", "ｳﾞ"),
    "ｶﾞ": ("ｶﾞ", "ｶﾞ"),
    "カ゛ハ゜": ("ｶﾞﾊﾟ", "ｶﾞﾊﾟ"),
    "か\u3099": ("ｶﾞ", "ｶﾞ"),
    "カ)コウヤマ": ("ｶ)ｺｳﾔﾏ", [")"]),
    "smith J.": ("SMITH J.", ["␣", "."]),
    "エ−‐―－ス": ("ｴ----ｽ", "ｴ----ｽ"),
    "１２３ＡＢ": ("123AB", "123AB"),
    # A mark after what takes none, or after nothing.
    "ｱﾞ": (["ア゛"], ["ア゛"]),
    "ｶﾟ": (["カ゜"], ["カ゜"]),
    "ｶﾞﾞ": (["カ゛゛"], ["カ゛゛"]),
    "ヷヸ": (["ヷ", "ヸ"], ["ヷ", "ヸ"]),
    "Aﾞ": (["A゛"], ["A゛"]),
    "゛ア": (["゛"], ["゛"]),
    # What no bank reads; each character is said once.
    "(株)": (["株"], ["(", "株", ")"]),
    "Smith,J,": ([","], [","]),
    "甲山甲": (["甲", "山"], ["甲", "山"]),
    "ヲカ": (["ヲ"], ["ヲ"]),
    "ｦ": (["ヲ"], ["ヲ"]),
    "ヰヱ": (["ヰ", "ヱ"], ["ヰ", "ヱ"]),
    "ジョン・スミス": (["・"], ["・"]),
    "㍿①㌔Ⅳ": (["㍿", "①", "㌔", "Ⅳ"], ["㍿", "①", "㌔", "Ⅳ"]),
    "ßﬁÉ": (["ß", "ﬁ", "É"], ["ß", "ﬁ", "É"]),
    "7,245¥": ([",", "¥"], [",", "¥"]),
}


@pytest.mark.parametrize(("name", "party", "place"), [(name, *expected) for name, expected in NAMES.items()])
def test_names_are_written_as_the_rules_of_the_banks_have_it(
    name: str, party: str | list[str], place: str | list[str]
) -> None:
    for field, expected in ((PAYER, party), (PAYEE, party), (PLACE, place)):
        written, left = as_banks_read(name, field)
        assert (left or written) == expected


def made() -> PaymentOrder:
    """An order as small as it can be."""
    payer = dict(zip(PAYERS, ("0123456789", "ｼﾎｳｼﾖｼ", "9999", "", "999", "", "1", "1234567"), strict=True))
    return PaymentOrder(payer, date(2012, 9, 28), (Transfer(1, "9999", "999", "1", "7654321", "ｺｳﾔﾏ ﾀﾛｳ", 7245),))


def test_nothing_is_cut_short() -> None:
    """What does not fit is an assertion of ours: it has to be refused before it comes here."""
    order = made()
    long = Transfer(1, "9999", "999", "1", "7654321", "ｱ" * 31, 7245)
    for transfer in (long, Transfer(1, "9999", "999", "1", "7654321", "ｱ", 10**10)):
        with pytest.raises(AssertionError):
            zengin.text(PaymentOrder(order.payer, order.pay_on, (transfer,)))


def test_a_file_is_the_golden_one(update: bool) -> None:
    payer = {**made().payer, "payer_name": "ｼﾎｳｼﾖｼ ﾚﾝｺﾞｳｶｲ", "payer_bank_name": "ﾃｽﾄ", "payer_branch_name": "ﾎﾝﾃﾝ"}
    transfers = (
        Transfer(1, "9999", "999", "1", "2345678", "ｺｳﾔﾏ ﾀﾛｳ", 7245),
        Transfer(2, "9999", "001", "2", "0000001", "ｶ)ｶﾞﾂｺｳ", 755),
        Transfer(12, "0001", "999", "9", "9999999", "SMITH J. (ﾀﾞｲ)", 999_999_999),
    )
    written = zengin.text(PaymentOrder(payer, date(2012, 9, 28), transfers)).encode("cp932")
    if update:
        GOLDEN.write_bytes(written)
    assert written == GOLDEN.read_bytes()
