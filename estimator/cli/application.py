"""The group of all commands: loads only the one that runs, turns errors into exit codes."""

from __future__ import annotations

import importlib
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from estimator.cli.command import as_command
from pricing.reading.problems import KmscostError, Problem, UsageError
from pricing.reading.words import nearest

_MOST_PROBLEMS = 200
_WHOLE_LINE = 1_000  # longer than the first line of any help
_NO_MEMORY = "memory: found no more of it; nothing was written; run on fewer or smaller files"
_SETTINGS = {"help_option_names": ["-h", "--help"]}

# The commands in the order of a user's work, each with the first line of its help; its module has
# its name. Listing them imports none of them.
COMMANDS = {
    "Start here": {
        "init": "Write a commented starter inventory.",
        "discover": "Draft an inventory from what describes the estate already.",
        "check": "Say what an inventory means, or every mistake in it at once.",
        "forecast": "Forecast KMS requests and cost, month by month.",
        "explain": "Walk one number from assumption to dollar.",
    },
    "Measure": {
        "measure": "Count what really happened, from logs, object names and bills.",
        "attribute": "Share a KMS bill out among services, resources, callers and keys.",
        "calibrate": "Put what was measured into an inventory, as ranges.",
        "backtest": "Replay history: would the calibrated forecast have been right?",
    },
    "Decide": {
        "simulate": "Say how sure the forecast is, and which number to find out first.",
        "compare": "Compare inventories, or what-ifs: requests, cost, and why.",
        "advise": "Rank what would save money, with what it loses and how to do it.",
    },
    "Month's end": {
        "reconcile": "Hold a forecast against the bill and explain the difference.",
        "report": "Write the monthly budget report, as one HTML file or Markdown.",
        "plot": "Draw a forecast as SVG, PNG or PDF.",
        "export": "Write a forecast in the forms that other tools take in.",
    },
    "More": {
        "rates": "Show, import and compare the rates that forecasts are priced with.",
        "schema": "Print the JSON Schema of one of the files that people write.",
    },
}
NAMES = tuple(name for group in COMMANDS.values() for name in group)


class Application(TyperGroup):
    """Turns errors about the user's data into messages and exit codes; a traceback is a bug."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, in the order of a user's work."""
        return list(NAMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one command, imported now."""
        if cmd_name not in NAMES:
            close = nearest(cmd_name, NAMES)
            ctx.fail(
                f"No such command {cmd_name!r}." + (f" Did you mean {close}?" if close else "")
            )
        command = typer.main.get_command(importlib.import_module(f"estimator.cli.{cmd_name}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands in the help, grouped by what they are for."""
        width = max(map(len, NAMES))
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                # one column in all groups, whatever names are in each
                formatter.write_dl([(f"{name:<{width}}", line) for name, line in commands.items()])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an empty argument: as a path it would be the folder one happens to be in."""
        for option, argument in zip(("", *args), args, strict=False):
            if argument == "" or (argument.startswith("--") and argument.endswith("=")):
                name = argument.rstrip("=") or (option if option.startswith("-") else "an argument")
                fix = "is a variable of your shell empty?"
                report_problems(UsageError(Problem(name, None, "", "''", "a value", fix)))
                raise typer.Exit(2)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

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


class _CommandGroup(TyperGroup):
    """Several commands; its help has the whole line of each, however wide the terminal is."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands in the help."""
        # click would cut a line that does not fit: what a command is for ends with its last words
        lines = [
            (name, command.get_short_help_str(limit=_WHOLE_LINE))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(lines)


def group(text: str, *commands: tuple[str, Any, str], epilog: str | None = None) -> typer.Typer:
    """Return an application of several commands: of each its name, function and example."""
    app = _application(help=text, epilog=epilog, no_args_is_help=True, cls=_CommandGroup)
    for name, function, example in commands:
        app.command(name, epilog=f"Example: {example}")(as_command(function))
    return app


def single(function: Any, example: str) -> typer.Typer:
    """Return an application of one command, with an example below its help."""
    app = _application()
    app.command(epilog=f"Example: {example}")(as_command(function))
    return app


def _application(**settings: Any) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_SETTINGS,
        **settings,
    )


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
