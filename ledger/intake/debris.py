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
_DITTO = frozenset(
    '〃 々 仝 ゝ ゞ ヽ ヾ " 同 同上 同左 同右 同前 上同 前同 同じ 同様 同人 上記 上に同じ 右に同じ 左に同じ 前に同じ '
    "上と同じ 上記同様 上記と同じ ↑ ↓ 〃〃 DITTO DO.".split()
) | {"''"}
_NOTHING = frozenset(
    "なし 無し 無 ナシ 未 未定 未着 未返送 未入力 未登録 未採番 未発番 未発行 未取得 未確認 未送付 未受領 不明 空白 "
    "空欄 欠番 無番 番号なし 番号無し 該当なし 該当無し 申請中 手続中 確認中 調査中 要確認 後日 別途".split()
) | frozenset(
    "- -- --- ー ― — / ・ . ? ?? NULL NONE NAN NAT NA N/A N.A. NIL NOTHING UNKNOWN TBD UNDEFINED INF INFINITY".split()
)
_BRACKETS = "()[]<>〔〕【】「」"
LONGEST = 10  # characters of any of these
_LOST = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?E[-+][0-9]{2,3}")
_FRACTION = re.compile(r"[0-9]+\.0+")
# Numbers of which nothing is wrong, and nearly all are: told at a glance, since there are three to a row.
SOUND = re.compile(
    r"(?:[A-Za-z]-?)?(?:[1-9][0-9]*|0[0-9]*[1-9][0-9]*)(?:-[0-9]+)?"
    r"|(?![約注例])[\u4e00-\u9fa5]{1,4}[ \u3000]?第[0-9]{1,9}号"
)
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAY_MADE = re.compile(
    rf"[0-9]{{1,4}}年[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?|[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?"
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
    r"[,、，;；→⇒\r\n\t]|->|[0-9] ?[~〜～] ?[0-9]|から"
    r"|[0-9] ?(?:と|及び|および|又は|または|ほか|外[0-9]|他|等|&|AND|OR) ?"
)
_MARKED = re.compile(
    r"^[-+@$¥]|[%円.。]$|(?<=[0-9])一(?=[0-9])|\(注[^)]*\)|(?:注[0-9]*)$|[*※†‡§¶★☆◎○●◯△▲□■◆◇〃仝?!\"'’`=<>|\\\[\]{}「」【】約]"
)


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
    plain = plain.strip(_BRACKETS) or plain
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
    if _SEVERAL.search(plain) or _are_alike(plain):
        yield "several-numbers", {"value": text}
    found = _MARKED.search(plain)
    if mark := hidden_figures(text) or (found and found[0]):
        yield "note-mark", {"value": text, "mark": mark}
    if not any(sign.isnumeric() for sign in plain) and not (plain.isascii() and any(map(str.isalpha, plain))):
        yield "no-figure", {"value": text}
    if not plain.strip("0"):
        yield "from-a-formula", {"value": text}


def _are_alike(text: str) -> bool:
    """Whether two numbers of one form stand side by side, each of more than figures: 2012-0001 2012-0002."""
    for between in " /":
        forms = {re.sub("[0-9]+", "0", part) for part in text.split(between)}
        if between in text and len(forms) == 1 and "0" in (form := forms.pop()) and form != "0":
            return True
    return False


def lost_digits(text: str) -> bool:
    """Whether a spreadsheet program has put a number shorter than it was: 2.01203E+11."""
    return (text[0].isdigit() or text[0] in "+-") and _LOST.fullmatch(narrow(text).upper()) is not None
