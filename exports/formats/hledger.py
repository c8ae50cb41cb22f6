"""The journal as hledger reads it: every account and the commodity declared, so that `hledger check --strict` holds.

Accounts are `liabilities:2040 預り金(発行手数料):2011-0001`. In an application number, whatever hledger would read as
something else (a colon, two spaces, a semicolon) is written %XX, as in a web address.
"""

from collections.abc import Iterator, Sequence

from exports.formats.ledger_text import AccountKind, ExportAccount, Transaction, parts_used, postings, settled
from ledger import visible

_KINDS: dict[AccountKind, tuple[str, str]] = {
    "asset": ("assets", "A"),
    "liability": ("liabilities", "L"),
    "revenue": ("revenues", "R"),
    "expense": ("expenses", "X"),
}
_ALSO_LEGAL = frozenset("-_.,/+#&'()")
# In a comment a comma ends a tag and brackets may hold a date; a semicolon begins a comment anywhere.
_FULL_WIDTH = str.maketrans(";,[]", "；，［］")


def text(entries: Sequence[Transaction], chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The journal, piece by piece: declarations first, then the entries in the order given."""
    accounts = {account.code: _account(account) for account in chart}
    yield "commodity 1000. JPY\n\n"
    for account in chart:
        yield f"account {accounts[account.code]}  ; type:{_KINDS[account.kind][1]}\n"
    for code, owner in parts_used(entries):
        yield f"account {accounts[code]}:{legal(owner)}\n"
    for entry in entries:
        yield _entry(entry, accounts)


def _account(account: ExportAccount) -> str:
    return f"{_KINDS[account.kind][0]}:{legal(account.code)} {legal(account.name)}"


def legal(name: str) -> str:
    """A part of an account name that hledger keeps as it is; two different names never become the same."""
    legible = [
        character
        if settled(character)[:1] in ("L", "N") or character in _ALSO_LEGAL or _stands_alone(name, at)
        else _percent(character)
        for at, character in enumerate(name)
    ]
    return "".join(legible) or "%"


def _stands_alone(name: str, at: int) -> bool:
    """Whether this is a single space between two other characters; hledger ends an account name at two."""
    return name[at] == " " and 0 < at < len(name) - 1 and not (name[at - 1].isspace() or name[at + 1].isspace())


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _entry(entry: Transaction, accounts: dict[str, str]) -> str:
    tags = {
        "entry": str(entry.no),
        "event": entry.event,
        "by": entry.by,
        "recorded": entry.recorded_at.isoformat(sep=" ", timespec="seconds"),
        "key": entry.key,
        "reverses": "" if entry.reverses is None else str(entry.reverses),
    }
    lines = [f"\n{entry.on.isoformat()} ({entry.no}) {_said(entry.text)}".rstrip()]
    lines += [f"    ; {name}:{_said(value)}" for name, value in tags.items() if value]
    for side in postings(entry):
        account = accounts[side.code] + ("" if side.owner is None else f":{legal(side.owner)}")
        deposit = "" if side.deposit is None else f"  ; deposit:{legal(side.deposit)}"
        lines.append(f"    {account}  {side.yen} JPY{deposit}")
    return "\n".join(lines) + "\n"


def _said(text: str) -> str:
    return visible.line(text).strip().translate(_FULL_WIDTH)
