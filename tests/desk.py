"""A desk at which commands are typed, and books with a record in every table, made by typing them.

Each application of these books is named after what has become of it, so that a test can say `refund propose ALIVE`.
"""

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select
from typer.testing import CliRunner, Result

import cli
from exports.issued import verification
from ledger import tables
from ledger.store import commands, database
from tests import banked, connections
from tests.posted import reversed_before
from tests.server import Server

CLERK, CHIEF = "乙川", "丙田"
MEMBER, ANOTHER = "東京 第9001号", "東京 第9002号"

# Asked for this day, the notice of 2012-03-23 answers: ended and not used.
ON = "2012-04-02"

# Paid, mailed, revoked and never used: the fee comes back.
ELIGIBLE = (
    *("FREE", "REVERSED", "PROPOSED", "APPROVED", "PAID", "RETURNED", "REJECTED"),
    *("OLD1", "OLD2", "OLD3", "OLD4", "OLD5", "FILED"),
)
ENDED = (*ELIGIBLE, "USED", "ASKING", "DOUBTFUL", "RULED")
# Revoked for a breach of obligations, which no notice decides: of one the federation has, of one it has yet to.
DOUBTED = ("DOUBTFUL", "RULED")
PAID = (*ENDED, "ALIVE", "FULL")
REISSUES = ("NEW1", "NEW2", "NEW3", "NEW4", "NEW5", "OPEN", "FULL", "GONE", "THEIRS")


def typed(url: str, *words: str, by: str = CLERK) -> Result:
    """What a command answers that is typed at these books. A traceback is our own mistake, and raised."""
    answer = CliRunner().invoke(cli.app, ["--database", url, "--by", by, *words])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def done(url: str, *words: str, by: str = CLERK) -> Result:
    """The same of a command that has to be carried out."""
    answer = typed(url, *words, by=by)
    assert answer.exit_code == 0, f"{words}: {answer.output}"
    return answer


def answered(url: str, *words: str) -> Any:
    """What a command answers to other programs."""
    return json.loads(done(url, *words, "--json").stdout)


def entry(url: str, event: str, whose: str) -> str:
    """The number of the first entry of an event for an application or a deposit; for nobody in particular: of all."""
    for each in answered(url, "entries")["entries"]:
        parts = {part for line in each["lines"] for part in (line["application"], line["deposit"])}
        if each["event"] == event and (not whose or whose in parts):
            return str(each["no"])
    raise AssertionError(f"no {event} for {whose}")


def resolved(url: str, command: str) -> list[str]:
    """The words of a command; `entry:EVENT:WHOSE` stands for the number of an entry, `undone:…` for its reversal.

    `withdrawn` after `withdraw` stands for the number of the import that was withdrawn, `last` for that of the last.
    """
    words: list[str] = []
    for word in shlex.split(command):
        if named := re.fullmatch("(entry|undone):(.*):(.*)", word):
            no = entry(url, named[2], named[3])
            every = answered(url, "entries")["entries"] if named[1] == "undone" else []
            words.append(next((str(one["no"]) for one in every if one["reverses"] == int(no)), no))
        elif words == ["withdraw"] and word == "withdrawn":
            words.append(next(str(one["no"]) for one in answered(url, "imports")["imports"] if one["withdrawn"]))
        elif words == ["withdraw"] and word == "last":
            words.append(str(max(one["no"] for one in answered(url, "imports")["imports"])))
        else:
            words.append(word)
    return words


# That something was refused is recorded, and sealed; nothing else of the books may change by it.
RECORDED = ("refused", "batch", "seal")


