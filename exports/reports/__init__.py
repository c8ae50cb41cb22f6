"""The sheets: titles, columns and sums of each statement, one file each; what stands in them comes from the ledger."""

from exports.formats.sheet import Column, Values
from ledger.i18n import _
from ledger.people.register import Person

# ja: 日本司法書士会連合会
ISSUER = _("the federation of judicial scriveners' associations")

# Who an application belongs to, as the first columns of a list.
PERSON = (
    # ja: 会
    Column(_("Association"), width=9),
    # ja: 会員番号
    Column(_("Member No."), width=17),
    # ja: 氏名
    Column(_("Name"), width=16),
)


def person(member: Person | None) -> Values:
    """The cells of `PERSON`; empty for nobody known."""
    return (None, None, None) if member is None else (member.association, member.number, member.name)
