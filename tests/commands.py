"""Every command of the program; each that writes, as it is typed at books that were made for it.

From one declaration follow the tests of keys, dry runs, crashes and roles, and which rule of the model draws it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import cli
from ledger.store import database
from tests import desk, given
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, ON


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, member in command.commands.items():
            yield from _commands(member, (*path, name))
    else:
        yield " ".join(path), command


# Every command with its name, those of groups included; its options; its examples, as they are typed.
COMMANDS = dict(_commands(typer.main.get_command(cli.app)))
OPTIONS = {
    name: {option for param in command.params for option in param.opts if option.startswith("--")}
    for name, command in COMMANDS.items()
}
EXAMPLES = {
    name: [f"{name} {example}".strip() for example in command.epilog.split("\n")] for name, command in COMMANDS.items()
}


@dataclass(frozen=True)
class Writing:
    """A command that writes: by whom and with which words it is typed; the files are those of the folder of `made`.

    `other` words make it another command under the same key, and `field` is then named; `rule` draws it in the model
    (empty: the list of people changes no money, and has tables of its own in `test_permissions.py`; the ends of payees
    have theirs in `test_payees.py`);
    `roles` may do it on PostgreSQL.
    """

    by: str
    typed: str
    other: str
    field: str
    rule: str
    roles: tuple[str, ...]


CLERKS, APPROVERS, BOTH = ("clerk",), ("approver",), ("clerk", "approver")

WRITING = {
    "import": Writing(CLERK, "追加.csv", "別.csv", "FILE…", "a_fact_is_told", CLERKS),
    "book": Writing(CLERK, "--through 2012-05-31", "--through 2012-06-30", "--through", "booked", BOTH),
    "match": Writing(
        CLERK,
        "N-LOOSE UNPAID --on 2012-04-10",
        "N-LOOSE FREE --on 2012-04-10",
        "[APPLICATION[=YEN]…]",
        "matched",
        CLERKS,
    ),
    "unmatch": Writing(
        CLERK,
        "N-ALIVE --reason 別人 --on 2012-04-10",
        "N-FULL --reason 別人 --on 2012-04-10",
        "DEPOSIT",
        "matched",
        CLERKS,
    ),
    "withdraw": Writing(
        CLERK,
        "3 --reason 誤り --on 2012-04-10",
        "4 --reason 誤り --on 2012-04-10",
        "IMPORT[:ROW…]",
        "a_fact_is_told",
        CLERKS,
    ),
    "decide": Writing(CLERK, f"FREE ALIVE --as-of {ON}", f"FREE --as-of {ON}", "[APPLICATION…]", "decided", CLERKS),
    "ruling approve": Writing(CHIEF, f"2 --on {ON}", f"1 --on {ON}", "NO", "ruling_approved", APPROVERS),
    "ruling reject": Writing(
        CLERK, f"2 --reason 別件 --on {ON}", f"2 --reason 誤り --on {ON}", "--reason", "ruling_rejected", BOTH
    ),
    "refund propose": Writing(CLERK, f"FREE --on {ON}", "FREE --on 2012-04-03", "--on", "refund_proposed", CLERKS),
    "refund approve": Writing(CHIEF, "1 --on 2012-04-03", "2 --on 2012-04-03", "NO…", "taken_on", APPROVERS),
    "refund reject": Writing(
        CLERK, "1 --reason 口座相違 --on 2012-04-03", "1 --reason 死亡 --on 2012-04-03", "--reason", "taken_on", BOTH
    ),
    "refund paid": Writing(CLERK, "2 --on 2012-04-06", "2 --on 2012-04-07", "--on", "taken_on", CLERKS),
    "refund returned": Writing(
        CLERK,
        "3 --reason 口座なし --on 2012-04-06",
        "3 --reason 名義相違 --on 2012-04-06",
        "--reason",
        "taken_on",
        CLERKS,
    ),
    "refund file": Writing(
        CLERK, "--on 2012-05-07 --out 総合振込.txt", "--on 2012-05-08 --out 総合振込.txt", "--on", "filed", BOTH
    ),
    "refund void": Writing(
        CHIEF,
        "1 --reason 取組日の誤り --on 2012-05-02",
        "1 --reason 誤り --on 2012-05-02",
        "--reason",
        "made_void",
        APPROVERS,
    ),
    "overpaid return": Writing(CLERK, "N-THRICE --on 2012-04-06", "N-TWICE", "DEPOSIT", "deposit_returned", CLERKS),
    "overpaid approve": Writing(CHIEF, "6 --on 2012-04-06", "1 --on 2012-04-06", "NO…", "taken_on", APPROVERS),
    "overpaid reject": Writing(
        CLERK, "6 --reason 口座相違 --on 2012-04-06", "6 --reason 死亡 --on 2012-04-06", "--reason", "taken_on", BOTH
    ),
    "overpaid paid": Writing(CLERK, "2 --on 2012-04-06", "2 3 --on 2012-04-06", "NO…", "taken_on", CLERKS),
    "overpaid returned": Writing(
        CLERK, "3 --reason 口座なし --on 2012-04-06", "3 --reason 口座なし --on 2012-04-07", "--on", "taken_on", CLERKS
    ),
    **{
        f"{group} {verb}": Writing(by, typed, other, field, "taken_on", roles)
        for group in ("refund", "overpaid")
        for verb, by, typed, other, field, roles in (
            (
                *("unpaid", CLERK, "3 --reason 誤記 --on 2012-04-06", "3 --reason 日付 --on 2012-04-06", "--reason"),
                CLERKS,
            ),
            (*("end", CHIEF, "4 --reason 充当 --on 2012-04-06", "4 --reason 死亡 --on 2012-04-06", "--reason"), BOTH),
            (*("recovered", CLERK, "3 --yen 7245 --on 2012-05-01", "3 --yen 7000 --on 2012-05-01", "--yen"), CLERKS),
            (
                *("undo", CLERK, "4 --reason 誤記 --on 2012-04-06", "4 --reason 日付 --on 2012-04-06", "--reason"),
                CLERKS,
            ),
        )
    },
    "payee approve": Writing(CHIEF, "UNPAID", "THEIRS", "APPLICATION", "payee_approved", APPROVERS),
    "payee end": Writing(CLERK, "THEIRS --reason 誤り", "THEIRS --reason 別件", "--reason", "", CLERKS),
    "payee approve-end": Writing(CHIEF, "OPEN", "THEIRS", "APPLICATION", "", APPROVERS),
    "payee reject-end": Writing(CHIEF, "OPEN --reason 届出", "OPEN --reason 確認", "--reason", "", BOTH),
    "credit propose": Writing(
        CLERK, f"FREE --to OPEN --on {ON}", f"FREE --to NEW1 --on {ON}", "--to", "credit_proposed", CLERKS
    ),
    "credit approve": Writing(CHIEF, "1 --on 2012-04-03", "1 --on 2012-04-04", "--on", "taken_on", APPROVERS),
    "credit reject": Writing(
        CLERK,
        "1 --reason 払戻しを希望 --on 2012-04-03",
        "1 --reason 取下げ --on 2012-04-03",
        "--reason",
        "taken_on",
        BOTH,
    ),
    "credit undo": Writing(
        CLERK, "6 --reason 取下げ --on 2012-04-30", "6 --reason 誤り --on 2012-04-30", "--reason", "taken_on", CLERKS
    ),
    "bill pay": Writing(CLERK, "S-2 --on 2012-05-31", "S-2 --on 2012-06-01", "--on", "bill_paid", BOTH),
    "slip charge": Writing(
        CLERK,
        "--yen 440 --on 2012-05-02 --reason 手数料",
        "--yen 441 --on 2012-05-02 --reason 手数料",
        "--yen",
        "slip_proposed",
        CLERKS,
    ),
    "slip interest": Writing(
        CLERK,
        "--yen 12 --on 2012-05-02 --reason 利息",
        "--yen 13 --on 2012-05-02 --reason 利息",
        "--yen",
        "slip_proposed",
        CLERKS,
    ),
    "slip write-off": Writing(
        CLERK,
        "SHORT --on 2012-05-02 --reason 差引き",
        "SHORT --on 2012-05-03 --reason 差引き",
        "--on",
        "slip_proposed",
        CLERKS,
    ),
    "slip income": Writing(
        CLERK,
        "N-THRICE --on 2012-05-02 --reason 回答なし",
        "N-TWICE --on 2012-05-02 --reason 回答なし",
        "DEPOSIT",
        "slip_proposed",
        CLERKS,
    ),
    "slip opened-refund": Writing(
        CLERK,
        "BEFORE --on 2012-05-02 --reason 未払",
        "BEFORE --on 2012-05-03 --reason 未払",
        "--on",
        "slip_proposed",
        CLERKS,
    ),
    "slip other": Writing(
        CLERK,
        "--debit 5900 --credit 1110 --yen 100 --on 2012-05-02 --reason 証明書",
        "--debit 5310 --credit 1110 --yen 100 --on 2012-05-02 --reason 証明書",
        "--debit",
        "slip_proposed",
        CLERKS,
    ),
    "slip approve": Writing(CHIEF, "2 --on 2012-05-03", "1 --on 2012-05-03", "NO", "slip_decided", APPROVERS),
    "slip reject": Writing(
        CLERK,
        "2 --reason 金額相違 --on 2012-05-03",
        "2 --reason 誤り --on 2012-05-03",
        "--reason",
        "slip_decided",
        BOTH,
    ),
    "reverse": Writing(
        CLERK,
        "entry:authority_paid:NEW5 --reason 二重計上 --on 2012-05-01",
        "1 --reason 二重計上 --on 2012-05-01",
        "ENTRY",
        "reversed_by_hand",
        BOTH,
    ),
    "people add": Writing(CLERK, "庚野 --may propose", "庚野 --may pay", "--may", "", BOTH),
    "people end": Writing(CLERK, f"'{CHIEF}'", f"'{CLERK}'", "NAME", "", BOTH),
    "people approve": Writing(CHIEF, "4", "6", "NO", "", BOTH),
    "people reject": Writing(CHIEF, "4 --reason 退職", "4 --reason 誤り", "--reason", "", BOTH),
    "account approve": Writing(CHIEF, f"'{desk.ANOTHER}'", f"'{desk.MEMBER}'", "MEMBER", "account_approved", APPROVERS),
    "settings set": Writing(CHIEF, "people three", "people two", "VALUE", "set_people", APPROVERS),
    "close": Writing(
        CLERK, "2011-01 --bank-balance 0", "2011-01 --bank-balance 1", "--bank-balance", "month_closed", BOTH
    ),
    "reopen": Writing(CLERK, "2010-11 --reason 計上もれ", "2010-11 --reason 誤り", "--reason", "month_reopened", BOTH),
}

FILES = {
    "請求2.csv": "請求書番号,請求日,申込番号,金額,把握日\nS-2,2012-05-01,ALIVE,7245,2012-05-02\n",
    "遅い入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN-LATE,2012-05-02,7245,ｺｳﾔﾏ ﾀﾛｳ,UNPAID\n",
    "追加.csv": "申込番号,会員番号,申込日,申込区分\nMORE,東京 第9001号,2012-04-20,新規\n",
    "別.csv": "申込番号,会員番号,申込日,申込区分\nOTHER,東京 第9001号,2012-04-20,新規\n",
    "受取人2.csv": f"{desk.PAYEES}\nUNPAID,{desk.HEIR},2012-05-01\n",
    "受取人3.csv": f"{desk.PAYEES}\nOPEN,{desk.HEIR},2012-05-01\n",
    "口座再変更.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
    f"{desk.ANOTHER},戊野 花子,東京,9999,998,普通,1112223,ボノ ハナコ\n",
}


def left_to_book(url: str) -> None:
    """A transfer that is known and not posted, as books of an earlier version have them: what `book` still finds."""
    with database.writing(url, by=CLERK) as connection:
        given.deposit(connection, given.source(connection), "N-EARLIER", date(2012, 3, 7), 7245, None)


@contextmanager
def made(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books with a record in every table, in which a changed bank account waits and credit 6 is applied.

    The files that the commands name lie in the folder that is current while the block lasts.
    """
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("files")
    for name, body in FILES.items():
        (folder / name).write_text(body, encoding="utf-8")
    with desk.books(request, desk.everything, "made") as url, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk.done(url, "import", "口座再変更.csv", "遅い入金.csv", "請求2.csv", "受取人2.csv", "受取人3.csv")
        desk.done(url, "payee", "approve", "OPEN", by=CHIEF)
        desk.done(url, "payee", "end", "OPEN", "--reason", "取下げ")
        desk.done(url, "credit", "propose", "OLD4", "--to", "NEW4", "--on", "2012-04-05")
        desk.done(url, "credit", "approve", "6", "--on", "2012-04-05", by=CHIEF)
        left_to_book(url)
        yield copies(request, url, request.param)
