"""A value that holds within a block: how an answer is spoken, dated or laid out, whatever is called inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def within(variable: ContextVar[T], value: T) -> Iterator[None]:
    """Within the block the variable has this value, and the one before it afterwards, however the block ends."""
    before = variable.set(value)
    try:
        yield
    finally:
        variable.reset(before)
