"""お知らせ — 日司連発第2572号 (2012年3月23日)

> 電子証明書を未利用の会員については、発行手数料を払い戻し又は再発行分に充当する。

Of the paper's own words we hold 「払い戻し又は再発行分に充当」; the sentence around them gives its content.
It reaches back to certificates revoked before it (A18). Until the day before it the e-mail of 5 March answers, though
the change had already been proposed (A20).
"""

from datetime import date

from ledger.i18n import N_
from ledger.notices.conditions import Clause, Notice, ended, unused

notice = Notice(
    announced_on=date(2012, 3, 23),
    replaces=date(2012, 3, 5),
    name_ja="日司連発第2572号(2012年3月23日)",
    name_en="notice No. 2572 of 23 March 2012",
    clauses=(Clause("未利用", N_("払い戻し又は再発行分に充当"), ended, unused),),
)
