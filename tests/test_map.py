"""The map keeps its word: rows of "Where does my line go?" (ledger/README.md), carried out on a copy of the sources."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.store import database
from tests import desk
from tests.edited import EditedCopy, Edits, appended, edited, replaced
from tests.spread import SOAK

pytestmark = pytest.mark.thorough

ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# The version of the books, and the one that a step leads to which somebody adds.
LAST = database.versions()[1]
NEXT = f"{int(LAST) + 1:04}"

# --- encode a new notice --------------------------------------------------------------------------------------------

NOTICE = '''"""お知らせ — 連合会会長 (2012年12月3日)

> 有効期間内に認証局の事由により取消された電子証明書については、発行手数料を払い戻す。

This paper is made up.
"""

from datetime import date

from ledger.notices.conditions import Clause, Condition, Notice, reason, revoked

by_the_authority = Condition(
    "認証局の事由により取消された",
    "it was revoked for a reason on the authority's side",
    reason.in_(("ca_other", "info_error")),
    ("reason",),
    {"reason": reason.is_(None)},
)

notice = Notice(
    announced_on=date(2012, 12, 3),
    replaces=date(2012, 9, 21),
    name_ja="会長お知らせ(2012年12月3日)",
    name_en="the president's notice of 3 December 2012",
    clauses=(Clause("事由", "認証局の事由により取消された電子証明書", by_the_authority, revoked),),
)
'''

_CASE = """
[[case]]
id = "{id}"
says = "{says}"
as_of = 2012-12-03
given.applied_on = 2012-08-01
given.mailed_on = 2012-08-12
{given}expect.outcome = "{outcome}"
expect.clauses = [{clauses}]
"""


def _case(nth: int, says: str, outcome: str, **given: str) -> str:
    lines = "".join(f"given.{name} = {value}\n" for name, value in given.items())
    clauses = '"事由"' if outcome == "eligible" else ""
    return _CASE.format(id=f"V{nth:02}", says=says, given=lines, outcome=outcome, clauses=clauses)


CASES = "\n".join(
    [
        "# Asked from 2012-12-03 on.",
        _case(1, "otherwise judged necessary", "eligible", revoked_on="2012-11-01", reason='"ca_other"'),
        _case(2, "an error in what is recorded", "eligible", revoked_on="2012-11-01", reason='"info_error"'),
        _case(3, "a reason of the subscriber's", "not_eligible", revoked_on="2012-11-01", reason='"pin_lost"'),
        _case(4, "the reason is not known", "needs_facts", revoked_on="2012-11-01"),
        _case(5, "not revoked", "in_force"),
        _case(6, "expired, and not revoked", "not_eligible", expires_on="2012-11-01", reason='"ca_other"'),
    ]
)


def test_notice_takes_its_file_its_cases_and_its_line_in_the_changes(tmp_path: Path) -> None:
    line = "- From 2012-12-03 the president's notice: certificates revoked for a reason on the authority's side.\n"
    copy = edited(
        tmp_path,
        {
            "ledger/notices/n2012_12_03.py": NOTICE,
            "tests/cases/2012-12-03.toml": CASES,
            "CHANGELOG.md": appended(line),
        },
    )
    of_the_register = "exactly_one_notice or nothing_speaks_against or each_condition_is_called"
    chosen = f"2012-12-03 or {'not test_mutants' if SOAK else of_the_register}"
    copy.passes("tests/test_mutants.py", "tests/test_cases.py", "tests/test_notices.py", "-k", chosen)


# --- ship a fee -----------------------------------------------------------------------------------------------------

FEE = """# This fee is made up.
applies_from = 2014-04-01
yen = 7452
tax_percent = 8
basis = "架空の例: 発行手数料 7,452円 (6,900円 + 消費税 8% 552円)"
"""
FEE_CASE = """
[[case]]
id = "X01"
says = "the fee of a new file is the one that comes back"
as_of = 2014-06-01
given.applied_on = 2014-04-01
given.paid = [7452]
given.mailed_on = 2014-04-08
given.downloaded_on = "none"
given.downloads_checked_on = 2014-05-31
given.revoked_on = 2014-05-10
expect.outcome = "eligible"
expect.fee_received = 7452
expect.refundable = 7452
"""


@ONE_DATABASE
def test_fee_takes_its_file_and_a_case(
    book_url: str, new_book: Callable[[], str], empty_url: str, tmp_path: Path
) -> None:
    """Books that are there already are given the fee by `init`, which says so, once."""
    edits: Edits = {"ledger/fees/2014-04-01.toml": FEE, "tests/cases/2012-09-21.toml": appended(FEE_CASE)}
    copy = edited(tmp_path, edits)
    assert copy.answered(book_url, "init")["loaded"] == {"accounts": [], "fees": ["2014-04-01"]}
    assert copy.answered(book_url, "init")["loaded"] == {"accounts": [], "fees": []}
    assert "何も変更していません" in copy.seisan(book_url, "init")
    assert "2014-04-01" in copy.seisan(another := new_book(), "init", "--lang", "ja")
    assert "nothing was changed" in copy.seisan(another, "init", "--lang", "en")
    assert "2014-04-01" in copy.seisan(new_book(), "init", "--lang", "en")
    assert copy.answered(empty_url, "init")["loaded"]["fees"] == ["2011-01-01", "2014-04-01"]
    copy.passes("tests/test_cases.py", "-k", "X01")


# --- another certificate with a fee of its own ----------------------------------------------------------------------

CERTIFICATES = 'CERTIFICATES = CodeList(("file", "ファイル", "in a file"), ("card", "ICカード", "on a card"))'
CARD_FEE = """# This fee, and the certificate that it is for, are made up.
certificate = "card"
applies_from = 2011-01-01
yen = 9000
tax_percent = 5
basis = "架空の例: ICカードの電子証明書"
"""
CARD_COLUMN = '_coded("証明書種別", "certificate", N_("Which certificate; blank: the ordinary one.")),'
CARD_EDITS: Edits = {
    "ledger/codes.py": replaced(
        "# The closed list of each coded value", f"{CERTIFICATES}\n\n# The closed list of each coded value",
        '    "choice": CHOICES,', '    "choice": CHOICES,\n    "certificate": CERTIFICATES,',
        '"reason", "covered")', '"reason", "covered", "certificate")',
        'FEE_KEY = ("applies_from",)', 'FEE_KEY = ("applies_from", "certificate")',
    ),
    "ledger/models/books.py": replaced(
        "    applies_to: date | None = None\n",
        "    applies_to: date | None = None\n    certificate: str | None = None\n",
    ),
    "ledger/facts.py": replaced(
        '    "previous": FactColumn(',
        '    "certificate": FactColumn("certificate", "code", N_("kind of certificate")),\n    "previous": FactColumn(',
    ),
    "ledger/fees/__init__.py": replaced(
        "    return and_(fee.applies_from <= applied_on,",
        "    same = fee.certificate.is_not_distinct_from(application.c.certificate)\n"
        "    return and_(same, fee.applies_from <= applied_on,",
    ),
    "ledger/fees/2011-01-01-card.toml": CARD_FEE,
    "ledger/intake/kinds.py": replaced(
        '        _coded("申込区分",', f'        {CARD_COLUMN}\n        _coded("申込区分",',
        '        _needed("税率",', f'        {CARD_COLUMN}\n        _needed("税率",',
    ),
}  # fmt: skip
CARD_STEP = '''"""Which certificate an application and a fee are for; of what was recorded before, none is named."""

import sqlalchemy as sa
from alembic import op

revision = "NEXT"
down_revision = "LAST"


def upgrade() -> None:
    """Adds the column to `fee`, and the fact to those that `fact` may hold."""
    op.add_column("fee", sa.Column("certificate", sa.String(), nullable=True))
'''
MEMBER_FILE = f"会員番号,氏名,司法書士会\n{desk.MEMBER},甲山 太郎,東京\n"
APPLICATIONS = (
    "申込番号,会員番号,申込日,申込区分,{heading}把握日\n{number},東京 第9001号,2012-01-10,新規,{value}2012-01-10\n"
)
TRANSFER = (
    "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN-{number},2012-01-11,{yen},ｺｳﾔﾏ ﾀﾛｳ,{number},2012-01-11\n"
)


# The version of the books that the step of an example comes after.
LAST = max(path.name[:4] for path in (Path(__file__).parents[1] / "migrations" / "versions").glob("0*.py"))


def _add_step(copy: EditedCopy, name: str, step: str) -> None:
    """Adds a migration that, beside what it does, writes the rules of `fact` anew, as the tables have them now."""
    copy.python("-m", "ledger.models")
    ask = (
        "from ledger import tables; print({str(check.name): str(check.sqltext) for check in tables.fact.constraints"
        " if hasattr(check, 'sqltext') and check.name in ('ck_fact_name', 'ck_fact_code', 'ck_fact_day')})"
    )
    step = step.replace("LAST", LAST)
    step += f"""    rules = {copy.python("-c", ask).strip()}
    with op.batch_alter_table("fact") as fact:
        for name, rule in rules.items():
            fact.drop_constraint(op.f(name), type_="check")
            fact.create_check_constraint(op.f(name), rule)
