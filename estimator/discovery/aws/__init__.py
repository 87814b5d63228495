"""`discover aws`: an inventory from AWS itself, by calls that only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from estimator.discovery.aws.calls import aws_policy as aws_policy
from estimator.discovery.drafting import Draft, draft
from pricing.reading.problems import KmscostError, Problem, UsageError
from pricing.reading.words import nearest
from pricing.regions import is_region
from pricing.regions import regions as known_regions


def discover_aws(
    profile: str | None = None,
    role: str | Sequence[str] = (),
    regions: Sequence[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    merge: str | Path | None = None,
    replace: bool = False,
) -> Draft:
    """Draft an inventory from AWS itself. Needs the extra `aws`.

    Parameters
    ----------
    profile
        Of the AWS CLI's configuration; default: as the CLI chooses.
    role
        Names of roles to assume in the organization's other accounts, tried in turn, or their ARNs.
    regions
        Look for trails in these Regions only; default: in all that each account has enabled.
    progress
        Called with what is looked at, how many are done, and how many there are.
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.

    Raises
    ------
    KmscostError
        boto3 is not installed, or AWS lets nobody in. What is denied later is a notice.
    """
    _check(regions)
    try:
        from estimator.discovery.aws.requests import Asker
        from estimator.discovery.aws.walk import Walk
    except ImportError:
        fix = "pip install 'kms-cost-estimator[aws]'"
        raise KmscostError(Problem("boto3", None, "", "no boto3", "boto3", fix)) from None
    roles = (role,) if isinstance(role, str) else tuple(role)
    asker = Asker(profile, regions[0] if regions else None)
    walk = Walk(asker, roles, regions, progress)
    walk.run()
    estate = walk.answers.finish()
    if regions is not None:
        looked = ", ".join(regions)
        estate.note(
            f"looked for trails in {looked} only: single-Region trails elsewhere are not seen"
        )
    estate.notices += asker.notices()
    command = ["aws", *(["--profile", profile] if profile else [])]
    command += [part for one in roles for part in ("--role", one)]
    command += ["--regions", ",".join(regions)] if regions else []
    return draft(estate, command, merge, replace)


def _check(regions: Sequence[str] | None) -> None:
    for one in regions or ():
        if not is_region(one):
            close = nearest(one, known_regions())
            fix = f"did you mean {close}?" if close else ""
            raise UsageError(Problem("--regions", None, "", repr(one), "an AWS Region", fix))
