"""The group of all commands: loads only the one that runs, turns errors into exit codes."""

from __future__ import annotations

import importlib
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from pricing.reading.problems import KmscostError, UsageError
from pricing.reading.words import nearest

_MOST_PROBLEMS = 200
_NO_MEMORY = "memory: found no more of it; nothing was written; run on fewer or smaller files"

# each command's module under estimator.cli, and the first line of its help: listing the commands
# imports none of them
COMMANDS = {
    "init": ("inventories", "Write a commented starter inventory."),
    "check": ("inventories", "Say what an inventory means, or every mistake in it at once."),
    "schema": (
        "inventories",
        "Print the JSON Schema of an inventory, a rate table or a scenario file.",
    ),
    "discover": ("discoveries", "Draft an inventory from what describes the estate already."),
    "forecast": ("forecasts", "Forecast KMS requests and cost, month by month."),
    "explain": ("forecasts", "Walk one number from assumption to dollar."),
    "simulate": (
        "simulations",
        "Say how sure the forecast is, and which number to find out first.",
    ),
    "compare": ("comparisons", "Compare inventories, or what-ifs: requests, cost, and why."),
    "advise": ("advice", "Rank what would save money, with what it loses and how to do it."),
    "export": ("exports", "Write a forecast in the forms that other tools take in."),
    "measure": ("measures", "Count what really happened, from logs, object names and bills."),
    "calibrate": ("calibrations", "Put what was measured into an inventory, as ranges."),
    "backtest": ("calibrations", "Replay history: would the calibrated forecast have been right?"),
    "reconcile": ("reconciles", "Hold a forecast against the bill and explain the difference."),
    "report": ("reports", "Write the monthly budget report, as one HTML file or Markdown."),
    "plot": ("reports", "Draw a forecast as SVG or PNG."),
    "rates": ("rates", "Show, import and compare the rates that forecasts are priced with."),
}


class Application(TyperGroup):
    """Turns errors about the user's data into messages and exit codes; a traceback is a bug."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of a user's work."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command, imported now."""
        if cmd_name not in COMMANDS:
            close = nearest(cmd_name, COMMANDS)
            ctx.fail(
                f"No such command {cmd_name!r}." + (f" Did you mean {close}?" if close else "")
            )
        module = importlib.import_module(f"estimator.cli.{COMMANDS[cmd_name][0]}")
        command = typer.main.get_command(module.APPS[cmd_name])
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KmscostError as error:
            report_problems(error)
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from None
        except MemoryError:
            typer.echo(_NO_MEMORY, err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt as end:
            typer.echo("Interrupted; nothing was written.", err=True)
            raise typer.Exit(getattr(end, "code", 130)) from None


def group(text: str, epilog: str | None = None) -> typer.Typer:
    """An application of several commands, with an example below its help where there is one."""
    return typer.Typer(
        help=text,
        epilog=epilog,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def single(function: Any, epilog: str) -> typer.Typer:
    """An application of one command, with an example below its help."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command(epilog=epilog)(function)
    return app


def report_problems(error: KmscostError) -> None:
    """Print every problem, one a line, and how many there are."""
    for problem in error.problems[:_MOST_PROBLEMS]:
        typer.echo(str(problem), err=True)
    count = len(error.problems)
    if count > _MOST_PROBLEMS:
        typer.echo(f"and {count - _MOST_PROBLEMS:,} more", err=True)
    if count > 1:
        typer.echo(f"{count:,} problems", err=True)


def show_version(value: bool) -> None:
    """Print the version and exit."""
    if value:
        from estimator import __version__

        typer.echo(f"kmscost {__version__}")
        raise typer.Exit
