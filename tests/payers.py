"""Made-up transfers of which it is known who paid for what, with the kinds of trouble that banks and people make.

All people are invented: a surname and a given name drawn from lists of common ones. The same seed gives the same books.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from ledger import tables
from ledger.codes import ASSOCIATIONS
from ledger.kana import PAYER, as_banks_read
from tests import given

FEE, FIRST = 7245, date(2012, 3, 1)

# Surnames and given names: kanji, kana. Among them such as sound alike, and such as banks write in several ways.
SURNAMES = [
    pair.split(":")
    for pair in (
        "佐藤:サトウ 鈴木:スズキ 高橋:タカハシ 髙橋:タカハシ 田中:タナカ 伊藤:イトウ 渡辺:ワタナベ 渡邊:ワタナベ "
        "山本:ヤマモト 中村:ナカムラ 小林:コバヤシ 加藤:カトウ 吉田:ヨシダ 吉田:ヨシタ 山田:ヤマダ 佐々木:ササキ "
        "山口:ヤマグチ 松本:マツモト 井上:イノウエ 木村:キムラ 林:ハヤシ 斎藤:サイトウ 齋藤:サイトウ 清水:シミズ "
        "志水:シミヅ 山崎:ヤマザキ 山﨑:ヤマサキ 森:モリ 池田:イケダ 橋本:ハシモト 阿部:アベ 石川:イシカワ "
        "中島:ナカジマ 中嶋:ナカシマ 前田:マエダ 藤田:フジタ 小川:オガワ 後藤:ゴトウ 岡田:オカダ 長谷川:ハセガワ "
        "村上:ムラカミ 近藤:コンドウ 石井:イシイ 坂本:サカモト 遠藤:エンドウ 青木:アオキ 藤井:フジイ 西村:ニシムラ "
        "福田:フクダ 太田:オオタ 三浦:ミウラ 藤原:フジワラ 岡本:オカモト 松田:マツダ 中川:ナカガワ 中野:ナカノ "
        "原田:ハラダ 小野:オノ 大野:オオノ 田村:タムラ 竹内:タケウチ 金子:カネコ 和田:ワダ 中山:ナカヤマ 石田:イシダ "
        "上田:ウエダ 森田:モリタ 柴田:シバタ 酒井:サカイ 工藤:クドウ 横山:ヨコヤマ 宮崎:ミヤザキ 内田:ウチダ "
        "高木:タカギ 安藤:アンドウ 谷口:タニグチ 大塚:オオツカ 丸山:マルヤマ 今井:イマイ 河野:コウノ 河野:カワノ "
        "藤本:フジモト 村田:ムラタ 武田:タケダ 上野:ウエノ 杉山:スギヤマ 増田:マスダ 小島:コジマ 大西:オオニシ "
        "千葉:チバ 久保:クボ 桜井:サクライ 櫻井:サクライ 東:アズマ 三宅:ミヤケ 服部:ハットリ 庄司:ショウジ "
        "結城:ユウキ 京極:キョウゴク 鳥羽:トバ 豊田:トヨタ 豊田:トヨダ 竹中:タケナカ 相沢:アイザワ 滝沢:タキザワ "
        "瀧澤:タキザワ"
    ).split()
]
GIVEN = [
    pair.split(":")
    for pair in (
        "太郎:タロウ 一郎:イチロウ 次郎:ジロウ 健一:ケンイチ 誠:マコト 隆:タカシ 学:マナブ 洋子:ヨウコ 優子:ユウコ "
        "裕子:ヒロコ 祐子:ユウコ 恵子:ケイコ 京子:キョウコ 花子:ハナコ 和子:カズコ 明:アキラ 茂:シゲル 勇:イサム "
        "薫:カオル 薫:カヲル 亮:リョウ 翔:ショウ 純一:ジュンイチ 浩二:コウジ 康二:コウジ 大輔:ダイスケ 直樹:ナオキ "
        "美津子:ミツコ 静香:シズカ 志津:シヅ 千鶴:チヅル 真由美:マユミ 典子:ノリコ 幸子:サチコ 幸子:ユキコ "
        "由紀子:ユキコ 智子:トモコ 正:タダシ 修:オサム 豊:ユタカ 進:ススム 実:ミノル 昭夫:アキオ 春男:ハルオ "
        "良平:リョウヘイ 慎吾:シンゴ 圭:ケイ 悠:ユウ 遼:リョウ 聡:サトシ 哲也:テツヤ 徹:トオル 透:トオル 晃:アキラ "
        "光一:コウイチ 浩一:コウイチ 恵美:エミ 久美:クミ 奈々:ナナ"
    ).split()
]
# Of other people both are put together from parts, so that there are names enough.
_BEGINS = (
    "青:アオ 赤:アカ 秋:アキ 朝:アサ 石:イシ 稲:イナ 岩:イワ 上:ウエ 内:ウチ 梅:ウメ 大:オオ 岡:オカ 奥:オク 小:オ "
    "片:カタ 金:カネ 神:カミ 川:カワ 北:キタ 木:キ 黒:クロ 桑:クワ 坂:サカ 桜:サクラ 島:シマ 清:キヨ 白:シラ 杉:スギ "
    "高:タカ 滝:タキ 竹:タケ 谷:タニ 玉:タマ 辻:ツジ 土:ツチ 寺:テラ 永:ナガ 中:ナカ 成:ナリ 西:ニシ 野:ノ 橋:ハシ "
    "浜:ハマ 早:ハヤ 原:ハラ 東:ヒガシ 平:ヒラ 広:ヒロ 福:フク 藤:フジ 古:フル 星:ホシ 堀:ホリ 前:マエ 松:マツ "
    "丸:マル 水:ミズ 宮:ミヤ 村:ムラ 森:モリ 柳:ヤナギ 山:ヤマ 横:ヨコ 吉:ヨシ 若:ワカ"
).split()
_ENDS = (
    "田:ダ 田:タ 山:ヤマ 川:カワ 川:ガワ 村:ムラ 本:モト 野:ノ 井:イ 原:ハラ 島:シマ 嶋:ジマ 崎:サキ 﨑:ザキ 沢:サワ "
    "澤:ザワ 口:グチ 谷:タニ 谷:ヤ 岡:オカ 木:キ 木:ギ 林:バヤシ 塚:ツカ 塚:ヅカ 津:ツ 津:ヅ 倉:クラ 橋:ハシ 橋:バシ "
    "瀬:セ 戸:ド 上:ガミ 浦:ウラ 尾:オ 池:イケ 藤:トウ 藤:ドウ 水:ミズ"
).split()
_GIVEN_BEGINS = (
    "健:ケン 浩:コウ 誠:セイ 慎:シン 英:エイ 康:ヤス 良:リョウ 正:マサ 和:カズ 義:ヨシ 信:ノブ 裕:ユウ 高:タカ "
    "秀:ヒデ 博:ヒロ 純:ジュン 俊:トシ 勝:カツ 哲:テツ 幸:ユキ 智:トモ 直:ナオ 文:フミ 道:ミチ 光:ミツ 千:チ 美:ミ "
    "志:シ"
).split()
_GIVEN_ENDS = (
    "一:イチ 二:ジ 三:ゾウ 郎:ロウ 太郎:タロウ 夫:オ 雄:オ 彦:ヒコ 之:ユキ 人:ト 也:ヤ 樹:キ 介:スケ 平:ヘイ 司:ジ "
    "志:シ 子:コ 美:ミ 代:ヨ 江:エ 恵:エ 香:カ 奈:ナ 津子:ツコ 鶴:ヅル 世:ヨ 穂:ホ"
).split()
_OLD = str.maketrans("髙邊齋﨑嶋櫻澤瀧", "高辺斎崎島桜沢滝")
_MODERN_TO_OLD = str.maketrans("高辺斎崎島桜沢滝広浜国恵真", "髙邊齋﨑嶋櫻澤瀧廣濱國惠眞")


@dataclass(frozen=True)
class Person:
    """A member: number, name, kana (None: the register has none), association, an earlier surname."""

    number: str
    surname: tuple[str, str]
    given: tuple[str, str]
    association: str
    kana_known: bool
    former: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The name as the register has it."""
        return f"{self.surname[0]} {self.given[0]}"

    @property
    def kana(self) -> str:
        """How it is read."""
        return f"{self.surname[1]} {self.given[1]}"

    @property
    def figures(self) -> str:
        """The figures of the member's number."""
        return self.number.rpartition("第")[2].removesuffix("号")


