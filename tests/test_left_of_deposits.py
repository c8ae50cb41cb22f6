"""Returns of what was paid beyond a fee: no more goes back than is left of the deposit beyond what is due."""

from pathlib import Path

import pytest

from tests import desk
from tests.desk import CHIEF, CLERK, MEMBER
from tests.test_refund_states import DEPOSITS, begun, books, brought, come_to, further, refused

__all__ = ["begun", "books"]

pytestmark = pytest.mark.thorough

# What becomes of the transfer of 500 yen, paid beyond the fee of A-1 and proposed for return; what is left of it then.
LESS_LEFT = {
    "it never was": 0,
    "it was of less": 300,
    "it is another fee": 0,
    "it is another fee in part": 200,
    "the fee was more": 0,
}
STILL_LEFT = ("it was of more", "another paid it", "it was said again", "another fee is paid")


def happens(url: str, folder: Path, what: str) -> None:
    """One of these becomes known on 26 March."""
    known_on = "2012-03-26"
    if what == "it never was":
        number = str(desk.answered(url, "imports")["imports"][0]["no"])
        desk.done(url, "withdraw", number, "--reason", "二重取込み", "--on", known_on)
    elif what in ("it is another fee", "another fee is paid"):
        further(url, MEMBER, "A-8", owes=what == "it is another fee")
        brought(url, folder, DEPOSITS, f"N-2,2012-01-26,500,ｺｳﾔﾏ ﾀﾛｳ,A-8,{known_on}")
    elif what == "it is another fee in part":
        further(url, MEMBER, "A-8", owes=True)
        desk.done(url, "unmatch", "N-2", "--reason", "一部は別の申込", "--on", known_on)
        desk.done(url, "match", "N-2", "A-1", "A-8=300", "--on", known_on)
    elif what == "the fee was more":
        brought(url, folder, "適用開始日,発行手数料,税率,根拠,把握日", f"2011-01-01,7745,5,改定,{known_on}")
    else:
        yen = {"it was of less": 300, "it was of more": 900}.get(what, 500)
        payer = "ｵﾂﾔﾏ ﾊﾅｺ" if what == "another paid it" else "ｺｳﾔﾏ ﾀﾛｳ"
        brought(url, folder, DEPOSITS, f"N-2,2012-01-26,{yen},{payer},A-1,{known_on}")


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("proposed", (CHIEF, "overpaid approve 2 --on 2012-03-26")),
        ("approved", (CLERK, "overpaid paid 2 --on 2012-03-28")),
        ("filed", (CLERK, "overpaid paid 2 --on 2012-03-28")),
        ("returned", (CHIEF, "overpaid approve 2 --on 2012-04-03")),
    ],
)
@pytest.mark.parametrize("what", [*LESS_LEFT, *STILL_LEFT])
def test_of_a_deposit_more_is_not_returned_than_is_left_beyond_what_is_due(
    books: str, tmp_path: Path, what: str, state: str, command: tuple[str, str]
) -> None:
    come_to(books, state, "overpaid", "2", tmp_path / "f.txt")
    happens(books, tmp_path, what)
    by, words = command
    if what in STILL_LEFT:
        desk.done(books, *words.split(), by=by)
    elif (what, state) == ("it never was", "approved"):  # nor is it known then to whom it would go
        refused(books, "approval-fell", *words.split(), by=by)
        refused(books, "grounds-changed", "overpaid", "approve", "2", "--on", "2012-03-28", by=CHIEF)
    else:
        said = refused(books, "grounds-changed", *words.split(), by=by)
        assert f"残るのは {LESS_LEFT[what]} 円" in said
        assert f"残るのは {LESS_LEFT[what]} 円" in desk.done(books, "refund", "show", "2").stdout
        desk.done(books, *words.split(), "--despite", "会長決裁", by=by)
    desk.verifies(books)
