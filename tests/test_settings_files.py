"""Files of settings that cannot be read: each says why in the language being spoken, and nothing in the system's."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from exports.formats import account_list
from exports.shell import config
from ledger import i18n
from ledger.errors import Refusal
from ledger.intake.bank import mapping
from ledger.store import places


def _settings(file: Path) -> None:
    os.chdir(file.parent)
    config.configured()


# Who reads such a file, and what it is called.
READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "settings": ("seisan.toml", _settings),
    "the bank's CSV": ("bank.toml", mapping.read_layout),
    "accounts of other software": ("accounts.toml", lambda file: account_list.read(file, [])),
}


# What the system answers, where whoever runs this can have no such file.
RAISED = {"no permission": PermissionError, "taken away meanwhile": FileNotFoundError, "a device that fails": OSError}
# What stands there, and what is said of it.
UNREAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "a folder stands there"),
    "Shift_JIS": (lambda file: file.write_bytes("day = '日'".encode("cp932")), "the text is not UTF-8"),
    "no TOML": (lambda file: file.write_text("day = \n"), "line 1, column 7"),
    "no permission": (Path.touch, "no permission to read it"),
    "taken away meanwhile": (Path.touch, "there is no such file"),
    "a device that fails": (Path.touch, "this is a device or a pipe"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", UNREAD)
def test_why_a_file_of_settings_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, name: str
) -> None:
    called, read = READERS[reader]
    stands, says = UNREAD[name]
    monkeypatch.chdir(tmp_path)
    stands(file := tmp_path / called)
    if name in RAISED:

        def read_by_the_system(*_named: object) -> bytes:
            raise RAISED[name](5, "as the system says it")

        monkeypatch.setattr(places, "read", read_by_the_system)
    i18n.use("en")
    with pytest.raises(Refusal) as refused:
        read(file)
    assert says in str(refused.value)
    assert not re.search("Errno|codec|system", str(refused.value))
