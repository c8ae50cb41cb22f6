"""How a step of a refund or a credit is answered: what was done, or that it had been done before."""

from typing import Any

from exports.shell.session import Answer, Books
from ledger import dates
from ledger.i18n import _


def recorded(step: Any, sentence: str, **fields: object) -> Answer:
    """The sentence with the number of what was done."""
    text = _(sentence, no=step.no, **fields)
    if not step.changed:
        text += "\n" + _("It had been done before; nothing was changed.")
    return Answer(text, {"no": step.no, "changed": step.changed})


def proposed(proposal: Any, sentence: str) -> Answer:
    """The same of a proposal, with its yen and what is remarkable about it."""
    answer = recorded(proposal, sentence, yen=f"{proposal.yen:,}")
    text = "\n".join([answer.text, *(f"  ! {remark}" for remark in proposal.remarks)])
    data = {"no": proposal.no, "changed": proposal.changed, "amount": proposal.yen, "remarks": list(proposal.remarks)}
    return Answer(text, data)


def together(answers: list[Answer]) -> Answer:
    """Several of these as one; of a single one its own."""
    if len(answers) == 1:
        return answers[0]
    return Answer("\n".join(answer.text for answer in answers), [answer.data for answer in answers])


def posted(books: Books, of: str, *steps: Any) -> None:
    """Posts what steps of refunds, credits or slips call for: money that they released or brought in is settled."""
    from ledger import tables
    from ledger.booking.recording import post_after

    numbers = [step.no for step in steps if step.changed]
    post_after(books.connection, tables.metadata.tables[of], numbers, through=dates.today(), by=books.by)