"""
    step = step.replace('"LAST"', f'"{LAST}"').replace('"NEXT"', f'"{NEXT}"')
    (copy.folder / "migrations" / "versions" / f"{NEXT}_{name}").write_text(step, encoding="utf-8")


def _files(folder: Path, **contents: str) -> list[str]:
    for name, content in contents.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return [str(folder / f"{name}.csv") for name in contents]


def _received(copy: EditedCopy, books: str) -> dict[str, tuple[int, list[int]]]:
    """Of each application the fee received by the finding, and the yen of the entries of its fee."""
    findings = copy.answered(books, "check", "--everyone", "--as-of", "2012-04-02")["findings"]
    entries = copy.answered(books, "entries")["entries"]
    lines = [line for entry in entries if entry["event"] == "fee_received" for line in entry["lines"]]
    return {
        finding["application"]: (
            finding["fee_received"],
            [line["credit"] for line in lines if line["application"] == finding["application"] and line["credit"]],
        )
        for finding in findings
    }


@ONE_DATABASE
def test_certificate_with_a_fee_of_its_own_goes_straight_down(book_url: str, tmp_path: Path) -> None:
    """What stood in the books is judged as before; one application has the new certificate and its fee."""
    ordinary = APPLICATIONS.format(heading="", number="ORDINARY", value="")
    files = _files(tmp_path, members=MEMBER_FILE, first=ordinary, paid=TRANSFER.format(number="ORDINARY", yen=7245))
    desk.done(book_url, "import", *files)
    desk.done(book_url, "book", "--through", "2012-03-31")
    copy = edited(tmp_path, CARD_EDITS)
    _add_step(copy, "certificates.py", CARD_STEP)
    assert copy.answered(book_url, "init") == {
        "before": LAST, "after": NEXT, "loaded": {"accounts": [], "fees": ["2011-01-01"]},
        "database": database.format_url(book_url),
    }  # fmt: skip
    card = APPLICATIONS.format(heading="証明書種別,", number="CARD", value="ICカード,")
    plain = APPLICATIONS.format(heading="証明書種別,", number="PLAIN", value=",")
    transfers = [TRANSFER.format(number=number, yen=9000) for number in ("CARD", "PLAIN")]
    files = _files(tmp_path, card=card, plain=plain, paid_card=transfers[0], paid_plain=transfers[1])
    copy.seisan(book_url, "import", *files)
    copy.seisan(book_url, "book", "--through", "2012-03-31")
    assert _received(copy, book_url) == {
        "CARD": (9000, [9000]), "ORDINARY": (7245, [7245]), "PLAIN": (7245, [7245])
    }  # fmt: skip
    copy.seisan(book_url, "verify")
    copy.passes("tests/test_migrations.py", "-k", "up_from_empty or once_more_changes")


# --- one more fact, in a new kind of file ---------------------------------------------------------------------------

LOSSES = """    # Reports of loss (紛失届): a made-up kind, with a fact of its own.
    Kind(
        "losses",
        N_("Reports of loss"),
        _APPLICATION,
        _needed("紛失日", "lost_on", day, N_("The day of the loss.")),
    ),
