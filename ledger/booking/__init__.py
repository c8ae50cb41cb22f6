"""Booking: from facts and decisions to entries of the journal. What is posted already is compared with what is known,
and only the difference is posted: booking twice is booking once.
"""
