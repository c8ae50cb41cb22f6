"""The sheets: titles, columns and sums of each statement, one file each; what stands in them comes from the ledger."""

from exports.formats.sheet import Column, Values
from ledger.i18n import N_
from ledger.people.register import Person

ISSUER = N_("the federation of judicial scriveners' associations")

# Who an application belongs to, as the first columns of a list.
PERSON = (
    Column(N_("Association"), width=9),
    Column(N_("Member No."), width=17),
    Column(N_("Name"), width=16),
)


def person(member: Person | None) -> Values:
    """The cells of `PERSON`; empty for nobody known."""
    return (None, None, None) if member is None else (member.association, member.number, member.name)
