"""What offices send and is refused, with place and reason: each row of the table is a file, made in the test."""

import pytest

from ledger import i18n
from ledger.errors import FORMULAS
from tests.office import A1, A2, DAY, DEPOSITS, ISSUES, N1, read, text
from tests.written import archive, binary_book, book, sheet

# --- refused --------------------------------------------------------------------------------------------------------

_PLACE = tuple[int | None, str | None, str]
_HTML = b"<html><body><table><tr><td>x</td></tr></table></body></html>"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
REFUSED: dict[str, tuple[bytes, str, list[_PLACE]]] = {
    "a comma inside an amount": (
        text("照会番号,入金日,金額,振込依頼人名", "N1,2012-01-26,7,245,X"),
        ".csv",
        [(2, None, "more-cells")],
    ),
    "a comma inside an amount, with room behind": (
        text("照会番号,入金日,振込依頼人名,金額,摘要", "N1,2012-01-26,X,7,245"),
        ".csv",
        [(2, "金額", "cut-at-comma")],
    ),
    "a comma inside an amount, blanks behind": (
        text("照会番号,入金日,金額,振込依頼人名,摘要", "N1,2012-01-26,7,245,X,"),
        ".csv",
        [(2, None, "more-cells")],
    ),
    "a 0 from an empty cell": (
        book(sheet([ISSUES, ['<c r="@"><f>Z9</f><v>0</v></c>', "2012-01-26"]])),
        ".xlsx",
        [(2, "申込番号", "from-a-formula")],
    ),
    "a formula without its result": (
        book(sheet([ISSUES, ["A1", '<c r="@"><f>Z9</f></c>']])),
        ".xlsx",
        [(2, "送付日", "formula-not-calculated")],
    ),
    "an error value": (
        book(sheet([ISSUES, ["A1", '<c r="@" t="e"><v>#REF!</v></c>']])),
        ".xlsx",
        [(2, "送付日", "formula-error")],
    ),
    "yen in thousands": (
        book(sheet([DEPOSITS, ["N1", "2012-01-26", (1, 7245), "X"]]), formats=["#,##0,"]),
        ".xlsx",
        [(2, "金額", "shown-otherwise")],
    ),
    "a number that is hidden": (
        book(sheet([ISSUES, [(1, 20120001), "2012-01-26"]]), formats=[";;;"]),
        ".xlsx",
        [(2, "申込番号", "shown-otherwise")],
    ),
    "a number in powers of ten": (
        book(sheet([ISSUES, [(1, 20120001), "2012-01-26"]]), formats=["0.00E+00"]),
        ".xlsx",
        [(2, "申込番号", "shown-otherwise")],
    ),
    "a month made a day": (
        book(sheet([ISSUES, ["A1", (1, 40940)]]), formats=["yyyy/m"]),
        ".xlsx",
        [(2, "送付日", "only-a-month")],
    ),
    "a day where a number is asked for": (
        book(sheet([ISSUES, [(1, DAY), "2012-01-26"]]), formats=[57]),
        ".xlsx",
        [(2, "申込番号", "day-for-number")],
    ),
    "a cell merged over two columns": (
        book(sheet([["申込番号", "発行日", "送付日"], ["A1", "2012-01-26", None]], merged=["B2:C2"])),
        ".xlsx",
        [(2, "送付日", "merged-across")],
    ),
    "a cell merged over rows and columns": (
        book(sheet([["申込番号", "発行日", "送付日"], ["A1", "2012-01-26"], ["A2"]], merged=["B2:C3"])),
        ".xlsx",
        [(2, "送付日", "merged-across"), (3, "送付日", "merged-across")],
    ),
    "a heading merged over two columns of values": (
        book(sheet([ISSUES, [*A1, "2012-01-27"]], merged=["B1:C1"])),
        ".xlsx",
        [(2, None, "merged-across")],
    ),
    "a heading merged over two columns in .xlsb": (
        binary_book([["申込番号", "発行日", "送付日"], ["A1", "2012-01-26", None]], merged=[(1, 1, 1, 2)]),
        ".xlsb",
        [(2, "送付日", "merged-across")],
    ),
    "a 0 from an empty cell in .xlsb": (
        binary_book([ISSUES, ["=0", "2012-01-26"]]),
        ".xlsb",
        [(2, "申込番号", "from-a-formula")],
    ),
    "a second table with a heading misspelt": (
        book(sheet([ISSUES, A1, [*DEPOSITS[:-1], "依頼人名"], N1])),
        ".xlsx",
        [(3, "振込依頼人名", "heading-missing")],
    ),
    "a first table with a heading misspelt": (
        book(sheet([[*DEPOSITS[:-1], "依頼人名"], N1, ISSUES, A1])),
        ".xlsx",
        [(1, "振込依頼人名", "heading-missing")],
    ),
    "a heading that says something else": (
        book(sheet([["照会番号", "入金日", "金額(税抜)", "振込依頼人名"], N1])),
        ".xlsx",
        [(1, "金額", "heading-missing")],
    ),
    "two kinds that touch": (
        book(sheet([[*ISSUES, "申込番号", "取消日"], [*A1, "A1", "2012-02-26"]])),
        ".xlsx",
        [(1, "申込番号", "heading-twice")],
    ),
    "a half-empty row that is no title": (book(sheet([ISSUES, ["A1"], A2])), ".xlsx", [(2, None, "one-needed")]),
    "a workbook far too wide": (
        book(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
        ".xlsx",
        [(None, None, "too-many-cells")],
    ),
    "a count that is made up": (
        book(
            sheet([['<c r="@" t="s"><v>0</v></c>']]),
            shared="sharedStrings.xml",
            parts={
                "xl/sharedStrings.xml": "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
                "count='99999999999' uniqueCount='99999999999'><si><t>x</t></si></sst>"
            },
        ),
        ".xlsx",
        [(None, None, "too-heavy")],
    ),
    "semicolons": (text("申込番号;送付日", "A1;2012-01-26"), ".csv", [(None, None, "semicolons")]),
    "one broken sign in UTF-8": (
        text("申込番号,送付日", "A1,2012-01-26", "東京,x").replace("東".encode(), b"\xe6\x9d"),
        ".csv",
        [(3, None, "broken-text")],
    ),
    "a quotation mark that is forgotten": (
        text(
            "照会番号,入金日,金額,振込依頼人名,摘要",
            'N1,2012-01-26,7245,X,"至急',
            "N2,2012-01-26,7245,X,",
            'N3,2012-01-26,7245,X,済"',
        ),
        ".csv",
        [(2, None, "open-quote")],
    ),
    "a PDF": (b"%PDF-1.7\n", ".xlsx", [(None, None, "a-pdf")]),
    "a picture": (b"\x89PNG\r\n\x1a\n", ".xlsx", [(None, None, "a-picture")]),
    "a document": (
        archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        ".docx",
        [(None, None, "a-document")],
    ),
    "an old document": (_OLE + "WordDocument".encode("utf-16-le"), ".doc", [(None, None, "a-document")]),
    "a web page": (_HTML, ".xls", [(None, None, "a-web-page")]),
    "a workbook of Numbers": (archive({"Index/Document.iwa": b"x"}), ".numbers", [(None, None, "a-numbers-file")]),
    "a workbook as XML": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        ".xml",
        [(None, None, "an-xml-workbook")],
    ),
    "an archive": (archive({"会員名簿.xlsx": b"x"}), ".zip", [(None, None, "an-archive")]),
    "a document of OpenDocument": (
        archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        ".odt",
        [(None, None, "a-document")],
    ),
    "an OpenDocument spreadsheet under a password": (
        archive(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
            }
        ),
        ".ods",
        [(None, None, "encrypted")],
    ),
}


@pytest.mark.parametrize(("data", "ending", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_file_that_cannot_be_read_for_certain_is_refused(data: bytes, ending: str, expected: list[_PLACE]) -> None:
    file = read(data, ending)
    assert [(problem.row, problem.column, problem.code) for problem in file.problems] == expected
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert all("{" not in str(problem) for problem in file.problems)


def test_each_refusal_of_a_file_says_what_to_do() -> None:
    """In both languages: a sentence that only names what is wrong leaves a person with it."""
    codes = {code for _data, _ending, expected in REFUSED.values() for _row, _column, code in expected}
    silent = {"formula-error", "one-needed", "heading-missing", "heading-twice", "not-text", "formula-not-calculated"}
    assert [code for code in sorted(codes - silent) if not any(sign in FORMULAS[code] for sign in ";:")] == []
