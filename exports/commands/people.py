"""People: bank accounts of members, and what was refused to whom."""

from typing import Annotated

from exports.reports import REPORTS, summaries
from exports.shell.commands import Commands
from exports.shell.options import AsJson, Member, option
from exports.shell.session import Answer, Books, Session
from ledger.i18n import N_, _

app = Commands(N_("People and accounts"))
account = app.group("account", N_("Bank accounts of members: a change needs a second person; a look is recorded."))
refusal = app.group("refusal", N_("What was refused, to whom, when and why."), lists=True)

account.lists(REPORTS["account list"], "list")
refusal.lists(REPORTS["refusals"], "list")


@account.writes("approve", "'東京 第9001号' --by 丙田")
def approve(books: Books, member: Member) -> Answer:
    """Says, as a second person, that the changed bank account of a member is right; until then it is not paid."""
    from ledger.people.accounts import approve_account

    change, new = approve_account(books.connection, member, by=books.by)
    sentence = N_("The bank account of {member} is approved; refunds to it go on.")
    if not new:
        sentence = N_("The bank account of {member} had been approved before; nothing was changed.")
    return Answer(_(sentence, member=change.member), {"member": change.member, "changed": new})


@account.runs("show", "'東京 第9001号' --purpose 本人からの照会", as_json=AsJson)
def show(
    session: Session,
    member: Member,
    purpose: Annotated[str, option("--purpose", N_("what it is looked at for; it is kept"), "TEXT")],
) -> Answer:
    """The whole bank account of a member; who looks, and for what, is recorded."""
    from ledger.audit.access import look
    from ledger.people.register import member_number

    with session.writing() as books:
        registered = look(books.connection, member_number(books.connection, member), purpose=purpose, by=books.by)
    return Answer(*summaries.account(registered))
