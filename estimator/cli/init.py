"""`init`: an inventory's beginning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import tell_next
from pricing.reading.problems import Problem, UsageError


def init(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="File to write. Default: inventory.yaml.", metavar="FILE", readable=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an existing file.", show_default=False)
    ] = False,
    example: Annotated[
        Path | None,
        typer.Option(
            "--example",
            help="Write the whole example into this folder instead, as `examples`: then every "
            "example in help works as it stands.",
            metavar="DIR",
            readable=False,
        ),
    ] = None,
) -> None:
    """Write a commented starter inventory."""
    from estimator import init as write_starter

    for name, value, kind, such in (
        ("path", path, "file", "my.yaml"),
        ("example", example, "folder", "examples"),
    ):
        if str(value) == "-":
            expected, fix = (
                f"the name of a {kind}: init writes no stdout",
                f"name one, such as {such}",
            )
            raise UsageError(Problem(name, None, "", "'-'", expected, fix))
    inventory = write_starter(path, force, example)
    edit = "" if example is not None else "edit it, then "
    tell_next(f"Wrote {inventory}. Next: {edit}run `kmscost check {inventory}`.")


app = single(init, "kmscost init my-organization.yaml")
