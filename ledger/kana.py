"""Names are kept as they were received; a search key makes spellings of one name meet.

Banks read half-width kana, into which a name is brought for them and for nobody else.
"""

import re
import unicodedata
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

from ledger.width import narrow

# Old and variant forms of characters common in names, each with the form it is sought by.
_VARIANTS = str.maketrans("髙﨑邊邉齋齊濵濱澤櫻廣國嶋德𠮷栁眞惠", "高崎辺辺斎斎浜浜沢桜広国島徳吉柳真恵")
_IGNORED = str.maketrans("", "", " 　-‐−ー・.")

# Signs that nobody sees: spaces, controls and format characters by category, and those that are letters or marks by
# category and drawn as nothing (of Hangul and Mongolian, the joiner of graphemes, selectors of variants).
_UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
_DRAWN_AS_NOTHING = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)

# Letters drawn alike, each with the one it is compared by: of the Cyrillic and Greek alphabets, and kanji like kana.
_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ口力二工夕卜八千才へ",
    "ABEKMHOPCTYXIJSQWABEZHIKMNOPTYXロカニエタトハチオヘ",
)


@cache
def _seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN_CATEGORIES and sign not in _DRAWN_AS_NOTHING


# Small kana, which banks do not write, each with the full-size one that stands for it.
_BIG = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")


class _Sought(dict[int, str]):
    """What each sign becomes in a search key, worked out when the sign is met first: a register has many names."""

    def __missing__(self, code: int) -> str:
        sign = chr(code).translate(_VARIANTS).translate(_IGNORED)
        katakana = chr(code + 0x60) if "ぁ" <= sign <= "ゖ" else sign
        self[code] = katakana.translate(_BIG) if katakana and _seen(katakana) else ""
        return self[code]


_SOUGHT = _Sought()


def search_key(name: str) -> str:
    """The form in which two spellings of one name are equal: NFKC, katakana, upper case, no spaces or hyphens.

    Small kana are full size, as banks write them. For comparing only: it is never stored in place of a name and never
    shown.
    """
    return unicodedata.normalize("NFKC", name).upper().translate(_SOUGHT)


# --- who pays -------------------------------------------------------------------------------------------------------

# Further old forms of characters, and kana that are written for one another in the names of payers.
_OLD_FORMS = str.maketrans(
    "瀧條靜壽實藏圓學榮峯嶌槇曾遙渕舘穗豐禮薗龍淺祿與應彌", "滝条静寿実蔵円学栄峰島槙曽遥淵館穂豊礼園竜浅禄与応弥"
)
_READ_ALIKE, _WRITTEN_ALIKE = str.maketrans("ヲヰヱ", "オイエ"), str.maketrans("ヅヂ", "ズジ")
_APART = "\\s+(?=[\u3099\u309a])"
# A vowel that only makes the one before it long, by the last kana before it.
_LONG_VOWEL = (
    "(?<=[アカサタナハマヤラワ])ア+|(?<=[イキシチニヒミリ])イ+|(?<=[ウクスツヌフムユル])ウ+"
    "|(?<=[エケセテネヘメレ])[イエ]+|(?<=[オコソトノホモヨロ])[ウオ]+"
)


def rejoined(text: str) -> str:
    """The text in NFKC, upper case, with each voiced mark on its kana, also where a space had come between them."""
    return unicodedata.normalize("NFC", re.sub(_APART, "", unicodedata.normalize("NFKC", text))).upper()


def payer_key(name: str) -> str:
    """The form in which a name and what a bank makes of it are equal: the search key, with ヅ as ズ, ヂ as ジ, ヲ as
    オ, and voiced marks that had come apart from their kana.

    For transfers only, as are the keys of a likeness: it makes more names equal than a search may.
    """
    return _read(name).translate(_WRITTEN_ALIKE)


def payer_likenesses(name: str) -> set[str]:
    """The forms in which a name and what a bank may have made of it have one in common: without voiced marks, which get
    lost, and without what makes a vowel long, which is written in several ways: オオノ, オーノ, オノ.

    Other names are alike by it too, so it never says for certain whose a name is.
    """
    key = _read(name)
    return {_plain(key), _plain(key.translate(_WRITTEN_ALIKE))}  # ヅ without its mark is ツ, written as ズ it is ス


def _read(name: str) -> str:
    key = unicodedata.normalize("NFC", search_key(rejoined(name)))
    return key.translate(_READ_ALIKE).translate(_OLD_FORMS)


def _plain(key: str) -> str:
    letters = unicodedata.normalize("NFD", key).replace("\u3099", "").replace("\u309a", "")
    return re.sub(_LONG_VOWEL, "", letters)


# --- numbers --------------------------------------------------------------------------------------------------------

_HYPHENS = str.maketrans(dict.fromkeys("‐‑–—―−ー", "-"))


def number_key(number: str) -> str:
    """The form in which two spellings of one number are equal: NFKC, upper case, one kind of hyphen, no spaces."""
    if not number.isascii():
        number = unicodedata.normalize("NFKC", number).translate(_HYPHENS)
        if not (number.isprintable() and _DRAWN_AS_NOTHING.isdisjoint(number)):
            number = "".join(filter(_seen, number))
    return "".join(number.split()).upper()


_GROUPS = r"[0-9]+|[^\W\d_]+"
# What people write around a number, and no part of it: words, and a remark in brackets without a figure.
_FRAME = r"[(\[][^)\]0-9]*[)\]]|第|号|司法書士会|登録番号|登録|(?:申込|会員|照会|請求書)?番号|^NO\.?(?=[^A-Z])"


