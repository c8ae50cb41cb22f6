"""A writer of payment files that breaks one rule of the banks, and the rule that says so."""

import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from exports.formats import bank, zengin
from ledger.booking.payment_orders import PaymentOrder, Transfer
from tests import payment_rules
from tests.payment_rules import DATA, END, HEADER, TRAILER, faults, records

ON = date(2012, 9, 28)
PAYER = {
    "payer_code": "0123456789",
    "payer_name": "ｶｸｳ ﾚﾝｺﾞｳｶｲ",
    "payer_bank": "9999",
    "payer_bank_name": "ｶｸｳﾀﾞｲｲﾁ",
    "payer_branch": "998",
    "payer_branch_name": "ﾎﾝﾃﾝ",
    "payer_account_type": "2",
    "payer_account": "7654321",
}
ORDER = PaymentOrder(
    PAYER,
    ON,
    (
        Transfer(1, "9999", "999", "1", "0345678", "ｺｳﾔﾏ ﾀﾛｳ", 7245, "ｶｸｳﾀﾞｲｲﾁ", "ﾎﾟﾌﾟﾗ2-1"),
        Transfer(12, "9998", "001", "4", "0000001", "ｶ)ｶﾞﾂｺｳ (ﾀﾞｲ) A-1.", 755),
    ),
)


def test_a_sound_file_breaks_no_rule() -> None:
    assert faults(zengin.text(ORDER).encode("cp932"), ON) == set()


def test_each_field_is_read_at_its_published_place() -> None:
    """The places are those of the banks' sheets, the values what was ordered; no byte is left over."""
    header, first, second, trailer, end = records(zengin.text(ORDER).encode("cp932"))
    for layout in (HEADER, DATA, TRAILER, END):
        assert [field.first for field in layout] == [1, *(field.last + 1 for field in layout[:-1])]
        assert layout[-1].last == 120
    assert {name: header[name] for name in header.values} == {
        "データ区分": "1",
        "種別コード": "21",
        "コード区分": "0",
        "振込依頼人コード": "0123456789",
        "振込依頼人名": "ｶｸｳ ﾚﾝｺﾞｳｶｲ",
        "振込指定日": "0928",
        "仕向銀行番号": "9999",
        "仕向銀行名": "ｶｸｳﾀﾞｲｲﾁ",
        "仕向支店番号": "998",
        "仕向支店名": "ﾎﾝﾃﾝ",
        "預金種目": "2",
        "口座番号": "7654321",
        "ダミー": "",
    }
    assert {name: first[name] for name in first.values} == {
        "データ区分": "2",
        "被仕向銀行番号": "9999",
        "被仕向銀行名": "ｶｸｳﾀﾞｲｲﾁ",
        "被仕向支店番号": "999",
        "被仕向支店名": "ﾎﾟﾌﾟﾗ2-1",
        "手形交換所番号": "0000",
        "預金種目": "1",
        "口座番号": "0345678",
        "受取人名": "ｺｳﾔﾏ ﾀﾛｳ",
        "振込金額": "0000007245",
        "新規コード": "0",
        "顧客コード1": "0000000001",
        "顧客コード2": "0000000000",
        "振込指定区分": "7",
        "識別表示": "",
        "ダミー": "",
    }
    assert (second["被仕向銀行名"], second["受取人名"], second["預金種目"]) == ("", "ｶ)ｶﾞﾂｺｳ (ﾀﾞｲ) A-1.", "4")
    assert (trailer["合計件数"], trailer["合計金額"], end["データ区分"]) == ("000002", "000000008000", "9")


