"""認証局からの電子メール (2012年3月5日)

> 認証局の事由により取消された電子証明書の発行手数料は返金しない。再発行は新たな利用申込みであり、新たに発行手数料を要する。

The paper is known to us by its content, not by its wording; what stands above is that content, not a quotation.
It names no case in which a fee comes back, so it has no clause. A reissue is a new application with a new fee.
"""

from datetime import date

from ledger.notices.conditions import Notice

notice = Notice(
    announced_on=date(2012, 3, 5),
    name_ja="認証局の電子メール(2012年3月5日)",
    name_en="the authority's e-mail of 5 March 2012",
    clauses=(),
)
