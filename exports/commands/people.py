"""People: who may do what, bank accounts of members, and what was refused to whom."""

from typing import TYPE_CHECKING, Annotated

from exports.reports import REPORTS, people_list, refund_lots, summaries
from exports.reports.account_list import format_account
from exports.reports.next_step import next_by_another
from exports.shell.commands import Commands
from exports.shell.options import AsJson, Member, Reason, argument, number, option
from exports.shell.session import Answer, Books, Session
from ledger import dates
from ledger.codes import RIGHTS
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.people.payees import Payee, Subject

app = Commands(N_("People and accounts"))
people = app.group(
    "people", N_("Who may do what; each change waits for a second person once there are two."), lists=True
)
account = app.group("account", N_("Bank accounts of members: a change needs a second person; a look is recorded."))
refusal = app.group("refusal", N_("What was refused, to whom, when and why."), lists=True)

payee = app.group("payee", N_("Who receives money in a member's place: heirs, or who paid; a second person approves."))

people.lists(REPORTS["people"], "list")
account.lists(REPORTS["account list"], "list")
payee.lists(REPORTS["payee list"], "list")
refusal.lists(REPORTS["refusals"], "list")


Name = Annotated[str, argument("NAME", N_("the person's name"))]
Of = Annotated[str, argument("APPLICATION", N_("the application number, or the reference of a deposit"))]
OfDeposit = Annotated[bool, option("--deposit", N_("it is the reference of a deposit, not an application number"))]
ChangeNo = Annotated[int, number("NO", N_("the number of the change"))]


@people.writes("add", "'会計 乙川' --may propose,pay", "'事務局長 丙田' --may approve,close", may=RIGHTS.codes)
def add_person(
    books: Books,
    name: Name,
    may: Annotated[str, option("--may", N_("any of: propose, approve, pay, close; with commas between"), "RIGHTS")],
) -> Answer:
    """Lists a person, or changes what one may do; once two are listed, another person has to approve it."""
    from ledger.people import permissions

    return Answer(*people_list.changed(permissions.add(books.connection, name, may, on=dates.today(), by=books.by)))


@people.writes("end", "'会計 乙川'", may=RIGHTS.codes)
def end_person(books: Books, name: Name) -> Answer:
    """Ends what a person may do; who alone may approve stays until another may."""
    from ledger.people import permissions

    return Answer(*people_list.changed(permissions.end(books.connection, name, on=dates.today(), by=books.by)))


@people.writes("approve", "3 --by 丙田", may=RIGHTS.codes)
def approve_change(books: Books, no: ChangeNo) -> Answer:
    """Lets a change of people take effect, as a second person."""
    from ledger.people import permissions

    return Answer(*people_list.changed(permissions.approve(books.connection, no, on=dates.today(), by=books.by)))


@people.writes("reject", "3 --reason 退職のため", may=RIGHTS.codes)
def reject_change(books: Books, no: ChangeNo, reason: Reason) -> Answer:
    """Rejects a change of people that waits; the reason is kept."""
    from ledger.people import permissions

    _require_reason(reason, "people reject")
    change = permissions.reject(books.connection, no, reason=reason, on=dates.today(), by=books.by)
    return Answer(*people_list.changed(change))


@account.writes("approve", "'東京 第9001号' --by 丙田", may=("approve",))
def approve(books: Books, member: Member) -> Answer:
    """Says, as a second person, that the changed bank account of a member is right; until then it is not paid."""
    from ledger.people.accounts import approve_account

    change, new = approve_account(books.connection, member, by=books.by)
    sentence = N_("The bank account of {member} is approved; refunds to it go on.")
    if not new:
        sentence = N_("The bank account of {member} had been approved before; nothing was changed.")
    following = refund_lots.next_to_member(books.connection, change.member)
    text = f"{_(sentence, member=change.member)}\n{following}"
    return Answer(text, {"member": change.member, "changed": new})


