"""How a step of a refund, a credit or a slip is answered: what was done, what was posted besides, what comes next."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.reports import next_step, summaries
from exports.shell.session import Answer, Books, Session
from ledger import dates
from ledger.codes import STATES
from ledger.dates import Month
from ledger.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from ledger.settlements import Way

# What the fee that a refund or a credit is of waits for, once it came into a state: that it is asked about anew.
_HELD_AGAIN = ("rejected", "ended", "recovered", "undone")


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


def gone_on(books: Books, of: str, answer: Answer, leaves: str, *steps: Any) -> Answer:
    """The answer; of one step that was done before and has gone on since, how it stands, and not what came next then.

    `leaves` is the state in which such a step leaves a refund or a credit.
    """
    from ledger import tables
    from ledger.settlements import settlements

    if len(steps) != 1 or steps[0].changed:
        return answer
    table, no = tables.metadata.tables[of], steps[0].no
    (row,) = settlements(books.connection, table, table.c.no == no)
    if row.state == leaves:
        return answer
    lines = [
        _("It had been done before; nothing was changed."),
        _("No. {no} has gone on since: {state} ({on})", no=no, state=_(STATES[row.state]), on=row.steps[-1].on),
        next_step.next_step("refund", "show", no) if of == "refund" else next_step.next_step("credit", "list"),
    ]
    return replace(answer, text="\n".join(lines))


def together(answers: list[Answer], listed: Callable[[], str], sentence: str, **fields: object) -> Answer:
    """Several of these as one, with the list of what they are about; of a single one its own.

    `sentence` says what was done to how many (`count`), and how it goes on with their `numbers`.
    """
    from ledger.store.numbers import spans

    if len(answers) == 1:
        return answers[0]
    told: list[Any] = [answer.data for answer in answers]
    remarks = [
        _("  ! No. {no}: {remark}", no=data["no"], remark=text) for data in told for text in data.get("remarks", ())
    ]
    before = sum(not data["changed"] for data in told)
    if before:
        remarks.append(_("Of these {count} had been done before; nothing was changed there.", count=before))
    done = _(sentence, count=len(told), numbers=spans(data["no"] for data in told), **fields)
    return Answer("\n".join([*remarks, done]), told, listed=listed())


def ending(answer: Answer, lines: Iterable[str]) -> Answer:
    """The answer with further lines for people below it."""
    return replace(answer, text="\n".join([answer.text, *lines]))


def posted(books: Books, of: str, *steps: Any) -> list[str]:
    """Posts what steps of refunds, credits or slips call for: money that they released or brought in is settled.

    Gives the line that says what was posted besides the steps themselves; none where nothing was.
    """
    from ledger import tables
    from ledger.booking.recording import post_after

    numbers = [step.no for step in steps if step.changed]
    report = post_after(books.connection, tables.metadata.tables[of], numbers, through=dates.today(), by=books.by)
    return summaries.posted_besides(report)


def settled(books: Books, of: str, answer: Answer, *steps: Any) -> Answer:
    """The answer of steps of refunds or credits, with what was posted besides and what comes next."""
    return ending(answer, [*posted(books, of, *steps), *_next(books, of, steps)])


def _next(books: Books, of: str, steps: tuple[Any, ...]) -> list[str]:
    """What comes next for the money that steps gave back to where it was held; of many, where everything stands."""
    from ledger import tables
    from ledger.settlements import settlements

    table = tables.metadata.tables[of]
    rows = settlements(books.connection, table, table.c.no.in_([step.no for step in steps]))
    held = {row.application for row in rows if row.state in _HELD_AGAIN}
    if not held:
        return []
    (application,) = held if len(held) == 1 else [None]
    if application is None:
        return [next_step.next_step("todo")]
    return [next_step.next_step("check", "--application", application)]


def went_on(books: Books, answer: Answer, *numbers: int) -> Answer:
    """The answer, with the reason for which each of these refunds went on in its last step, its grounds changed."""
    from ledger import tables
    from ledger.settlements import refunds

    last = {row.no: row.steps[-1].despite for row in refunds(books.connection, tables.refund.c.no.in_(numbers))}
    sentence = N_("! Refund {no} goes on though its grounds have changed: {reason}")
    lines = [_(sentence, no=no, reason=reason) for no, reason in last.items() if reason is not None]
    return ending(answer, lines) if lines else answer


def advised(
    session: Session, way: "Way", number: int | None, month: Month | None, out: Path, *, calendar: str | None, pdf: bool
) -> Answer:
    """Writes what members are told of a refund or credit that was carried out, or of all of a month."""
    from exports.issued import papers
    from exports.issued.calendar import dated

    with session.reading() as books, dated(books.connection, calendar):
        files, why = papers.advices(books.connection, way, number, month, out, pdf=pdf)
    return papers_written(files, out, why)


def papers_written(files: list[Path], out: Path, why: str) -> Answer:
    """How many papers were written where, or why none was."""
    said = ngettext("{count} paper written: {place}", "{count} papers written: {place}", len(files), place=out)
    return Answer(note="\n".join(filter(None, [said if files else "", why])))
