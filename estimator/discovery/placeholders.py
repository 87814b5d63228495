"""What a user gives besides the files: account and Region; and the files' names in comments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from estimator.discovery.estate import Estate
from pricing.arns import is_account
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import nearest
from pricing.regions import is_region, regions


def stand_in(estate: Estate, account: str | None, region: str | None) -> Estate:
    """The estate with an account and a Region to take where none is said.

    Raises
    ------
    UsageError
        They are no account and no Region.
    """
    if account is not None and not is_account(account):
        expected = "an account id: 12 digits"
        raise UsageError(Problem("--account", None, "", repr(account), expected, ""))
    if region is not None and not is_region(region):
        close = nearest(region, regions())
        fix = f"did you mean {close}?" if close else ""
        raise UsageError(Problem("--region", None, "", repr(region), "an AWS Region", fix))
    estate.account, estate.region = account, region
    return estate


def short_names(names: Sequence[str]) -> list[str]:
    """Names of files for comments: without folders, where that tells them apart."""
    short = [Path(name).name for name in names]
    return short if len(set(short)) == len(short) else list(names)
