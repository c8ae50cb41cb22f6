"""The list of refusals: each in the sentence that was said, in the language of whoever reads it."""

from dataclasses import replace
from datetime import datetime

from exports.reports import refusals
from ledger import i18n
from ledger.audit.access import RefusalRecord
from ledger.booking.refusals import UnknownRefund
from tests import desk
from tests.refused import every_refusal


def test_sentence_is_told_and_not_its_fields(book_url: str) -> None:
    desk.done(book_url, "init")
    assert desk.typed(book_url, "refund", "approve", "99").exit_code == 1
    for language, sentence in (("ja", "返金No.99 はありません"), ("en", "there is no refund 99")):
        shown = desk.done(book_url, "--lang", language, "refusal", "list").stdout
        assert sentence in shown and "refund=" not in shown
    (told,) = desk.answered(book_url, "refusal", "list")["refusals"]
    assert told["fields"] == {"refund": 99}


def test_every_refusal_is_found_where_the_list_looks() -> None:
    assert {cause.__module__ for cause in every_refusal()} == set(refusals.DECLARED_IN)


def test_refusal_of_another_version_is_told_by_its_fields() -> None:
    record = RefusalRecord(1, datetime(2012, 5, 10), "x", None, "book", "unknown-refund", {"refound": [99]})
    for unlike in (record, replace(record, code="never-heard-of")):
        assert refusals.sentence(unlike) == "refound: [99]"
    assert refusals.sentence(replace(record, fields={"refund": 99})) == i18n._(UnknownRefund.template(), refund=99)
