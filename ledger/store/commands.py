"""Which command adds to which tables: a row that its command cannot have written was put there around the program.

A command is named as it is typed, and as its write bears it (`batch.command`). The database takes no other rows where
it can tell (see `migrations`), and `verify` names them on any (see `ledger.audit`).
"""

from collections.abc import Mapping

# What the books know: facts, each with the file that told it.
_KNOWN = (
    *("member", "member_known", "application", "application_known", "fact", "fee", "opening", "ruling", "payee_known"),
    *("deposit", "deposit_known", "allocation", "bill_known", "bank_line", "bank_balance", "source", "withdrawn"),
)
_POSTED = ("entry", "movement")
_SLIPS = ("slip", "slip_step")

# Every write may bear the record of a refusal, or the key under which its command was given.
BY_ANY = frozenset({"refused", "request"})

ADDS: Mapping[str, frozenset[str]] = {
    command: frozenset(tables)
    for command, tables in {
        # Beside the chart and the fees, what a step of a later version made of rows that stood there; and what waited,
        # in books of which an earlier version posted it in this write.
        "init": ("account", "fee", "allocation", *_POSTED),
        "import": (*_KNOWN, *_POSTED),
        "withdraw": ("source", "withdrawn", "member_known", "deposit_known", *_POSTED),
        "match": ("source", "allocation", *_POSTED),
        "unmatch": ("source", "allocation", *_POSTED),
        "book": _POSTED,
        "decide": ("decision", *_POSTED),
        "ruling approve": ("ruling_step",),
        "ruling reject": ("ruling_step",),
        "refund propose": ("decision", "refund", "refund_step", *_POSTED),
        "overpaid return": ("refund", "refund_step", *_POSTED),
        **{
            f"{group} {verb}": tables
            for group in ("refund", "overpaid")
            for verb, tables in {
                "approve": ("refund_step",),
                **dict.fromkeys(
                    ("reject", "paid", "unpaid", "returned", "end", "recovered", "undo"), ("refund_step", *_POSTED)
                ),
            }.items()
        },
        "refund file": ("payment_file", "refund_step", "looked"),
        "refund void": ("refund_step",),
        "credit propose": ("decision", "credit", "credit_step", *_POSTED),
        **dict.fromkeys(("credit approve", "credit reject", "credit undo"), ("credit_step", *_POSTED)),
        "bill pay": _POSTED,
        **dict.fromkeys(("bill dispute", "bill undispute"), ("bill_dispute",)),
        # Below the amount that needs a second person a slip is posted at once.
        **{
            f"slip {kind}": (*_SLIPS, *_POSTED)
            for kind in ("charge", "interest", "write-off", "income", "opened-refund", "other")
        },
        "slip approve": ("slip_step", *_POSTED),
        "slip reject": ("slip_step",),
        "reverse": (*_SLIPS, *_POSTED),
        "close": ("month_step",),
        "reopen": ("month_step",),
        "statement month": ("issued_version",),
        "statement year": ("issued_version",),
        "export since-last": ("journal_export",),
        "account approve": ("account_approval",),
        "account show": ("looked",),
        "payee approve": ("payee_approval",),
        **dict.fromkeys(("payee end", "payee approve-end", "payee reject-end"), ("payee_end",)),
        # What needs no second person takes effect at once.
        **dict.fromkeys(("people add", "people end"), ("people_change", "people_step")),
        **dict.fromkeys(("people approve", "people reject"), ("people_step",)),
        "settings set": ("setting",),
        # It makes roles of the server: of it the books keep a refusal alone.
        "roles": (),
    }.items()
}


def may_add(command: str, table: str) -> bool:
    """Whether a command may have added a row to a table; nobody knows of a command that is not in the list."""
    return table in ADDS.get(command, ()) or (command in ADDS and table in BY_ANY)
