"""A federation's own list of accounts for other software: what each is called there, and how it is taxed.

It is a TOML file of the user's, a table for each account code; what it does not say stays as the chart has it:

    [1110]
    name = "普通預金"
    subaccount = "本店"
    department = "会計課"
    tax = "対象外"
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exports.formats import yayoi
from exports.formats.ledger_text import ExportAccount, width
from ledger import visible
from ledger.errors import Refusal
from ledger.file_errors import why_unread
from ledger.i18n import N_, _
from ledger.store import places

# What is said of each account, by code.
AccountList = Mapping[str, Mapping[str, str]]

_WORDS = ("name", "subaccount", "department", "tax")
_LARGEST = 1_000_000  # bytes


@dataclass
class NotAnAccountList(Refusal):
    """{file} cannot be taken for a list of accounts: {reasons}"""

    file: str
    reasons: list[str]
    instead = N_('write a table for each account code, as [1110], and in it name = "…", subaccount, department, tax')


def read(path: Path, chart: Sequence[ExportAccount]) -> dict[str, dict[str, str]]:
    """What the file says of the accounts of a chart. Refused, all reasons at once (not-an-account-list): no TOML,
    an account that the chart lacks, a word that is none of these, a name that other software would cut short.
    """
    try:
        data = places.read(path, _LARGEST + 1)
        if len(data) > _LARGEST:
            raise NotAnAccountList(str(path), [_("it is larger than {limit} bytes", limit=_LARGEST)])
        said = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # ValueError: no TOML, or no UTF-8
        raise NotAnAccountList(str(path), [why_unread(error)]) from None
    if reasons := list(_reasons(said, {account.code for account in chart})):
        raise NotAnAccountList(str(path), reasons)
    return {code: dict(words) for code, words in said.items()}


def _reasons(said: Mapping[str, object], codes: set[str]) -> Iterator[str]:
    for code, words in said.items():
        if code not in codes:
            yield _("the chart has no account {code}", code=code)
        elif not isinstance(words, dict):
            yield _("{code} is no table", code=code)
        else:
            for word, text in words.items():
                if word not in _WORDS:
                    yield _("{code}: {word} is none of {words}", code=code, word=word, words=", ".join(_WORDS))
                elif not isinstance(text, str) or not text.strip() or text != visible.line(text).strip():
                    yield _("{code}: {word} is no text of one line", code=code, word=word)
                elif width(text) > yayoi.NAME_LENGTH:
                    limit = yayoi.NAME_LENGTH
                    sentence = N_("{code}: {text} takes more room than {limit} half-width characters")
                    yield _(sentence, code=code, text=text, limit=limit)


def applied(chart: Sequence[ExportAccount], said: AccountList) -> list[ExportAccount]:
    """The chart with what a list says of its accounts."""
    return [_applied(account, said.get(account.code, {})) for account in chart]


def _applied(account: ExportAccount, words: Mapping[str, str]) -> ExportAccount:
    return replace(
        account,
        ja=words.get("name", account.ja),
        en=words.get("name", account.en),
        subaccount=words.get("subaccount", ""),
        department=words.get("department", ""),
        tax=words.get("tax", ""),
    )


def kept(said: AccountList) -> str | None:
    """The list as it is kept beside an export, the same text for the same list; None where nothing is said."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


def of_kept(text: str | None) -> AccountList:
    """The list that was kept beside an export."""
    said: AccountList = json.loads(text) if text else {}
    return said
