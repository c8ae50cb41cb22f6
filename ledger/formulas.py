"""What is said of a cell that does not hold what its column is for: a sentence for each cause, with what to do."""

from ledger.i18n import N_

OF_CELLS = {
    "not-a-day": N_("{value} is not a day; write it as 2012-02-26 or 平成24年2月26日"),
    "no-year": N_("{value} does not say which year is meant; write the day as 2012-02-26 or H24.2.26"),
    "another-weekday": N_("{value} is a {weekday}; enter the day that is meant"),
    "before-the-scheme": N_(
        "{value} lies before {limit}, when there were no certificates yet; enter the day that the paper shows"
    ),
    "too-far-ahead": N_(
        "{value} lies after {limit}, further ahead than such a day can be; enter the day that the paper shows"
    ),
    "not-a-number": N_("{value} is not a whole number of yen; write figures alone, such as 7,245"),
    "not-positive": N_("{value} yen: the amount has to be more than zero"),
    "zero": N_("the amount is zero"),
    "too-much": N_("{value} yen is more than the {limit} yen that one amount may be"),
    "not-a-rate": N_("{value} is not a tax rate in whole percent"),
    "not-a-number-of-digits": N_("{value} is not a number of {digits} digits"),
    "not-a-postal-code": N_("{value} is not a postal code; write its 7 digits, such as 123-4567"),
    "only-one": N_("{value} stands beside {column}, and only one of the two is entered"),
    "missing": N_("nothing is entered, and it is needed"),
    "too-long": N_("{length} characters are entered; at most {limit} are kept"),
    "control-character": N_("the text contains a character that cannot be printed"),
    "not-in-list": N_("{value} is none of: {choices}"),
    "not-text": N_("{value} is not a number of this kind; format the cell as text and enter it again"),
    "digits-lost": N_(
        "{value} has lost digits in a spreadsheet; format the column as text and enter the number from the paper"
    ),
    "day-for-number": N_(
        "{value} is a day or a time; if a spreadsheet made it of a number, format the column as text and enter it again"
    ),
    "note-mark": N_("{value} bears a mark that is no part of it ({mark}); put the mark into another column"),
    "several-numbers": N_("{value} is more than one number; enter one to a row"),
    "no-figure": N_("{value} is not a number of this kind: there is no figure in it"),
    "no-letter": N_("{value} is not a name: there is no letter in it"),
    "unreadable-for-banks": N_(
        "banks cannot read in {value}: {characters}; enter the account holder in kana as the passbook has it"
    ),
    "too-long-for-banks": N_(
        "{value} has {length} half-width characters; payment files of banks hold {limit}, and nothing is cut short"
    ),
    "apostrophe": N_("{value} begins with the apostrophe by which spreadsheets mark a text; take it away"),
    "sample-row": N_("{value} is the sample that comes with an empty workbook; delete its row"),
    "ditto": N_("{value} stands for the cell above; enter the value itself in every row"),
    "leave-empty": N_("{value} says that there is nothing to enter; leave the cell empty"),
    "hidden-value": N_("the column was too narrow for its value ({value}); widen it in the workbook and save it again"),
    "formula-as-text": N_("{value} is the text of a formula; enter its value"),
    "from-a-formula": N_(
        "{value} comes from an empty cell or a box to tick; enter the value itself, or leave it empty"
    ),
    "unknown-reason": N_("{value} is not a reason for revocation that the papers name"),
    "unknown-association": N_("{value} is not one of the 50 associations"),
    "formula-error": N_("the cell shows the error {value}"),
    "formula-not-calculated": N_("the cell holds a formula without its result; open the workbook and save it once"),
    "shown-otherwise": N_(
        "the cell holds {value} and its format shows “{shown}”; format it as text and enter what is meant"
    ),
    "only-a-month": N_("the cell shows only a month ({shown}); enter the whole day"),
    "more-cells": N_(
        "the row has {cells} cells and the headings are {headings}; put an amount with a comma into quotation marks, "
        "or save the table as a workbook"
    ),
    "cut-at-comma": N_("the amount may have been {value}, cut at its comma; put it into quotation marks"),
    "merged-across": N_("cells of several columns are merged at {place}; unmerge them and fill in each"),
}
