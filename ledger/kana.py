"""Names are kept as they were received; a search key makes spellings of one name meet.

Banks read half-width kana, into which a name is brought for them and for nobody else.
"""

import unicodedata

# Old and variant forms of characters common in names, each with the form it is sought by.
_VARIANTS = str.maketrans("髙﨑邊邉齋齊濵濱澤櫻廣國嶋德", "高崎辺辺斎斎浜浜沢桜広国島徳")
_IGNORED = str.maketrans("", "", " 　-‐−ー・.")


def search_key(name: str) -> str:
    """The form in which two spellings of one name are equal: NFKC, katakana, upper case, no spaces or hyphens.

    For comparing only: it is never stored in place of a name and never shown.
    """
    plain = unicodedata.normalize("NFKC", name).upper().translate(_VARIANTS).translate(_IGNORED)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)


def same_person(one: str, other: str) -> bool:
    """Whether two login names or spellings stand for one person, as far as spelling can tell."""
    return search_key(one) == search_key(other)


# --- as banks read it -----------------------------------------------------------------------------------------------

# How such a name is written in bytes, one each: the half-width kana of JIS X 0201 are the same in it.
BYTES = "cp932"

# The signs that may stand beside kana, letters and digits: in the name of a person or firm, and of a bank or branch.
IN_NAMES, IN_PLACES = " ()-.", "-"

# Half-width kana ｱ to ﾝ and the two marks; not ｦ, which the older rule of the banks forbids outside remarks.
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF71, 0xFFA0)}
_BIG = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_HYPHEN = str.maketrans(dict.fromkeys("ー‐‑–—―−", "-"))


def as_banks_read(name: str, signs: str = IN_NAMES) -> tuple[str, list[str]]:
    """The name in the half-width characters of 全銀 files, one byte each, and the characters that have none there.

    Small kana become full size, ー a hyphen, small letters capitals; ガ is ｶ and ﾞ, two bytes. Kanji are not guessed at.
    """
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in unicodedata.normalize("NFKC", name))
    plain = katakana.strip().translate(_BIG).translate(_HYPHEN).upper()
    written: list[str] = []
    unreadable: list[str] = []
    for character in plain:
        parts = [_HALF.get(part, part) for part in unicodedata.normalize("NFD", character)]
        allowed = all("ｱ" <= part <= "ﾟ" or part in signs or (part.isascii() and part.isalnum()) for part in parts)
        if allowed:
            written += parts
        elif character not in unreadable:
            unreadable.append(character)
    return "".join(written), unreadable
