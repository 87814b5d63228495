"""Which hosts answer: one that does not is asked no more, so nobody waits for it again and again.

botocore tries connections as often as it tries throttled calls. A host behind a broken network or
without an endpoint in the VPC would take minutes for each account and Region.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions

from estimator.discovery.aws.failures import Failure, UnreachableHostError, failure_of, host_of

# attempts after which a host counts as unreachable: a connection that hangs has been tried several
# times by the system already, and a certificate does not change
_MOST_ATTEMPTS = {"ConnectTimeoutError": 1, "SSLError": 1, "ReadTimeoutError": 2}
_USUAL_ATTEMPTS = 3


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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, client: Any) -> None:
        """Take note of what a client's calls come to, and spare it hosts that do not answer."""
        # as AWS names its hosts
        host = (client.meta.service_model.service_name, client.meta.region_name)

        def spare(**_: Any) -> None:
            with self._lock:
                until, failure = self._unreachable.get(host, (0.0, None))
            if failure is not None and time.monotonic() < until:
                # no error that botocore tries again
                raise UnreachableHostError(failure)

        def note(attempts: int, caught_exception: BaseException | None = None, **_: Any) -> None:
            with self._lock:
                if caught_exception is None:
                    self._unreachable.pop(host, None)
                elif isinstance(caught_exception, Exception) and _is_network(caught_exception):
                    most = _MOST_ATTEMPTS.get(type(caught_exception).__name__, _USUAL_ATTEMPTS)
                    if attempts >= most:
                        failure = failure_of(caught_exception, attempts)
                        self._unreachable[host] = (time.monotonic() + self.rest, failure)

        events = client.meta.events
        events.register_first("before-send", spare)
        events.register_first("needs-retry", note)


def _is_network(error: Exception) -> bool:
    is_own = isinstance(error, UnreachableHostError)
    return (
        not is_own and isinstance(error, botocore.exceptions.BotoCoreError) and bool(host_of(error))
    )
