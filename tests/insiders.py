"""What somebody tries who may write to the books on PostgreSQL: to approve around the program what is their own."""

from tests import desk
from tests.desk import CHIEF, CLERK, MEMBER

_NOW = f"now(), '{CHIEF}', current_user"
_LAST_ENTRY = "(SELECT max(no) FROM entry)"
_ENTRY = (
    "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by, role)"
    f" SELECT 1 + max(no), '2012-05-31', 'transfer_fee', 'x', 'x', now(), '{CLERK}', current_user FROM entry"
)
_MOVED = (
    f"INSERT INTO movement (entry, nth, debit, credit, yen) SELECT {_LAST_ENTRY}, 1, debit, credit, yen FROM slip"
    " ORDER BY no DESC LIMIT 1"
)
_LAST = {"ruling": "SELECT max(id) FROM ruling", "slip": "SELECT max(no) FROM slip"}
_RULED = (
    "INSERT INTO ruling_step (no, ruling, state, happened_on, doubts, recorded_at, by, role)"
    f" SELECT 1 + max(no), ({_LAST['ruling']}), 'approved', '2026-11-26', '[]', {_NOW} FROM ruling_step"
)
_SLIPPED = (
    "INSERT INTO slip_step (slip, nth, state, happened_on, entry, recorded_at, by, role)"
    f" VALUES (({_LAST['slip']}), 2, 'approved', '2012-05-31', {_LAST_ENTRY}, {_NOW})"
)
_PAYEE = (
    "INSERT INTO payee_approval (payee_known, recorded_at, by, role)"
    f" VALUES ((SELECT max(id) FROM payee_known), {_NOW})"
)
_ACCOUNT = (
    "INSERT INTO account_approval (member_known, recorded_at, by, role)"
    f" VALUES ((SELECT max(id) FROM member_known), {_NOW})"
)
_CHANGE = (
    "INSERT INTO people_step (no, change, state, happened_on, recorded_at, by, role)"
    " SELECT 1 + COALESCE(max(no), 0), (SELECT max(no) FROM people_change), 'approved', '2012-05-31',"
    f" {_NOW} FROM people_step"
)
_CLOSE = (
    "INSERT INTO month_step (no, month, state, closed_to, bank_yen, recorded_at, by, role)"
    f" SELECT 1 + max(no), '2011-01', 'closed', '2011-01-31', 1, {_NOW} FROM month_step"
)
# The command that each of them opens a write as: the last table of what is sent is one that it adds to.
OPENED = {
    "INTO ruling_step": "ruling approve",
    "INTO slip_step": "slip approve",
    "INTO payee_approval": "payee approve",
    "INTO account_approval": "account approve",
    "INTO people_step": "people approve",
    "INTO month_step": "close",
}
_PROPOSED = "close 2011-01 --bank-balance 1 --accept bank_differs=手数料 --accept 月末の処理"
_CHARGED = "slip charge --yen 441 --on 2012-05-31 --reason 手数料"

# What an insider brings or proposes by command, and then approves around the program under another name; or what a
# clerk approves who may not approve. By whom, what is typed, what is sent, what the server says.
INSIDERS: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "a ruling of one's own": ("both", "import 決裁2.csv", (_RULED,), "same-person: ruling_step"),
    "a ruling, by a clerk": ("clerk", "", (_RULED,), "not-permitted: ruling_step"),
    "a slip of one's own": ("both", _CHARGED, (_ENTRY, _MOVED, _SLIPPED), "same-person: slip_step"),
    "a slip, by a clerk": ("clerk", "", (_ENTRY.replace(CLERK, CHIEF), _MOVED, _SLIPPED), "not-permitted: slip_step"),
    "a payee of one's own": ("both", "import 受取人5.csv", (_PAYEE,), "same-person: payee_approval"),
    "a payee, by a clerk": ("clerk", "", (_PAYEE,), "permission denied"),
    "an account of one's own": ("both", "import 口座2.csv", (_ACCOUNT,), "same-person: account_approval"),
    "an account, by a clerk": ("clerk", "", (_ACCOUNT,), "permission denied"),
    "a change of people of one's own": (
        "both",
        "people add 壬山 --may approve",
        (_CHANGE,),
        "same-person: people_step",
    ),
    "a change of people, by a clerk": (
        "clerk",
        "people add 壬山 --may approve",
        (_CHANGE,),
        "same-person: people_step",
    ),
    "a closing of one's own": ("both", _PROPOSED, (_CLOSE,), "same-person: month_step"),
    "a closing, by a clerk": ("clerk", _PROPOSED, (_CLOSE,), "same-person: month_step"),
    "a closing that nobody proposed": ("approver", "", (_CLOSE,), "same-person: month_step"),
    "an opening balance, by an approver": (
        "approver",
        "",
        ("INSERT INTO opening (known_on, opened_on, account, yen) VALUES ('2012-05-31', '2012-05-31', '5900', 1)",),
        "permission denied",
    ),
    "rows withdrawn, by an approver": (
        "approver",
        "",
        ("INSERT INTO withdrawn (of, row_id, known_on, reason, source) VALUES ('fact', 1, '2012-05-31', 'x', 1)",),
        "permission denied",
    ),
    "an allocation, by an approver": (
        "approver",
        "",
        ("INSERT INTO allocation (deposit, version, part, known_on) VALUES ('N-LOOSE', 9, 1, '2012-05-31')",),
        "permission denied",
    ),
}
FILES = {
    "決裁2.csv": "申込番号,決裁日,文書番号,扱い,理由\nDOUBTFUL,2012-03-28,連発第9003号,返金,\n",
    "受取人5.csv": f"{desk.PAYEES}\nFREE,{desk.HEIR},2012-05-02\n",
    "口座2.csv": f"{desk.BANKED}\n{MEMBER},甲山 太郎,東京,9999,997,普通,5556667,コウヤマ タロウ\n",
}
