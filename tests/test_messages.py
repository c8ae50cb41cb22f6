"""The catalogues: every sentence of the code in both languages, nothing stale, the same {fields} on both sides."""

import io
import re
import string
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ledger import errors
from ledger.i18n import DOMAIN, LANGUAGES, LOCALES

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
        keywords={"_": None, "N_": None},
        directory_filter=lambda folder: Path(folder).relative_to(ROOT).parts[0] in {"ledger", "exports"},
    )
    sentences = {str(message) for _file, _line, message, _comments, _context in found}
    assert sentences
    return sentences


def _catalogue(language: str) -> Catalog:
    with _file(language, "po").open("rb") as lines:
        return read_po(lines, locale=language, domain=DOMAIN)


def _file(language: str, ending: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def _pairs(language: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in _catalogue(language) if message.id}


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
        facts = set(getattr(refusal, "__dataclass_fields__", {}))
        assert _fields(refusal.template()) | _fields(refusal.instead) <= facts, refusal.__name__
        assert {refusal.template(), refusal.instead} <= _sentences(), f"{refusal.__name__} says what is not marked"
