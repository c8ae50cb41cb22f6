"""The federation as its papers name it: what stands in the settings; what is not set stands on no paper."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.store.settings import values

# Since this day there are qualified invoices (適格請求書等保存方式); what was supplied before has none.
QUALIFIED_FROM = date(2023, 10, 1)


@dataclass(frozen=True)
class Issuer:
    """Who issues a paper: name, the department that members write to, postal address, telephone; empty: not set.

    `registration` is the number under which the federation issues qualified invoices (登録番号), T and 13 digits.
    """

    name: str = ""
    department: str = ""
    address: str = ""
    telephone: str = ""
    registration: str = ""

    def registered(self, supplied_on: date | None) -> str:
        """That number, for what was supplied since there are qualified invoices; of before, and not set: empty."""
        return self.registration if supplied_on is not None and supplied_on >= QUALIFIED_FROM else ""


def issuer(connection: Connection) -> Issuer:
    """The federation, by the settings that count in these books."""
    said = values(connection)
    return Issuer(**{part: said[f"federation_{part}"] or "" for part in Issuer.__dataclass_fields__})
