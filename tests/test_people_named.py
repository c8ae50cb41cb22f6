"""A member's number is found as a person would type it, and only when it names one member."""

import pytest

from ledger.errors import AmbiguousNumber, UnknownMember
from ledger.people import register
from ledger.store import database
from tests import given


@pytest.mark.parametrize("written", ["東京 第9001号", "東京第9001号", "東京　第９００１号", "東京 第9001号 "])
def test_width_and_spaces_do_not_matter(written: str, book_url: str) -> None:
    with database.writing(book_url) as connection:
        given.member(connection, given.source(connection))
        assert register.member_number(connection, written) == given.MEMBER


@pytest.mark.parametrize("written", ["東京 第9002号", "第9001号", ""])
def test_another_number_is_unknown(written: str, book_url: str) -> None:
    with database.writing(book_url) as connection:
        given.member(connection, given.source(connection))
        with pytest.raises(UnknownMember):
            register.member_number(connection, written)


def test_what_could_be_two_members_is_neither_of_them(book_url: str) -> None:
    with database.writing(book_url) as connection:
        given.member(connection, given.source(connection), "東京 第9001号")
        given.member(connection, given.source(connection), "東京　第9001号")
        assert register.member_number(connection, "東京 第9001号") == "東京 第9001号"
        with pytest.raises(AmbiguousNumber):
            register.member_number(connection, "東京第9001号")
