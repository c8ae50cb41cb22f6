"""The settings; the federation's account number is masked like every other."""

from typing import TYPE_CHECKING

from exports.reports.report import Column, Connection, Json, Question, Report
from ledger.codes import ACCOUNT_TYPES, PEOPLE
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.store.settings import SettingValue


def _rows(connection: Connection, _question: Question) -> "list[SettingValue]":
    from ledger.store.settings import settings

    return settings(connection)


def format_value(row: "SettingValue") -> str | None:
    """The value as a person reads it."""
    words = {"people": PEOPLE, "payer_account_type": ACCOUNT_TYPES}.get(row.setting.name)
    return words[row.value].said if words is not None and row.value is not None else row.value


def _form(row: "SettingValue") -> str:
    return _(row.setting.form)


REPORT = Report(
    name="settings",
    title=N_("Settings"),
    summary=N_("What the federation is to its bank, and how many people a payment needs."),
    examples=("settings", "settings --json"),
    rows=_rows,
    list_key="settings",
    columns=(
        Column("name", N_("Setting"), "setting.name", width=20, importance=3),
        Column("value"),
        Column("set_to", N_("Set to"), format_value, width=24, in_json=False, importance=3),
        Column("about", N_("What it is"), "setting.about", width=44, show=_, in_json=False),
        Column("form", N_("What a value looks like"), _form, width=60, wrap=True, on_paper=True, in_json=False),
        Column("by", N_("Set by"), importance=1),
        Column("recorded_at", N_("Set at (Japan time)"), kind="moment", width=20, on_paper=True),
    ),
)


def changed(setting: "SettingValue", new: bool) -> tuple[str, Json]:
    """What a setting is now, in words and for other programs."""
    text = _("{name} is set: {value}", name=setting.setting.name, value=format_value(setting) or "—")
    if not new:
        text += "\n" + _("It had been done before; nothing was changed.")
    return text, {"name": setting.setting.name, "value": setting.value, "changed": new}
