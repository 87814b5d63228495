"""`init`: an inventory's beginning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import tell_next


def init(
    path: Annotated[
        Path, typer.Argument(help="File to write.", metavar="FILE", readable=False)
    ] = Path("inventory.yaml"),
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an existing file.", show_default=False)
    ] = False,
) -> None:
    """Write a commented starter inventory."""
    from estimator import init as write_starter

    written = write_starter(path, force)
    tell_next(f"Wrote {written}. Next: edit it, then run `kmscost check {written}`.")


app = single(init, "kmscost init my-organization.yaml")