# What is changed in the writer, and the rules that this breaks.
WRITERS = {
    ('_END = "\\r\\n"', '_END = "\\n"'): "line-ends",
    ('"".join(f"{record}{_END}" for record in records)', "_END.join(records)"): "line-ends",
    ('_c("", 17)', '_c("", 16)'): "length",
    ('_c("", 101)', '_c("", 100)'): "length",
    ("_trailer(order.transfers), ", ""): "structure",
    (', _c("9", LENGTH)]', "]"): "structure",
    ("[_header(order), *map(_data, order.transfers)", "[*map(_data, order.transfers), _header(order)"): "structure",
    ('_BEGINNING = "121"', '_BEGINNING = "111"'): "code",
    ('"0",  # コード区分', '"1",  # コード区分'): "code",
    ('"0",  # 新規コード', '"3",  # 新規コード'): "code",
    ('"7",  # 振込指定区分', '"8",  # 振込指定区分'): "code",
    ('" ",  # 識別表示', '"Y",  # 識別表示'): "blanks",
    ("digits.zfill(length)", 'digits.rjust(length, " ")'): "number",
    ("name.ljust(length)", "name.rjust(length)"): "structure name-missing character-P",
    ("_c(transfer.payee, PAYEE.length)", '_c("", PAYEE.length)'): "name-missing",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('ﾀ', 'ﾀﾟ'), PAYEE.length)"): "mark",
    ("_c(transfer.payee, PAYEE.length)", "_c('ﾞ' + transfer.payee, PAYEE.length)"): "mark",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('ﾔ', 'ｬ'), PAYEE.length)"): "character-C",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('ﾔ', 'ｦ'), PAYEE.length)"): "character-C",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('ﾔ', 'ｰ'), PAYEE.length)"): "character-C",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('A', 'a'), PAYEE.length)"): "character-C",
    ("_c(transfer.payee, PAYEE.length)", "_c(transfer.payee.replace('A', ','), PAYEE.length)"): "character-C",
    ("_c(transfer.branch_name, PLACE.length)", "_c('ﾎﾝ ﾃﾝ', PLACE.length)"): "character-P",
    ("_c(transfer.branch_name, PLACE.length)", "_c('ﾎﾝ(ﾃﾝ)', PLACE.length)"): "character-P",
    ("_c(transfer.bank_name, PLACE.length)", "_c('ｶｸｳ.', PLACE.length)"): "character-P",
    ("_n(str(transfer.yen), 10)", '_n("0", 10)'): "no-yen totals",
    ("_n(str(transfer.yen), 10)", '_n("9" * 10, 10)'): "too-much totals",
    ("_n(str(transfer.yen), 10)", "_n(str(transfer.yen // 100), 10)"): "totals",
    ("_n(str(yen), 12)", "_n(str(yen * 10), 12)"): "totals",
    ("_n(str(len(transfers)), 6)", "_n(str(len(transfers) + 2), 6)"): "totals",
    ("_n(str(transfer.refund), 10)", '_n("1", 10)'): "twice",
    ("_n(str(transfer.refund), 10)", '_n(str(transfer.refund - 1), 10)'): "nothing-named",
    ("_n(transfer.account, 7)", '_n("0", 7)'): "nothing-named",
    ("_n(transfer.account_type, 1)", '_n("3", 1)'): "account-type",
    ('_n(payer["payer_account_type"], 1)', '_n("4", 1)'): "account-type",
    ("{order.pay_on:%m%d}", "{order.pay_on:%d%m}"): "calendar",
    ("{order.pay_on:%m%d}", "{order.pay_on:%y%m}"): "calendar",
}  # fmt: skip


def _broken(change: tuple[str, str]) -> ModuleType:
    """The writer with one thing in it changed; that no record comes out too long or short is not seen to."""
    source = Path(zengin.__file__).read_text(encoding="utf-8")
    was, now = change
    assert source.count(was) == 1, was
    writer = ModuleType("broken")
    code = "\n".join(line for line in source.replace(was, now).split("\n") if not line.lstrip().startswith("assert "))
    exec(compile(code.replace("in records:\n", "in records:\n        pass\n"), "broken", "exec"), vars(writer))  # noqa: S102
    return writer


@pytest.mark.parametrize("change", WRITERS)
def test_a_writer_that_breaks_a_rule_is_seen(change: tuple[str, str]) -> None:
    assert faults(_broken(change).text(ORDER).encode("cp932"), ON) == set(WRITERS[change].split())


@pytest.mark.parametrize("day", [date(2012, 9, 29), date(2012, 9, 17), date(2012, 12, 31)])
def test_a_file_for_a_day_on_which_banks_are_closed_is_seen(day: date) -> None:
    order = PaymentOrder(PAYER, day, ORDER.transfers)
    assert faults(zengin.text(order).encode("cp932"), day) == {"calendar"}


def test_every_file_that_a_command_makes_is_held_against_the_rules() -> None:
    """By `conftest.py`, in place of the function that commands ask for."""
    with pytest.raises(AssertionError, match="twice"):
        bank.text(PaymentOrder(PAYER, ON, ORDER.transfers[:1] * 2))


def test_every_rule_is_broken_by_some_writer() -> None:
    source = Path(payment_rules.__file__).read_text(encoding="utf-8")
    rules = set(re.findall(r'(?:yield |found\.add\()f?"([a-z-]+)', source))
    broken = {fault for faults in WRITERS.values() for fault in faults.split()}
    assert {fault.removesuffix("P").removesuffix("C") for fault in broken} == rules
