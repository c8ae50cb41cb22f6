"""Nothing lies after today but what is planned: on the command line, in files, and of every kind of day."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from exports.shell.options import PLANNED
from ledger import dates
from ledger.errors import Exit
from ledger.intake.kinds import KINDS
from ledger.store import database
from tests import desk, posted
from tests.commands import COMMANDS, WRITING

pytestmark = pytest.mark.thorough

TODAY = date(2012, 5, 10)

# The days of a file that may lie ahead: announced beforehand, or a rule that is to come.
PLANS = {"deregistered_on", "expires_on", "revoked_on", "applies_from"}


@pytest.fixture
def books(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with an application whose fee comes back; today is fixed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dates, "today", lambda: TODAY)
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    Path("申込.csv").write_text(
        "申込番号,会員番号,申込日,申込区分\nA-0,東京 第9001号,2012-04-01,新規\n", encoding="utf-8"
    )
    desk.done(book_url, "import", "申込.csv")
    return book_url


DAYS = {
    name: flag
    for name in WRITING
    for param in COMMANDS[name].params
    for flag in param.opts
    if flag in ("--on", "--as-of", "--through", "--known-on")
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", sorted(DAYS))
def test_no_command_that_writes_takes_a_day_ahead_unless_it_is_a_plan(books: str, command: str) -> None:
    """The same command, typed for tomorrow, is refused before it looks at anything; the payment file is not."""
    words = {"FILE": "x.csv", "NO": "1", "DEPOSIT": "N-1", "--out": "x.txt", "--reason": "誤り", "--to": "A-2"}
    typed: list[str] = []
    for param in COMMANDS[command].params:
        name = param.opts[0] if param.param_type_name == "option" else (param.metavar or "")
        if param.required or name == "--out":
            value = words.get(name.strip("[]…"), "1")
            typed += [name, value] if param.param_type_name == "option" else [value]
    before = desk.held(books)
    answer = desk.typed(books, *command.split(), *typed, DAYS[command], "2012-05-11")
    assert ("(in-the-future)" in answer.stderr) is (command != "refund file"), answer.output
    assert desk.held(books) == before


def test_files_may_lie_ahead_only_in_what_is_planned() -> None:
    ahead = {column.name for kind in KINDS for column in kind.columns if column.planned}
    assert ahead == PLANS
    assert PLANNED


LINES = {
    ("deposits", "received_on"): "照会番号,入金日,金額,振込依頼人名,申込番号\nD-9,{day},7245,コウヤマ,A-0\n",
    ("bills", "billed_on"): "請求書番号,請求日,申込番号,金額\nS-9,{day},A-0,7245\n",
    ("applications", "applied_on"): "申込番号,会員番号,申込日,申込区分\nA-9,東京 第9001号,{day},新規\n",
    (
        "applications",
        "withdrawn_on",
    ): "申込番号,会員番号,申込日,申込区分,取下日\nA-9,東京 第9001号,2012-05-01,新規,{day}\n",
    ("issues", "issued_on"): "申込番号,発行日,把握日\nA-0,{day},2012-05-10\n",
    ("issues", "mailed_on"): "申込番号,送付日,把握日\nA-0,{day},2012-05-10\n",
    ("issues", "expires_on"): "申込番号,送付日,有効期間満了日\nA-0,2012-04-02,{day}\n",
    ("downloads", "up_to"): "申込番号,ダウンロード日,確認日\nA-0,,{day}\n",
    ("receipts", "up_to"): "申込番号,受領書返送日,記帳日\nA-0,,{day}\n",
    ("revocations", "revoked_on"): "申込番号,取消日,把握日\nA-0,{day},2012-05-10\n",
    ("usage", "answered_on"): "申込番号,利用,回答日\nA-0,無,{day}\n",
    ("choices", "chosen_on"): "申込番号,返金方法,申出日\nA-0,払戻し,{day}\n",
    ("fees", "applies_from"): "適用開始日,発行手数料,税率\n{day},7452,8\n",
    ("members", "deregistered_on"): "会員番号,氏名,司法書士会,登録取消日\n東京 第9001号,甲山 太郎,東京,{day}\n",
    ("members", "known_on"): "会員番号,氏名,司法書士会,把握日\n東京 第9001号,甲山 次郎,東京,{day}\n",
}


@pytest.mark.parametrize(("kind", "name"), LINES)
def test_day_in_a_file_lies_ahead_only_when_it_is_planned(books: str, kind: str, name: str) -> None:
    slip, ahead, near = (Path(f"{kind}-{name}-{which}.csv") for which in ("slip", "ahead", "near"))
    slip.write_text(LINES[kind, name].format(day="2102-05-11"), encoding="utf-8")
    answer = desk.typed(books, "import", str(slip))
    assert answer.exit_code == Exit.PROBLEMS, answer.output
    assert ("(too-far-ahead)" if name in PLANS else "(in-the-future)") in answer.stderr
    ahead.write_text(LINES[kind, name].format(day=dates.today() + timedelta(days=30)), encoding="utf-8")
    answer = desk.typed(books, "import", str(ahead))
    assert answer.exit_code == (Exit.DONE if name in PLANS else Exit.PROBLEMS), answer.output
    assert ("(in-the-future)" in answer.stderr) is (name not in PLANS)
    near.write_text(LINES[kind, name].format(day="2012-05-10"), encoding="utf-8")
    desk.done(books, "import", str(near))


def test_question_may_be_asked_for_a_day_ahead(books: str) -> None:
    for words in ("check --everyone", "balance", "due", "refund list"):
        desk.done(books, *words.split(), "--as-of", "2112-01-01")
