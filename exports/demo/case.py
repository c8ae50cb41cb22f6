"""An application of the made-up federation, told day by day, and what the check has to answer on the last day.

Once a certificate was mailed every day is counted from its mailing, as the papers count: day 35 is mailing + 35.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from exports.demo import AS_OF, FIRST_DAY
from ledger.codes import APPLICATION_KINDS, CHOICES, COVERED, REASONS, SIDES, USED

FEE = 7245  # yen, tax included: the only fee of those years

# The reasons that the papers list on the authority's side; every other one is the subscriber's.
_AUTHORITY = frozenset(
    "receipt_not_returned download_failed info_change_confirmed key_compromise_confirmed obligation_breach "
    "antisocial_forces info_error service_terminated ca_other deregistered deceased".split()
)

# Public holidays that fall on a weekday, and the days on which banks are closed at New Year.
_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2011-11-03 2011-11-23 2011-12-23 2012-01-02 2012-01-03 2012-01-09 2012-03-20 2012-04-30 2012-05-03 2012-05-04 "
        "2012-07-16 2012-09-17"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an input file: its kind, its cells by heading, and the day it became known.

    A cell that is a case stands for that case's number; `known_on` None: known on the line's own day of checking.
    """

    kind: str
    cells: "dict[str, Cell]"
    known_on: date | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the check has to answer for an application on the last day; amounts in yen."""

    outcome: str
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    suggested: str | None = None


def working(day: date, step: int = 1) -> date:
    """The day itself, or the next day (with step -1: the last one before) on which offices and banks are open."""
    while day.weekday() > 4 or day in _HOLIDAYS:
        day += timedelta(step)
    return day


def over(first: date, last: date, count: int) -> tuple[date, ...]:
    """So many working days, spread evenly from the first day to the last."""
    span = (last - first).days
    return tuple(working(first + timedelta(span * nth // max(count - 1, 1))) for nth in range(count))


def _five_years(issued_on: date) -> date:
    return issued_on.replace(year=issued_on.year + 5, day=1) + timedelta(issued_on.day - 2)


@dataclass(eq=False)
class Case:
    """One application and its lines; `mailed_on` is the day its certificate was really mailed, told or not."""

    applied_on: date
    mailed_on: date | None = None
    kind: str = "new"
    previous: "Case | None" = None
    story: str = ""
    lines: list[Line] = field(default_factory=list)
    received: int = 0
    expected: Expected = field(default_factory=lambda: Expected("in_force"))

    def __post_init__(self) -> None:
        self._tell("applications", self.applied_on, **self._application())

    @classmethod
    def mailed(cls, on: date, kind: str = "new") -> "Case":
        """An application whose certificate was mailed on this day, five to eight weeks after it was made."""
        weeks = timedelta(38 + on.toordinal() * 11 % 17)
        return cls(max(FIRST_DAY, working(on - weeks)), on, kind)

    @property
    def issued_on(self) -> date:
        """The day of issue: three days before it was mailed, or the last working day before that."""
        return working(self.day(-3), -1)

    def day(self, n: int) -> date:
        """Day n: n days after the mailing, the day of mailing not counted."""
        assert self.mailed_on is not None
        return self.mailed_on + timedelta(n)

    def _application(self) -> "dict[str, Cell]":
        word = APPLICATION_KINDS[self.kind].ja
        return {"申込日": self.applied_on, "申込区分": word, "前回申込番号": self.previous}

    def _tell(self, about: str, known: date | None, **cells: "Cell") -> "Case":
        self.lines.append(Line(about, cells, known))
        return self

    # --- what happened, in the order of a certificate's life ----------------------------------------------------------

    def paid(self, yen: int = FEE, after: int = 2, payer: str | None = None, note: str | None = None) -> "Case":
        """Yen received for it, so many days after the application; `payer` when it is not the member."""
        on = working(self.applied_on + timedelta(after))
        self.received += yen
        return self._tell("deposits", on, 入金日=on, 金額=yen, 振込依頼人名=payer, 申込番号=self, 摘要=note)

    def paid_unnamed(self, after: int = 2, found: date | None = None) -> "Case":
        """The fee received without a word on what it is for; on `found` it was found to be for this application."""
        on = working(self.applied_on + timedelta(after))
        reference = f"{on:%Y%m%d}-9{self.applied_on.toordinal() % 97:02}"
        deposit: dict[str, Cell] = {"照会番号": reference, "入金日": on, "金額": FEE, "振込依頼人名": None}
        self._tell("deposits", on, **deposit, 申込番号=None, 摘要="申込番号の記載なし")
        if found is not None:
            self.received += FEE
            self._tell("deposits", found, **deposit, 申込番号=self, 摘要="会員に照会して判明")
        return self

    def withdrawn(self, after: int) -> "Case":
        """Withdrawn so many days after the application, before any certificate."""
        on = working(self.applied_on + timedelta(after))
        return self._tell("applications", on, **self._application(), 取下日=on)

    def sent(self, *, issue: bool = True, mailing: bool = True, shown: int = 0, told: int = 1) -> "Case":
        """Issued and mailed, told on day `told`; either day may not have been told, or another day for the mailing."""
        issued_on = self.issued_on if issue else None
        mailed_on = self.day(shown) if mailing else None
        return self._tell(
            "issues",
            self._by(told),
            発行日=issued_on,
            送付日=mailed_on,
            有効期間満了日=issued_on and _five_years(issued_on),
        )

    def downloaded(self, n: int) -> "Case":
        """Downloaded on day n, as the log showed three days later."""
        return self._tell("downloads", None, ダウンロード日=self.day(n), 確認日=self._by(n + 3))

    def not_downloaded(self, up_to: int, told: int | None = None) -> "Case":
        """Not downloaded up to day n, as was known on that day or told on a later one."""
        known = None if told is None else self._by(told)
        return self._tell("downloads", known, ダウンロード日=None, 確認日=self._by(up_to))

    def receipt(self, n: int, entered: int | None = None) -> "Case":
        """The receipt came back on day n and was entered in the register the day after, or on the day given."""
        return self._tell(
            "receipts", None, 受領書返送日=self.day(n), 記帳日=self._by(n + 1 if entered is None else entered)
        )

    def no_receipt(self, up_to: int) -> "Case":
        """No receipt up to day n, as far as the register was kept."""
        return self._tell("receipts", None, 受領書返送日=None, 記帳日=self._by(up_to))

    def revoked(self, n: int, reason: str | None, side: str | None = None, told: int = 4) -> "Case":
        """Revoked on day n, which the federation was told some days later; `reason` None: not told why."""
        side = side or ("authority" if reason in _AUTHORITY else "subscriber")
        word = None if reason is None else REASONS[reason].ja
        return self._tell("revocations", self._by(n + told), 取消日=self.day(n), 取消区分=SIDES[side].ja, 取消事由=word)

    def used(self, answer: str, n: int, covered: str | None = None) -> "Case":
        """The authority answered on day n whether it was used, and whether 「等」 covers it."""
        word = None if covered is None else COVERED[covered].ja
        return self._tell("usage", None, 利用=USED[answer].ja, 回答日=self._by(n), 特例該当=word)

    def chose(self, choice: str, on: date, to: "Case | None" = None) -> "Case":
        """The member asked for a refund, or for a credit to the reissue named."""
        return self._tell("choices", None, 返金方法=CHOICES[choice].ja, 充当先申込番号=to, 申出日=on)

    def struck_off(self, n: int, reason: str) -> "Case":
        """The member's registration ended on day n."""
        on = self.day(n)
        return self._tell("members", working(on + timedelta(3)), 登録取消日=on, 登録取消事由=reason)

    def _by(self, n: int) -> date:
        """Day n, or the last day of the demo if that comes first: nothing is known from the future."""
        return min(self.day(n), AS_OF)

    # --- what the check has to answer ---------------------------------------------------------------------------------

    def expect(
        self,
        outcome: str,
        *clauses: str,
        missing: tuple[str, ...] = (),
        doubts: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> "Case":
        """The answer on the last day; when the fee comes back, a refund is suggested unless a reissue is unpaid."""
        suggested = "refund" if outcome == "eligible" else None
        self.expected = Expected(outcome, clauses, missing, doubts, warnings, suggested)
        return self

    # --- what came after ----------------------------------------------------------------------------------------------

    def reissue(self, applied_on: date) -> "Case":
        """A new application of the same member, which names this one."""
        return Case(applied_on, kind="reissue", previous=self)

    def awaited_by(self, reissue: "Case") -> "Case":
        """The reissue stands open and unpaid, so that a credit to it is suggested."""
        if self.expected.outcome == "eligible":
            self.expected = replace(self.expected, suggested="credit")
        reissue.expect("no_fee")
        return self


Cell = date | int | str | Case | None
Told = tuple[Case, ...]
