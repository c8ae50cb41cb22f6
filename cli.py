"""精算 — the command line: the commands in the order of the month."""

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import typer

from exports.shell.program import Program, global_options
from ledger.i18n import N_


class Seisan(Program):
    """Every command, and how some were spelled in earlier days, which goes on working."""

    phases = (
        *("setup", "intake", "judging", "refunds", "credits", "authority", "books", "people", "months", "safety"),
    )
    earlier: ClassVar[Mapping[tuple[str, ...], tuple[str, ...]]] = {
        ("decisions", "shaken"): ("decision", "outdated"),
        ("decisions",): ("decision", "list"),
        ("months",): ("month", "list"),
        ("refusals",): ("refusal", "list"),
    }

    def phase(self, name: str) -> typer.Typer:
        """The commands of one phase."""
        commands: typer.Typer = import_module(f"exports.commands.{name}").app
        return commands


app = typer.Typer(
    help=N_("Fees and refunds of a federation: input files in; decisions with grounds, books and workbooks out."),
    cls=Seisan,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.callback()(global_options)


def main() -> None:
    """The console command."""
    app()


if __name__ == "__main__":
    main()
