"""Which requests use the free quantity, by the usage type that a bill or a log has for them."""

from __future__ import annotations

from pricing.rates import RateTable, load_rates
from pricing.request_meters import REQUEST_METERS
from pricing.usage_types import SERVICES


def free_usage_types(rates: RateTable | None = None) -> frozenset[str]:
    """The usage types of requests whose meter has a free quantity today, without their Region.

    >>> sorted(free_usage_types())
    ['KMS-Requests']
    """
    table = rates or load_rates()
    meters = {meter.name: meter for meter in table.meters}
    named = SERVICES[table.service]
    return frozenset(
        usage_type
        for usage_type in REQUEST_METERS
        if (meter := meters.get(named[usage_type.lower()])) and meter.versions[-1].free
    )
