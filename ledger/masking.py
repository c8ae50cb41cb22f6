"""What is never shown whole: the number of a bank account, the password in an address."""

import re

# Between a masked number and the tag by which it is compared, where nobody reads it whole (`columns.HiddenColumn`).
TAG = "|"

# user:password@ of an address, well-formed or not, up to the last @ before the next space, since a password may hold
# one; and a password that is named, as in ?password=… or password=….
_BEFORE_HOST = re.compile(r"([^\s:@/]*):(?!//)\S*@")
_NAMED = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'?|[^&\s]*)", re.IGNORECASE)


def account(number: str) -> str:
    """An account number of which only the last four digits show, and never more than half of a short one."""
    if TAG in number:
        return number.partition(TAG)[0]
    ending = number[-4:] if len(number) >= 7 else number[len(number) - len(number) // 2 :]
    return "*" * (len(number) - len(ending)) + ending


def passwords(text: str) -> str:
    """The text with every password in it hidden that stands in an address of a database."""
    return _NAMED.sub(r"\1***", _BEFORE_HOST.sub(r"\1:***@", text))