"""
FACT_EDITS: Edits = {
    "ledger/codes.py": replaced('"expires_on", "revoked_on")', '"expires_on", "revoked_on", "lost_on")'),
    "ledger/facts.py": replaced(
        '    "choice": FactColumn(',
        '    "lost_on": FactColumn(\n'
        '        "lost_on", "day", N_("day of loss"), N_("lost {value}"), not_before=("applied_on",)\n    ),\n'
        '    "choice": FactColumn(',
    ),
    "ledger/intake/kinds.py": replaced("    # What members chose", f"{LOSSES}    # What members chose"),
    "tests/intake/紛失.csv": "申込番号,紛失日\n2011-0001,2012-03-05\n",
    "tests/intake/紛失.csv.expected.toml": """passed_over = []

[[sheet]]
kind = "losses"
ignored = []

[[sheet.line]]
row = 2
application = "2011-0001"
lost_on = 2012-03-05
""",
}
FACT_STEP = '''"""The day on which a certificate was lost."""

from alembic import op

revision = "NEXT"
down_revision = "LAST"


def upgrade() -> None:
    """Adds the fact to those that `fact` may hold."""
'''


@ONE_DATABASE
def test_fact_and_the_kind_of_file_that_brings_it_go_straight_down(book_url: str, tmp_path: Path) -> None:
    copy = edited(tmp_path, FACT_EDITS)
    _add_step(copy, "losses.py", FACT_STEP)
    copy.seisan(book_url, "init")
    files = _files(
        tmp_path,
        members=MEMBER_FILE,
        applications=APPLICATIONS.format(heading="", number="LOST", value=""),
        losses="申込番号,紛失日,把握日\nLOST,2012-03-05,2012-03-06\n",
    )
    copy.seisan(book_url, "import", *files)
    early = _files(tmp_path, early="申込番号,紛失日,把握日\nLOST,2011-03-05,2012-03-06\n")
    with pytest.raises(AssertionError, match="紛失日"):
        copy.seisan(book_url, "import", *early)
    copy.seisan(
        book_url, "statement", "member", desk.MEMBER, "--as-of", "2012-04-02", "--out", str(tmp_path / "m.xlsx")
    )
    copy.seisan(book_url, "verify", str(tmp_path / "m.xlsx"))
    copy.passes(
        "tests/test_migrations.py",
        "tests/test_intake.py",
        "-k",
        "up_from_empty or sample_file or samples_show or template",
    )
