"""What the payer and the note of a transfer say: names, whole or among other words, an office, an association, numbers.

Nothing is looked up here. A bank cuts a text at any place, so neighbouring words are put together in every way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ledger.codes import ASSOCIATIONS
from ledger.kana import number_groups, payer_key, payer_likenesses, rejoined

# How the names of the associations are read.
_IN_ORDER = (
    "サッポロ ハコダテ アサヒカワ クシロ アオモリ イワテ ミヤギ アキタ ヤマガタ フクシマ イバラキ トチギ "
    "グンマ サイタマ チバ トウキョウ カナガワ ニイガタ トヤマ イシカワ フクイ ヤマナシ ナガノ ギフ シズオカ "
    "アイチ ミエ シガ キョウト オオサカ ヒョウゴ ナラ ワカヤマ トットリ シマネ オカヤマ ヒロシマ ヤマグチ "
    "トクシマ カガワ エヒメ コウチ フクオカ サガ ナガサキ クマモト オオイタ ミヤザキ カゴシマ オキナワ"
).split()
READINGS = dict(zip(ASSOCIATIONS, _IN_ORDER, strict=True))

# What stands before or behind the name of whoever pays for an office, as banks and people write it.
_OF_OFFICES = (
    *(
        "司法書士法人",
        "司法書士",
        "合同事務所",
        "総合事務所",
        "法務事務所",
        "登記事務所",
        "事務所",
        "法人",
        "株式会社",
        "有限会社",
    ),
    *(
        "シホウショシホウジン",
        "シホウショシ",
        "ゴウドウジムショ",
        "ソウゴウジムショ",
        "ホウムジムショ",
        "トウキジムショ",
        "ジムショ",
    ),
    *("ホウジン", "カブシキガイシャ", "ユウゲンガイシャ", "オフィス", "ギョウセイショシ", "行政書士", "土地家屋調査士"),
    *("トチカオクチョウサシ", "ダイヒョウ", "代表"),
)
# The short forms of kinds of companies that banks write with a bracket: ｶ) (ｶ) (ｶ, ｼﾎｳ) of 司法書士法人.
_SHORT_FORMS = re.compile(r"\(?(?:シホウ|ギヨ|ギョ|カ|ユ|ド|株|有)\)|\((?:シホウ|ギヨ|ギョ|カ|ユ|ド|株|有)(?=$|\s)")
_ASSOCIATION = ("司法書士会", "シホウショシカイ")

# Runs of figures, of Latin letters, and of other letters with the marks on them.
_WORDS = re.compile(r"[0-9]+|[A-Z]+|(?:(?![A-Z])[^\W\d_]|[\u3099\u309a])+")
_SPACES = re.compile(r"\s+")
# More words than this are no name with spaces in it.
_MOST_WORDS = 24


@dataclass(frozen=True)
class Keys:
    """A name as it is compared: as it is written, and in its likenesses."""

    written: str
    likenesses: frozenset[str]


@lru_cache(maxsize=100_000)
def keys(name: str) -> Keys:
    """The keys of a name."""
    return Keys(payer_key(name), frozenset(payer_likenesses(name)))


@dataclass(frozen=True)
class NumberRun:
    """Groups of figures and letters that stand side by side in a text: with their noughts, and without those in front.

    `at` are the places of the first and behind the last of them.
    """

    solid: str
    groups: tuple[str, ...]
    at: tuple[int, int]


@dataclass(frozen=True)
class PayerWords:
    """What a transfer says.

    `whole` is the payer's name alone, without what is no part of it; `parts` are names that may stand among other
    words, in the payer or the note; `surnames` those with which the payer may begin. `offices`: it is an office's
    transfer, and these may be its surname. `associations`: those that it names. `words` are its runs of figures and
    letters, `figures` the numbers that they may be.
    """

    whole: Keys
    parts: frozenset[Keys]
    surnames: frozenset[str]
    is_office: bool
    associations: frozenset[str]
    words: tuple[str, ...]
    figures: tuple[NumberRun, ...]


@lru_cache(maxsize=10_000)
def said(payer: str, note: str | None) -> PayerWords:
    """What the payer and the note of a transfer say."""
    by_payer, associations = _without_associations(_SPACES.sub(" ", rejoined(payer)))
    by_note, in_note = _without_associations(_SPACES.sub(" ", rejoined(note or "")))
    named, is_office = _without_office(by_payer)
    letters = _letters(named)[:_MOST_WORDS]
    parts = {part for words in (letters, _letters(by_note)[:_MOST_WORDS]) for part in _runs(words)}
    whole = keys("".join(letters))
    words = tuple(_WORDS.findall(f"{rejoined(payer)} {rejoined(note or '')}"))
    return PayerWords(
        whole,
        frozenset(parts - {whole}),
        frozenset(_beginnings(letters, is_office=is_office)),
        is_office,
        frozenset(associations | in_note),
        words,
        tuple(figures(words)),
    )


def _letters(text: str) -> list[str]:
    return [word for word in _WORDS.findall(text) if not word.isdecimal()]


def _runs(words: list[str]) -> Iterator[Keys]:
    """Every run of neighbouring words as one name, but single letters."""
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            if len(run := "".join(words[first:last])) > 1:
                yield keys(run)


def _beginnings(words: list[str], *, is_office: bool) -> Iterator[str]:
    """The likenesses of what may be the surname of whoever pays: the first words, or the first letters of one word.

    An office bears the surnames of several, or of one whose given name follows.
    """
    if len(words) == 1:
        for length in range(2, len(words[0]) + (1 if is_office else -1)):
            yield from payer_likenesses(words[0][:length])
    for last in range(1, len(words)):
        yield from payer_likenesses("".join(words[:last]))
    for word in words if is_office else ():
        yield from payer_likenesses(word)


# --- offices --------------------------------------------------------------------------------------------------------


@cache
def _office_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of offices as they stand in a text of a bank, long ones first: as written, and without voiced marks."""
    written = sorted({payer_key(word) for word in _OF_OFFICES}, key=lambda word: -len(word))
    plain = sorted({like for word in _OF_OFFICES for like in payer_likenesses(word)}, key=lambda word: -len(word))
    return tuple(written), tuple(plain)


