"""KMS request quotas: how many requests a second an account may make in a Region."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pricing.reading.validation import Number, Section, Source, load_as
from pricing.regions import TABLES


class Quotas(Section):
    """The shipped table of quotas on symmetric keys, per account and Region. [request/s]"""

    version: Literal[1]
    requests_per_second: dict[str, Number]
    source: Source

    def of(self, region: str) -> float:
        """The quota of a Region. [request/s]"""
        # the table names the Regions that have a quota of their own
        return self.requests_per_second.get(region, self.requests_per_second["other"])


@cache
def load_quotas() -> Quotas:
    """The shipped table.

    >>> load_quotas().of("us-east-1"), load_quotas().of("eu-north-1")
    (100000.0, 10000.0)
    """
    return load_as(Quotas, TABLES / "quotas.yaml")
