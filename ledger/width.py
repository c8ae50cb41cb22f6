"""Full and half width: the same sign drawn wider. Nothing else is taken for the same: ① is no 1, and ² is none either.

NFKC, which also makes 7245① into 72451, is for search keys only, never for what is read as a value.
"""

import unicodedata

_NARROW = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {"　": " ", "\xa0": " ", "￥": "¥", "−": "-", "￣": "~"}
)


def narrow(text: str) -> str:
    """The text with full-width letters, figures and signs, and the ideographic space, in half width."""
    return text if text.isascii() else text.translate(_NARROW)


def hidden_figures(text: str) -> str:
    """The signs of a text that are drawn with a figure and are none: ①, ², ⑴, Ⅳ; kanji numerals are not among them."""
    return "".join(
        sign
        for sign in text
        if not sign.isascii()
        and unicodedata.category(sign) in ("No", "Nl", "So", "Nd")
        and sign not in "０１２３４５６７８９〇"
        and any(plain.isnumeric() or plain in "IVXivx" for plain in unicodedata.normalize("NFKC", sign))
    )