def number_groups(number: str, *, noughts: bool = False) -> list[str]:
    """The groups of figures and of letters in a number: 東京 第0091号 is 東京 and 91, with its `noughts` 0091."""
    groups = re.findall(_GROUPS, re.sub(_FRAME, "", number_key(number)))
    return groups if noughts else [group.lstrip("0") or "0" for group in groups]


def number_likenesses(number: str) -> tuple[set[str], set[str]]:
    """By what a number is suspected to be another one written otherwise, never known to be: what it is like, and what
    is like it. Two are alike where one's first set and the other's second have something in common.

    They are compared without the noughts before a figure (0001 and 1, 2012-001 and 2012-1) and without what stands
    around a number (第 and 号, No., a remark in brackets); and run together, where nothing stands between the figures
    and letters of one of them (20120001 and 2012-0001).
    """
    key = re.sub(_FRAME, "", number_key(number))
    groups = re.findall(_GROUPS, key)
    plain, joined = "-".join([group.lstrip("0") or "0" for group in groups]), "".join(groups)
    if key == joined:
        return {plain, f"solid {joined}", f"joined {joined}"}, {plain, f"joined {joined}"}
    return {plain, f"joined {joined}"}, {plain, f"solid {joined}"}


# --- who signs ------------------------------------------------------------------------------------------------------


def person_key(name: str) -> str:
    """The form in which two spellings of a person's name are equal: letters and figures alone, as they look.

    It is empty for a name in which there is no letter or figure.
    """
    alike = search_key(name.translate(_IGNORED)).translate(_ALIKE).translate(_IGNORED)
    return "".join(sign for sign in alike if sign.isalnum())


def same_person(one: str, other: str) -> bool:
    """Whether two login names or spellings stand for one person, as far as spelling can tell; nobody is like anybody.

    A name without a letter or figure is nobody's.
    """
    key = person_key(one)
    return not key or key == person_key(other)


def signed_name(name: str) -> str | None:
    """The name as it is kept beside what a person does, without what nobody sees; None when it names nobody."""
    plain = "".join(sign for sign in name if sign in " 　" or _seen(sign)).strip()
    return plain if person_key(plain) else None


# --- as banks read it -----------------------------------------------------------------------------------------------

# How such a name is written in bytes, one each: the half-width kana of JIS X 0201 are the same in it.
BYTES = "cp932"


class NameField(NamedTuple):
    """A field for names in the files of banks: the signs that may stand there beside kana, capitals and digits, and its
    length in half-width characters, of which a voiced mark is one. What is longer is refused, never cut short.
    """

    signs: str
    length: int


# The name of a bank or branch (店舗名), of who pays (依頼人名), of who is paid (受取人名, the holder of an account).
PLACE, PAYER, PAYEE = NameField("-", 15), NameField(" ()-.", 40), NameField(" ()-.", 30)

# The marks as Unicode combines them with a letter, each with its half-width form and the kana that it may stand after.
_MARKS = {
    "\u3099": ("ﾞ", frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")),
    "\u309a": ("ﾟ", frozenset("ﾊﾋﾌﾍﾎ")),
}
# Half-width kana, small ones and ｦ included, by which they are read; and marks that stand by themselves.
_FULL = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF66, 0xFFA0)}
_FULL |= {ord("゛"): "\u3099", ord("゜"): "\u309a"}
# Kana ア to ン with those by which they are written; not ヲ, which the older rule of the banks allows in remarks alone.
_HALF = {_FULL[code]: chr(code) for code in range(0xFF71, 0xFF9E)}
_KATAKANA = {code: chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
_HYPHEN = str.maketrans(dict.fromkeys("ー‐‑–—―−", "-"))
_CHARACTERS = re.compile(".[\u3099\u309a]*", re.DOTALL)  # with the marks that stand behind them
_SHOWN = str.maketrans({"\u3099": "゛", "\u309a": "゜", " ": "␣"})
_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)


def as_banks_read(name: str, field: NameField) -> tuple[str, list[str]]:
    """The name in the half-width characters of a field of 全銀 files, one byte each, and what cannot be written there.

    Small kana become full size, ー a hyphen, small letters capitals; ガ is ｶ and ﾞ, two bytes, and a mark stands only
    after a kana that takes one. Nothing else is changed: kanji are not guessed at, and ① is no 1.
    """
    full = narrow(name).translate(_FULL).translate(_KATAKANA).translate(_BIG)
    plain = full.translate(_HYPHEN).translate(_CAPITALS).strip()
    written = ""
    unreadable: dict[str, None] = {}
    for character in _CHARACTERS.findall(plain):
        decomposed = unicodedata.normalize("NFD", character)
        half = _half(decomposed[0], decomposed[1:], field)
        if half is None:
            unreadable[character.translate(_SHOWN)] = None
        else:
            written += half
    return written, list(unreadable)


def _half(letter: str, marks: str, field: NameField) -> str | None:
    """A letter or sign with the marks over it as a field holds them; None when it cannot."""
    half = _HALF.get(letter, letter)
    if half == letter and not (letter in ascii_uppercase or letter in digits or letter in field.signs):
        return None
    if not marks:
        return half
    mark, after = _MARKS.get(marks, ("", ()))
    return half + mark if half in after else None
