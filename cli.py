"""精算 — the command line: the commands in the order of the month."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from exports.commands import authority, books, credits, intake, judging, months, people, refunds, safety, setup
from exports.shell.program import Program, global_options
from ledger.i18n import N_

PHASES = (setup, intake, judging, refunds, credits, authority, books, people, months, safety)


class Seisan(Program):
    """Every command, and how some were spelled in earlier days, which goes on working."""

    earlier: ClassVar[Mapping[tuple[str, ...], tuple[str, ...]]] = {
        ("decisions", "shaken"): ("decision", "outdated"),
        ("decisions",): ("decision", "list"),
        ("months",): ("month", "list"),
        ("refusals",): ("refusal", "list"),
    }


app = typer.Typer(
    help=N_("Fees and refunds of a federation: input files in; decisions with grounds, books and workbooks out."),
    cls=Seisan,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.callback()(global_options)
for phase in PHASES:
    app.add_typer(phase.app)


def main() -> None:
    """The console command."""
    app()


if __name__ == "__main__":
    main()
