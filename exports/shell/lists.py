"""A report as a command: what it can be asked for becomes options; its answer is shown, or written to a file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from inspect import Parameter as Keyword
from pathlib import Path
from typing import Annotated, Any

from exports.reports.report import Parameter, Report
from exports.shell.options import LARGEST, argument, option
from exports.shell.session import Answer, Session, show_data, written

_TYPES: dict[str, Any] = {"day": date, "text": str, "yen": int, "file": Path, "flag": bool}


def answer(session: Session, report: Report, question: Mapping[str, Any], calendar: str | None = None) -> Answer:
    """What the report says: as text, as data for JSON, or in the file that --out names."""
    from exports.issued.calendar import dated
    from ledger.store.numbers import all_as_recorded

    workbook = session.out is not None and session.out.suffix.lower() == ".xlsx"
    with session.reading() as books, dated(books.connection, calendar, workbook=workbook):
        if report.remembered is not None:
            remembered = report.remembered(books.connection)
            question = {**question, **{name: of for name, of in remembered.items() if question[name] is None}}
        listing = report.ask(books.connection, all_as_recorded(books.connection, question))
        if session.out is not None:
            from exports import issued

            issued.write(books.connection, listing, session.out)
            answered = written(session.out)
            note = "\n".join(filter(None, [answered.note, listing.why_empty]))
            return replace(answered, note=note, exit=listing.exit)
        if session.as_json:
            from exports.formats.json import MadeAsWritten

            show_data(listing.data(MadeAsWritten))
            return Answer(exit=listing.exit)
        return Answer(listing.text(), exit=listing.exit)


def keyword(parameter: Parameter) -> Keyword:
    """What the report can be asked for, as a function would declare it."""
    form, limits = _TYPES[parameter.kind], {"min": 0, "max": LARGEST} if parameter.kind == "yen" else {}
    information = argument(parameter.metavar, parameter.help)
    if parameter.flag:
        information = option(parameter.flag, parameter.help, parameter.metavar or None, **limits)
    needed = parameter.required or parameter.name == "as_of"  # a day that is not given is today
    default = Keyword.empty if needed else parameter.default
    annotation: Any = form if needed or form is bool else form | None
    return Keyword(parameter.name, Keyword.KEYWORD_ONLY, annotation=Annotated[annotation, information], default=default)
