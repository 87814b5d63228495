"""Names without end: a service whose requests name too many resources counts without them.

Callers choose what they write into an encryption context, and a service may have a resource for
each request. Whether a service is folded depends on how many there are, never on which came first,
so that every engine and every order of files gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from estimator.measurement.cloudtrail_logs.requests import Request

FOLDED = "*"  # in place of the resources of a folded service
MOST_RESOURCES = 10_000  # of one service: beyond it nobody reads them
MOST_REQUESTS = 500_000  # of one service, different in whatever column: 250 MB


class Folding:
    """The services whose requests count without their resources."""

    def __init__(self) -> None:
        self.services: set[str] = set()
        self._resources: dict[str, set[str]] = {}
        self._requests: dict[str, int] = {}

    def fold(self, request: Request) -> Request:
        """The request as it counts."""
        if request.service not in self.services or not (request.resource or request.keys):
            return request
        resource = FOLDED if request.resource else ""
        return request._replace(resource=resource, keys=FOLDED if request.keys else "")

    def meet(self, request: Request) -> bool:
        """Take in a request that was not met before; tell whether its service is folded by it."""
        service = request.service
        if service in self.services:
            return False
        resources = self._resources.setdefault(service, set())
        resources.add(request.resource or request.keys)
        self._requests[service] = self._requests.get(service, 0) + 1
        if len(resources) <= MOST_RESOURCES and self._requests[service] <= MOST_REQUESTS:
            return False
        self.add([service])
        return True

    def add(self, services: Iterable[str]) -> bool:
        """Fold these services too; tell whether one of them was not folded before."""
        before = len(self.services)
        self.services.update(services)
        for service in self.services:
            self._resources.pop(service, None)
        return len(self.services) > before

    def __getstate__(self) -> dict[str, Any]:
        """Without what only serves while counting."""
        return {"services": self.services, "_resources": {}, "_requests": {}}
