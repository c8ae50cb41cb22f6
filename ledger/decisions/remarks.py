"""What is remarkable about an answer, in words: one about a count of days has the count, and the day by the policy."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledger.i18n import N_, _
from ledger.notices.cp_4_1_3 import REVOCABLE_AFTER
from ledger.notices.review_flags import remark


def counted(code: str, row: Mapping[Any, Any]) -> str:
    """What a doubt or a warning says of an application whose facts are these, by column."""
    if code != "revoked_before_cp_day":
        return remark(code)
    count = (row["revoked_on"] - row["mailed_on"]).days
    day = row["mailed_on"] + timedelta(days=REVOCABLE_AFTER + 1)
    sentence = N_("revoked on day {count}, before the day on which {limit} days had passed by the policy ({day})")
    if count == REVOCABLE_AFTER:
        sentence = N_(
            "revoked on day {count}: that is the notice's {limit} days or more, but before the day on which {limit} "
            "days had passed by the policy ({day})"
        )
    return _(sentence, count=count, limit=REVOCABLE_AFTER, day=day)
