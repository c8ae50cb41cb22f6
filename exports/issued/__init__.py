"""Workbooks that were handed out: their stamp, made once more from the books, read, and compared cell by cell."""

from pathlib import Path
from typing import TYPE_CHECKING

from exports.reports.report import Listing

if TYPE_CHECKING:
    from sqlalchemy import Connection


def write(connection: "Connection", listing: Listing, path: Path) -> None:
    """Writes a list as the name of the file ends: .xlsx (stamped, so that `verify` can make it again), .csv or .json.

    Refused: another ending (no-such-format), a place that cannot be written.
    """
    from exports.formats import csv, json, xlsx
    from exports.formats.outfile import NoSuchFormat
    from exports.issued import reproduce, stamp

    match path.suffix.lower():
        case ".xlsx":
            workbook = reproduce.of_listing(listing)
            xlsx.write(stamp.stamped(workbook, stamp.of_listing(connection, listing)), path)
        case ".csv":
            csv.write(listing.sheet(), path)
        case ".json":
            json.write(listing.data(json.MadeAsWritten), path)
        case _ending:
            raise NoSuchFormat(str(path))
