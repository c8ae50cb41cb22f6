"""The package of a workbook, by openpyxl: its parts by name, in which the rows of the sheets are still missing.

For workbooks that are pages of text, such as letters, the parts that depend on the shape of their pages alone are made
once: of many letters openpyxl then writes no more than who issued which.
"""

import zipfile
from datetime import date, datetime, time
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple, cast

from openpyxl import Workbook as Package
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import CustomPropertyList, StringProperty
from openpyxl.workbook.properties import CalcProperties
from openpyxl.xml.functions import tostring

from exports.formats import page_xlsx
from exports.formats.page import TextPage
from exports.formats.page_xlsx import PageRows, PageShape, Styles
from exports.formats.paint import Paint
from exports.formats.sheet import Workbook
from exports.formats.tabs import FORBIDDEN
from ledger.i18n import Calendar, Language, _, calendar, language

Parts = dict[str, bytes]

# The parts that say what a workbook is called, who issued it and when, and its properties for programs.
CORE, CUSTOM = "docProps/core.xml", "docProps/custom.xml"
_SHAPES = 64  # letters have a few: with a form or without, in four sizes


def new_package(workbook: Workbook) -> Package:
    """A package without sheets, with the title, the issuer, the day and the properties of the workbook."""
    package = Package()
    package.remove(package.worksheets[0])
    package.properties = _named(workbook)
    package.custom_doc_props = _for_programs(workbook)  # type: ignore[attr-defined]
    package.calculation = CalcProperties(fullCalcOnLoad=False)  # the sums stand beside their formulas
    return package


def _named(workbook: Workbook) -> DocumentProperties:
    midnight = datetime.combine(workbook.made_on, time())
    name, issuer = (FORBIDDEN.sub(" ", text) for text in (_(workbook.title), _(workbook.issuer)))
    return DocumentProperties(title=name, creator=issuer or "Seisan", created=midnight, modified=midnight)


def _for_programs(workbook: Workbook) -> "CustomPropertyList[StringProperty]":
    properties: CustomPropertyList[StringProperty] = CustomPropertyList()
    for name, text in workbook.properties:
        properties.append(StringProperty(name=name, value=text))
    return properties


def parts_of(package: Package) -> Parts:
    """The parts of a package, in the order in which openpyxl writes them."""
    written = BytesIO()
    package.save(written)
    with zipfile.ZipFile(written) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def of_pages(workbook: Workbook, pages: list[TextPage], names: list[str]) -> tuple[Parts, list[PageRows]]:
    """The parts of a workbook of pages, on sheets of these names, and the rows that are to be written there."""
    shapes = tuple(map(page_xlsx.shape_of, pages))
    once = made(shapes, tuple(names), bool(workbook.properties), calendar(), language())
    parts = once.parts | {CORE: _xml(_named(workbook))}
    if workbook.properties:
        parts[CUSTOM] = _xml(_for_programs(workbook))
    return parts, [PageRows(page, styles) for page, styles in zip(pages, once.styles, strict=True)]


def _xml(described: "DocumentProperties | CustomPropertyList[StringProperty]") -> bytes:
    return cast("bytes", tostring(described.to_tree()))  # its own types say that it is a str


class Made(NamedTuple):
    """The parts of a workbook of pages of some shapes, and the styles of each page."""

    parts: Parts
    styles: list[Styles]


@lru_cache(maxsize=_SHAPES)
def made(
    shapes: tuple[PageShape, ...], names: tuple[str, ...], bears_properties: bool, _calendar: Calendar, _said: Language
) -> Made:
    """The parts of a workbook of pages of these shapes on sheets of these names, by calendar and language; made once.

    Title, issuer, day and properties are still those of nobody.
    """
    properties = (("-", "-"),) if bears_properties else ()
    package = new_package(Workbook("-", date(2012, 1, 1), (), properties=properties))
    Paint(package)
    styles = []
    for name, shape in zip(names, shapes, strict=True):
        frame = package.create_sheet(name)
        styles.append(page_xlsx.styles(shape, package))
        page_xlsx.set_up(frame, shape)
    return Made(parts_of(package), styles)
