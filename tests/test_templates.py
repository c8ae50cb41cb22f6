"""Every posting template posts exactly the slip that it shows, and the chart knows every account it names."""

import inspect
import re
import tomllib
import unicodedata

import pytest

from ledger.booking.events import TEMPLATES, TEXTS, describe
from ledger.codes import Account
from ledger.i18n import use
from ledger.journal.entries import Movement
from ledger.store.shipment import CHART

NAMES = {load["code"]: load["ja"] for load in tomllib.loads(CHART.read_text(encoding="utf-8"))["account"]}

SIDE = re.compile(r"(?P<code>\d{4}) (?P<name>[^\[\s]+)(?:\[(?P<part>[^\]]+)\])?\s+(?P<yen>[\d,]+)")

# What stands in the brackets of a slip, by the name under which the template is given it.
PARTS = {"申込": "2011-0001", "充当先": "2012-0002", "入金": "D-1"}
GIVEN = {"application": "申込", "to_application": "充当先", "deposit": "入金"}


def slip(event: str) -> tuple[re.Match[str], re.Match[str]]:
    """The two sides of the slip in a template's docstring."""
    lines = [line for line in (inspect.getdoc(TEMPLATES[event]) or "").splitlines() if "|" in line]
    assert len(lines) == 1, f"{event} shows one slip"
    debit, credit = (SIDE.fullmatch(side.strip()) for side in lines[0].split("|"))
    assert debit and credit, f"the slip of {event} cannot be read: {lines[0]}"
    return debit, credit


def given_to(event: str) -> dict[str, str | int]:
    """What the template is given, so that it posts its slip: all that it asks for, and the parts on the slip."""
    debit, credit = slip(event)
    arguments: dict[str, str | int] = {"yen": int(debit["yen"].replace(",", ""))}
    for name, parameter in inspect.signature(TEMPLATES[event]).parameters.items():
        if name in GIVEN and (parameter.default is parameter.empty or GIVEN[name] in {debit["part"], credit["part"]}):
            arguments[name] = PARTS[GIVEN[name]]
        # Where it is given the accounts: those of its slip, and of an opening balance the one beside the bank.
        if name in ("debit", "credit", "account"):
            arguments[name] = debit["code"] if name == "debit" else credit["code"]
    return arguments


@pytest.mark.parametrize("event", TEMPLATES)
def test_template_is_the_slip_it_shows(event: str) -> None:
    debit, credit = slip(event)
    (movement,) = TEMPLATES[event](**given_to(event))
    assert (movement.debit, movement.credit) == (debit["code"], credit["code"])
    assert movement.yen == int(debit["yen"].replace(",", "")) == int(credit["yen"].replace(",", ""))
    for side, application in ((debit, movement.debit_application), (credit, movement.credit_application)):
        assert side["name"] == NAMES[side["code"]]
        if side["part"] in ("申込", "充当先"):
            assert application == PARTS[side["part"]]
        else:
            assert application is None
        if side["part"] == "入金":
            assert movement.deposit == PARTS["入金"]


@pytest.mark.parametrize("event", TEMPLATES)
def test_template_says_in_japanese_what_happened(event: str) -> None:
    sentence = (inspect.getdoc(TEMPLATES[event]) or "").splitlines()[0]
    assert sentence.endswith("。")
    assert any("CJK" in unicodedata.name(character, "") for character in sentence)


def test_every_account_of_the_chart_is_known_and_no_other() -> None:
    assert {str(account) for account in Account} == set(NAMES)


def test_every_event_of_the_table_of_events_has_its_template() -> None:
    assert (
        list(TEMPLATES)
        == list(TEXTS)
        == [
            "fee_received",
            "overpaid",
            "payer_unknown",
            "suspense_settled",
            "fee_released",
            "certificate_issued",
            "authority_paid",
            "authority_waived",
            "authority_repaid",
            "refund_proposed",
            "overpayment_returned",
            "refund_paid",
            "refund_returned",
            "returned_refund_paid",
            "refund_ended",
            "refund_recovered",
            "credit_proposed",
            "credit_applied",
            "claim_raised",
            "claim_settled",
            "fee_claimed",
            "transfer_fee",
            "interest_received",
            "fee_written_off",
            "claim_written_off",
            "suspense_to_income",
            "opened_refund_paid",
            "other_entry",
            "opening_balance",
        ]
    )


@pytest.mark.parametrize("event", TEMPLATES)
def test_every_event_is_said_without_a_gap(event: str) -> None:
    use("en")
    said = describe(event, tuple(TEMPLATES[event](**given_to(event))))
    assert "None" not in said
    assert "{" not in said


def test_a_reversal_names_its_original_and_the_reason() -> None:
    use("en")
    movement = Movement(Account.FEES_HELD, Account.BANK, 7245, "2011-0001", None, "D-1")
    said = describe("fee_received", (movement,), 12, "entered twice")
    assert said == ("reversal of entry 12: issuance fee received, application 2011-0001, deposit D-1 (entered twice)")
