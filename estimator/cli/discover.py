"""`discover`: an inventory drafted from what describes the estate already."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.application import group
from estimator.cli.output import Output, say, show
from estimator.cli.progress import counting_bar
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import Problem, UsageError

if TYPE_CHECKING:
    from estimator.discovery.drafting import Draft


class DraftFormat(StrEnum):
    """The format of the draft."""

    yaml = "yaml"
    json = "json"


Form = Annotated[
    DraftFormat | None,
    typer.Option(
        "--format",
        "-f",
        help="The draft alone (yaml), or with what is open (json). Default: what --output ends "
        "with, else yaml.",
    ),
]

Account = Annotated[
    str | None,
    typer.Option("--account", help="Where the files do not say which.", metavar="ID"),
]
Region = Annotated[
    str | None,
    typer.Option("--region", help="Where the files do not say which.", metavar="REGION"),
]

Merge = Annotated[
    Path | None,
    typer.Option(
        "--merge", help="Add what this inventory does not say to it.", metavar="INVENTORY"
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Of --merge: also take values that differ.")
]


def discover_terraform(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Plans or states as JSON, state files; - is stdin.", metavar="FILE"),
    ],
    account: Account = None,
    region: Region = None,
    merge: Merge = None,
    replace: Replace = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Draft an inventory from plans and states of Terraform or OpenTofu, or a stack of Pulumi.

    Takes the output of `terraform show -json`, of `pulumi stack export` and of
    `pulumi preview --json`, and state files.
    """
    from estimator import discover_terraform as discover

    draft = discover(paths, account, region, merge, replace)
    _write(draft, form, output)


def discover_cloudformation(
    paths: Annotated[list[Path], typer.Argument(help="Templates in YAML or JSON.", metavar="FILE")],
    account: Account = None,
    region: Region = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", help="Of the template. Default: its own.", metavar="NAME=VALUE"
        ),
    ] = None,
    merge: Merge = None,
    replace: Replace = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Draft an inventory from templates of CloudFormation, nested ones too."""
    from estimator import discover_cloudformation as discover

    draft = discover(paths, account, region, _pairs(parameters or []), merge, replace)
    _write(draft, form, output)


def discover_aws_responses(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, or folders to search.", metavar="PATH")
    ],
    merge: Merge = None,
    replace: Replace = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Draft an inventory from saved answers of the AWS CLI, AWS Config, Steampipe or CloudQuery.

    Reads describe-trails, get-trail, get-event-selectors, get-trail-status, list-accounts,
    describe-organization, get-caller-identity, describe-regions, describe-key, list-aliases,
    list-key-rotations, get-key-rotation-status, get-bucket-encryption and get-bucket-location; the
    OUs and tags of accounts; accounts as CSV; snapshots and queries of AWS Config; rows of
    Steampipe and CloudQuery. Findings of Security Hub and Prowler are hints.
    """
    from estimator import discover_aws_responses as discover

    draft = discover(paths, merge, replace)
    _write(draft, form, output)


def discover_aws(
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Of the AWS CLI's configuration.", metavar="NAME"),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="Assumed in the organization's other accounts; several are tried in turn.",
            metavar="NAME|ARN",
        ),
    ] = None,
    external_id: Annotated[
        str | None,
        typer.Option(
            "--external-id",
            help="Of --role: what the roles' trust policies ask for.",
            metavar="ID",
        ),
    ] = None,
    regions: Annotated[
        str | None,
        typer.Option(
            "--regions",
            help="Look for trails here only, separated by commas. Default: everywhere.",
            metavar="REGION,...",
        ),
    ] = None,
    tags: Annotated[
        bool,
        typer.Option("--tags", help="Also ask for the accounts' tags: a call for each account."),
    ] = False,
    policy: Annotated[
        bool, typer.Option("--print-policy", help="Ask nothing, print the least IAM policy.")
    ] = False,
    merge: Merge = None,
    replace: Replace = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Draft an inventory from AWS itself, by calls that only read.

    Needs the extra: pip install 'kms-cost-estimator[aws]'. What is denied becomes a note that names
    the missing permission.
    """
    if policy:
        from estimator import aws_policy

        asked = {"--profile": profile, "--external-id": external_id, "--regions": regions}
        more = {"--merge": merge, "--replace": replace or None, "--format": form}
        for name, value in {**asked, **more}.items():
            if value is not None:
                expected = "it where AWS is asked: --print-policy prints a policy"
                raise UsageError(Problem(name, None, "", str(value), expected, ""))
        show(to_json(aws_policy(role or [], tags)), output)
        return
    from estimator import discover_aws as discover

    with counting_bar() as progress:
        only = regions.split(",") if regions else None
        draft = discover(profile, role or [], external_id, only, progress, merge, replace, tags)
    _write(draft, form, output)


def _pairs(texts: list[str]) -> dict[str, str]:
    """`NAME=VALUE` as a mapping."""
    pairs = dict(text.partition("=")[::2] for text in texts if "=" in text)
    if len(pairs) < len(texts):
        found = ", ".join(repr(text) for text in texts)
        expected = "NAME=VALUE, each name once"
        raise UsageError(Problem("--parameter", None, "", found, expected, ""))
    return pairs


def _write(draft: Draft, form: DraftFormat | None, output: Path | None) -> None:
    say([*draft.notices, *(f"changed: {change}" for change in draft.changes)])
    if form is DraftFormat.json:
        show(to_json(draft.to_dict()), output)
    elif draft.text:  # nothing to draft leaves an existing file alone
        show(draft.text, output)


app = group(
    "Draft an inventory from what describes the estate already.",
    (
        "terraform",
        discover_terraform,
        "terraform show -json plan.bin | kmscost discover terraform - --output inventory.yaml",
    ),
    (
        "cloudformation",
        discover_cloudformation,
        "kmscost discover cloudformation trail.yaml --account 111122223333 --region eu-west-1",
    ),
    (
        "aws-responses",
        discover_aws_responses,
        (
            "aws cloudtrail describe-trails --output json > answers/describe-trails.json; "
            "kmscost discover aws-responses answers"
        ),
    ),
    (
        "aws",
        discover_aws,
        "kmscost discover aws --profile security --role KmscostReader --output inventory.yaml",
    ),
    epilog="Example: kmscost discover terraform plan.json --output inventory.yaml",
)
