"""How a step of a refund or a credit is answered: what was done, or that it had been done before."""

from typing import Any

from exports.shell.session import Answer, Books
from ledger import dates
from ledger.i18n import N_, _


def recorded(step: Any, sentence: str, **fields: object) -> Answer:
    """The sentence with the number of what was done; what changed nothing says so first."""
    text = _(sentence, no=step.no, **fields)
    if not step.changed:
        text = _("It had been done before; nothing was changed.") + "\n" + text
    return Answer(text, {"no": step.no, "changed": step.changed})


def proposed(proposal: Any, sentence: str) -> Answer:
    """The same of a proposal, with its yen and what is remarkable about it."""
    answer = recorded(proposal, sentence, yen=proposal.yen)
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


def went_on(books: Books, answer: Answer, *numbers: int) -> Answer:
    """The answer, with the reason for which each of these refunds went on in its last step, its grounds changed."""
    from ledger import tables
    from ledger.settlements import refunds

    last = {row.no: row.steps[-1].despite for row in refunds(books.connection, tables.refund.c.no.in_(numbers))}
    sentence = N_("! Refund {no} goes on though its grounds have changed: {reason}")
    lines = [_(sentence, no=no, reason=reason) for no, reason in last.items() if reason is not None]
    return Answer("\n".join([answer.text, *lines]), answer.data, file=answer.file) if lines else answer
