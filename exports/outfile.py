"""A file appears whole under its name, or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ledger.errors import DiskFull, NotWritable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a file that takes the place of `path` when the block ends without an error.

    Refused: a place that cannot be written (NotWritable) and a full disk (DiskFull); what stood there before stays.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or a device has no contents to replace
            with path.open("wb") as out:
                yield out
            return
        beside = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    except OSError as reason:
        refusal = DiskFull if reason.errno in _NO_ROOM else NotWritable
        raise refusal(str(path)) from reason
