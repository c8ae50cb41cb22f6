"""Every command that writes, as it is typed at books that were made for it, with another content for the same key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import desk
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, ON

# Every command that writes: as it is typed, by whom, the words that make it another command under the same key, and
# the field that is then named. The files are those of the folder that the test makes.
COMMANDS: dict[str, tuple[str, str, str, str]] = {
    "import": ("import 追加.csv", CLERK, "import 別.csv", "FILE…"),
    "book": ("book --through 2012-05-31", CLERK, "book --through 2012-06-30", "--through"),
    "match": ("match N-LOOSE UNPAID --on 2012-04-10", CLERK, "match N-LOOSE FREE --on 2012-04-10", "[APPLICATION]"),
    "decide": (f"decide FREE ALIVE --as-of {ON}", CLERK, f"decide FREE --as-of {ON}", "[APPLICATION…]"),
    "refund propose": (f"refund propose FREE --on {ON}", CLERK, "refund propose FREE --on 2012-04-03", "--on"),
    "refund approve": ("refund approve 1 --on 2012-04-03", CHIEF, "refund approve 2 --on 2012-04-03", "NO"),
    "refund reject": (
        "refund reject 1 --reason 口座相違 --on 2012-04-03",
        CLERK,
        "refund reject 1 --reason 死亡 --on 2012-04-03",
        "--reason",
    ),
    "refund paid": ("refund paid 2 --on 2012-04-06", CLERK, "refund paid 2 --on 2012-04-07", "--on"),
    "refund returned": (
        "refund returned 3 --reason 口座なし --on 2012-04-06",
        CLERK,
        "refund returned 3 --reason 名義相違 --on 2012-04-06",
        "--reason",
    ),
    "refund file": (
        "refund file --on 2012-05-07 --out 総合振込.txt",
        CLERK,
        "refund file --on 2012-05-08 --out 総合振込.txt",
        "--on",
    ),
    "refund void": (
        "refund void 1 --reason 取組日の誤り --on 2012-05-02",
        CHIEF,
        "refund void 1 --reason 誤り --on 2012-05-02",
        "--reason",
    ),
    "overpaid return": ("overpaid return N-THRICE --on 2012-04-06", CLERK, "overpaid return N-TWICE", "DEPOSIT"),
    "overpaid approve": ("overpaid approve 6 --on 2012-04-06", CHIEF, "overpaid approve 1 --on 2012-04-06", "NO"),
    "overpaid reject": (
        "overpaid reject 6 --reason 口座相違 --on 2012-04-06",
        CLERK,
        "overpaid reject 6 --reason 死亡 --on 2012-04-06",
        "--reason",
    ),
    "overpaid paid": ("overpaid paid 2 --on 2012-04-06", CLERK, "overpaid paid 2 3 --on 2012-04-06", "NO…"),
    "overpaid returned": (
        "overpaid returned 3 --reason 口座なし --on 2012-04-06",
        CLERK,
        "overpaid returned 3 --reason 口座なし --on 2012-04-07",
        "--on",
    ),
    "credit propose": (
        f"credit propose FREE --to OPEN --on {ON}",
        CLERK,
        f"credit propose FREE --to NEW1 --on {ON}",
        "--to",
    ),
    "credit approve": ("credit approve 1 --on 2012-04-03", CHIEF, "credit approve 1 --on 2012-04-04", "--on"),
    "credit reject": (
        "credit reject 1 --reason 払戻しを希望 --on 2012-04-03",
        CLERK,
        "credit reject 1 --reason 取下げ --on 2012-04-03",
        "--reason",
    ),
    "credit undo": (
        "credit undo 6 --reason 取下げ --on 2012-04-30",
        CLERK,
        "credit undo 6 --reason 誤り --on 2012-04-30",
        "--reason",
    ),
    "bill pay": ("bill pay S-2 --on 2012-05-31", CLERK, "bill pay S-2 --on 2012-06-01", "--on"),
    "reverse": (
        "reverse entry:payer_unknown:N-LOOSE --reason 二重計上 --on 2012-05-01",
        CLERK,
        "reverse 1 --reason 二重計上 --on 2012-05-01",
        "ENTRY",
    ),
    "account approve": (
        f"account approve '{desk.ANOTHER}'",
        CHIEF,
        f"account approve '{desk.MEMBER}'",
        "MEMBER",
    ),
    "settings set": ("settings set people three", CHIEF, "settings set people two", "VALUE"),
    "close": ("close 2011-01 --bank-balance 0", CLERK, "close 2011-01 --bank-balance 1", "--bank-balance"),
    "reopen": ("reopen 2010-11 --reason 計上もれ", CLERK, "reopen 2010-11 --reason 誤り", "--reason"),
}

FILES = {
    "請求2.csv": "請求書番号,請求日,申込番号,金額,把握日\nS-2,2012-05-01,ALIVE,7245,2012-05-02\n",
    "遅い入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN-LATE,2012-05-02,7245,ｺｳﾔﾏ ﾀﾛｳ,UNPAID\n",
    "追加.csv": "申込番号,会員番号,申込日,申込区分\nMORE,東京 第9001号,2012-04-20,新規\n",
    "別.csv": "申込番号,会員番号,申込日,申込区分\nOTHER,東京 第9001号,2012-04-20,新規\n",
    "口座再変更.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
    f"{desk.ANOTHER},戊野 花子,東京,9999,998,普通,1112223,ボノ ハナコ\n",
}


@contextmanager
def made(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books with a record in every table, in which a changed bank account waits and credit 6 is applied.

    The files that the commands name lie in the folder that is current while the block lasts.
    """
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("files")
    for name, body in FILES.items():
        (folder / name).write_text(body, encoding="utf-8")
    with desk.books(request, desk.everything) as url, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk.done(url, "import", "口座再変更.csv", "遅い入金.csv", "請求2.csv")
        desk.done(url, "credit", "propose", "OLD4", "--to", "NEW4", "--on", "2012-04-05")
        desk.done(url, "credit", "approve", "6", "--on", "2012-04-05", by=CHIEF)
        yield copies(request, url, request.param)
