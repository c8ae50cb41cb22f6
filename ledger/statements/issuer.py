"""The federation as its papers name it: what stands in the settings; what is not set stands on no paper."""

from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.store.settings import values


@dataclass(frozen=True)
class Issuer:
    """Who issues a paper: name, the department that members write to, postal address, telephone; empty: not set."""

    name: str = ""
    department: str = ""
    address: str = ""
    telephone: str = ""


def issuer(connection: Connection) -> Issuer:
    """The federation, by the settings that count in these books."""
    said = values(connection)
    return Issuer(**{part: said[f"federation_{part}"] or "" for part in Issuer.__dataclass_fields__})
