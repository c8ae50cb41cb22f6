"""People: the register of members, who is one person, and whose word a changed bank account needs."""
