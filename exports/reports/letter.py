"""回答: the letter to the member, on one page, in the words of an office and none of the office's own codes."""

import re
from collections.abc import Iterator

from exports.formats.sheet import Block, Column, Sheet, Values, Workbook, written_day
from exports.reports import ISSUER
from ledger.codes import COVERED, REASONS, USED
from ledger.i18n import _, either, say
from ledger.money import written
from ledger.notices import review_flags
from ledger.statements.labels import listed, remark
from ledger.statements.letter import Cited, Letter

# ja: 回答
NAME = _("Letter")
# ja: 電子証明書発行手数料の返金について(回答)
TITLE = _("Your question whether the issuance fee is given back: our answer")
# ja: 連合会 電子証明書担当
DESK = _("the federation, desk for certificates")
# ja: 返金方法申出書
FORM = _("Request on how the fee is given back")

ANSWERS = {
    # ja: お支払いいただいた発行手数料は、返金の対象となります。
    "eligible": _("The issuance fee that you paid is given back."),
    # ja: 発行手数料は、返金の対象となりません。
    "not_eligible": _("The issuance fee is not given back."),
    # ja: 確認できていない事実があるため、現時点ではお答えできません。確認でき次第、改めて回答いたします。
    "needs_facts": _(
        "We cannot answer yet, because some facts are not known to us. As soon as they are, we will answer again."
    ),
    # ja: 下記の点について確認が必要なため、現時点ではお答えできません。確認の後、改めて回答いたします。
    "needs_review": _(
        "We cannot answer yet, because the points named below have to be looked into. After that we will answer again."
    ),
    # ja: 電子証明書が有効であるか、又は発行の手続中であるため、現時点では返金の対象となりません。
    "in_force": _(
        "The certificate is valid, or still being issued; while that is so, the issuance fee is not given back."
    ),
    # ja: お支払いいただいた発行手数料は、既に払戻し又は充当の手続をしておりますので、更に返金する金額はありません。
    "settled": _(
        "The issuance fee that you paid has already been set down for a refund or a credit; nothing more is left."
    ),
    # ja: このお申込みについて発行手数料の入金を確認できないため、返金する金額はありません。
    "no_fee": _("We have found no payment of the issuance fee for this application, so there is nothing to give back."),
}

# What a fact says in a letter; of the two registers only that nothing stood in them.
FACTS = {
    # ja: 利用申込日: {value}
    "applied_on": _("applied for: {value}"),
    # ja: 申込みの取下日: {value}
    "withdrawn_on": _("application withdrawn: {value}"),
    # ja: 電子証明書の発行日: {value}
    "issued_on": _("certificate issued: {value}"),
    # ja: 識別番号及びPINコードのお知らせの送付日: {value}
    "mailed_on": _("identification number and PIN code mailed: {value}"),
    # ja: 有効期間の満了日: {value}
    "expires_on": _("valid until: {value}"),
    # ja: ダウンロードの日: {value}
    "downloaded_on": _("downloaded: {value}"),
    # ja: ダウンロード: {value}まで行われていません
    "downloads_checked_to": _("not downloaded up to {value}"),
    # ja: 受領書の到着日: {value}
    "receipt_on": _("receipt returned: {value}"),
    # ja: 受領書: {value}まで届いていません
    "receipts_entered_to": _("no receipt returned up to {value}"),
    # ja: 電子証明書の取消日: {value}
    "revoked_on": _("certificate revoked: {value}"),
    # ja: 取消しの事由: {value}
    "reason": _("reason for the revocation: {value}"),
    # ja: 利用の有無についての認証局の回答: {value}
    "used": _("the authority's answer whether it was used: {value}"),
    # ja: 上記の回答の日: {value}
    "used_answered_on": _("day of that answer: {value}"),
    # ja: 特例に当たるかどうかについての認証局の回答: {value}
    "covered": _("the authority's answer whether the exemption covers it: {value}"),
}
_WORDS = {"reason": REASONS, "used": USED, "covered": COVERED}

# Each fact that could still settle the question, and how it is supplied.
MISSING = {
    # ja: 電子証明書の発行日 — 認証局の回答により確認します。
    "issued_on": _("the day of issue: we ask the authority"),
    # ja: 識別番号及びPINコードのお知らせの送付日 — 認証局の回答により確認します。
    #     日付の分かる封筒をお持ちの場合は、その写しをお送りください。
    "mailed_on": _(
        "the day on which the identification number and PIN code were mailed: we ask the authority; if you have the "
        "envelope with its date, send us a copy"
    ),
    # ja: ダウンロードの有無 — 認証局の回答により確認します。
    "downloaded": _("whether the certificate was downloaded: we ask the authority"),
    # ja: 受領書の返送の有無 — 返送済みの場合は、受領書の控えなど返送した日の分かるものの写しをお送りください。
    "receipt": _(
        "whether the receipt was returned: if you have returned it, send us a copy of the receipt or of whatever shows "
        "the day"
    ),
    # ja: 取消しの事由 — 認証局の回答により確認します。取消しの通知書をお持ちの場合は、その写しをお送りください。
    "reason": _("the reason for the revocation: we ask the authority; if you have its notification, send us a copy"),
    # ja: 電子証明書の利用の有無 — 認証局の回答により確認します(ご本人のお申出だけでは確認できません)。
    "used": _("whether the certificate was used: we ask the authority, who alone can confirm it"),
    # ja: 取消しの事由が特例に当たるかどうか — 認証局の回答により確認します。
    "covered": _("whether the exemption covers the reason for the revocation: we ask the authority"),
}

