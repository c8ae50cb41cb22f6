"""Input file → checked lines → the books. A blank cell is 'not known' all the way, never zero, never 'no'."""

from ledger.i18n import N_

# What the sheets of a blank input workbook are called that nobody fills in: the guide, the words of drop-down lists.
GUIDE = N_("How to fill it in")
LISTS = "選択肢"

# What the sheet of a letter is called on which a member fills in how the fee is to come back (返金方法申出書), and the
# sheet before it.
FORM = N_("Request on how the fee is given back")
LETTER = N_("Letter")

# The columns of the list of transfers not matched by which it is read when it comes back filled in.
REFERENCE = N_("Reference No.")
COULD_PAY = N_("Could pay for")
PAYS_FOR = N_("Pays for (to fill in)")