@payee.writes("approve", "2011-0001 --by 丙田", "20120310-7 --deposit --by 丙田", may=("approve",))
def approve_payee(books: Books, application: Of, deposit: OfDeposit = False) -> Answer:
    """Says, as a second person, that who receives the money of an application, or of a deposit, is right."""
    from ledger.people import payees

    approved, new = payees.approve_payee(books.connection, _subject(books, application, deposit), by=books.by)
    sentence = N_("{name} receives what comes back for {of}, on {account}; refunds are approved anew for it.")
    if not new:
        sentence = N_("The payee of {of} had been approved before; nothing was changed.")
    text = _(sentence, of=approved.of, name=approved.name, account=format_account(approved.account))
    return Answer(f"{text}\n{refund_lots.next_of(books.connection, approved.of)}", _of_payee(approved, new))


@payee.writes("end", "2011-0001 --reason 相続人ではなかった", may=("propose",))
def end_payee(books: Books, application: Of, reason: Reason, deposit: OfDeposit = False) -> Answer:
    """Proposes that somebody receives money in the member's place no more; another person has to approve it."""
    from ledger.people import payees

    _require_reason(reason, "payee end")
    of = _subject(books, application, deposit)
    done = payees.end(books.connection, of, reason=reason, by=books.by)
    sentence = N_(
        "That {name} receives what comes back for {of} is to end; until another person decides, nothing is paid."
    )
    following = ["payee", "approve-end", of.number, *(["--deposit"] if of.deposit is not None else [])]
    return _payee_step(done, sentence, next_by_another(*following))


@payee.writes("approve-end", "2011-0001 --by 丙田", may=("approve",))
def approve_payee_end(books: Books, application: Of, deposit: OfDeposit = False) -> Answer:
    """Ends, as a second person, that somebody receives money in the member's place; it goes to whom it went before."""
    from ledger.people import payees

    of = _subject(books, application, deposit)
    done = payees.approve_end(books.connection, of, by=books.by)
    sentence = N_("{name} receives nothing for {of} any more; what was approved for them is approved anew.")
    return _payee_step(done, sentence, refund_lots.next_of(books.connection, of))


@payee.writes("reject-end", "2011-0001 --reason 届出のとおり", may=("propose", "approve"))
def reject_payee_end(books: Books, application: Of, reason: Reason, deposit: OfDeposit = False) -> Answer:
    """Rejects that somebody ends receiving money in the member's place; the reason is kept."""
    from ledger.people import payees

    _require_reason(reason, "payee reject-end")
    of = _subject(books, application, deposit)
    done = payees.reject_end(books.connection, of, reason=reason, by=books.by)
    return _payee_step(done, N_("{name} goes on receiving what comes back for {of}."))


def _subject(books: Books, number: str, deposit: bool) -> "Subject":
    """Of what somebody receives the money."""
    from ledger.people import payees

    return payees.subject(books.connection, number, deposit=deposit)


def _of_payee(payee: "Payee", changed: bool) -> dict[str, object]:
    """What a step of a payee did, for other programs."""
    return {"application": payee.application, "deposit": payee.deposit, "name": payee.name, "changed": changed}


def _require_reason(reason: str, command: str) -> None:
    from ledger.journal.refusals import NoReasonGiven

    if not reason.strip():
        raise NoReasonGiven(command)


def _payee_step(done: "tuple[Payee, bool]", sentence: str, following: str = "") -> Answer:
    """What a step towards the end of a payee did, or that it had been done before."""
    payee, changed = done
    text = _(sentence, name=payee.name, of=payee.of)
    if not changed:
        text += "\n" + _("It had been done before; nothing was changed.")
    text = "\n".join(filter(None, [text, following]))
    return Answer(text, _of_payee(payee, changed))


@account.runs("show", "'東京 第9001号' --purpose 本人からの照会", may=RIGHTS.codes, as_json=AsJson)
def show(
    session: Session,
    member: Member,
    purpose: Annotated[str, option("--purpose", N_("what it is looked at for; it is kept"), "TEXT")],
) -> Answer:
    """The whole bank account of a member; who looks, and for what, is recorded."""
    from ledger.audit.access import look
    from ledger.people.register import member_number
    from ledger.store import account_numbers

    with session.writing() as books:
        registered = look(books.connection, member_number(books.connection, member), purpose=purpose, by=books.by)
    with session.reading() as books:  # once it is kept that somebody looked
        number = account_numbers.of_member(books.connection, registered.id)
    return Answer(*summaries.account(registered, number))
