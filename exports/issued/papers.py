"""Papers for members that are no answers: receipts for fees, advices of refunds and credits; one, or all of a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from exports.formats import pdf as printed
from exports.formats.outfile import require_workbook
from exports.issued import stamp as stamps
from exports.issued.letters import Written, with_list
from exports.reports import REPORTS
from exports.reports import advice as advice_page
from exports.reports import receipt as receipt_page
from ledger import dates
from ledger.booking.refusals import UnknownCredit, UnknownRefund
from ledger.codes import STATES
from ledger.dates import Month
from ledger.errors import Exit, Refusal
from ledger.i18n import N_
from ledger.settlements import Way
from ledger.statements.advice import advice
from ledger.statements.labels import label
from ledger.statements.receipts import fees_received, receipts
from ledger.statements.settlements import one
from ledger.store.owners import require_application


@dataclass
class FeeNotReceived(Refusal):
    """these books have received no fee for application {application} by a transfer, so there is nothing to receipt"""

    application: str
    instead = N_("see what came for it: seisan entries --application {application}")


@dataclass
class NotCarriedOut(Refusal):
    """No. {no} is {state}: the money has not gone back, so there is nothing to tell of"""

    no: int
    state: str
    instead = N_("write it once it is paid or credited; how far each has come: seisan refund list, seisan credit list")


class OneOrAMonth(Refusal):
    """it is not said of which one the paper is to be written, or it is said twice"""

    exit = Exit.USAGE
    instead = N_("name one, or all of a month: --month YYYY-MM")


def receipt(
    connection: Connection,
    application: str | None,
    month: Month | None,
    out: Path,
    *,
    association: str | None = None,
    reissued: bool = False,
    pdf: bool = False,
) -> tuple[list[Path], str]:
    """Writes the receipts for the fee of an application, a page a transfer, or those of a month into a folder.

    A list lies beside those of a month. Gives the files, and why there are none. Refused: neither or both
    (one-or-a-month), an unknown application, a fee that was not received (fee-not-received).
    """
    on = dates.today()
    marked = {"reissued": True} if reissued else {}
    stamp_of = stamps.of_papers(connection, "receipt", on)
    if (application is None) == (month is None):
        raise OneOrAMonth
    if application is not None:
        require_workbook(out)
        require_application(connection, application)
        rows = fees_received(connection, on, [application])
        if not rows:
            raise FeeNotReceived(application)
        made = receipt_page.workbook(list(receipts(connection, rows, on, reissued=reissued)))
        return printed.write([(stamps.stamped(made, stamp_of(application, **marked)), out)], pdf=pdf), ""
    question = {"month": str(month), "association": association}
    covering = REPORTS["receipts"].ask(connection, question)

    def papers() -> Iterator[Written]:
        for nth, of_one in enumerate(receipts(connection, covering.content, on, reissued=reissued), 1):
            stamp = stamp_of(of_one.application, deposit=of_one.deposit, **marked)
            yield (
                stamps.stamped(receipt_page.workbook([of_one]), stamp),
                out / receipt_page.file_name(nth, of_one),
            )

    return with_list(connection, covering, out, papers(), pdf=pdf)


def advices(
    connection: Connection, way: Way, no: int | None, month: Month | None, out: Path, *, pdf: bool = False
) -> tuple[list[Path], str]:
    """Writes the advice of a refund or credit, or those of all that were carried out in a month into a folder.

    A list lies beside those of a month. Gives the files, and why there are none. Refused: neither or both
    (one-or-a-month), an unknown number, what was not paid or credited (not-carried-out).
    """
    on = dates.today()
    stamp_of = stamps.of_papers(connection, f"{way} advice", on)
    if (no is None) == (month is None):
        raise OneOrAMonth
    if no is not None:
        require_workbook(out)
        line = one(connection, way, no, on)
        if line is None:
            raise UnknownCredit(no) if way == "credit" else UnknownRefund(no)
        if line.done_on is None:
            raise NotCarriedOut(no, str(label(STATES, line.state)))
        made = advice_page.workbook(advice(connection, line, on))
        return printed.write([(stamps.stamped(made, stamp_of(str(no))), out)], pdf=pdf), ""
    question: dict[str, Any] = {"done": str(month)}
    covering = REPORTS[f"{way} list"].ask(connection, question)

    def papers() -> Iterator[Written]:
        for line in covering.content:
            told = advice(connection, line, on)
            stamp = stamp_of(str(line.no))
            yield stamps.stamped(advice_page.workbook(told), stamp), out / advice_page.file_name(told)

    return with_list(connection, covering, out, papers(), pdf=pdf)
