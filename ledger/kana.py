"""Names are kept as they were received; a search key makes spellings of one name meet."""

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
