"""The catalogues: every sentence of the code in both languages, nothing stale, the same {fields} on both sides."""

import io
import re
import string
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ledger import errors, i18n
from ledger.i18n import DOMAIN, LANGUAGES, LOCALES, _, ngettext, speaking

ROOT = Path(__file__).parent.parent

UPDATE = "write the catalogues anew and translate what is empty: make messages"


@cache
def _sentences() -> set[str]:
    """Every sentence marked in the code, extracted afresh with the mapping of pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]
    methods = [(pattern, setting["method"]) for setting in settings["mappings"] for pattern in setting["pattern"]]
    found = extract_from_dir(
        ROOT,
        methods,
        keywords={"_": None, "N_": None, "ngettext": (1, 2)},
        directory_filter=lambda folder: Path(folder).relative_to(ROOT).parts[0] in {"ledger", "exports"},
    )
    sentences = {form for _file, _line, message, _comments, _context in found for form in _forms(message)}
    assert sentences
    return sentences


def _forms(message: str | Sequence[str] | None) -> tuple[str, ...]:
    """A sentence, or each of its plural forms."""
    return (message or "",) if message is None or isinstance(message, str) else tuple(message)


def _catalogue(language: str) -> Catalog:
    with _file(language, "po").open("rb") as lines:
        return read_po(lines, locale=language, domain=DOMAIN)


def _file(language: str, ending: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def _pairs(language: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for message in _catalogue(language):
        said = _forms(message.string)
        pairs |= {form: said[min(nth, len(said) - 1)] for nth, form in enumerate(_forms(message.id)) if form}
    return pairs


def _written_in(sentence: str) -> str:
    """A sentence in the code is English, perhaps with an example in Japanese, or it is quoted from the papers."""
    words = re.sub(r"{.*?}", "", sentence)
    return (
        "ja" if len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", words)) > len(re.findall("[A-Za-z]", words)) else "en"
    )


def _fields(sentence: str) -> set[str]:
    return {field for _text, field, _format, _conversion in string.Formatter().parse(sentence) if field is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_the_sentences_of_the_code_and_no_others(language: str) -> None:
    assert set(_pairs(language)) == _sentences(), UPDATE
    assert not _catalogue(language).obsolete, UPDATE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_in_either_language(language: str) -> None:
    unsaid = [sentence for sentence, said in _pairs(language).items() if not said]
    assert [sentence for sentence in unsaid if _written_in(sentence) != language] == [], UPDATE


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in _catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_names_the_same_fields(language: str) -> None:
    pairs = _pairs(language).items()
    assert [sentence for sentence, said in pairs if said and _fields(said) != _fields(sentence)] == []


def test_every_field_has_a_name() -> None:
    assert [sentence for sentence in _sentences() if not all(map(str.isidentifier, _fields(sentence)))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(language))
    assert _file(language, "mo").read_bytes() == compiled.getvalue(), UPDATE


def test_refusal_fills_its_sentences_from_its_own_facts() -> None:
    refusals = errors.Refusal.__subclasses__()
    assert refusals
    for refusal in refusals:
        facts = set(refusal.declared())
        assert _fields(refusal.template()) | _fields(refusal.instead) <= facts, refusal.__name__
        assert {refusal.template(), refusal.instead} <= _sentences(), f"{refusal.__name__} says what is not marked"


# --- how it is said -------------------------------------------------------------------------------------------------

# What a first reader stumbles over, by language.
STUMBLES = {
    "ja": r"お断り|取り?置き|人の検討|封印の連鎖の先端|[0-9]{4,} ?円",
    "en": r"\(s\)|, Esq\.|\bplease\b|\binvalid\b|!$",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_makes_a_reader_stumble(language: str) -> None:
    said = {sentence: said or sentence for sentence, said in _pairs(language).items()}
    found = {sentence: words for sentence, words in said.items() if re.search(STUMBLES[language], words)}
    assert {sentence for sentence in found if sentence not in KEPT} == set()


# What an entry says happened stands in workbooks that were handed out, which are held against the books word for word.
KEPT = {
    "refund proposed and reserved, application {application}",
    "overpayment to be returned, deposit {deposit}",
    "credit proposed and reserved, application {application}",
}


def test_a_sentence_about_a_count_has_its_plural_forms() -> None:
    """English says 1 letter and 2 letters; what begins with a count is asked of gettext by that count."""
    counted = re.compile(r"^\{count\} (\w+s) ")
    plural = {str(message.id[1]) for message in _catalogue("en") if isinstance(message.id, tuple | list)}
    assert plural
    assert {sentence for sentence in _sentences() if counted.search(sentence)} - plural <= COUNTED_WITHOUT


# Their count is never one, or the sentence stands in a workbook as it was.
COUNTED_WITHOUT = {
    "{count} credits applied; the reissues owe that much less.",
    "{count} refunds proposed. Next, by another person: seisan refund approve {numbers}",
    "{count} refunds approved. Next, with all that are: seisan refund file --on {on} --out transfers-{on}.txt",
    "{count} refunds rejected; their yen are no longer reserved.",
    "{count} refunds are paid.",
    "{count} control totals do not agree",
    "{count} refunds of {yen} yen are in it, and it is said to be {told} of {total} yen",
}


@pytest.mark.parametrize(
    ("sentence", "fields", "says"),
    [
        ("{value} yen is more than the {limit} yen that one amount may be", {"value": 123456, "limit": 1}, "123,456"),
        ("account {account} would stand at {yen} yen on {on}", {"account": "2040", "yen": -7245, "on": "x"}, "△7,245"),
        ("… and {count} more, by kind: {kinds}", {"count": 12345, "kinds": ["a", "b"]}, "12,345"),
        ("there is no refund {refund}", {"refund": 12345}, "12345"),
        ("{written} could be any of: {numbers}", {"written": "1", "numbers": ["0001", "001"]}, "0001"),
    ],
    ids=["limit", "negative", "count", "number", "list"],
)  # fmt: skip
def test_amounts_and_counts_are_grouped_and_numbers_are_not(
    sentence: str, fields: dict[str, object], says: str
) -> None:
    for language in LANGUAGES:
        with speaking(language):
            said = _(sentence, **fields)
            assert says in said, said
            assert "[" not in said


def test_one_and_several_are_told_apart() -> None:
    forms = ("{count} letter written: {place}", "{count} letters written: {place}")
    with speaking("en"):
        assert [ngettext(*forms, count, place="x") for count in (1, 2)] == [
            "1 letter written: x",
            "2 letters written: x",
        ]
    with speaking("ja"):
        assert ngettext(*forms, 1000, place="x") == "回答 1,000 通を書き出しました: x"


def test_block_gives_back_what_held_before_however_it_ends() -> None:
    first = i18n.language()
    with i18n.speaking("en"):
        with pytest.raises(RuntimeError), i18n.speaking("ja"):
            raise RuntimeError
        assert i18n.language() == "en"
    assert i18n.language() == first
    later = i18n.speaking("en")  # nothing holds before the block begins
    assert i18n.language() == first
    with later:
        assert i18n.language() == "en"
