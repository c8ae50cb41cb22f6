"""The members of the made-up federation: names combined from two lists, accounts at bank 9999, branch 999."""

from dataclasses import dataclass

from ledger.codes import ASSOCIATIONS

_FAMILY = (
    "乙坂 オトサカ,浅葉 アサバ,髙橋 タカハシ,井沢 イザワ,山﨑 ヤマサキ,梅原 ウメハラ,江口 エグチ,𠮷田 ヨシダ,"
    "岡部 オカベ,"
    "柿沼 カキヌマ,菊地 キクチ,久保田 クボタ,毛塚 ケヅカ,小柳 コヤナギ,佐伯 サエキ,柴崎 シバサキ,杉浦 スギウラ,"
    "瀬川 セガワ,園田 ソノダ,髙木 タカギ,千葉 チバ,塚本 ツカモト,寺島 テラシマ,戸田 トダ,永井 ナガイ,西尾 ニシオ,"
    "沼田 ヌマタ,根岸 ネギシ,野口 ノグチ,花岡 ハナオカ,平野 ヒラノ,福原 フクハラ,辺見 ヘンミ,堀内 ホリウチ,"
    "松﨑 マツザキ,三浦 ミウラ,村瀬 ムラセ,森田 モリタ,矢野 ヤノ,渡部 ワタナベ"
).split(",")
_GIVEN = (
    "朱美 アケミ,一郎 イチロウ,海斗 カイト,英子 エイコ,修 オサム,香織 カオリ,清 キヨシ,久美子 クミコ,健太 ケンタ,"
    "幸一 コウイチ,沙織 サオリ,茂 シゲル,進 ススム,節子 セツコ,聡 サトシ,隆 タカシ,千尋 チヒロ,剛 ツヨシ,哲也 テツヤ,"
    "智子 トモコ,直樹 ナオキ,仁美 ヒトミ,信夫 ノブオ,典子 ノリコ,春香 ハルカ,弘 ヒロシ,文雄 フミオ,平太 ヘイタ,"
    "誠 マコト,雅代 マサヨ,美咲 ミサキ,睦 ムツミ,恵 メグミ,守 マモル,泰子 ヤスコ,雄二 ユウジ,陽子 ヨウコ,"
    "良平 リョウヘイ,玲 レイ,亘 ワタル"
).split(",")

_TOKYO = ASSOCIATIONS.index("東京")


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up member; the account is a number at bank 9999, branch 999, or None when the register has none."""

    number: str
    name: str
    kana: str
    association: str
    account: str | None


def person(nth: int) -> Person:
    """The nth member, going round the 50 associations from 東京; no two have the same name."""
    round_, place = divmod(nth, len(_FAMILY))
    family, family_kana = _FAMILY[place * 7 % len(_FAMILY)].split()
    given, given_kana = _GIVEN[(place * 11 + round_) % len(_GIVEN)].split()
    if nth == 0:  # the member of the worked case
        family, family_kana, given, given_kana = "甲山", "コウヤマ", "太郎", "タロウ"
    association = ASSOCIATIONS[(nth + _TOKYO) % len(ASSOCIATIONS)]
    return Person(
        f"{association} 第{9001 + nth // len(ASSOCIATIONS)}号",
        f"{family} {given}",
        f"{family_kana} {given_kana}",
        association,
        None if nth % 23 == 22 else f"{(nth * 7919 + 1234567) % 10_000_000:07}",
    )