# What the member can do next, where there is nothing to choose and nothing missing.
NEXT = {
    # ja: ここに記した事実に誤りがある場合や、異なる資料をお持ちの場合は、お申し出ください。
    "not_eligible": _("If a fact stated here is wrong, or if you hold papers that show otherwise, tell us."),
    # ja: この点に関する資料をお持ちの場合は、その写しをお送りください。
    "needs_review": _("If you hold papers that bear on these points, send us copies."),
    # ja: 電子証明書の取消し又は有効期間の満了の後に、改めてご照会ください。
    "in_force": _("Ask us again once the certificate has been revoked or has expired."),
    # ja: お振込み済みの場合は、振込日、金額及び振込依頼人名の分かるもの(振込控など)の写しをお送りください。
    "no_fee": _("If you have paid, send us a copy of the slip that shows the day, the amount and the payer's name."),
}

_COLUMNS = (Column("", width=18), Column("", width=96, wrap=True))
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')


def sheet(letter: Letter) -> Sheet:
    """The letter as one sheet: to whom, about what, and below 記 the answer with its grounds."""
    # ja: 判定第{no}号
    subtitle = say(_("decision No. {no}"), no=letter.no)
    return Sheet(
        name=NAME,
        title=TITLE,
        # ja: 記
        blocks=(Block(_COLUMNS, _opening(letter)), Block(_COLUMNS, _answer(letter), heading=_("Answer in detail"))),
        as_of=letter.as_of,
        subtitle=subtitle,
        issuer=ISSUER,
        # ja: 以上
        notes=(_("End of the letter"),),
    )


def workbook(letter: Letter, *, mark: str = "") -> Workbook:
    """The letter as a file; made again, it is the same."""
    return Workbook(TITLE, letter.as_of, (sheet(letter),), issuer=ISSUER, mark=mark)


def file_name(letter: Letter) -> str:
    """A name that every system accepts: the number of the decision, then the application."""
    application = _NOT_IN_FILE_NAMES.sub("_", letter.application)[:60].rstrip(". ")
    return f"{letter.no:06}-{application}.xlsx"


# --- to whom and about what -----------------------------------------------------------------------------------------


def _opening(letter: Letter) -> Iterator[Values]:
    member = letter.member
    # ja: 宛先
    yield (
        say(_("To")),
        # ja: {association}司法書士会 会員番号 {number}
        say(
            _("member No. {number}, association of {association}"), association=member.association, number=member.number
        ),
    )
    # ja: {name} 様
    yield "", say(_("{name}, Esq."), name=member.name)
    # ja: 発信
    yield say(_("From")), say(DESK)
    # ja: 件名
    yield (
        say(_("Subject")),
        # ja: 申込番号 {application} の電子証明書の発行手数料の返金について
        say(_("issuance fee of the certificate of application {application}"), application=letter.application),
    )
    # ja: {applied}にお申込みの電子証明書(申込番号 {application})の発行手数料が返金の対象となるかどうかについて、
    #     {day}現在で確認しましたので、下記のとおり回答いたします。
    yield (
        "",
        say(
            _(
                "You applied for this certificate on {applied} (application {application}). Whether its issuance fee "
                "is given back was asked as of {day}; our answer is as follows."
            ),
            applied=written_day(letter.applied_on),
            application=letter.application,
            day=written_day(letter.as_of),
        ),
    )


# --- the answer -----------------------------------------------------------------------------------------------------


def _answer(letter: Letter) -> Iterator[Values]:
    """The rows below 記: what is told of, and beside it what there is to tell, a line each."""
    parts = (
        # ja: 回答
        (_("Our answer"), [say(ANSWERS[letter.outcome])]),
        # ja: 金額
        (_("Amount"), list(_amounts(letter))),
        # ja: 根拠
        (_("Under which rule"), list(_grounds(letter))),
        # ja: 確認した事実
        (_("What it rests on"), list(_facts(letter))),
        # ja: 確認を要する点
        (_("To be looked into"), [_doubt(code) for code in letter.doubts] if letter.outcome == "needs_review" else []),
        # ja: 確認できていない事実
        (_("Not known yet"), [say(MISSING[code]) for code in letter.missing] if _open(letter) else []),
        # ja: お手続
        (_("What you can do"), list(_next(letter))),
        # ja: お問い合わせ先
        (_("Questions to"), [say(DESK), _reference(letter)]),
    )
    for name, texts in parts:
        if texts:
            yield say(name), "\n".join(texts)


