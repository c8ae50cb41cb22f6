"""The streams of an OLE compound file, the container of .xls workbooks."""

import struct
from collections.abc import Iterator

from ledger.intake.files import Unreadable

_FREE = 0xFFFFFFFA  # from here on, numbers of sectors stand for none
_ENTRY = 128


def stream(data: bytes, name: str) -> bytes:
    """The stream of this name. Raises Unreadable when the file has none, or is damaged."""
    try:
        return _Compound(data).stream(name)
    except (struct.error, IndexError, OverflowError):
        raise Unreadable("broken-workbook") from None


class _Compound:
    """A compound file: sectors, chained by a table of which sector follows which."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, self.mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or self.mini_shift != 6:
            raise Unreadable("broken-workbook")
        self.size = 1 << shift
        directory, self.cutoff, mini_table, extension = (
            struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60, 68)
        )
        tables = [sector for sector in struct.unpack_from("<109I", data, 76) if sector < _FREE]
        seen: set[int] = set()
        while extension < _FREE and extension not in seen:
            seen.add(extension)
            sectors = self._numbers(self._sector(extension))
            extension = sectors.pop()
            tables += [sector for sector in sectors if sector < _FREE]
        self.next = [number for sector in tables for number in self._numbers(self._sector(sector))]
        self.mini_next = self._numbers(self._chained(mini_table)) if mini_table < _FREE else []
        self.entries = self._chained(directory)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream."""
        mini = b""
        for at in range(0, len(self.entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", self.entries, at + 64)
            start, size = struct.unpack_from("<II", self.entries, at + 116)
            if kind == 5:
                mini = self._chained(start) if start < _FREE else b""
            if kind == 2 and self.entries[at : at + max(0, length - 2)].decode("utf-16-le", "replace") == name:
                if size >= self.cutoff:
                    return self._chained(start)[:size]
                unit = 1 << self.mini_shift
                pieces = (mini[sector * unit : (sector + 1) * unit] for sector in _chain(start, self.mini_next))
                return b"".join(pieces)[:size]
        raise Unreadable("broken-workbook")

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _chained(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _chain(start, self.next))

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _chain(start: int, following: list[int]) -> Iterator[int]:
    """The sectors from this one on; a chain that comes back to itself is damaged."""
    for _step in range(len(following) + 1):
        if start >= _FREE:
            return
        yield start
        start = following[start]
    raise Unreadable("broken-workbook")
