"""What is refused of who may do what: one class per cause."""

from ledger.errors import Exit, Refusal
from ledger.i18n import N_


class NotListed(Refusal):
    """{by} is not one of the people who may write in these books"""

    by: str
    people: list[str]
    instead = N_("these may: {people}; each of them can add a person: seisan people add NAME --may …")


class NotAllowed(Refusal):
    """{by} may not do this; it asks for somebody who may: {asked}"""

    by: str
    asked: list[str]
    people: list[str]
    instead = N_("these may: {people}; what a person may do is changed by: seisan people add NAME --may …")


class NoSuchRight(Refusal):
    """{value} is nothing that a person may do"""

    value: str
    rights: list[str]
    exit = Exit.USAGE
    instead = N_("name some of these, with commas between: {rights}")


class UnknownPerson(Refusal):
    """{name} is not listed"""

    name: str
    instead = N_("those who are listed are shown by: seisan people")


class NobodyLeftToApprove(Refusal):
    """without {name} nobody who is listed may approve"""

    name: str
    instead = N_("first let another person approve: seisan people add NAME --may approve")


class UnknownPeopleChange(Refusal):
    """there is no change of people {no}"""

    no: int
    instead = N_("those that wait are shown by: seisan people")


class PeopleChangeDecided(Refusal):
    """change of people {no} was decided before: {state}"""

    no: int
    state: str
    instead = N_("propose it anew if it is wanted: seisan people add, or seisan people end")


class SamePersonChangesPeople(Refusal):
    """{by} proposed change of people {no} and cannot approve it as well"""

    by: str
    no: int
    people: list[str]
    instead = N_("have one of these approve it, under their own name: {people}")


class PayeeNotApproved(Refusal):
    """{payee} is to receive what comes back for {of}, and no second person has approved that"""

    of: object
    typed: str
    payee: str
    instead = N_("have another person than who brought it compare it with the paper: seisan payee approve {typed}")


class NoPayeeToApprove(Refusal):
    """nobody is named in a file to receive what comes back for {of}"""

    of: object
    instead = N_("take in who receives it: seisan template payees --out FILE.xlsx, seisan import FILE")


class SamePersonBroughtPayee(Refusal):
    """{by} brought the payee of {of} and cannot approve it as well"""

    by: str
    of: object
    instead = N_("have another person approve it, under their own name: --by NAME")


class NoPayeeToEnd(Refusal):
    """no payee counts for {of}, so none is ended"""

    of: object
    instead = N_(
        "see who is known: seisan payee list; one that waits for a second person is taken back with its row: "
        "seisan withdraw IMPORT:ROW --reason …"
    )


class PayeeEndWaits(Refusal):
    """that {payee} receives what comes back for {of} is to end, and nobody has decided it yet"""

    of: object
    typed: str
    payee: str
    instead = N_(
        "have another person decide: seisan payee approve-end {typed}, or seisan payee reject-end {typed} --reason …"
    )


class NoPayeeEndWaits(Refusal):
    """no payee of {of} is to be ended"""

    of: object
    typed: str
    instead = N_("propose it first: seisan payee end {typed} --reason …")


class SamePersonEndsPayee(Refusal):
    """{by} proposed that the payee of {of} ends, and cannot approve it as well"""

    by: str
    of: object
    instead = N_("have another person approve it, under their own name: --by NAME")
