"""The journal as beancount reads it: every account opened on the first day, amounts in JPY.

Beancount allows letters, digits and hyphens in an account, beginning with a capital or a digit, so that
`2040 預り金(発行手数料)` becomes `Liabilities:2040-預り金-発行手数料`. An application number keeps what is legal; the
rest is spelled so that it can be told back: a space as `--`, any other character as `-xHEX-`, and an `X` in front
where the first character may not stand there.
"""

from collections.abc import Iterator, Sequence

from exports.formats.ledger_text import ExportAccount, Transaction, first_day, parts_used, postings, settled
from ledger import visible
from ledger.i18n import _

_KINDS = {"asset": "Assets", "liability": "Liabilities", "revenue": "Income", "expense": "Expenses"}


def text(entries: Sequence[Transaction], chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The journal, piece by piece: options, openings on the first day, then the entries in the order given."""
    accounts = {account.code: _account(account) for account in chart}
    yield f'option "title" {_quoted(_("Issuance fees held"))}\n'
    yield 'option "operating_currency" "JPY"\n\n'
    opened = first_day(entries)
    if opened is None:
        return
    yield f"{opened.isoformat()} commodity JPY\n"
    for account in chart:
        yield f"{opened.isoformat()} open {accounts[account.code]} JPY\n"
    for code, owner in parts_used(entries):
        yield f"{opened.isoformat()} open {accounts[code]}:{legal(owner)} JPY\n"
    for entry in entries:
        yield _entry(entry, accounts)


def _account(account: ExportAccount) -> str:
    # The code keeps accounts apart, so the name may be made legal in the way that reads best.
    words = "".join(character if _plain(character) else " " for character in f"{account.code} {account.name}").split()
    return f"{_KINDS[account.kind]}:{'-'.join(words)}"


def legal(owner: str) -> str:
    """An account component that beancount allows; two different owners never become the same."""
    spelled = "".join(_spelled(owner, at) for at in range(len(owner)))
    stands_first = spelled[:1] != "X" and settled(spelled[:1] or " ") in ("Lu", "Nd")
    return spelled if stands_first else f"X{spelled}"


def _spelled(owner: str, at: int) -> str:
    character, following = owner[at], owner[at + 1 : at + 2]
    if _plain(character):
        return character
    # A hyphen stands for itself unless what follows would make it look like the beginning of a spelling.
    if character == "-" and (not following or (_plain(following) and following != "x")):
        return character
    return "--" if character == " " else f"-x{ord(character):X}-"


def _plain(character: str) -> bool:
    category = settled(character)
    return category == "Nd" or category[:1] == "L"


def _entry(entry: Transaction, accounts: dict[str, str]) -> str:
    links = f"^entry-{entry.no}" + ("" if entry.reverses is None else f" ^entry-{entry.reverses}")
    lines = [f"\n{entry.on.isoformat()} * {_quoted(entry.text)} {links}", f"  entry: {entry.no}"]
    lines += [f"  event: {_quoted(entry.event)}", f"  by: {_quoted(entry.by)}"]
    lines.append(f"  recorded: {_quoted(entry.recorded_at.isoformat(sep=' ', timespec='seconds'))}")
    lines.append(f"  key: {_quoted(entry.key)}")
    if entry.reverses is not None:
        lines.append(f"  reverses: {entry.reverses}")
    for side in postings(entry):
        owner = "" if side.owner is None else f":{legal(side.owner)}"
        lines.append(f"  {accounts[side.code]}{owner}  {side.yen} JPY")
        if side.deposit is not None:
            lines.append(f"    deposit: {_quoted(side.deposit)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = visible.line(text).strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
