"""Sessions and hosts: who lets us in, within a time that nobody minds to wait, and who answers.

botocore tries connections as often as it tries throttled calls. A host behind a broken network or
without an endpoint in the VPC would take minutes for each account and Region: one that does not
answer is asked no more, so nobody waits for it again and again.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import botocore.session

from estimator.discovery.aws.calls import IDENTITY
from estimator.discovery.aws.failures import (
    LOGIN_CURE,
    Failure,
    Kind,
    UnreachableHostError,
    cure,
    failure_of,
    host_of,
    shorten,
)
from estimator.discovery.aws.waiting import Patience
from estimator.figures import listed
from pricing.reading.problems import KmscostError, Problem
from pricing.regions import is_region_of_known_partition

# of the calls that botocore makes itself at the login: twice as long as a connection may take is
# less than the login may
_OTHERS_ATTEMPTS = 2
# attempts after which a host counts as unreachable: a connection that hangs has been tried several
# times by the system already, and a certificate does not change
_MOST_ATTEMPTS = {"ConnectTimeoutError": 1, "SSLError": 1, "ReadTimeoutError": 2}
_USUAL_ATTEMPTS = 3
# Regions of a service that do not answer, where none does: the others are not waited for
_MOST_SILENT = 4


def open_session(profile: str | None, region: str | None, patience: Patience) -> Any:
    """A session of boto3, in which every call is as patient as we are.

    Those of the login too, which botocore makes itself: to SSO, to assume the profile's role.
    """
    core = botocore.session.Session(profile=profile)
    core.set_default_client_config(client_config(patience, _OTHERS_ATTEMPTS))
    # sessions of the global endpoint are not taken by opt-in Regions
    core.set_config_variable("sts_regional_endpoints", "regional")
    return boto3.Session(botocore_session=core, region_name=region)


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
        return f"name one of the profiles that there are with --profile: {listed(names)}"
    if failure.kind is Kind.unknown_credentials:
        return f"{LOGIN_CURE}; of an opt-in Region the account must have enabled it"
    return LOGIN_CURE


@dataclass
class Hosts:
    """The hosts that did not answer, each with its failure and when it may be asked again.

    Parameters
    ----------
    rest
        How long a host that did not answer is left alone [s].
    """

    rest: float
    _unreachable: dict[tuple[str, str], tuple[float, Failure]] = field(default_factory=dict)
    # services of which some Region answered
    _answering: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, client: Any) -> Callable[[], float]:
        """Take note of what a client's calls come to, and spare it hosts that do not answer.

        Returns when its last attempt began, by `time.monotonic`.
        """
        host = _host(client)
        begun = time.monotonic()

        def note_begin(**_: Any) -> None:
            nonlocal begun
            begun = time.monotonic()

        def spare(**_: Any) -> None:
            with self._lock:
                until, failure = self._unreachable.get(host, (0.0, None))
                failure = failure or self._failure_of_service(host)
                until = until or math.inf
            if failure is not None and time.monotonic() < until:
                # no error that botocore tries again
                raise UnreachableHostError(failure)

        def note(attempts: int, caught_exception: BaseException | None = None, **_: Any) -> None:
            with self._lock:
                if caught_exception is None:
                    self._unreachable.pop(host, None)
                    self._answering.add(host[0])
                elif isinstance(caught_exception, Exception) and _is_network(caught_exception):
                    name = type(caught_exception).__name__
                    most = _MOST_ATTEMPTS.get(name, _USUAL_ATTEMPTS)
                    # where another host hangs as well, nobody waits twice for each
                    if attempts >= most or (name == "ReadTimeoutError" and self._silent()):
                        failure = failure_of(caught_exception, attempts)
                        self._unreachable[host] = (time.monotonic() + self.rest, failure)

        events = client.meta.events
        events.register_first("before-send", spare)
        events.register_last("before-send", note_begin)
        events.register_first("needs-retry", note)
        return lambda: begun

    def give_up(self, client: Any) -> Failure:
        """Leave a host alone whose answer does not end."""
        name = client.meta.endpoint_url.rpartition("/")[2]
        failure = Failure("", Kind.network, host=name, cause="its answer does not end")
        with self._lock:
            self._unreachable[_host(client)] = (time.monotonic() + self.rest, failure)
        return failure

    def _failure_of_service(self, host: tuple[str, str]) -> Failure | None:
        """Why no Region of a service is asked any more: several do not answer, and none did."""
        if host[0] in self._answering:
            return None
        silent = self._silent(host[0])
        return silent[0] if len(silent) >= _MOST_SILENT else None

    def _silent(self, service: str = "") -> list[Failure]:
        """The failures of hosts that are left alone, of one service or of all."""
        now = time.monotonic()
        return [
            failure
            for (name, _), (until, failure) in self._unreachable.items()
            if service in ("", name) and now < until
        ]


def _host(client: Any) -> tuple[str, str]:
    """A host as AWS names it: service and Region."""
    return client.meta.service_model.service_name, client.meta.region_name


def _is_network(error: Exception) -> bool:
    is_own = isinstance(error, UnreachableHostError)
    return (
        not is_own and isinstance(error, botocore.exceptions.BotoCoreError) and bool(host_of(error))
    )
