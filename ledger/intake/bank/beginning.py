"""How a bank's file of 200-byte records begins; by that it is known, whatever its name and whatever else is wrong."""

import re

# Bytes of a record.
LENGTH = 200

_UTF8_MARK = b"\xef\xbb\xbf"
# A header as far as the number of the bank: 種別, コード区分, three days, 銀行番号; days may be blank.
_HEADER = re.compile(rb"1(?:01|03)[01 ][0-9 ]{18}[0-9]{4}")
_HEADER_IN_EBCDIC = re.compile(rb"\xf1\xf0[\xf1\xf3][\xf0\xf1]")


def is_bank_file(data: bytes) -> bool:
    """Whether these bytes are meant as a bank's file of this kind, whatever is wrong with it, by their beginning."""
    return bool(_HEADER.match(data.removeprefix(_UTF8_MARK)) or _HEADER_IN_EBCDIC.match(data))


def has_utf8_mark(data: bytes) -> bool:
    """Whether a program that writes UTF-8 has saved the file."""
    return data.startswith(_UTF8_MARK)


def is_in_ebcdic(data: bytes) -> bool:
    """Whether the file is written in EBCDIC, or says so (コード区分 1)."""
    return bool(_HEADER_IN_EBCDIC.match(data)) or data[3:4] == b"1"
