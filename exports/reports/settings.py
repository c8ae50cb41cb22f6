"""The settings in words and for other programs; the federation's account number is masked like every other."""

from collections.abc import Iterable
from typing import Any

from exports.formats.sheet import Block, Column, Sheet
from exports.reports import ISSUER
from ledger.codes import ACCOUNT_TYPES, PEOPLE
from ledger.i18n import N_, _
from ledger.store.settings import SettingValue

Json = dict[str, Any]

_COLUMNS = (
    Column(N_("Setting"), width=20),
    Column(N_("Set to"), width=24),
    Column(N_("What it is"), width=44),
    Column(N_("What a value looks like"), width=60, wrap=True, on_paper=True),
    Column(N_("Set by"), width=12),
    Column(N_("Set at (UTC)"), "moment", 20, on_paper=True),
)


def settings(found: Iterable[SettingValue]) -> Sheet:
    """Every setting with the value that counts."""
    rows = [
        (
            setting.setting.name,
            said(setting),
            _(setting.setting.about),
            _(setting.setting.form),
            setting.by,
            setting.recorded_at,
        )
        for setting in found
    ]
    name = N_("Settings")
    return Sheet(name=name, title=name, blocks=(Block(_COLUMNS, rows),), issuer=ISSUER, landscape=True)


def settings_json(found: Iterable[SettingValue]) -> Json:
    """The same for other programs."""
    return {
        "settings": [
            {"name": setting.setting.name, "value": setting.value, "by": setting.by, "recorded_at": setting.recorded_at}
            for setting in found
        ]
    }


def said(each: SettingValue) -> str | None:
    """The value as a person reads it."""
    words = {"people": PEOPLE, "payer_account_type": ACCOUNT_TYPES}.get(each.setting.name)
    return words[each.value].said if words is not None and each.value is not None else each.value


def changed(each: SettingValue, new: bool) -> str:
    """What a setting is now."""
    text = _("{name} is set: {value}", name=each.setting.name, value=said(each) or "—")
    return text if new else text + "\n" + _("It had been done before; nothing was changed.")


def changed_json(each: SettingValue, new: bool) -> Json:
    """The same for other programs."""
    return {"name": each.setting.name, "value": each.value, "changed": new}
