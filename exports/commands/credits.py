"""Fees that are set against a reissue of the same member, instead of being paid back."""

from functools import partial
from typing import Annotated

from exports.commands import refunds
from exports.commands.steps import advised, gone_on, proposed, recorded, settled, together
from exports.reports import REPORTS, refund_lots
from exports.shell.commands import Commands
from exports.shell.options import (
    LARGEST,
    Application,
    Calendar,
    No,
    OfMonth,
    On,
    OutOrFolder,
    Pdf,
    Reason,
    argument,
    number_range,
    option,
)
from exports.shell.options import numbers as numbers_of
from exports.shell.session import Answer, Books, Session
from ledger.i18n import N_

app = Commands(refunds.app.panel)
credit = app.group("credit", N_("Credits to a reissue: proposed by one person, approved by another."))


@credit.writes("propose", "2011-0001 --to 2012-0040", may=("propose",))
def propose(
    books: Books,
    application: Application,
    to: Annotated[str, option("--to", N_("the reissue that the fee is set against"), "APPLICATION")],
    on: On,
) -> Answer:
    """Proposes to set a fee against a reissue of the same member."""
    from ledger.booking import credits

    proposal = credits.propose(books.connection, application, to, on=on, by=books.by)
    sentence = N_("Credit {no}: {yen} yen proposed. Next, by another person: seisan credit approve {no}")
    return gone_on(books, "credit", proposed(proposal, sentence), "proposed", proposal)


Numbers = Annotated[list[str], numbers_of(N_("the numbers of the credits; 1-93 for all of these that wait"))]


@credit.writes("approve", "1 --by 丙田", "1-93 --by 丙田", may=("approve",), many=True)
def approve(books: Books, numbers: Numbers, on: On) -> Answer:
    """Approves and applies what another person proposed."""
    from ledger.booking import credits

    waiting = partial(refund_lots.credits_waiting, books.connection)
    chosen = refund_lots.numbered(map(number_range, numbers), waiting, refund_lots.NoCreditWaits)
    steps = [credits.approve(books.connection, no, on=on, by=books.by) for no in chosen]
    sentence = N_("Credit {no} is applied; the reissue owes that much less.")
    answer = together(
        [recorded(step, sentence) for step in steps],
        lambda: refund_lots.listed_credits(books.connection, chosen),
        N_("{count} credits applied; the reissues owe that much less."),
    )
    return settled(books, "credit", answer, *steps)


@credit.writes("reject", "1 --reason 本人が払戻しを希望", may=("propose", "approve"))
def reject(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Rejects a credit that is not applied yet; the reason is kept."""
    from ledger.booking import credits

    step = credits.reject(books.connection, no, on=on, reason=reason, by=books.by)
    return settled(
        books, "credit", recorded(step, N_("Credit {no} is rejected; its yen are no longer reserved.")), step
    )


@credit.writes("undo", "1 --reason 再発行申込みの取下げ", may=("propose",))
def undo(books: Books, no: No, reason: Reason, on: On) -> Answer:
    """Undoes an applied credit: the yen go back to exactly where they came from."""
    from ledger.booking import credits

    step = credits.undo(books.connection, no, on=on, reason=reason, by=books.by)
    return settled(
        books, "credit", recorded(step, N_("Credit {no} is undone; the fee can be refunded or credited again.")), step
    )


@credit.runs("advice", "1 --out 充当通知書.xlsx", "--month 2012-09 --out 充当通知書")
def advise(
    session: Session,
    number: Annotated[int | None, argument("NO", N_("the number of the refund or credit"), min=1, max=LARGEST)] = None,
    month: OfMonth = None,
    pdf: Pdf = False,
    calendar: Calendar = None,
    *,
    out: OutOrFolder,
) -> Answer:
    """What the member is told of a credit that was applied: yen, rule, tax; or all of a month, with a list."""
    return advised(session, "credit", number, month, out, calendar=calendar, pdf=pdf)


credit.lists(REPORTS["credit list"], "list")
