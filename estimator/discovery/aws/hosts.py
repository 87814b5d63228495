"""Which hosts answer: one that does not is asked no more, so nobody waits for it again and again.

botocore tries connections as often as it tries throttled calls. A host behind a broken network or
without an endpoint in the VPC would take minutes for each account and Region.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions

from estimator.discovery.aws.failures import (
    Failure,
    Kind,
    UnreachableHostError,
    failure_of,
    host_of,
)

# attempts after which a host counts as unreachable: a connection that hangs has been tried several
# times by the system already, and a certificate does not change
_MOST_ATTEMPTS = {"ConnectTimeoutError": 1, "SSLError": 1, "ReadTimeoutError": 2}
_USUAL_ATTEMPTS = 3
# Regions of a service that do not answer, where none does: the others are not waited for
_MOST_SILENT = 4


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
