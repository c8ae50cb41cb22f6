"""What stands in a cell and is no value: what a spreadsheet program leaves, and what people write in place of one.

Each is refused with what to do. Taken for a value it would be another member, another transfer, another amount.
"""

import re
import unicodedata
from collections.abc import Iterator

from ledger.dates import parse_day
from ledger.width import hidden_figures, narrow

# The code of a problem, and the fields of its sentence.
Finding = tuple[str, dict[str, object]]

_ERRORS = re.compile(r"#(?:[A-Z][A-Z0-9_/]*[!?]|N/A|SPILL!?|CALC!?|GETTING_DATA)|ERR:[0-9]+")
_NARROW_COLUMN = re.compile("#{2,}")
_DITTO = frozenset('〃 々 仝 ゝ " 同 同上 同じ 上に同じ 上記と同じ ↑ ↓ 〃〃 DITTO DO.'.split()) | {"''"}
_NOTHING = frozenset(
    "なし 無し 無 ナシ 未 未定 未着 未返送 未入力 未登録 不明 空白 空欄 該当なし 該当無し".split()
) | frozenset("- -- --- ー ― — / ・ . ? ?? NULL NONE NAN NAT NA N/A NIL NOTHING UNKNOWN TBD UNDEFINED".split())
LONGEST = 10  # characters of any of these
_LOST = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?E[-+][0-9]{2,3}")
_FRACTION = re.compile(r"[0-9]+\.0+")
# Numbers of which nothing is wrong, and nearly all are: told at a glance, since there are three to a row.
SOUND = re.compile(
    r"(?:[A-Za-z]-?)?(?:[1-9][0-9]*|0[0-9]+)(?:-[0-9]+)?|(?![約注例])[\u4e00-\u9fa5]{1,4}[ \u3000]?第[0-9]{1,9}号"
)
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAY_MADE = re.compile(
    rf"[0-9]{{1,4}}年[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?|[0-9]{{1,2}}月[0-9]{{1,2}}日"
    rf"|(?:{_MONTHS})[- ][0-9]{{1,4}}|[0-9]{{1,2}}[- ](?:{_MONTHS})(?:[- ][0-9]{{2,4}})?"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])|[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
# What says that a row shows how to fill in others: in brackets, before a colon or a number, or alone.
_SAMPLE = re.compile(
    r"[(\[【<〈《〔「『](?:記入|入力|記載)?(?:例|見本|サンプル|sample|example)[0-9]{0,2}[)\]】>〉》〕」』].*"
    r"|(?:記入|入力|記載)(?:例|見本).{0,20}|(?:例|見本|サンプル)(?:[-/.0-9]*(?:[:).、・].*)?|です。?|の?行)"
    r"|(?:sample|example)(?:\W.*)?|e\.g\..*",
    re.IGNORECASE | re.DOTALL,
)
_SAMPLE_BEGINS = frozenset("([【<〈《〔「『（［＜｢記入例見サｻsSｓＳeEｅＥ")
_DEBRIS_BEGINS = _SAMPLE_BEGINS | frozenset("#=＃＝")
# Between numbers of two things, or of a first and a last one.
_SEVERAL = re.compile(
    r"[,、，;；\r\n\t]|[0-9] ?[~〜～] ?[0-9]|から|[0-9] ?(?:と|及び|および|又は|または|ほか|外[0-9]|他|等|&|AND|OR) ?"
)
_MARKED = re.compile(r"^[-+@$¥]|[%円]$|\(注[^)]*\)|(?:注[0-9]*)$|[*※†‡§¶★☆◎○●◯△▲□■◆◇?!\"'’`=<>|\\\[\]{}「」【】約]")


def bare(text: str) -> str:
    """The beginning of a text as it is compared where people write it in any way: without spaces, width and form."""
    return "".join(unicodedata.normalize("NFKC", text[:80]).split()) or "-"


def says_sample(text: str) -> bool:
    """Whether a cell says that its row is an example of how to fill in the others."""
    return text[0] in _SAMPLE_BEGINS and _SAMPLE.fullmatch(bare(text)) is not None


def of_spreadsheets(text: str) -> Finding | None:
    """What no column takes: an error value, the # of a narrow column, the text of a formula, a sample."""
    if text[0] not in _DEBRIS_BEGINS:
        return None
    if says_sample(text):
        return "sample-row", {"value": text}
    plain = narrow(text).upper()
    if _NARROW_COLUMN.fullmatch(plain):
        return "hidden-value", {"value": text}
    if _ERRORS.fullmatch(plain):
        return "formula-error", {"value": text}
    return ("formula-as-text", {"value": text}) if plain.startswith('="') else None


def of_people(text: str) -> Finding | None:
    """What stands for the cell above, or for nothing, in a column that is no remark."""
    if len(text) > LONGEST:
        return None
    plain = narrow(text).replace(" ", "").upper()
    if plain in _DITTO:
        return "ditto", {"value": text}
    return ("leave-empty", {"value": text}) if plain in _NOTHING else None


def of_boxes(text: str) -> Finding | None:
    """What an empty cell behind a formula, or a box to tick, leaves where a text is asked for."""
    if len(text) > 5:
        return None
    return ("from-a-formula", {"value": text}) if narrow(text).upper() in ("0", "TRUE", "FALSE") else None


def of_numbers(text: str) -> Finding | None:
    """What is no number of a member, an application, a transfer or a bill, and would be a new one."""
    return next(_of_numbers(text, narrow(text).upper()), None)


def _of_numbers(text: str, plain: str) -> Iterator[Finding]:
    if plain[0] in "'’":
        yield "apostrophe", {"value": text}
    if _LOST.fullmatch(plain) or _FRACTION.fullmatch(plain):
        yield "digits-lost", {"value": text}
    if _DAY_MADE.fullmatch(plain) or (not plain.isdigit() and parse_day(text) is not None):
        yield "day-for-number", {"value": text}
    if _SEVERAL.search(plain):
        yield "several-numbers", {"value": text}
    found = _MARKED.search(plain)
    if mark := hidden_figures(text) or (found and found[0]):
        yield "note-mark", {"value": text, "mark": mark}
    if not any(sign.isalnum() for sign in plain):
        yield "no-figure", {"value": text}


def lost_digits(text: str) -> bool:
    """Whether a spreadsheet program has put a number shorter than it was: 2.01203E+11."""
    return (text[0].isdigit() or text[0] in "+-") and _LOST.fullmatch(narrow(text).upper()) is not None
