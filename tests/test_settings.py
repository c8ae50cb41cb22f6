"""Settings: what the federation is to its bank and how many people a payment needs; the last word counts."""

import pytest

from tests import desk
from tests.desk import CHIEF


def refused(url: str, code: str, *words: str) -> str:
    """Insists that a command is refused with this code and changes nothing; gives the sentence."""
    before = desk.held(url)
    answer = desk.typed(url, *words)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (1, True), answer.output
    assert desk.held(url) == before
    return answer.stderr


def test_settings_are_listed_with_what_they_are_and_who_set_them(book_url: str) -> None:
    desk.payer(book_url)
    found = {each["name"]: (each["value"], each["by"]) for each in desk.answered(book_url, "settings")["settings"]}
    assert found["people"] == ("two", None)
    assert found["payer_account"] == ("***7776", CHIEF)
    assert found["payer_account_type"] == ("1", CHIEF)
    assert found["payer_name"] == (desk.PAYER["payer_name"], CHIEF)
    for language, said in (("ja", "仕向銀行番号"), ("en", "the number of the bank it pays from")):
        assert said in desk.done(book_url, "settings", "--lang", language).stdout


def test_a_later_value_counts_and_the_same_one_again_is_no_change(book_url: str) -> None:
    desk.payer(book_url)
    asked = ("settings", "set", "payer_code", "０１２３４５６７８９")
    assert desk.answered(book_url, *asked)["changed"] is False
    assert desk.answered(book_url, "settings", "set", "payer_code", "9876543210")["changed"] is True
    assert desk.answered(book_url, *asked)["changed"] is True
    settings = {row["name"]: row["value"] for row in desk.answered(book_url, "settings")["settings"]}
    assert settings["payer_code"] == "0123456789"
    desk.done(book_url, "settings", "set", "payer_bank_name", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", "one"),
        ("slip_approval_yen", "0"),
        ("slip_approval_yen", "千"),
        ("fiscal_year_begins", "13"),
        ("fiscal_year_begins", "春"),
        ("payer_code", "123"),
        ("payer_name", "日本司法書士会連合会"),
        ("payer_name", ""),
        ("payer_name", "ア" * 41),
        ("payer_bank", "99999"),
        ("payer_bank_name", "アオゾラ ギンコウ"),
        ("payer_branch", "九九九"),
        ("payer_account_type", "貯蓄"),
        ("payer_account", "12345678"),
    ],
)
def test_a_value_that_is_none_is_refused_and_says_what_one_looks_like(book_url: str, name: str, value: str) -> None:
    said = refused(book_url, "not-a-setting", "settings", "set", name, value)
    assert name in said
    assert "12345678" not in said
    refused(book_url, "no-such-setting", "settings", "set", f"{name}s", value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("payer_name", "日本司法書士会連合会", "銀行で使えない文字: 日、本、司、法、書、士、会、連、合"),
        ("payer_name", "カクウレンゴウカイ゜", "銀行で使えない文字: イ゜"),
        ("payer_bank_name", "アオゾラ ギンコウ", "銀行で使えない文字: ␣"),
        ("payer_branch_name", "ガ" * 8, "入力は 16 文字"),
    ],
)
def test_a_name_that_banks_do_not_take_is_refused_with_what_they_do_not_read(
    book_url: str, name: str, value: str, said: str
) -> None:
    assert said in refused(book_url, "not-a-setting", "settings", "set", name, value)
