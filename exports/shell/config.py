"""seisan.toml: which books, who acts, which language, when neither typed nor in the environment.

It is looked for in the current folder and upwards, then in the user's configuration folder. A file of books that it
names without a full path lies beside it, wherever the command is typed.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ledger.errors import Refusal
from ledger.file_errors import why_unread
from ledger.i18n import N_
from ledger.store import places

NAME = "seisan.toml"
# What it may say, each with the variable that says the same.
VARIABLES = {"database": "SEISAN_DATABASE", "by": "SEISAN_USER", "lang": "SEISAN_LANG"}

DEFAULT = "default"

_MOST_BYTES = 1_000_000
_SQLITE = "sqlite:///"
_BANK_CSV = "bank_csv"


class NotASettingsFile(Refusal):
    """{file} cannot be taken for settings: {why}"""

    file: str
    why: str
    instead = N_(
        'write in it only: database = "sqlite:///FILE", by = "NAME", lang = "ja", bank_csv = "FILE.toml"; or delete it'
    )


class Configured(NamedTuple):
    """What a settings file says, by key; `file` is None when there is none.

    `bank_csv` is the file that says how the bank's CSV is laid out.
    """

    file: Path | None
    values: Mapping[str, str]
    bank_csv: Path | None = None


def configured() -> Configured:
    """What the nearest settings file says. Refused (not-a-settings-file): one that is no TOML, or says more."""
    file = next((place / NAME for place in _places() if (place / NAME).exists()), None)
    if file is None:
        return Configured(None, {})
    import tomllib

    try:
        values = tomllib.loads(places.read(file, _MOST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # ValueError: no TOML, or no UTF-8
        raise NotASettingsFile(str(file), why_unread(error)) from None
    for key, value in values.items():
        if key not in (*VARIABLES, _BANK_CSV) or not isinstance(value, str) or not value.strip():
            raise NotASettingsFile(str(file), key)
    if "database" in values:
        values["database"] = _beside(file, values["database"])
    bank_csv = values.pop(_BANK_CSV, None)
    return Configured(file, values, None if bank_csv is None else file.parent / bank_csv)


def _places() -> Iterator[Path]:
    here = Path.cwd()
    yield from (here, *here.parents)
    if sys.platform == "win32":
        yield Path(os.environ.get("APPDATA", Path.home())) / "seisan"
    else:
        yield Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "seisan"


def _beside(file: Path, database: str) -> str:
    """The address of the books; a relative path of a file is one from the folder of the settings file."""
    if not database.startswith(_SQLITE):
        return database
    return _SQLITE + str(file.parent / database.removeprefix(_SQLITE))
