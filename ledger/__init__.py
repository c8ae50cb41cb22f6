"""精算 — the books of the issuance fee: input file → facts → decision → journal → statement."""
