"""What letters to members say, line by line: the words of an office, and none of the office's own codes.

Letters handed out by earlier versions say these lines too (`exports/issued/letter_as_list.py`): where one changes, that
file keeps it as it was.
"""

from collections.abc import Iterator, Sequence

from exports.formats.sheet import format_day
from ledger.codes import format_code
from ledger.decisions.course import CourseStep
from ledger.facts import STATED
from ledger.i18n import N_, _
from ledger.intake import FORM
from ledger.money import format_yen
from ledger.notices import review_flags
from ledger.statements.issuer import Issuer
from ledger.statements.labels import joined
from ledger.statements.letter import CitedClause, Letter

DESK = N_("the federation, desk for certificates")

ANSWERS = {
    "eligible": N_("The issuance fee that you paid is given back."),
    "not_eligible": N_("The issuance fee is not given back."),
    "needs_facts": N_(
        "We cannot answer yet, because some facts are not known to us. As soon as they are, we will answer again."
    ),
    "needs_review": N_(
        "We cannot answer yet, because the points named below have to be looked into. After that we will answer again."
    ),
    "in_force": N_(
        "The certificate is valid, or still being issued; while that is so, the issuance fee is not given back."
    ),
    "settled": N_(
        "The issuance fee that you paid has already been set down for a refund or a credit; nothing more is left."
    ),
    "being_settled": N_("The issuance fee that you paid is being given back, as set out below."),
    "no_fee": N_(
        "We have found no payment of the issuance fee for this application, so there is nothing to give back."
    ),
}

# Of what was given back it is kept how; of letters handed out before it was, the answer stays as it is.
GIVEN_BACK = N_("The issuance fee that you paid has been given back, as set out below.")

# How far a refund or a credit has come, by its kind and state.
COURSE = {
    ("refund", "proposed"): N_("refund No. {no}, {yen} yen: waits for approval"),
    ("refund", "approved"): N_("refund No. {no}, {yen} yen: approved, waits for the transfer"),
    ("refund", "filed"): N_("refund No. {no}, {yen} yen: approved, handed to the bank for the transfer"),
    ("refund", "paid"): N_("refund No. {no}, {yen} yen: paid to your bank account on {day}"),
    ("refund", "returned"): N_("refund No. {no}, {yen} yen: the transfer came back on {day} and will be made again"),
    ("credit", "proposed"): N_("credit No. {no}, {yen} yen, to application {to}: waits for approval"),
    ("credit", "applied"): N_("credit No. {no}, {yen} yen, to application {to}: credited on {day}"),
}

# What a fact says in a letter; of the two registers only that nothing stood in them.
FACTS = {
    "applied_on": N_("applied for: {value}"),
    "withdrawn_on": N_("application withdrawn: {value}"),
    "issued_on": N_("certificate issued: {value}"),
    "mailed_on": N_("identification number and PIN code mailed: {value}"),
    "expires_on": N_("valid until: {value}"),
    "downloaded_on": N_("downloaded: {value}"),
    "downloads_checked_to": N_("not downloaded up to {value}"),
    "receipt_on": N_("receipt returned: {value}"),
    "receipts_entered_to": N_("no receipt returned up to {value}"),
    "revoked_on": N_("certificate revoked: {value}"),
    "reason": N_("reason for the revocation: {value}"),
    "used": N_("the authority's answer whether it was used: {value}"),
    "used_answered_on": N_("day of that answer: {value}"),
    "covered": N_("the authority's answer whether the exemption covers it: {value}"),
}

# Each fact that could still settle the question, and how it is supplied.
MISSING = {
    "issued_on": N_("the day of issue: we ask the authority"),
    #     日付の分かる封筒をお持ちの場合は、その写しをお送りください。
    "mailed_on": N_(
        "the day on which the identification number and PIN code were mailed: we ask the authority; if you have the "
        "envelope with its date, send us a copy"
    ),
    "downloaded": N_("whether the certificate was downloaded: we ask the authority"),
    "receipt": N_(
        "whether the receipt was returned: if you have returned it, send us a copy of the receipt or of whatever shows "
        "the day"
    ),
    "reason": N_("the reason for the revocation: we ask the authority; if you have its notification, send us a copy"),
    "used": N_("whether the certificate was used: we ask the authority, who alone can confirm it"),
    "covered": N_("whether the exemption covers the reason for the revocation: we ask the authority"),
}

# What the member can do next, where there is nothing to choose and nothing missing.
NEXT = {
    "not_eligible": N_("If a fact stated here is wrong, or if you hold papers that show otherwise, tell us."),
    "needs_review": N_("If you hold papers that bear on these points, send us copies."),
    "in_force": N_("Ask us again once the certificate has been revoked or has expired."),
    "no_fee": N_("If you have paid, send us a copy of the slip that shows the day, the amount and the payer's name."),
}


def desk(sender: Issuer) -> Iterator[str]:
    """Whom the member writes to or calls: as the settings name it, a line each."""
    yield " ".join(filter(None, (sender.name, sender.department))) or _(DESK)
    if sender.address:
        yield sender.address
    if sender.telephone:
        yield _("Telephone {number}", number=sender.telephone)


