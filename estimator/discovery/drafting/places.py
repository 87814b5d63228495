"""Where things are: account, Region and partition, known or with a stand-in and its question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from estimator.discovery.arns import is_account, is_region
from estimator.discovery.estate import Estate, Fact, Thing
from pricing.regions import default_regions, partition_of, regions

ACCOUNT_QUESTION = "the account id is not known: `aws sts get-caller-identity` tells it"
REGION_QUESTION = "the Region is not known"
_PARTITIONS = ("aws", "aws-us-gov", "aws-cn", "aws-eusc")


def stand_in_account(partition: str) -> str:
    """The id that stands in for an account nobody named: no account has it.

    An account lives in one partition, so each has its own.

    >>> stand_in_account("aws"), stand_in_account("aws-cn")
    ('000000000000', '000000000002')
    """
    return f"{_PARTITIONS.index(partition):012d}"


def is_stand_in(account: str) -> bool:
    """Whether this id only stands in for one that is not known."""
    return account in {stand_in_account(partition) for partition in _PARTITIONS}


def regions_of(partition: str) -> tuple[str, ...]:
    """The Regions that a new account of a partition has enabled."""
    if partition == "aws":
        return default_regions()
    return tuple(code for code, one in regions().items() if one.partition == partition)


@dataclass
class Places:
    """Which partition each account lives in; what is known of an account decides for the rest."""

    estate: Estate
    partitions: dict[str, str] = field(default_factory=dict)

    def partition(self, candidates: Iterable[object]) -> str:
        """The partition of the first known Region, else of the one to stand in, else commercial."""
        for region in (*candidates, self.estate.region):
            if isinstance(region, str) and is_region(region):
                return partition_of(region)
        return "aws"

    def account(self, thing: Thing, partition: str) -> Fact:
        """The account of a trail or key, which lives in this partition from now on."""
        fact = thing.fact("account")
        if fact is None or not fact.known or not is_account(fact.value):
            question = fact.question if fact is not None and fact.question else ACCOUNT_QUESTION
            fact = (
                Fact(self.estate.account, "--account")
                if self.estate.account
                else Fact(stand_in_account(partition), "", question)
            )
        self.partitions.setdefault(fact.value, partition)
        return fact

    def region(self, facts: Iterable[Fact | None], partition: str, question: str = "") -> Fact:
        """The first Region that is known and lies in the partition, or a stand-in."""
        odd, doubtful = "", None
        for fact in facts:
            if fact is None or fact.value is None:
                continue
            if not is_region(fact.value):
                odd = odd or (f"{fact.value!s:.40} is no Region that kmscost knows")
            elif partition_of(fact.value) != partition:
                odd = odd or f"{fact.value} is not in partition {partition}"
            elif fact.known:
                return fact
            else:
                doubtful = doubtful or fact
        if doubtful is not None:
            return doubtful
        spare = self.estate.region
        if spare and partition_of(spare) == partition and not odd:
            return Fact(spare, "--region")
        first = spare if spare and partition_of(spare) == partition else regions_of(partition)[0]
        return Fact(first, "", odd or question or REGION_QUESTION)
