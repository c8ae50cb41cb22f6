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
from tests import banked, desk, given
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, ON


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, member in command.commands.items():
            yield from _commands(member, (*path, name))
    else:
        yield " ".join(path), command


# Every command with its name, those of groups included; its options; its examples, as they are typed.
def whole_program() -> cli.Seisan:
    """The program with every command loaded."""
    program = typer.main.get_command(cli.app)
    assert isinstance(program, cli.Seisan)
    for phase in program.phases:
        program.load(phase)
    return program


COMMANDS = dict(_commands(whole_program()))
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

    `other` words make it another command under the same key, and `field` is then named; `rule` draws it in the model,
    with the word that makes it this command where the rule draws several (empty: it is not drawn); `roles` may do it on
    PostgreSQL.
    """

    by: str
    typed: str
    other: str
    field: str
    rule: str
    roles: tuple[str, ...]


CLERKS, APPROVERS, BOTH = ("clerk",), ("approver",), ("clerk", "approver")
EVERYBODY = (*BOTH, "auditor")  # who may write nothing gets a copy, which is not recorded

WRITING = {
    "import": Writing(CLERK, "追加.csv", "別.csv", "FILE", "a_fact_is_told", CLERKS),
    "book": Writing(CLERK, "--through 2012-05-31", "--through 2012-06-30", "--through", "booked", BOTH),
    "match": Writing(
        CLERK,
        "N-LOOSE UNPAID --on 2012-04-10",
        "N-LOOSE FREE --on 2012-04-10",
        "APPLICATION[=YEN]",
        "matched",
        CLERKS,
    ),
    "unmatch": Writing(
        CLERK,
        "N-ALIVE --reason 別人 --on 2012-04-10",
        "N-FULL --reason 別人 --on 2012-04-10",
        "DEPOSIT",
        "unmatched",
        CLERKS,
    ),
    "withdraw": Writing(
        CLERK,
        "3 --reason 誤り --on 2012-04-10",
        "4 --reason 誤り --on 2012-04-10",
        "IMPORT[:ROW…]",
        "withdrawn",
        CLERKS,
    ),
    "decide": Writing(CLERK, f"FREE ALIVE --as-of {ON}", f"FREE --as-of {ON}", "APPLICATION", "decided", CLERKS),
    "ruling approve": Writing(CHIEF, f"2 --on {ON}", f"1 --on {ON}", "NO", "ruling_approved", APPROVERS),
    "ruling reject": Writing(
        CLERK, f"2 --reason 別件 --on {ON}", f"2 --reason 誤り --on {ON}", "--reason", "ruling_rejected", BOTH
    ),
    "refund propose": Writing(CLERK, f"FREE --on {ON}", "FREE --on 2012-04-03", "--on", "refund_proposed", CLERKS),
    "refund approve": Writing(CHIEF, "1 --on 2012-04-03", "2 --on 2012-04-03", "NO", "taken_on approved", APPROVERS),
    "refund reject": Writing(
        CLERK,
        "1 --reason 口座相違 --on 2012-04-03",
        "1 --reason 死亡 --on 2012-04-03",
        "--reason",
        "taken_on rejected",
        BOTH,
    ),
    "refund paid": Writing(CLERK, "2 --on 2012-04-06", "2 --on 2012-04-07", "--on", "taken_on paid", CLERKS),
    "refund returned": Writing(
        CLERK,
        "3 --reason 口座なし --on 2012-04-06",
        "3 --reason 名義相違 --on 2012-04-06",
        "--reason",
        "taken_on returned",
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
    "overpaid approve": Writing(CHIEF, "6 --on 2012-04-06", "1 --on 2012-04-06", "NO", "taken_on approved", APPROVERS),
    "overpaid reject": Writing(
        CLERK,
        "6 --reason 口座相違 --on 2012-04-06",
        "6 --reason 死亡 --on 2012-04-06",
        "--reason",
        "taken_on rejected",
        BOTH,
    ),
    "overpaid paid": Writing(CLERK, "2 --on 2012-04-06", "2 3 --on 2012-04-06", "NO", "taken_on paid", CLERKS),
    "overpaid returned": Writing(
        CLERK,
        "3 --reason 口座なし --on 2012-04-06",
        "3 --reason 口座なし --on 2012-04-07",
        "--on",
        "taken_on returned",
        CLERKS,
    ),
    **{
        f"{group} {verb}": Writing(by, typed, other, field, rule, roles)
        for group in ("refund", "overpaid")
        for verb, by, typed, other, field, rule, roles in (
            (
                *("unpaid", CLERK, "3 --reason 誤記 --on 2012-04-06", "3 --reason 日付 --on 2012-04-06", "--reason"),
                "taken_back",
                CLERKS,
            ),
            (
                *("end", CHIEF, "4 --reason 充当 --on 2012-04-06", "4 --reason 死亡 --on 2012-04-06", "--reason"),
                "taken_on ended",
                BOTH,
            ),
            (
                *("recovered", CLERK, "3 --yen 7245 --on 2012-05-01", "3 --yen 7000 --on 2012-05-01", "--yen"),
                "paid_back",
                CLERKS,
            ),
            (
                *("undo", CLERK, "4 --reason 誤記 --on 2012-04-06", "4 --reason 日付 --on 2012-04-06", "--reason"),
                "taken_back",
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
    "credit approve": Writing(CHIEF, "1 --on 2012-04-03", "1 --on 2012-04-04", "--on", "taken_on applied", APPROVERS),
    "credit reject": Writing(
        CLERK,
        "1 --reason 払戻しを希望 --on 2012-04-03",
        "1 --reason 取下げ --on 2012-04-03",
        "--reason",
        "taken_on rejected",
        BOTH,
    ),
    "credit undo": Writing(
        CLERK,
        "6 --reason 取下げ --on 2012-04-30",
        "6 --reason 誤り --on 2012-04-30",
        "--reason",
        "taken_on undone",
        CLERKS,
    ),
    "bill pay": Writing(CLERK, "S-2 --on 2012-05-31", "S-2 --on 2012-06-01", "--on", "bill_paid", BOTH),
    "bill dispute": Writing(
        CLERK,
        "S-2 ALIVE --reason 照会 --on 2012-05-10",
        "S-2 ALIVE --reason 免除 --on 2012-05-10",
        "--reason",
        "",
        BOTH,
    ),
    "bill undispute": Writing(
        CLERK,
        "S-1 NEW5 --reason 説明を了承 --on 2012-05-10",
        "S-1 NEW5 --reason 誤り --on 2012-05-10",
        "--reason",
        "",
        BOTH,
    ),
    "slip charge": Writing(
        CLERK,
        "--yen 440 --on 2012-05-02 --reason 手数料",
        "--yen 441 --on 2012-05-02 --reason 手数料",
        "--yen",
        "slip_proposed charge",
        CLERKS,
    ),
    "slip interest": Writing(
        CLERK,
        "--yen 12 --on 2012-05-02 --reason 利息",
        "--yen 13 --on 2012-05-02 --reason 利息",
        "--yen",
        "slip_proposed interest",
        CLERKS,
    ),
    "slip write-off": Writing(
        CLERK,
        "SHORT --on 2012-05-02 --reason 差引き",
        "SHORT --on 2012-05-03 --reason 差引き",
        "--on",
        "slip_proposed write-off",
        CLERKS,
    ),
    "slip income": Writing(
        CLERK,
        "N-THRICE --on 2012-05-02 --reason 回答なし",
        "N-TWICE --on 2012-05-02 --reason 回答なし",
        "DEPOSIT",
        "slip_proposed income",
        CLERKS,
    ),
    "slip opened-refund": Writing(
        CLERK,
        "BEFORE --on 2012-05-02 --reason 未払",
        "BEFORE --on 2012-05-03 --reason 未払",
        "--on",
        "slip_proposed opened-refund",
        CLERKS,
    ),
    "slip other": Writing(
        CLERK,
        "--debit 5900 --credit 1110 --yen 100 --on 2012-05-02 --reason 証明書",
        "--debit 5310 --credit 1110 --yen 100 --on 2012-05-02 --reason 証明書",
        "--debit",
        "slip_proposed other",
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
    "export since-last": Writing(
        CLERK, "--format yayoi --out 弥生.txt", "--format mf --out 弥生.txt", "--format", "", BOTH
    ),
    "people add": Writing(CLERK, "庚野 --may propose", "庚野 --may pay", "--may", "person_added", BOTH),
    "people end": Writing(CLERK, f"'{CHIEF}'", f"'{CLERK}'", "NAME", "end_person", BOTH),
    "people approve": Writing(CHIEF, "4", "6", "NO", "person_approved", BOTH),
    "people reject": Writing(CHIEF, "4 --reason 退職", "4 --reason 誤り", "--reason", "person_rejected", BOTH),
    "account approve": Writing(CHIEF, f"'{desk.ANOTHER}'", f"'{desk.MEMBER}'", "MEMBER", "account_approved", APPROVERS),
    "settings set": Writing(CHIEF, "people three", "people two", "VALUE", "set_people", APPROVERS),
    "close": Writing(
        CLERK, "2011-01 --bank-balance 0", "2011-01 --bank-balance 1", "--bank-balance", "month_closed", BOTH
    ),
    "reopen": Writing(CLERK, "2010-11 --reason 計上もれ", "2010-11 --reason 誤り", "--reason", "month_reopened", BOTH),
    "statement month": Writing(
        CLERK, "2010-10 --out 月次.xlsx", "2010-10 --sheet 仕訳帳 --out 月次.xlsx", "--sheet", "", EVERYBODY
    ),
    "statement year": Writing(CLERK, "2009 --out 年次.xlsx", "2008 --out 年次.xlsx", "YEAR", "", EVERYBODY),
}


@dataclass(frozen=True)
class Further:
    """Another way in which a command writes: what is typed before it, by whom, and then by whom the command itself."""

    before: tuple[tuple[str, str], ...]
    by: str
    typed: str
    rule: str
    roles: tuple[str, ...]


_PROPOSED = (CLERK, "close 2011-01 --bank-balance 1 --accept bank_differs=手数料 --accept 月末の処理")
_CLOSED = (CLERK, "close 2012-03 --bank-balance 0 --accept bank_differs=確認中 --accept 月末の処理")
FURTHER = {
    "a closing is proposed": Further((), *_PROPOSED, "month_closed_by_two", BOTH),
    "a proposed closing is closed by another": Further(
        (_PROPOSED,), CHIEF, "close 2011-01 --bank-balance 1", "month_closed_by_two", BOTH
    ),
    "a proposed closing ends with a balance that is right": Further(
        (_PROPOSED,), CLERK, "close 2011-01 --bank-balance 0", "month_closed_by_two", BOTH
    ),
    "what was dated later comes to its own day": Further(
        (
            _CLOSED,
            (CHIEF, "close 2012-03 --bank-balance 0"),
            (CLERK, "import 三月.csv"),
            (CHIEF, "reopen 2012-03 --reason 計上もれ"),
        ),
        CLERK,
        "book --on-its-day --through 2012-05-31",
        "brought_to_its_day",
        BOTH,
    ),
    "the member of an application is corrected": Further((), CLERK, "import 訂正.csv", "owner_corrected", CLERKS),
    "that correction is withdrawn": Further(
        ((CLERK, "import 訂正.csv"),), CLERK, "withdraw last --reason 誤り --on 2012-05-04", "withdrawn", CLERKS
    ),
    "a deposit is matched in parts": Further(
        (), CLERK, "match N-LOOSE UNPAID=245 OPEN --on 2012-04-10", "matched", CLERKS
    ),
    "transfers are matched by the list that comes back": Further(
        (), CLERK, "match --from 照合.csv --on 2012-04-10", "matched", CLERKS
    ),
    "a part of it is taken back": Further(
        ((CLERK, "match N-LOOSE UNPAID=245 OPEN --on 2012-04-10"),),
        CLERK,
        "unmatch N-LOOSE OPEN --reason 別人 --on 2012-04-11",
        "unmatched",
        CLERKS,
    ),
    "somebody in the member's place is brought": Further((), CLERK, "import 受取人3.csv", "learn payees", CLERKS),
    "a refund is paid by a statement": Further((), CLERK, "refund paid --from 明細.txt", "taken_on paid", CLERKS),
    "a transfer comes back by a statement": Further(
        (), CLERK, "refund returned --from 明細.txt", "taken_on returned", CLERKS
    ),
    "what two posted is reversed by a slip": Further(
        (), CLERK, "reverse entry:interest_received: --reason 誤り --on 2012-05-02", "reversed_by_hand", CLERKS
    ),
}

FILES = {
    "照合.csv": "照会番号,充当する申込番号\nN-LOOSE,OPEN\n",
    "三月.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN-MARCH,2012-03-30,7245,ｺｳﾔﾏ ﾀﾛｳ,UNPAID\n",
    "訂正.csv": f"申込番号,会員番号,申込日,申込区分,把握日\nUNPAID,{desk.ANOTHER},2011-11-01,新規,2012-05-03\n",
    "訂正2.csv": f"申込番号,会員番号,申込日,申込区分,把握日\nOPEN,{desk.ANOTHER},2012-03-06,再発行,2012-05-03\n",
    "無名.csv": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN-NOBODY,2012-03-30,7245,ﾌﾒｲ,,2012-04-01\n",
    "受取人4.csv": f"{desk.PAYEES}\nUNPAID,{desk.HEIR},2012-05-02\n",
    "受取人3.csv": f"{desk.PAYEES}\nFREE,{desk.HEIR},2012-05-01\n",
    "請求2.csv": "請求書番号,請求日,申込番号,金額,把握日\nS-2,2012-05-01,ALIVE,7245,2012-05-02\n",
    "遅い入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN-LATE,2012-05-02,7245,ｺｳﾔﾏ ﾀﾛｳ,UNPAID\n",
    "追加.csv": "申込番号,会員番号,申込日,申込区分\nMORE,東京 第9001号,2012-04-20,新規\n",
    "別.csv": "申込番号,会員番号,申込日,申込区分\nOTHER,東京 第9001号,2012-04-20,新規\n",
    "受取人2.csv": f"{desk.PAYEES}\nUNPAID,{desk.HEIR},2012-05-01\n",
    "受取人6.csv": f"{desk.PAYEES}\nOPEN,{desk.HEIR},2012-05-01\n",
    "口座再変更.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
    f"{desk.ANOTHER},戊野 花子,東京,9999,998,普通,1112223,ボノ ハナコ\n",
}

# The account at the bank: refund 2 is paid, and the transfer of refund 3 comes back.
STATEMENT = banked.ended(
    banked.statement(
        [
            banked.Line(date(2012, 4, 6), -7245, 1, note="0000000002"),
            banked.Line(date(2012, 4, 6), 7245, 2, "ﾌﾘｺﾐﾌﾉｳ", note="0000000003"),
        ],
        before=100_000,
        account=(desk.PAYER["payer_bank"], desk.PAYER["payer_branch"], desk.PAYER["payer_account"]),
    )
)


def left_to_book(url: str) -> None:
    """A transfer that is known and not posted, as books of an earlier version have them: what `book` still finds."""
    with database.writing(url, by=CLERK, command="import") as connection:
        given.deposit(connection, given.source(connection, by=CLERK), "N-EARLIER", date(2012, 3, 7), 7245, None)


@contextmanager
def made(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books with a record in every table, in which a changed bank account waits and credit 6 is applied.

    The files that the commands name lie in the folder that is current while the block lasts.
    """
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("files")
    for name, body in FILES.items():
        (folder / name).write_text(body, encoding="utf-8")
    (folder / "明細.txt").write_bytes(banked.written(STATEMENT))
    with desk.books(request, desk.everything, "made") as url, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk.done(url, "import", "口座再変更.csv", "遅い入金.csv", "請求2.csv", "受取人2.csv", "受取人6.csv")
        desk.done(url, "payee", "approve", "OPEN", by=CHIEF)
        desk.done(url, "payee", "end", "OPEN", "--reason", "取下げ")
        desk.done(url, "credit", "propose", "OLD4", "--to", "NEW4", "--on", "2012-04-05")
        desk.done(url, "credit", "approve", "6", "--on", "2012-04-05", by=CHIEF)
        left_to_book(url)
        yield copies(request, url, request.param)
