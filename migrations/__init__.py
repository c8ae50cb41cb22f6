"""The steps by which the tables came to be what they are, and the triggers that guard them."""
