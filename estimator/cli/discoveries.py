"""`discover`: an inventory drafted from what describes the estate already."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.output import Output, say, show
from estimator.cli.progress import ends_cleanly

if TYPE_CHECKING:
    from estimator.importers.drafting import Draft


class DraftFormat(StrEnum):
    """How the draft is written."""

    yaml = "yaml"
    json = "json"


Form = Annotated[
    DraftFormat, typer.Option("--format", "-f", help="The draft alone, or with what is open.")
]


def discover_aws_responses(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, or folders to search.", metavar="PATH...")
    ],
    form: Form = DraftFormat.yaml,
    output: Output = None,
) -> None:
    """Draft an inventory from saved JSON answers of the AWS CLI.

    Reads describe-trails, get-trail, get-event-selectors, get-trail-status, list-accounts,
    describe-organization, get-caller-identity, describe-regions, describe-key, list-aliases,
    list-key-rotations, get-key-rotation-status, get-bucket-encryption and get-bucket-location.
    """
    from estimator import discover_aws_responses as discover

    with ends_cleanly():
        told = discover(paths)
    _show(told, form, output)


def _show(told: Draft, form: DraftFormat, output: Path | None) -> None:
    say(told.notices)
    if form is DraftFormat.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif told.text:  # nothing to draft leaves an existing file alone
        show(told.text, output)


_group = typer.Typer(
    help="Draft an inventory from what describes the estate already.",
    epilog="Example: kmscost discover terraform plan.json --output inventory.yaml",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_group.command(
    "aws-responses",
    epilog="Example: aws cloudtrail describe-trails --output json > answers/describe-trails.json; "
    "kmscost discover aws-responses answers",
)(discover_aws_responses)

APPS = {"discover": _group}