@dataclass(frozen=True)
class Paid:
    """A transfer with what it pays for in truth: these applications (none: for nothing that waits)."""

    kind: str
    payer: str
    yen: int
    truth: tuple[str, ...]
    note: str | None = None
    after: int = 5


@dataclass
class World:
    """The register, the applications that wait for a payment by member, and the transfers."""

    rng: random.Random
    people: list[Person] = field(default_factory=list)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    free: list[Person] = field(default_factory=list)
    transfers: list[Paid] = field(default_factory=list)

    def take(self, fits: Callable[[Person], bool] = lambda _person: True) -> Person:
        """A member of whom an application waits that no transfer pays for yet."""
        at = next((at for at in range(len(self.free) - 1, -1, -1) if fits(self.free[at])), len(self.free) - 1)
        return self.free.pop(at)

    def first(self, person: Person) -> str:
        """The application of a member that a transfer pays for: the one that was made first."""
        return self.waiting[person.number][0]


def half_width(name: str) -> str:
    """The name as banks write it, in half-width kana; ヲ they do not write."""
    return as_banks_read(name.replace("ヲ", "オ"), PAYER)[0]


# --- the kinds of trouble -------------------------------------------------------------------------------------------


def _written(world: World, person: Person, write: Callable[[str], str] = lambda kana: kana) -> Paid:
    return Paid("", half_width(write(person.kana)), FEE, (world.first(person),))


