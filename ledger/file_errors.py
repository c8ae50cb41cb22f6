"""What is wrong with an input file as a whole, or with a sheet of it: the sentence by its code, with what to do."""

from ledger.i18n import N_, _

FILE_FORMULAS = {
    "unknown-kind": N_(
        "no row of it holds the headings of an input file; a blank file of each kind is written by: seisan template"
    ),
    "not-a-worklist": N_(
        "no sheet of it has the columns by which a list of transfers comes back ({columns}); write one by: "
        "seisan match --out FILE.xlsx"
    ),
    "empty-file": N_("the file is empty; name the one that was filled in"),
    "heading-missing": N_("the heading {columns} is missing, so the sheet cannot be read as {kind}"),
    "heading-twice": N_("the heading stands twice, in columns {first} and {second}"),
    "no-rows": N_("there are headings, but no row under them"),
    "not-found": N_("there is no such file; look at the folder and the spelling"),
    "a-folder": N_("this is a folder, and no workbook and no CSV file is in it"),
    "not-a-file": N_("this is a device or a pipe, not a file"),
    "not-readable": N_("the file cannot be opened: no permission to read it"),
    "a-lock-file": N_("this is only a mark that somebody has the workbook open; name the workbook itself"),
    "a-pdf": N_("this is a PDF; ask for the table it was printed from, as .xlsx or .csv"),
    "a-picture": N_("this is a picture; enter what it shows into a table: seisan template KIND --out FILE.xlsx"),
    "a-document": N_("this is a text document or slides; copy the table in it into a workbook (.xlsx)"),
    "a-web-page": N_("this is a web page, whatever its name says; open it in Excel and save it as .xlsx"),
    "a-numbers-file": N_("this is a file of Numbers; in Numbers, export it to Excel (.xlsx)"),
    "an-xml-workbook": N_("this is a workbook saved as XML; open it in Excel and save it as .xlsx"),
    "an-archive": N_("this is an archive of other files; unpack it and name the files in it"),
    "wrong-encoding": N_(
        "the text is neither UTF-8 nor UTF-16 nor cp932 (Shift_JIS); save it as “CSV UTF-8”, or as .xlsx"
    ),
    "broken-text": N_("the text is UTF-8 but for signs that are broken; have the file sent again, or save it anew"),
    "semicolons": N_("the cells are separated by semicolons; save the table with commas, or as .xlsx"),
    "encrypted": N_("the workbook is protected by a password; save it without one"),
    "old-excel": N_("this is a workbook of Excel 95 or older; open it and save it as .xlsx"),
    "broken-workbook": N_("the workbook is damaged or cut short; have it sent again, or open it and save it anew"),
    "too-heavy": N_(
        "the workbook needs more memory or time than a sound one of its size; open it and save it anew as .xlsx"
    ),
    "broken-csv": N_("the text is not a well-formed CSV: look for a quotation mark too few or too many in this row"),
    "open-quote": N_(
        "a quotation mark that opens in this row closes only in line {last}, and rows stand between; take it away"
    ),
    "unsafe-workbook": N_(
        "the workbook contains something that is not opened: {what}; copy its table into a new workbook"
    ),
    "too-large": N_("the file has {size} MB; at most {limit} MB are read: divide it"),
    "too-large-unpacked": N_("the workbook has {size} MB when unpacked; at most {limit} MB are read: divide it"),
    "too-many-rows": N_("the sheet has more than {limit} rows; divide it"),
    "too-many-cells": N_(
        "the sheet reaches to {last} and fills more than {limit} cells; divide it, or delete what stands far away"
    ),
    "import-too-large": N_("the files have more than {limit} rows together; take them in one after the other"),
    "bank-utf8-mark": N_(
        "the file of the bank begins with the mark of UTF-8: another program has saved it; take it from the bank anew"
    ),
    "bank-ebcdic": N_("the file of the bank is written in EBCDIC; have the bank or its program write it in JIS"),
    "bank-record-length": N_("the record has {length} bytes, and {needed} are the most that it can have"),
    "bank-record-unknown": N_(
        "the record begins with “{value}”, and here stands: {expected}; a record before it has lost or gained bytes"
    ),
    "bank-cut-short": N_("the file ends before its last record ({expected}); have it sent again"),
    "bank-not-digits": N_("“{value}”: only figures stand here"),
    "bank-not-a-day": N_("{value} is no day in any era (YYMMDD)"),
    "bank-not-half-width": N_("the byte {value} is no half-width sign, and the banks write nothing else"),
    "bank-total-differs": N_(
        "{value} is told, and the records come to {counted}: something is missing or was changed; have it sent again"
    ),
    "bank-format-b": N_(
        "the amounts agree when they are read with 12 figures: this is フォーマットB; have the bank write "
        "フォーマットA, or 入出金取引明細"
    ),
    "bank-line-differs": N_(
        "line {value} of {day} is known as {name}, with {yen} yen or another text; if the bank has changed it, "
        "withdraw the import of before"
    ),
    "bank-columns-missing": N_(
        "of the columns that {layout} names these are not in it: {columns}; write their titles, or numbers, as the "
        "file has them"
    ),
    "bank-another-day-form": N_("{value} is no day of the form {form} (day_form of the layout)"),
    "bank-both-ways": N_("money goes in and out in one row; one of {columns} has to be blank"),
    "another-account": N_("the file is of the account {account}; the books know only {own} (seisan settings)"),
    "own-account-not-set": N_(
        "it is not known which account is the federation's own; set: {names} (seisan settings set NAME VALUE)"
    ),
    "not-a-table": N_("files ending in {ending} are not read; .xlsx, .xls, .xlsb, .ods and .csv are"),
}

# What the system says of a file that it does not give, by what it raises.
_UNREAD: dict[type[OSError], str] = {
    FileNotFoundError: "not-found",
    PermissionError: "not-readable",
    OSError: "not-a-file",
}


def why_unread(error: Exception) -> str:
    """Why a file of settings could not be read, in words for whoever wrote it: not the system's own, but of a TOML file
    the line and column that its reader names.
    """
    if isinstance(error, UnicodeDecodeError):
        return _("the text is not UTF-8; save it as UTF-8")
    if isinstance(error, OSError):
        return _(FILE_FORMULAS[next(code for kind, code in _UNREAD.items() if isinstance(error, kind))])
    return str(error)