def _open(letter: Letter) -> bool:
    return letter.outcome in ("needs_facts", "needs_review")


def _amounts(letter: Letter) -> Iterator[str]:
    if letter.yen and letter.tax is not None:
        # ja: {yen}円(税込、うち消費税等 {tax}円)
        yield say(
            _("{yen} yen, tax included (consumption tax inside: {tax} yen)"),
            yen=written(letter.yen),
            tax=written(letter.tax),
        )
    elif letter.yen:
        # ja: {yen}円(税込)
        yield say(_("{yen} yen, tax included"), yen=written(letter.yen))
    if letter.overpaid:
        # ja: 発行手数料を超えてお支払いいただいた{yen}円は、これとは別にお返しいたします。
        yield say(
            _("The {yen} yen that you paid beyond the issuance fee are returned to you apart from this."),
            yen=written(letter.overpaid),
        )


def _grounds(letter: Letter) -> Iterator[str]:
    """The notice and its clauses in their own words; a translation stands beside them, never in their place."""
    if letter.notice is None:
        # ja: この日には、発行手数料の返金を定めたお知らせはありませんでした。
        yield say(_("On that day no notice was in force under which the fee is given back."))
    elif not letter.notice.clauses:
        # ja: {notice}は、発行手数料を返金する場合を定めていません。
        yield say(_("In {notice} no case is named in which the fee is given back."), notice=letter.notice.name)
    elif letter.clauses:
        yield letter.notice.name
    for each in letter.clauses:
        yield _clause(each)


def _clause(each: Cited) -> str:
    translated = say(each.words)
    quoted = f"「{each.words}」" + ("" if translated == each.words else f" ({translated})")
    if each.holds is None:
        # ja: {mark}{words}の定めに当たるかどうか、まだ分かりません。
        return say(_("{mark} {words}: not known yet"), mark=each.mark, words=quoted)
    if each.holds:
        # ja: {mark}{words}の定めに当たります。
        return say(_("{mark} {words}: this is the case"), mark=each.mark, words=quoted)
    unmet = either("", ", ").join(either(f"「{ja}」", f"“{en}”") for ja, en in each.unmet)
    # ja: {mark}{words}の定めに当たりません。満たさない要件: {conditions}
    return say(
        _("{mark} {words}: this is not the case; what is not met: {conditions}"),
        mark=each.mark,
        words=quoted,
        conditions=unmet,
    )


def _facts(letter: Letter) -> Iterator[str]:
    for column, value in letter.facts.items():
        told = _WORDS[column][value].said if isinstance(value, str) else written_day(value)
        yield say(FACTS[column], value=told)


def _doubt(code: str) -> str:
    if code == review_flags.FEE_NOT_KNOWN:
        # ja: お申込みの日に適用される発行手数料の額
        return say(_("which issuance fee applied on the day of your application"))
    return remark(code)


def _next(letter: Letter) -> Iterator[str]:
    if letter.outcome != "eligible":
        if letter.outcome in NEXT:
            yield say(NEXT[letter.outcome])
        return
    form = say(FORM)
    if letter.choice == "credit" and letter.suggested == "credit":
        # ja: お申出のとおり、再発行の発行手数料への充当の手続を進めます。
        yield say(_("As you asked, the fee will be credited to your reissue."))
    elif letter.choice == "refund":
        # ja: お申出のとおり、ご指定の口座への払戻しの手続を進めます。
        yield say(_("As you asked, the fee will be refunded to your bank account."))
    else:
        # ja: 払戻し(ご指定の口座への振込み)又は再発行の発行手数料への充当のいずれかをお選びいただけます。
        yield say(_("You may choose: a refund to your bank account, or a credit to the issuance fee of a reissue."))
        if letter.suggested == "credit":
            # ja: お支払いがお済みでない再発行のお申込みがありますので、その発行手数料に充てることができます。
            yield say(_("Your application for a reissue still waits for its fee, to which this one can be credited."))
        elif letter.choice == "credit":
            # ja: 充当をお申し出いただいておりますが、発行手数料をお支払いいただく再発行のお申込みを確認できません。
            yield say(_("You asked for a credit, but we find no application for a reissue that waits for its fee."))
        # ja: ご希望の方法(充当の場合は再発行の申込番号)を「{form}」によりお申し出ください。
        yield say(
            _("Tell us which by the form “{form}”; for a credit, name the application for the reissue."), form=form
        )
        return
    # ja: 変更をご希望の場合は、「{form}」によりお申し出ください。
    yield say(_("If you wish otherwise, tell us by the form “{form}”."), form=form)


def _reference(letter: Letter) -> str:
    numbers = (
        say(_("decision No. {no}"), no=letter.no),
        # ja: 申込番号 {application}
        say(_("application {application}"), application=letter.application),
    )
    # ja: お問い合わせの際は、{numbers}をお知らせください。
    return say(_("When you write or call, name {numbers}."), numbers=listed(numbers))
