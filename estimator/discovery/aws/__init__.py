"""`discover aws`: an inventory from AWS itself, by calls that only read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from estimator.discovery.aws.waiting import Patience
from estimator.discovery.drafting import Draft, check_replace, draft
from pricing.reading.problems import KmscostError, Problem, UsageError
from pricing.regions import check_region_option

PATIENCE = Patience()


def discover_aws(
    profile: str | None = None,
    role: str | Sequence[str] = (),
    external_id: str | None = None,
    regions: Sequence[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    merge: str | Path | None = None,
    replace: bool = False,
    tags: bool = False,
) -> Draft:
    """Draft an inventory from AWS itself. Needs the extra `aws`.

    Parameters
    ----------
    profile
        Of the AWS CLI's configuration; default: as the CLI chooses.
    role
        Names of roles to assume in the organization's other accounts, tried in turn, or their ARNs.
    external_id
        That the roles' trust policies ask for (`sts:ExternalId`).
    regions
        Look for trails in these Regions only; default: in all that each account has enabled.
    progress
        Called with what is looked at, how many are done, and how many there are.
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.
    tags
        Also ask for the tags of the organization's accounts: a call for each.

    Raises
    ------
    UsageError
        A Region or an external id is none, or there is no role that it is for.
    KmscostError
        boto3 is not installed, AWS cannot be reached or lets nobody in, or trails could not be read
        at all. What is denied later is a notice.
    """
    check_replace(merge, replace)
    if external_id is not None:
        _check_external_id(external_id, role)
    for region in regions or ():
        check_region_option("regions", region)
    try:
        from estimator.discovery.aws.requests import AwsClient
        from estimator.discovery.aws.walk import Walk
    except ImportError:
        fix = "pip install 'kms-cost-estimator[aws]'"
        raise KmscostError(Problem("boto3", None, "", "no boto3", "boto3", fix)) from None
    roles = (role,) if isinstance(role, str) else tuple(role)
    aws = AwsClient(profile, regions[0] if regions else None, external_id, PATIENCE)
    walk = Walk(aws, roles, regions, progress, tags)
    walk.run()
    estate = walk.responses.finish()
    if regions is not None:
        searched = ", ".join(regions)
        reason = (
            f"looked for trails in {searched} only: single-Region trails elsewhere are not seen"
        )
        estate.completeness.absent("trails", reason)
    estate.notices += aws.notices()
    aws.note_gaps(estate.completeness)
    command = ["aws", *(["--profile", profile] if profile else [])]
    command += [part for name in roles for part in ("--role", name)]
    command += ["--external-id", "ID"] if external_id else []  # no business of the file's readers
    command += ["--regions", ",".join(regions)] if regions else []
    command += ["--tags"] if tags else []
    return draft(estate, command, merge, replace)


def _check_external_id(external_id: str, role: str | Sequence[str]) -> None:
    if not role:
        expected, fix = "a role that it is for", "name it with --role"
        raise UsageError(Problem("external_id", None, "", repr(external_id), expected, fix))
    # what sts:AssumeRole takes: STS API Reference, checked 2026-11-28
    if not re.fullmatch(r"[\w+=,.@:/\-]{2,1224}", external_id, re.ASCII):
        expected = "2 to 1,224 letters, digits and any of _+=,.@:/-"
        raise UsageError(Problem("external_id", None, "", repr(external_id), expected, ""))
