"""The command line: load, call one public function, render.

Only this package prints, exits or reads the environment. pandas and rich are imported inside the
commands, so that help and version come at once.
"""

from __future__ import annotations

import sys

import typer

from estimator.cli.application import Application, show_version

app = typer.Typer(
    name="kmscost",
    cls=Application,
    help="What will AWS KMS cost because of CloudTrail, who pays, and was the forecast right?",
    epilog="Example: kmscost init && kmscost forecast inventory.yaml",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _kmscost(
    version: bool = typer.Option(
        False, "--version", help="Show the version and exit.", callback=show_version, is_eager=True
    ),
) -> None:
    pass


def main() -> None:
    """Run `kmscost`."""
    try:
        app()
    except BrokenPipeError:
        # the reader of the pipe has seen enough; say nothing, as other tools do
        sys.stderr.close()
        sys.exit(0)