def _spaced(world: World, person: Person) -> Paid:
    """Spaces at other places than between the names, or everywhere."""
    letters = half_width(person.kana.replace(" ", ""))
    every = world.rng.random() < 0.3
    text = "".join(
        letter + (" " if (every or world.rng.random() < 0.2) and after not in "ﾞﾟ" else "")
        for letter, after in pairwise(letters + "ﾞ")
    )
    return Paid("", text.strip(), FEE, (world.first(person),))


def _long_vowel(world: World, person: Person) -> Paid:
    """A long vowel as a hyphen, doubled, or not at all."""
    kana = person.kana
    for long in (
        "オオ",
        "ウウ",
        "ョウ",
        "ュウ",
        "コウ",
        "ロウ",
        "トウ",
        "ドウ",
        "ヨウ",
        "ユウ",
        "ソウ",
        "ボウ",
        "ノウ",
        "イイ",
        "エイ",
    ):
        if long in kana:
            kana = kana.replace(long, long[0] + world.rng.choice(["ー", "", "オ" if long[1] == "ウ" else "ー"]), 1)
            break
    return Paid("", half_width(kana), FEE, (world.first(person),))


_SOUND = str.maketrans("ズヅジヂオヲ", "ヅズヂジヲオ")


def _number(world: World, person: Person) -> str:
    number = world.first(person)
    style = world.rng.random()
    return number if style < 0.6 else number.replace("-", "") if style < 0.85 else f"NO.{number}"


def _beside(world: World, number: str, name: str) -> str:
    return world.rng.choice([f"{number} {name}", f"{name} {number}", f"{name}{number}", f"{number}{name}"])


def _by_number(world: World, person: Person) -> Paid:
    return Paid("", _beside(world, _number(world, person), half_width(person.kana)), FEE, (world.first(person),))


def _by_member(world: World, person: Person) -> Paid:
    return Paid("", _beside(world, person.figures, half_width(person.kana)), FEE, (world.first(person),))


def _wrong_number(world: World, person: Person) -> Paid:
    """The number of somebody else's application, or of none, beside the payer's own name."""
    other = world.rng.choice(world.free)
    wrong = world.first(other) if world.rng.random() < 0.6 else f"2012-{world.rng.randrange(9000, 9999)}"
    return Paid("", _beside(world, wrong, half_width(person.kana)), FEE, (world.first(person),))


def _other_given(world: World, person: Person) -> str:
    return world.rng.choice([kana for _kanji, kana in GIVEN if kana != person.given[1]])


def _spouse(world: World, person: Person) -> Paid:
    """Somebody of the same surname pays; one in three names the application."""
    payer = half_width(f"{person.surname[1]} {_other_given(world, person)}")
    if world.rng.random() < 0.33:
        payer = _beside(world, _number(world, person), payer)
    return Paid("", payer, FEE, (world.first(person),))


def _office(world: World, person: Person) -> Paid:
    surname, whole = half_width(person.surname[1]), half_width(person.kana)
    payer = world.rng.choice(
        [
            f"ｼﾎｳｼﾖｼ {whole}",
            f"{surname}ｼﾎｳｼﾖｼｼﾞﾑｼﾖ",
            f"ｼﾎｳｼﾖｼﾎｳｼﾞﾝ {surname}ｼﾞﾑｼﾖ",
            f"ｼﾎｳ){surname}ﾎｳﾑｼﾞﾑｼﾖ",
            f"ｶ){surname}ｼﾞﾑｼﾖ",
            f"{whole} ｼﾎｳｼﾖｼｼﾞﾑｼﾖ",
        ]
    )
    return Paid("", payer, FEE, (world.first(person),))


