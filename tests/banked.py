"""Files of an invented bank (9999, branch 999), as banks write them: 入出金取引明細 and 振込入金通知.

A line is (day, yen, number, payer), yen negative where money goes out; more of it by name: `code`, `note`, `edi`,
`withdrawn`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

ACCOUNT = ("9999", "999", "1234567")
SETTINGS = {"payer_bank": ACCOUNT[0], "payer_branch": ACCOUNT[1], "payer_account": ACCOUNT[2]}


@dataclass(frozen=True)
class Line:
    """A line of the account."""

    on: date
    yen: int
    number: int | None = None
    payer: str = ""
    code: str = "11"
    note: str = ""
    edi: str = ""
    withdrawn: bool = False


def _c(text: str, length: int) -> bytes:
    encoded = text.encode("cp932")
    assert len(encoded) <= length, text
    return encoded.ljust(length)


def _n(number: int | None, length: int) -> bytes:
    return b" " * length if number is None else str(number).zfill(length).encode()


def heisei(day: date) -> bytes:
    """YYMMDD in 平成, in which every bank counted when these books began."""
    return f"{day.year - 1988:02}{day:%m%d}".encode()


def statement(
    lines: Sequence[Line],
    *,
    before: int = 0,
    account: tuple[str, str, str] = ACCOUNT,
    span: tuple[date, date] | None = None,
    made_on: date | None = None,
) -> list[bytes]:
    """The records of an account in a file of 入出金取引明細, without the last one of the file."""
    first, last = span or (min(line.on for line in lines), max(line.on for line in lines))
    bank, branch, number = account
    records = [
        b"1030" + heisei(made_on or last) + heisei(first) + heisei(last) + bank.encode() + _c("ﾐﾎﾝｷﾞﾝｺｳ", 15)
        + branch.encode() + _c("ﾎﾝﾃﾝ", 15) + b"0001" + number.zfill(10).encode() + _c("ﾚﾝｺﾞｳｶｲ", 40)
        + (b"2" if before < 0 else b"1") + b"1" + _n(abs(before), 14) + b" " * 71
    ]  # fmt: skip
    records += [
        b"2" + _n(line.number, 8) + heisei(line.on) * 2 + (b"1" if line.yen > 0 else b"2") + line.code.encode()
        + _n(abs(line.yen), 12) + _n(0, 12) + b" " * 33 + _c(line.payer, 48) + b" " * 30 + _c(line.note, 20)
        + _c(line.edi, 20) + b" "
        for line in lines
    ]  # fmt: skip
    ins, outs = [line.yen for line in lines if line.yen > 0], [-line.yen for line in lines if line.yen < 0]
    after = before + sum(ins) - sum(outs)
    records.append(
        b"8" + _n(len(ins), 6) + _n(sum(ins), 13) + _n(len(outs), 6) + _n(sum(outs), 13)
        + (b"2" if after < 0 else b"1") + _n(abs(after), 14) + _n(len(lines), 7) + b" " * 139
    )  # fmt: skip
    return records


def ended(*accounts: list[bytes]) -> list[bytes]:
    """All records of a file of 入出金取引明細."""
    records = [record for account in accounts for record in account]
    return [*records, b"9" + _n(len(records) + 1, 10) + _n(len(accounts), 5) + b" " * 184]


def notice(lines: Sequence[Line], *, account: tuple[str, str, str] = ACCOUNT) -> list[bytes]:
    """All records of a file of 振込入金通知, フォーマットA."""
    first, last = min(line.on for line in lines), max(line.on for line in lines)
    bank, branch, number = account
    records = [
        b"1010" + heisei(last) + heisei(first) + heisei(last) + bank.encode() + _c("ﾐﾎﾝｷﾞﾝｺｳ", 15)
        + branch.encode() + _c("ﾎﾝﾃﾝ", 15) + b"1" + number.encode() + _c("ﾚﾝｺﾞｳｶｲ", 40) + b" " * 93
    ]  # fmt: skip
    records += [
        b"2" + _n(line.number, 6) + heisei(line.on) * 2 + _n(line.yen, 10) + _n(0, 10) + b" " * 10
        + _c(line.payer, 48) + b" " * 30 + (b"1" if line.withdrawn else b" ") + _c(line.note, 20) + b" " * 52
        for line in lines
    ]  # fmt: skip
    kept, gone = ([line.yen for line in lines if line.withdrawn is gone] for gone in (False, True))
    records.append(b"8" + _n(len(kept), 6) + _n(sum(kept), 12) + _n(len(gone), 6) + _n(sum(gone), 12) + b" " * 163)
    return [*records, b"9" + b" " * 199]


def written(records: Sequence[bytes], separator: bytes = b"\r\n") -> bytes:
    """The file, each record with a separator behind it."""
    assert all(len(record) == 200 for record in records), [len(record) for record in records]
    return b"".join(record + separator for record in records)
