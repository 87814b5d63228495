"""Where things are: account, Region and partition, known or with a placeholder and its question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from estimator.discovery.estate import Estate, Fact, Resource
from pricing.arns import is_account
from pricing.regions import (
    COMMERCIAL,
    default_regions,
    is_region_of_known_partition,
    partition_of,
    partitions,
)

_ACCOUNT_QUESTION = "the account id is not known: `aws sts get-caller-identity` tells it"
_REGION_QUESTION = "the Region is not known"


def placeholder_account(partition: str) -> str:
    """The id for an account that nobody names: no account has it.

    An account lives in one partition, so each has its own.

    >>> placeholder_account("aws"), placeholder_account("aws-cn")
    ('000000000000', '000000000002')
    """
    return f"{partitions().index(partition):012d}"


def is_placeholder(account: str) -> bool:
    """True for an id that only holds the place of one that is not known."""
    return account in {placeholder_account(partition) for partition in partitions()}


@dataclass
class Locator:
    """The partition of each account; what is known of an account decides for the rest."""

    estate: Estate
    partitions: dict[str, str] = field(default_factory=dict)

    def partition(self, candidates: Iterable[object]) -> str:
        """The partition of the first known Region; else that of `--region`; else commercial."""
        for region in (*candidates, self.estate.region):
            if isinstance(region, str) and is_region_of_known_partition(region):
                return partition_of(region)
        return COMMERCIAL

    def account(self, resource: Resource, partition: str) -> Fact:
        """The account of a trail or key, which lives in this partition from now on."""
        fact = resource.fact("account")
        if fact is None or not fact.is_known or not is_account(fact.value):
            question = fact.question if fact is not None and fact.question else _ACCOUNT_QUESTION
            fact = (
                Fact(self.estate.account, "--account")
                if self.estate.account
                else Fact(placeholder_account(partition), "", question)
            )
        # the first trail decides: an account of two partitions does not exist
        self.partitions.setdefault(fact.value, partition)
        return fact

    def region(self, facts: Iterable[Fact | None], partition: str, question: str = "") -> Fact:
        """The first Region that is known and lies in the partition, or a placeholder."""
        odd, doubtful = "", None
        for fact in facts:
            if fact is None or fact.value is None:
                continue
            if not is_region_of_known_partition(fact.value):
                odd = odd or (f"{fact.value!s:.40} is no Region that kmscost knows")
            elif partition_of(fact.value) != partition:
                odd = odd or f"{fact.value} is not in partition {partition}"
            elif fact.is_known:
                return fact
            else:
                doubtful = doubtful or fact
        # a doubtful Region of the right partition is better than a placeholder
        if doubtful is not None:
            return doubtful
        spare = self.estate.region
        if spare and partition_of(spare) == partition and not odd:
            return Fact(spare, "--region")
        first = (
            spare if spare and partition_of(spare) == partition else default_regions(partition)[0]
        )
        return Fact(first, "", odd or question or _REGION_QUESTION)