def _without_office(text: str) -> tuple[str, bool]:
    """The text without the words of an office around a name, and whether there were any."""
    bare = _SHORT_FORMS.sub(" ", text)
    found = bare != text
    words = [word for word in bare.split() if word]
    written, plain = _office_words()
    # A word that banks cut in two is put together: ｼﾎｳ ｼﾖｼ.
    for size in (4, 3, 2):
        for at in range(len(words) - size + 1):
            run = "".join(words[at : at + size])
            if payer_key(run) in written or not payer_likenesses(run).isdisjoint(plain):
                words[at : at + size] = [run]
    kept = []
    for word in words:
        rest = _stripped(word, written)
        found |= rest != word
        if not payer_likenesses(rest).isdisjoint(plain):
            found, rest = True, ""
        kept.append(rest)
    return " ".join(filter(None, kept)), found


def _stripped(word: str, of_offices: tuple[str, ...]) -> str:
    """The word without those of offices at either end; it is given as compared where there were any."""
    rest = key = payer_key(word)
    stripped = True
    while stripped and rest:
        stripped = False
        for office in of_offices:
            if rest.startswith(office):
                rest, stripped = rest.removeprefix(office), True
            elif rest.endswith(office):
                rest, stripped = rest.removesuffix(office), True
    return word if rest == key else rest


# --- associations ---------------------------------------------------------------------------------------------------


@cache
def _associations() -> tuple[dict[str, str], tuple[str, ...]]:
    """The associations by the likenesses of their names, and the likenesses of what stands behind the name."""
    named: dict[str, str] = {}
    for association, reading in READINGS.items():
        for name in (association, reading):
            named |= dict.fromkeys(payer_likenesses(name), association)
    return named, tuple(like for word in _ASSOCIATION for like in payer_likenesses(word))


_PREFECTURES = ("ケン", "県", "フ", "府", "ト", "都")


def _without_associations(text: str) -> tuple[str, set[str]]:
    """The text without the name of an association in it, and the association; what stands beside it stays."""
    named, behind = _associations()
    words = text.split(" ")
    for first in range(len(words)):
        for last in range(first + 1, min(first + 4, len(words)) + 1):
            run = "".join(words[first:last])
            for key in payer_likenesses(run):
                for word in behind:
                    before, stands, rest = key.partition(word)
                    found = _association_at_end(before, named) if stands else None
                    if found is not None:
                        left = [*words[:first], found[1], rest, *words[last:]]
                        return " ".join(filter(None, left)), {found[0]}
    return text, set()


def _association_at_end(key: str, named: dict[str, str]) -> tuple[str, str] | None:
    """The association whose name ends the key, and what stands before that; None: there is none."""
    for ending in ("", *_PREFECTURES):
        if key.endswith(ending):
            name = key.removesuffix(ending) if ending else key
            for length in range(len(name), 1, -1):
                if name[-length:] in named:
                    return named[name[-length:]], name[:-length]
    return None


# --- numbers --------------------------------------------------------------------------------------------------------

# A number is of so many groups at most, and of fewer figures it may be anything.
_MOST_GROUPS, FEWEST_FIGURES = 4, 3


def figures(words: Iterable[str]) -> Iterator[NumberRun]:
    """Every run of neighbouring groups that may be a number."""
    words = list(words)
    for first in range(len(words)):
        for last in range(first + 1, min(first + _MOST_GROUPS, len(words)) + 1):
            run = words[first:last]
            solid = "".join(run)
            if sum(sign.isdecimal() for sign in solid) >= FEWEST_FIGURES:
                yield NumberRun(solid, tuple(map(_plain, run)), (first, last))


def number_keys(number: str) -> tuple[str, tuple[str, ...]]:
    """A recorded number as it is sought among the figures of a transfer: run together, and group by group."""
    words = [word for group in number_groups(number, noughts=True) for word in _WORDS.findall(group)]
    return "".join(words), tuple(map(_plain, words))


def _plain(group: str) -> str:
    return (group.lstrip("0") or "0") if group.isdecimal() else group