def whom_to_ask(sender: Issuer) -> str:
    """The same in one line, for whoever has the address already."""
    desk_name = " ".join(filter(None, (sender.name, sender.department))) or _(DESK)
    telephone = _("Telephone {number}", number=sender.telephone) if sender.telephone else ""
    return " ".join(filter(None, (desk_name, telephone)))


def answer(letter: Letter) -> str:
    """The answer in one sentence, as a key of the catalogue."""
    return GIVEN_BACK if letter.outcome == "settled" and letter.course else ANSWERS[letter.outcome]


def is_open(letter: Letter) -> bool:
    """Whether nothing is decided yet."""
    return letter.outcome in ("needs_facts", "needs_review")


def doubts(letter: Letter) -> Sequence[str]:
    """The codes of what has to be looked into before there is an answer."""
    return letter.doubts if letter.outcome == "needs_review" else ()


def amounts(letter: Letter) -> Iterator[str]:
    """The yen that the letter is about, with the tax inside, and what was paid beyond them."""
    if letter.yen and letter.tax is not None:
        sentence = N_("{yen} yen, tax included (consumption tax inside: {tax} yen)")
        yield _(sentence, yen=format_yen(letter.yen), tax=format_yen(letter.tax))
    elif letter.yen:
        yield _("{yen} yen, tax included", yen=format_yen(letter.yen))
    if letter.overpaid:
        sentence = N_("The {yen} yen that you paid beyond the issuance fee are returned to you apart from this.")
        yield _(sentence, yen=format_yen(letter.overpaid))


def course_line(step: CourseStep) -> str:
    """How far a refund or a credit has come."""
    fields = {"no": step.no, "yen": format_yen(step.yen), "day": format_day(step.on), "to": step.to}
    sentence = COURSE.get((step.kind, step.state))
    return step.says if sentence is None else _(sentence, **fields)


def grounds(letter: Letter) -> Iterator[str]:
    """The notice and its clauses in their own words; a translation stands beside them, never in their place.

    Where the federation itself decided, its paper comes first.
    """
    if (ruling := letter.ruled) is not None:
        #     お知らせに定めのない事項につき、…
        sentence = N_("What the notices leave open, the federation has decided itself: document {document} of {day}")
        yield _(sentence, document=ruling.document, day=format_day(ruling.decided_on))
        if ruling.reason is not None:
            yield ruling.reason
        if letter.cited and letter.notice is not None:
            yield letter.notice.name
    elif letter.notice is None:
        yield _("On that day no notice was in force under which the fee is given back.")
    elif not letter.notice.clauses:
        yield _("In {notice} no case is named in which the fee is given back.", notice=letter.notice.name)
    elif letter.cited:
        yield letter.notice.name
    for clause in letter.cited:
        yield _clause(clause)


def _clause(clause: CitedClause) -> str:
    translated = _(clause.words)
    quoted = f"「{clause.words}」" + ("" if translated == clause.words else f" ({translated})")
    if clause.holds is None:
        return _("{mark} {words}: not known yet", mark=clause.mark, words=quoted)
    if clause.holds:
        return _("{mark} {words}: this is the case", mark=clause.mark, words=quoted)
    sentence = N_("{mark} {words}: this is not the case: {conditions}")
    return _(sentence, mark=clause.mark, words=quoted, conditions=[condition.says_not for condition in clause.unmet])


def fact_lines(letter: Letter) -> Iterator[str]:
    """The facts that the answer rests on, in the order of a certificate's life."""
    for column, value in letter.facts.items():
        text = format_code(column, value) if isinstance(value, str) else format_day(value)
        yield _((STATED | FACTS)[column], value=text)


def doubt(code: str) -> str:
    """What has to be looked into."""
    if code == review_flags.FEE_NOT_KNOWN:
        return _("which issuance fee applied on the day of your application")
    return review_flags.remark(code)


def next_lines(letter: Letter) -> Iterator[str]:
    """What the member can do next, and what was asked for."""
    if letter.outcome != "eligible":
        if letter.outcome in NEXT:
            yield _(NEXT[letter.outcome])
        return
    if letter.ended is not None and letter.ended.deceased:
        yield _("By our register the member has died. Tell us who receives the money, with papers that show it.")
        return
    if letter.ended is not None:
        yield _("By our register the member's registration has ended; we ask where to pay before we do.")
    form = _(FORM)
    if letter.choice == "credit" and letter.suggested == "credit":
        yield _("As you asked, the fee will be credited to your reissue.")
    elif letter.choice == "refund":
        yield _("As you asked, the fee will be refunded to your bank account.")
    else:
        yield _("You may choose: a refund to your bank account, or a credit to the issuance fee of a reissue.")
        if letter.suggested == "credit":
            yield _("Your application for a reissue still waits for its fee, to which this one can be credited.")
        elif letter.choice == "credit":
            yield _("You asked for a credit, but we find no application for a reissue that waits for its fee.")
        yield _("Tell us which by the form “{form}”; for a credit, name the application for the reissue.", form=form)
        return
    yield _("If you wish otherwise, tell us by the form “{form}”.", form=form)


def reference(letter: Letter) -> str:
    """What is named by who writes or calls."""
    numbers = (_("decision No. {no}", no=letter.no), _("application {application}", application=letter.application))
    return _("When you write or call, name {numbers}.", numbers=joined(numbers))
