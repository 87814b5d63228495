"""Logging in: the session's credentials, within a time that nobody minds to wait."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.config
import botocore.session

from estimator.discovery.aws.calls import IDENTITY
from estimator.discovery.aws.failures import (
    LOGIN_CURE,
    Failure,
    Kind,
    cure,
    shorten,
)
from estimator.discovery.aws.waiting import Patience
from pricing.reading.problems import KmscostError, Problem
from pricing.regions import is_region_of_known_partition

# of the calls that botocore makes itself at the login: twice as long as a connection may take is
# less than the login may
_OTHERS_ATTEMPTS = 2


def client_config(patience: Patience, attempts: int) -> Any:
    """The configuration of clients that try so often."""
    return botocore.config.Config(
        # `max_attempts` here would be the tries after the first: only in a client's configuration
        # does botocore count so
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=patience.connect,
        read_timeout=patience.read,
        user_agent_extra="kmscost",
    )


def open_session(profile: str | None, region: str | None, patience: Patience) -> Any:
    """A session of boto3, in which every call is as patient as we are.

    Those of the login too, which botocore makes itself: to SSO, to assume the profile's role.
    """
    core = botocore.session.Session(profile=profile)
    core.set_default_client_config(client_config(patience, _OTHERS_ATTEMPTS))
    # sessions of the global endpoint are not taken by opt-in Regions
    core.set_config_variable("sts_regional_endpoints", "regional")
    return boto3.Session(botocore_session=core, region_name=region)


def asks_a_human(profile: str | None) -> bool:
    """True where somebody may have to type a code, or a program of the user's may: that takes time.

    Also where the profile's role is assumed by such a one.
    """
    core = botocore.session.Session(profile=profile)
    profiles = core.full_config.get("profiles", {})
    name, seen = core.get_config_variable("profile") or "default", set()
    while name in profiles and name not in seen:
        seen.add(name)
        if {"mfa_serial", "credential_process"} & set(profiles[name]):
            return True
        name = profiles[name].get("source_profile", "")
    return False


def no_way_in(failure: Failure, error: Exception | None, region: str | None) -> KmscostError:
    """The error for whom AWS does not let in: network, login and throttling are three things."""
    words = shorten(error) if error is not None else failure.reason
    expected, fix = "an answer of AWS", cure(IDENTITY, failure)
    if failure.kind is Kind.network:
        found = failure.reason
        if region and not is_region_of_known_partition(region):
            fix = f"{region} is no Region that kmscost knows: name one with --regions; else {fix}"
    elif failure.kind in (Kind.throttled, Kind.server, Kind.no_answer):
        found = f"no answer to {IDENTITY.action}, {failure.reason}"
    elif failure.kind is Kind.clock:
        found, expected = f"a wrong clock ({words})", "the time of AWS"
    else:
        found, expected, fix = f"no way in ({words})", "credentials", _login_cure(failure)
    return KmscostError(Problem("AWS", None, "", found, expected, fix))


def _login_cure(failure: Failure) -> str:
    if failure.code == "ProfileNotFound":
        names = sorted(botocore.session.Session().available_profiles)
        if not names:
            return "there is no profile at all: `aws configure` makes one"
        return f"name one of the profiles that there are with --profile: {', '.join(names[:8])}"
    if failure.kind is Kind.unknown_credentials:
        return f"{LOGIN_CURE}; of an opt-in Region the account must have enabled it"
    return LOGIN_CURE