def _several(world: World, person: Person) -> Paid:
    """An association pays for two to four of its members; half of such transfers name them, some in the note."""
    count = world.rng.randrange(2, 5)
    members = [person]
    while len(members) < count:
        same = [other for other in world.free if other.association == person.association]
        if not same:
            break
        members.append(same[0])
        world.free.remove(same[0])
    reading = half_width(f"{_reading(person.association)}シホウショシカイ")
    named = world.rng.random()
    note = None
    if named < 0.35:
        note = " ".join(half_width(member.kana.replace(" ", "")) for member in members)
    elif named < 0.5:
        note = " ".join(world.first(member) for member in members)
    yen = FEE * len(members)
    return Paid("", reading, yen, tuple(world.first(member) for member in members), note)


def _reading(association: str) -> str:
    from ledger.intake.payer_names import READINGS

    return READINGS[association]


def _association_for_one(world: World, person: Person) -> Paid:
    payer = half_width(f"{_reading(person.association)}シホウショシカイ")
    note = world.rng.choice([half_width(person.kana), _number(world, person), None])
    return Paid("", payer, FEE, (world.first(person),), note)


def _kanji(world: World, person: Person) -> Paid:
    """In kanji, in the old or the new form."""
    name = person.name.translate(world.rng.choice([_OLD, _MODERN_TO_OLD])).replace(" ", world.rng.choice(["", "　"]))
    return Paid("", name, FEE, (world.first(person),))


def _slip(world: World, person: Person) -> Paid:
    """One letter is another."""
    kana = person.kana.replace(" ", "")
    at = world.rng.randrange(len(kana))
    return Paid(
        "", half_width(kana[:at] + world.rng.choice("アキスタナミリ") + kana[at + 1 :]), FEE, (world.first(person),)
    )


def _cut(world: World, person: Person) -> Paid:
    """The last letters are lost."""
    return Paid("", half_width(person.kana)[: -world.rng.randrange(1, 3)], FEE, (world.first(person),))


def _other_yen(world: World, person: Person) -> Paid:
    """The fee less a bank charge, or paid twice over in one sum."""
    yen = FEE - world.rng.choice([210, 420, 440]) if world.rng.random() < 0.6 else FEE * 2
    return Paid("", half_width(person.kana), yen, (world.first(person),))


def _stranger(world: World, _person: Person) -> Paid:
    """Somebody who is no member, whose name is drawn from the same lists."""
    taken = {person.kana for person in world.people}
    while True:
        kana = f"{world.rng.choice(SURNAMES)[1]} {world.rng.choice(GIVEN)[1]}"
        if kana not in taken:
            world.free.append(_person)
            return Paid("", half_width(kana), FEE, ())


def _former(world: World, person: Person) -> Paid:
    surname = (person.former or person.surname)[1]
    return Paid("", half_width(f"{surname} {person.given[1]}"), FEE, (world.first(person),))


def _early(world: World, person: Person) -> Paid:
    """A payment of long before, or long after, the application: for another that is not known."""
    after = world.rng.choice([-200, -30, 250, 400])
    return Paid("", half_width(person.kana), FEE, (), after=after)


# Each kind, in how many of a hundred transfers, and how it is written.
KINDS: dict[str, tuple[int, Callable[[World, Person], Paid]]] = {
    "as registered": (14, _written),
    "without a space": (7, lambda w, p: _written(w, p, lambda kana: kana.replace(" ", ""))),
    "spaces anywhere": (5, _spaced),
    "marks apart": (4, lambda w, p: Paid("", half_width(p.kana).replace("ﾞ", " ﾞ"), FEE, (w.first(p),))),
    "marks lost": (5, lambda w, p: Paid("", half_width(p.kana).replace("ﾞ", "").replace("ﾟ", ""), FEE, (w.first(p),))),
    "long vowels": (6, _long_vowel),
    "ヅ, ヂ, ヲ": (3, lambda w, p: Paid("", p.kana.translate(_SOUND), FEE, (w.first(p),))),
    "application number": (9, _by_number),
    "member number": (6, _by_member),
    "wrong number": (3, _wrong_number),
    "spouse": (5, _spouse),
    "office": (6, _office),
    "association, several": (5, _several),
    "association, one": (2, _association_for_one),
    "kanji": (4, _kanji),
    "one letter wrong": (2, _slip),
    "cut short": (2, _cut),
    "other yen": (3, _other_yen),
    "no member": (3, _stranger),
    "former surname": (2, _former),
    "another time": (2, _early),
    "twice": (2, _written),
}