def held(url: str, apart: Collection[str] = RECORDED) -> str:
    """A digest over every row of every table, apart from these, whatever state the books are in."""
    with database._engine(url).connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - set(apart))
        # Asked of the driver: nothing is converted, and there are many tables.
        driver: Any = connection.connection.cursor()
        tables = {name: sorted(map(repr, driver.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names}
        connection.rollback()
    return sha256(repr(tables).encode()).hexdigest()


def not_of_command(url: str) -> set[tuple[str, str]]:
    """The commands of these books with the tables to which each added a row, and could not have."""
    batch, seal = tables.batch.c, tables.seal.c
    statement = select(batch.command, seal.of).distinct().join_from(tables.seal, tables.batch, batch.no == seal.batch)
    with database.reading(url) as connection:
        return {tuple(row) for row in connection.execute(statement) if not commands.may_add(*row)}


# --- books in which something of everything has happened ------------------------------------------------------------


def _csv(headings: str, lines: list[str]) -> str:
    return "\n".join([headings, *lines]) + "\n"


def files(folder: Path) -> list[Path]:
    """The input files of the books, written to the folder."""
    ordinary = [each for each in (*PAID, "UNPAID") if each not in REISSUES]
    written = {
        "会員.csv": _csv("会員番号,氏名,司法書士会", [f"{MEMBER},甲山 太郎,東京", f"{ANOTHER},戊野 花子,東京"]),
        "申込.csv": _csv(
            "申込番号,会員番号,申込日,申込区分,前回申込番号,取下日,把握日",
            [f"{each},{MEMBER},2011-11-01,新規,,,2011-11-01" for each in ordinary]
            + [f"LATER,{MEMBER},2012-06-01,新規,,,2012-06-01"]
            + [
                f"{reissue},{ANOTHER if reissue == 'THEIRS' else MEMBER},2012-03-06,再発行,"
                f"{reissue.replace('NEW', 'OLD') if 'NEW' in reissue else ''},"
                f"{'2012-03-20' if reissue == 'GONE' else ''},2012-03-20"
                for reissue in REISSUES
            ],
        ),
        "送付.csv": _csv(
            "申込番号,送付日,把握日",
            [f"{each},2012-01-26,2012-01-26" for each in (*ENDED, "ALIVE")]
            + [f"{literal},2012-03-08,2012-03-08" for literal in ("NEW2", "NEW5")],
        ),
        "取消.csv": _csv(
            "申込番号,取消日,取消事由,把握日",
            [f"{each},2012-02-26,{'義務不履行' if each in DOUBTED else ''},2012-02-26" for each in ENDED]
            + ["NEW2,2012-03-20,,2012-03-20"],
        ),
        "利用.csv": _csv(
            "申込番号,利用,回答日",
            [f"{each},無,2012-03-22" for each in (*ELIGIBLE, *DOUBTED, "NEW2")] + ["USED,有,2012-03-22"],
        ),
        "入金.csv": _csv(
            "照会番号,入金日,金額,振込依頼人名,申込番号,把握日",
            [f"N-{each},2012-03-06,7245,ｺｳﾔﾏ ﾀﾛｳ,{each},2012-03-06" for each in PAID]
            + [f"N-{literal},2012-03-07,7245,ｺｳﾔﾏ ﾀﾛｳ,ALIVE,2012-03-07" for literal in ("TWICE", "THRICE")]
            + ["N-LOOSE,2012-03-07,7245,ﾌﾒｲ,,2012-03-07"],
        ),
        "決裁.csv": _csv(
            "申込番号,決裁日,文書番号,扱い,理由",
            ["RULED,2012-03-26,連発第9001号,返金,業務上の不利益なし", "DOUBTFUL,2012-03-27,連発第9002号,不返金,"],
        ),
        "請求.csv": _csv(
            "請求書番号,請求日,申込番号,金額,把握日",
            ["S-1,2012-04-30,NEW5,7245,2012-05-01", "S-0,2012-02-10,USED,7245,2012-02-12"],
        ),
    }
    for name, body in written.items():
        (folder / name).write_text(body, encoding="utf-8")
    return [folder / name for name in written]


def openings(folder: Path) -> list[Path]:
    """Of before the books: a fee that is 440 yen short, and a refund that was not paid; nothing at the bank."""
    written = {
        "以前の申込.csv": _csv(
            "申込番号,会員番号,申込日,申込区分,把握日",
            [f"{number},{MEMBER},2011-11-01,新規,2011-11-01" for number in ("SHORT", "BEFORE")],
        ),
        "開始残高.csv": _csv(
            "基準日,勘定科目,金額,申込番号",
            [f"2010-12-31,{row}" for row in ("2040,-6805,SHORT", "2020,-7245,BEFORE", "5900,14050,")],
        ),
    }
    for name, body in written.items():
        (folder / name).write_text(body, encoding="utf-8")
    return [folder / name for name in written]


def accounts(folder: Path) -> list[Path]:
    """Two further files, to be taken in one after the other: a bank account of a member, and another."""
    written = {
        name: _csv(BANKED, [f"{ANOTHER},戊野 花子,東京,9999,999,普通,{number},ボノ ハナコ"])
        for name, number in (("口座.csv", "1234567"), ("口座変更.csv", "7654321"))
    }
    for name, body in written.items():
        (folder / name).write_text(body, encoding="utf-8")
    return [folder / name for name in written]


# Who pays, as the bank knows it.
PAYER = {
    "payer_code": "0123456789",
    "payer_name": "シホウショシ　レンゴウカイ",
    "payer_bank": "9999",
    "payer_branch": "999",
    "payer_account_type": "普通",
    "payer_account": "8887776",
}
BANKED = "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ"


PAYEES = "申込番号,受取人氏名,口座名義カナ,銀行番号,支店番号,預金種目,口座番号,続柄・理由,届出日"
HEIR = "戊野 一郎,ボノ イチロウ,9999,999,普通,3334445,相続人(長男)"


def payer(url: str) -> None:
    """The federation says what it is to its bank."""
    for name, value in PAYER.items():
        done(url, "settings", "set", name, value, by=CHIEF)


def account_of_member(folder: Path) -> Path:
    """The input file that gives the member a bank account."""
    (path := folder / "口座甲山.csv").write_text(
        _csv(BANKED, [f"{MEMBER},甲山 太郎,東京,9999,999,普通,2345678,コウヤマ タロウ"]), encoding="utf-8"
    )
    return path


def filing(folder: Path, no: str) -> Iterator[tuple[str, ...]]:
    """The refund of FILED goes into a payment file: what is typed, given the number that the refund will have."""
    yield ("import", str(account_of_member(folder)))
    for name, value in PAYER.items():
        yield ("settings", "set", name, value, "--by", CHIEF)
    yield ("refund", "propose", "FILED", "--on", "2012-05-01")
    yield ("refund", "approve", no, "--on", "2012-05-01", "--by", CHIEF)
    yield ("refund", "file", "--on", "2012-05-02", "--without", "2", "--out", str(folder / "総合振込.txt"))


def people(url: str, folder: Path) -> None:
    """A changed bank account that a second person approved and looked at, and a command that was refused."""
    (heir := folder / "受取人.csv").write_text(_csv(PAYEES, [f"THEIRS,{HEIR},2012-05-01"]), encoding="utf-8")
    for path in (*accounts(folder), heir):
        done(url, "import", str(path))
    done(url, "account", "approve", ANOTHER, by=CHIEF)
    done(url, "payee", "approve", "THEIRS", by=CHIEF)
    done(url, "payee", "end", "THEIRS", "--reason", "誤り")
    done(url, "payee", "reject-end", "THEIRS", "--reason", "届出のとおり", by=CHIEF)
    done(url, "account", "show", ANOTHER, "--purpose", "本人からの照会")
    assert typed(url, "refund", "approve", "99").exit_code == 1


def steps(url: str) -> Iterator[tuple[str, ...]]:
    """What is typed once the files are in."""
    yield ("book", "--through", "2012-04-01")
    yield ("ruling", "approve", "1", "--on", ON, "--by", CHIEF)
    for number in ("PROPOSED", "APPROVED", "PAID", "RETURNED", "REJECTED"):
        yield ("refund", "propose", number, "--on", ON)
    for no in "234":
        yield ("refund", "approve", no, "--on", "2012-04-03", "--by", CHIEF)
    yield ("refund", "reject", "5", "--reason", "口座相違", "--on", "2012-04-03")
    yield ("refund", "paid", "3", "4", "--on", "2012-04-04")
    yield ("refund", "returned", "4", "--reason", "口座なし", "--on", "2012-04-05")
    yield ("overpaid", "return", "N-TWICE", "--on", ON)
    for n in range(1, 6):
        yield ("credit", "propose", f"OLD{n}", "--to", f"NEW{n}", "--on", ON)
    for no in "235":
        yield ("credit", "approve", no, "--on", "2012-04-03", "--by", CHIEF)
    yield ("credit", "undo", "3", "--reason", "申込みの取下げ", "--on", "2012-04-04")
    yield ("credit", "reject", "4", "--reason", "払戻しを希望", "--on", "2012-04-04")
    yield ("book", "--through", "2012-04-30")
    yield ("bill", "pay", "S-1", "--on", "2012-04-30", "--key", "S-1")
    yield from (("close", month, "--bank-balance", "0") for month in ("2010-11", "2010-12"))
    yield ("reopen", "2010-12", "--reason", "入金の計上もれ")
    yield ("refund", "propose", "NEW2", "--on", "2012-04-30")
    yield (
        "bill",
        "dispute",
        "S-1",
        "NEW5",
        "--on",
        "2012-05-02",
        "--reason",
        "請求日の照会",
        "--document",
        "連発第9003号",
    )


def everything(url: str, folder: Path) -> None:
    """Fills fresh books: a record in every table, a refund and a credit in every state."""
    done(url, "import", *map(str, [*files(folder), account_of_member(folder), *openings(folder)]))
    for words in chain(steps(url), filing(folder, "8")):
        done(url, *words)
    people(url, folder)
    done(url, "slip", "interest", "--yen", "12", "--on", "2012-04-30", "--reason", "決算利息")
    done(url, "slip", "approve", "1", "--on", "2012-04-30", by=CHIEF)
    done(url, "slip", "charge", "--yen", "440", "--on", "2012-05-02", "--reason", "振込手数料")
    with database.writing(url, by=CLERK, command="reverse") as connection:
        for event in ("certificate_issued", "fee_received"):
            no = int(entry(url, event, "REVERSED"))
            reversed_before(connection, no, on=date(2012, 4, 1), reason="二重計上", by=CLERK)
    moved = folder / "会員訂正.csv"
    moved.write_text(_csv("申込番号,会員番号,申込日,申込区分", [f"LATER,{ANOTHER},2012-06-01,新規"]), encoding="utf-8")
    done(url, "import", str(moved))
    withdrawn(url, folder)
    told_by_bank(url, folder)
    done(url, "statement", "month", "2010-11", "--out", str(folder / "月次-2010-11.xlsx"))
    done(url, "export", "since-last", "--format", "csv", "--out", str(folder / "仕訳帳.csv"))
    listed(url)


def withdrawn(url: str, folder: Path) -> None:
    """A transfer that never was, taken in and withdrawn."""
    (path := folder / "二重.csv").write_text(
        "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN-NEVER,2012-03-07,7245,ｺｳﾔﾏ ﾀﾛｳ,,2012-03-07\n",
        encoding="utf-8",
    )
    done(url, "import", str(path))
    number = max(row["no"] for row in answered(url, "imports")["imports"])
    done(url, "withdraw", str(number), "--reason", "二重取込み", "--on", "2012-05-02")


def told_by_bank(url: str, folder: Path) -> None:
    """A charge and a balance of the middle of a month, as the bank's own file tells them."""
    account = (PAYER["payer_bank"], PAYER["payer_branch"], PAYER["payer_account"])
    charge = banked.Line(date(2012, 6, 14), -330, 21, code="14", note="ﾃｽｳﾘﾖｳ")
    (path := folder / "入出金.txt").write_bytes(
        banked.written(banked.ended(banked.statement([charge], account=account)))
    )
    done(url, "import", str(path))


ALL_RIGHTS = "propose,approve,pay,close"


def listed(url: str) -> None:
    """Lists those who act here; further changes wait, and one was rejected."""
    done(url, "people", "add", CLERK, "--may", ALL_RIGHTS)
    done(url, "people", "add", CHIEF, "--may", ALL_RIGHTS)
    done(url, "people", "add", "丁山", "--may", ALL_RIGHTS)
    done(url, "people", "approve", "3", by=CHIEF)
    for name in ("戊川", "己谷", "庚町"):
        done(url, "people", "add", name, "--may", "approve")
    done(url, "people", "reject", "5", "--reason", "退職のため")


# --- books for a whole module -----------------------------------------------------------------------------------------


@contextmanager
def books(request: pytest.FixtureRequest, make: Callable[[str, Path], None], label: str = "own") -> Iterator[str]:
    """Books of their own for a whole module, on the engine that its fixture is parametrised with.

    `make` fills fresh books, given their address and a folder; it is done once in a run, and copied. The label tells
    two copies of one module apart.
    """
    name = make.__name__
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp(name)
    run = Server(Path(os.environ["SEISAN_TEST_RUN"]))
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("_sqlite_books")
        made = run.folder / f"{name}.db"
        with run.alone():
            if not made.exists():
                making = folder / "making.db"
                shutil.copyfile(empty, making)
                make(f"sqlite:///{making}", folder)
                connections.let_go_of_files()
                making.rename(made)
        yield f"sqlite:///{shutil.copyfile(made, folder / f'{name}.db')}"
        return
    server: Server = request.getfixturevalue("server")
    template = request.getfixturevalue("_postgresql_books")
    marker = run.folder / name
    with run.alone():
        if not marker.exists():
            server.copy(template, name)
            make(server.url(name), folder)
            marker.touch()
    module = request.module.__name__.rpartition(".")[2]
    own = f"{name}_{label}_{module}_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    server.copy(name, own)
    try:
        yield server.url(own)
    finally:
        server.drop(own)


def sound(url: str) -> None:
    """The books agree with themselves; what an earlier version left to `book` may wait in them."""
    with database.reading(url) as connection:
        faults = verification.sound(connection).faults
        assert faults == (), faults


def verifies(url: str) -> None:
    """The books agree with themselves, and everything that they know is posted."""
    with database.reading(url) as connection:
        faults = verification.verify(connection).faults
        assert not faults, faults
