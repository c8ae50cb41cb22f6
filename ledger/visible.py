"""Text as it is shown in a line: what would act on the screen, or turn the line around, is shown by its number.

The text of a file, a name or a reason is anybody's. It is kept as it came; only what is shown of it goes through here.
"""

import re

# Patterns are compiled by `re` when they are first asked for: most starts of the program ask for none of them.
_BREAKS = str.maketrans("\t\n\v\f\r\x85\u2028\u2029", "        ")
# Control characters, marks of direction, signs without width, halves of surrogate pairs and what is no character. The
# selectors of variants, which belong to a kanji, are none of them.
_HIDDEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0001\U000e0020-\U000e007f"
)
# All of them, for whoever can write them as numbers.
UNSHOWN = f"[{_HIDDEN}\x85\u2028\u2029]"
_IN_A_LINE = f"[{_HIDDEN}]"
_IN_LINES = f"[{_HIDDEN}\t\v\f\r\x85\u2028\u2029]"


def line(text: str) -> str:
    """The text in one line: line breaks and tabs are spaces, `<U+001B>` stands for a sign that acts or is not seen."""
    return text if text.isprintable() else re.sub(_IN_A_LINE, _number, text.translate(_BREAKS))


def lines(text: str) -> str:
    """A text of several lines, each of them as it is shown."""
    return text if text.isprintable() else re.sub(_IN_LINES, _number, text)


def _number(sign: re.Match[str]) -> str:
    return f"<U+{ord(sign[0]):04X}>"
