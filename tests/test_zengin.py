"""The layout of a payment file: 120 bytes a record, allowed characters only, and what was written is read again."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exports.formats import zengin
from ledger.booking.payment_files import PaymentOrder, Transfer
from ledger.kana import PAYEE, PAYER, PLACE, NameField, as_banks_read

GOLDEN = Path(__file__).parent / "golden" / "payments-2012-09-28.zengin"

# What may stand in any field: half-width kana without ｦ and small ones, both marks, capitals, digits, these signs.
KANA = bytes(range(0xB1, 0xE0))
ALLOWED = set(KANA + b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-.")

# Offsets of the published layout, counted from 0, apart from those that the writer is put together from.
HEADER = {
    "payer_code": (4, 14),
    "payer_name": (14, 54),
    "day": (54, 58),
    "payer_bank": (58, 62),
    "payer_bank_name": (62, 77),
    "payer_branch": (77, 80),
    "payer_branch_name": (80, 95),
    "payer_account_type": (95, 96),
    "payer_account": (96, 103),
}
DATA = {
    "bank": (1, 5),
    "branch": (20, 23),
    "account_type": (42, 43),
    "account": (43, 50),
    "payee": (50, 80),
    "yen": (80, 90),
    "refund": (91, 101),
}


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
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.lists(
        st.builds(
            Transfer,
            st.integers(1, 2**31 - 1),
            digits(4),
            digits(3),
            st.sampled_from("1249"),
            digits(7),
            written_names(PAYEE),
            st.integers(1, 999_999_999),
        ),
        min_size=1,
        max_size=20,
    ).map(tuple),
)


def read(content: bytes) -> tuple[dict[str, str], list[dict[str, str]], tuple[int, int]]:
    """What a file says, by the published offsets: who pays, each transfer, and the totals of the trailer."""
    assert content.endswith(b"\r\n")
    header, *data, trailer, end = content.decode("cp932").split("\r\n")[:-1]
    assert (header[:4], {each[0] for each in data}, trailer[0], end) == ("1210", {"2"}, "8", "9".ljust(120))

    def cut(record: str, fields: dict[str, tuple[int, int]]) -> dict[str, str]:
        return {name: record[first:last].rstrip() for name, (first, last) in fields.items()}

    totals = int(trailer[1:7]), int(trailer[7:19])
    return cut(header, HEADER), [cut(each, DATA) for each in data], totals


@given(ORDERS)
def test_what_is_written_is_read_again(order: PaymentOrder) -> None:
    payer, transfers, totals = read(zengin.text(order).encode("cp932"))
    assert payer == {**order.payer, "day": f"{order.pay_on:%m%d}"}
    assert [
        Transfer(
            int(transfer["refund"]),
            transfer["bank"],
            transfer["branch"],
            transfer["account_type"],
            transfer["account"],
            transfer["payee"],
            int(transfer["yen"]),
        )
        for transfer in transfers
    ] == list(order.transfers)
    assert totals == (len(order.transfers), sum(transfer.yen for transfer in order.transfers))
    assert list(zengin.accounts(zengin.text(order))) == [
        (transfer.refund, transfer.account) for transfer in order.transfers
    ]


@given(ORDERS)
def test_every_record_has_120_bytes_and_only_what_banks_read(order: PaymentOrder) -> None:
    records = zengin.text(order).encode("cp932").split(b"\r\n")
    assert records.pop() == b""
    assert {len(record) for record in records} == {120}
    assert [record[:1] for record in records] == [b"1", *[b"2"] * len(order.transfers), b"8", b"9"]
    assert set(b"".join(records)) <= ALLOWED


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
    payer = dict(zip(HEADER, ("0123456789", "ｼﾎｳｼﾖｼ", "", "9999", "", "999", "", "1", "1234567"), strict=True))
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