_FITS: dict[str, Callable[[Person], bool]] = {
    "ヅ, ヂ, ヲ": lambda person: bool(set(person.kana) & set("ズヅジヂヲ")),
    "marks lost": lambda person: any(sign in half_width(person.kana) for sign in "ﾞﾟ"),
    "marks apart": lambda person: "ﾞ" in half_width(person.kana),
    "long vowels": lambda person: any(sign in person.kana for sign in ("オオ", "ウ", "イイ")),
    "former surname": lambda person: person.former is not None,
}


def _drawn(rng: random.Random, begins: list[str], ends: list[str]) -> tuple[str, str]:
    """A name put together from two parts."""
    first, last = rng.choice(begins).split(":"), rng.choice(ends).split(":")
    return first[0] + last[0], first[1] + last[1]


def world(count: int, *, members: int, waiting: float = 0.4, seed: int = 20120321) -> World:
    """So many transfers by members of a register of this size, of whom that part has a fee to pay."""
    rng = random.Random(seed)
    made = World(rng)
    for nth in range(members):
        surname = tuple(rng.choice(SURNAMES)) if rng.random() < 0.25 else _drawn(rng, _BEGINS, _ENDS)
        given = tuple(rng.choice(GIVEN)) if rng.random() < 0.25 else _drawn(rng, _GIVEN_BEGINS, _GIVEN_ENDS)
        former = _drawn(rng, _BEGINS, _ENDS) if rng.random() < 0.04 else None
        association = rng.choice(ASSOCIATIONS)
        number = f"{association} 第{1000 + nth // 3}号"
        made.people.append(
            Person(number, (surname[0], surname[1]), (given[0], given[1]), association, rng.random() > 0.03, former)
        )
    made.people = list({person.number: person for person in made.people}.values())
    numbers = iter(rng.sample(range(1, 9000), 8999))
    for person in made.people:
        if rng.random() < waiting:
            made.waiting[person.number] = [
                f"2012-{next(numbers):04}" for _one in range(2 if rng.random() < 0.05 else 1)
            ]
    made.free = [person for person in made.people if person.number in made.waiting]
    rng.shuffle(made.free)
    kinds = rng.choices(list(KINDS), [share for share, _write in KINDS.values()], k=count)
    for kind in kinds[: len(made.free)]:
        if not made.free:
            break
        person = made.take(_FITS.get(kind, lambda _person: True))
        paid = KINDS[kind][1](made, person)
        paid = Paid(kind, paid.payer, paid.yen, paid.truth, paid.note, paid.after)
        made.transfers.append(paid)
        if kind == "twice":  # neither is certain: which is meant for what, only the member knows
            made.transfers[-1:] = [Paid(kind, paid.payer, paid.yen, ()), Paid(kind, paid.payer, paid.yen, ())]
    return made


def fill(connection: Connection, made: World) -> dict[str, Paid]:
    """Puts all of it into books; gives the transfers by their references."""
    source = given.source(connection, "made up")
    origin = {"source": source}
    connection.execute(tables.member.insert(), [{"number": person.number} | origin for person in made.people])
    known = []
    for person in made.people:
        row = {"member": person.number, "association": person.association} | origin
        kana = person.kana if person.kana_known else None
        if person.former is not None:
            before = f"{person.former[0]} {person.given[0]}", f"{person.former[1]} {person.given[1]}"
            known.append(row | {"name": before[0], "kana": before[1], "known_on": date(2011, 1, 1)})
        known.append(row | {"name": person.name, "kana": kana, "known_on": date(2011, 6, 1)})
    connection.execute(tables.member_known.insert(), known)
    applied: dict[str, date] = {}
    applications, facts = [], []
    for member, numbers in made.waiting.items():
        for nth, number in enumerate(numbers):
            applied[number] = FIRST + timedelta(days=made.rng.randrange(30) + nth)
            applications.append({"number": number, "member": member} | origin)
            fact = {"application": number, "name": "applied_on", "day": applied[number], "code": None, "up_to": None}
            facts.append(fact | {"known_on": applied[number]} | origin)
    connection.execute(tables.application.insert(), applications)
    connection.execute(tables.fact.insert(), facts)
    transfers = {f"T-{nth:05}": paid for nth, paid in enumerate(made.transfers, 1)}
    connection.execute(tables.deposit.insert(), [{"reference": reference} | origin for reference in transfers])
    rows = []
    for reference, paid in transfers.items():
        day = applied[paid.truth[0]] if paid.truth else FIRST + timedelta(days=20)
        received = max(map(applied.__getitem__, paid.truth), default=day) + timedelta(days=paid.after)
        told = {"deposit": reference, "received_on": received, "yen": paid.yen, "payer": paid.payer, "note": paid.note}
        rows.append(told | {"known_on": received} | origin)
    connection.execute(tables.deposit_known.insert(), rows)
    return transfers
