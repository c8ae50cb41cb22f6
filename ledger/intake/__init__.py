"""Input file → checked lines → the books. A blank cell is 'not known' all the way, never zero, never 'no'."""
