"""What a payment file has to be, by the published record formats and character tables: rules that share nothing with
the program, which every payment file of the tests is held against.
"""

from datetime import date

# The national holidays and the days in their place (内閣府「国民の祝日について」), as month and day.
HOLIDAYS = {
    2011: "0101 0110 0211 0321 0429 0503 0504 0505 0718 0919 0923 1010 1103 1123 1223",
    2012: "0101 0102 0109 0211 0320 0429 0430 0503 0504 0505 0716 0917 0922 1008 1103 1123 1223 1224",
    2013: "0101 0114 0211 0320 0429 0503 0504 0505 0506 0715 0916 0923 1014 1103 1104 1123 1223",
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
}


def is_bank_day(day: date) -> bool:
    """Whether banks are open on a day of a year of these."""
    return day.isoweekday() <= 5 and f"{day:%m%d}" not in [*HOLIDAYS[day.year].split(), "0102", "0103", "1231"]
