"""The lines of each input file of the made-up federation, as plain rows under the headings that an import reads."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from exports.demo import bills
from exports.demo.case import FEE, Case
from exports.demo.federation import applications, people
from exports.demo.people import Person

Cell = date | int | str | None
Row = tuple[Cell, ...]
Cells = dict[str, Cell]

_HEADINGS = {
    "members": (
        "会員番号 氏名 氏名カナ 司法書士会 登録取消日 登録取消事由 銀行番号 支店番号 預金種目 口座番号 口座名義カナ "
        "把握日"
    ),
    "applications": "申込番号 会員番号 申込日 申込区分 前回申込番号 取下日 把握日",
    "issues": "申込番号 発行日 送付日 有効期間満了日 把握日",
    "downloads": "申込番号 ダウンロード日 確認日 把握日",
    "receipts": "申込番号 受領書返送日 記帳日",
    "revocations": "申込番号 取消日 取消区分 取消事由 把握日",
    "usage": "申込番号 利用 回答日 特例該当",
    "choices": "申込番号 返金方法 充当先申込番号 申出日",
    "deposits": "照会番号 入金日 金額 振込依頼人名 申込番号 摘要 把握日",
    "bills": "請求書番号 請求日 申込番号 金額 摘要 把握日",
    "fees": "適用開始日 発行手数料 税率 根拠 把握日",
}
KINDS = tuple(_HEADINGS)

# The days that say when a line became known.
_KNOWN_BY = ("把握日", "確認日", "記帳日", "回答日", "申出日")

# The register of members as it stood before the first application; who applied long ago was in it long ago.
_REGISTER_OF = date(2011, 10, 31)
_REGISTER_OF_THE_ELDEST = date(2006, 3, 31)

# Transfers of which nobody knows who sent them, or what for.
_STRAY_DEPOSITS = (
    (date(2012, 6, 18), FEE, "カ)ヒガシノモリシヨウジ", "依頼人不明"),
    (date(2012, 9, 19), 5000, "マルヤマ", "依頼人不明、金額相違"),
)

# What the books ship with, and what it rests on; no other fee is known.
_FEES = (
    date(2011, 1, 1),
    FEE,
    5,
    "発行手数料 7,245円 (6,900円 + 消費税 5% 345円)。2014年4月以降の額は定まっていない。",
    date(2011, 1, 1),
)


def rows(kind: str) -> tuple[tuple[str, ...], list[Row]]:
    """The headings of an input file of this kind and its lines, in the order in which they became known."""
    headings = tuple(_HEADINGS[kind].split())
    if kind == "bills":
        return headings, sorted(bills.lines(), key=lambda line: (line[1], line[2]))
    if kind == "fees":
        return headings, [_FEES]
    if kind == "members":
        found = [*_register(), *_struck_off()]
    elif kind == "deposits":
        found = list(_deposits())
    else:
        found = sorted(_told(kind), key=_known_on)
    return headings, [tuple(cells.get(heading) for heading in headings) for cells in found]


def _known_on(cells: Cells) -> date:
    return max(cell for heading in _KNOWN_BY if isinstance(cell := cells.get(heading), date))


def _told(kind: str) -> Iterator[Cells]:
    """The lines of this kind that the stories tell, a case in a cell replaced by its number."""
    number = {application.case: application.number for application in applications()}
    for application in applications():
        for line in application.case.lines:
            if line.kind == kind:
                told = {name: number[cell] if isinstance(cell, Case) else cell for name, cell in line.cells.items()}
                yield {
                    "申込番号": application.number,
                    "会員番号": application.person.number,
                    **told,
                    "把握日": line.known_on,
                }


def _register() -> Iterator[Cells]:
    eldest = {
        application.person.number for application in applications() if application.case.applied_on <= _REGISTER_OF
    }
    for person in people():
        yield _member(person) | {"把握日": _REGISTER_OF_THE_ELDEST if person.number in eldest else _REGISTER_OF}


def _struck_off() -> Iterator[Cells]:
    person_of = {person.number: person for person in people()}
    for cells in sorted(_told("members"), key=_known_on):
        yield _member(person_of[str(cells["会員番号"])]) | cells


def _member(person: Person) -> Cells:
    cells: Cells = {
        "会員番号": person.number,
        "氏名": person.name,
        "氏名カナ": person.kana,
        "司法書士会": person.association,
    }
    if person.account is not None:
        cells |= {"銀行番号": "9999", "支店番号": "999", "預金種目": "普通"}
        cells |= {"口座番号": person.account, "口座名義カナ": person.kana}
    return cells


def _deposits() -> Iterator[Cells]:
    """Every transfer under the bank's reference: the day and the number of the transfer within it."""
    kana = {application.person.number: application.person.kana for application in applications()}
    strays: list[Cells] = [
        {"入金日": on, "金額": yen, "振込依頼人名": payer, "摘要": note, "把握日": on}
        for on, yen, payer, note in _STRAY_DEPOSITS
    ]
    count: Counter[Cell] = Counter()
    for cells in sorted([*_told("deposits"), *strays], key=_known_on):
        if "照会番号" not in cells:
            count[cells["入金日"]] += 1
            cells["照会番号"] = f"{cells['入金日']:%Y%m%d}-{count[cells['入金日']]:03}"
        cells["振込依頼人名"] = cells["振込依頼人名"] or kana[str(cells["会員番号"])]
        yield cells
