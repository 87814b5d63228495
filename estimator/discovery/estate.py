"""What a description of an estate says, whoever wrote it: accounts, Regions, keys, trails, buckets.

Every reader (Terraform, CloudFormation, AWS's own responses) fills one `Estate`; one writer drafts
an inventory from it. A value never stands alone: it knows where it was read, or which question is
open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.completeness import Completeness
from pricing.arns import is_account
from pricing.reading.problems import Problem, UsageError
from pricing.regions import check_region_option

# What may be said of each kind of resource. A value that is not known is a question; what
# no source says at all is absent.
ACCOUNT = (
    "name",
    "regions",
    "member",
    "manager",  # the management account of its organization
    "ou",
    "tags",
)
TRAIL = (
    "name",
    "account",
    "home",  # Region
    "organization",  # a trail of the whole organization
    "every_region",  # a multi-Region trail
    "key",  # the ARN, alias or identity of its key; None for SSE-S3
    "bucket",  # the name or identity of its bucket
    "validation",  # digest files
    "kms_events",  # whether it records what KMS does
    "management_events",
    "insights",
    "logging",
    "stopped",  # day
    "failing",  # the error of its last delivery: it writes no files
    "digests_failing",  # the error of its last digest file
)
KEY = (
    "arn",
    "account",
    "region",
    "spec",
    "created",
    "rotations",
    "next_rotation",
    "rotates",
    "is_new",  # made by the description itself: it has no past
    "rotation_days",  # from one rotation to the next
    "alias",
    "aliases",  # all of them
    "state",
    "manager",
    "replicas",  # Regions of the other keys of its family, where it is a multi-Region key
    "relatives",  # identities of these
    "deletion",  # the day on which it is deleted
    "expires",  # the day on which its imported material does
    "last_use",  # the day of its last cryptographic operation; None for none since `tracked_since`
    "last_operation",
    "last_event",
    "tracked_since",  # the day since which its use is recorded
    "tags",
    "grantees",  # to whom grants give its use
    "policy_principals",  # whom its policy allows its use
    "access_open",  # what of these answers is missing
)
BUCKET = ("name", "region", "bucket_key", "algorithm", "gone")


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and where it was read; with a question, it is a placeholder."""

    value: Any
    source: str
    question: str = ""
    note: str = ""
    # two sources say different things: a third does not settle it
    disputed: bool = False

    @property
    def is_known(self) -> bool:
        """True where the source says it for certain."""
        return not self.question


@dataclass
class Resource:
    """An account, trail, key or bucket: its identity, where it was met, and what is said of it."""

    identity: str
    source: str
    facts: dict[str, Fact] = field(default_factory=dict)
    # what is to be looked at beside its facts
    remarks: list[str] = field(default_factory=list)

    def record(
        self, name: str, value: Any, source: str, question: str = "", note: str = ""
    ) -> None:
        """Note what a source says; two that disagree make an open question."""
        new, old = Fact(value, source, question, note), self.facts.get(name)
        # what is known replaces a placeholder, and the first of two equal facts stays
        if old is None or (not old.is_known and new.is_known and not old.disputed):
            self.facts[name] = new
        elif old.is_known and new.is_known and old.value != value:
            reason = f"{old.source} says {_short(old.value)}, {source} says {_short(value)}"
            # nothing never wins over something: the careful reading
            careful = old.value if value is None else value
            self.facts[name] = Fact(careful, "", f"sources disagree: {reason}", disputed=True)

    def record_fact(self, name: str, fact: Fact) -> None:
        """Note a fact that was found elsewhere, such as at a provider."""
        self.record(name, fact.value, fact.source, fact.question, fact.note)

    def fact(self, name: str) -> Fact | None:
        """The fact of an attribute; None where no source says anything."""
        return self.facts.get(name)

    def value(self, name: str) -> Any:
        """A value for certain; None where it is not known."""
        fact = self.facts.get(name)
        return fact.value if fact is not None and fact.is_known else None

    def source_of(self, fact: Fact | None) -> str:
        """The source of a fact, as far as it is not that of the resource itself."""
        if fact is None:
            return ""
        source = "" if fact.source == self.source else fact.source
        return ": ".join(part for part in (source, fact.note) if part)


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text.lower() if isinstance(value, bool) else text[:80]


@dataclass
class Estate:
    """All that was found."""

    accounts: dict[str, Resource] = field(default_factory=dict)
    trails: dict[str, Resource] = field(default_factory=dict)
    keys: dict[str, Resource] = field(default_factory=dict)
    buckets: dict[str, Resource] = field(default_factory=dict)
    # alias ARN, alias name, key id -> identity of a key; "" where two keys claim it
    names: dict[str, str] = field(default_factory=dict)
    # ARNs of keys that AWS manages, by their aliases: they cost nothing to keep
    aws_managed: dict[str, str] = field(default_factory=dict)
    payer: Fact | None = None
    # Regions of accounts of which nothing else is said
    regions: Fact | None = None
    # where the organization's accounts are listed; "" where they are not
    members: str = ""
    # accounts that a list calls closed or suspended: they write nothing, and are no accounts here
    closed: dict[str, Fact] = field(default_factory=dict)
    # accounts and Regions whose trails an answer lists; "" for one that it does not name
    searched: set[tuple[str, str]] = field(default_factory=set)
    # management accounts of which an answer lists every multi-Region organization trail
    searched_organizations: set[str] = field(default_factory=set)
    # placeholders: taken where a description names no Region and no account
    region: str | None = None
    account: str | None = None
    notices: list[str] = field(default_factory=list)
    completeness: Completeness = field(default_factory=Completeness)
    found: Counter[str] = field(default_factory=Counter)

    def set_placeholders(self, account: str | None, region: str | None) -> None:
        """Take an account and a Region where the description names none.

        Raises
        ------
        UsageError
            They are no account and no Region.
        """
        if account is not None and not is_account(account):
            expected = "an account id: 12 digits"
            raise UsageError(Problem("account", None, "", repr(account), expected, ""))
        if region is not None:
            check_region_option("region", region)
        self.account, self.region = account, region

    def _find(self, among: dict[str, Resource], identity: str, source: str) -> Resource:
        if identity not in among:
            among[identity] = Resource(identity, source)
        return among[identity]

    def add_account(self, identity: str, source: str) -> Resource:
        """The account of an id."""
        return self._find(self.accounts, identity, source)

    def record_payer(self, account: str, source: str, note: str) -> None:
        """Note the management account, which pays for all; two make an open question."""
        holder = Resource("payer", "", {"payer": self.payer} if self.payer else {})
        holder.record("payer", account, source, note=note)
        self.payer = holder.fact("payer")

    def close_account(self, identity: str, status: str, source: str) -> None:
        """Note an account that is not active."""
        self.closed.setdefault(identity, Fact(status, source))

    def note_closed(self, count: int, source: str) -> None:
        """Note how many accounts a list leaves out because they are not active."""
        if count:
            accounts = (
                "1 account that is not ACTIVE was"
                if count == 1
                else (f"{count:,} accounts that are not ACTIVE were")
            )
            self.note(f"{source}: {accounts} left out")

    def add_trail(self, identity: str, source: str) -> Resource:
        """The trail of an ARN or address."""
        return self._find(self.trails, identity, source)

    def add_key(self, identity: str, source: str) -> Resource:
        """The key of an ARN or address."""
        return self._find(self.keys, identity, source)

    def add_bucket(self, identity: str, source: str) -> Resource:
        """The bucket of a name or address."""
        return self._find(self.buckets, identity, source)

    def name_key(self, name: str, identity: str) -> None:
        """Another name of a key: an alias, its ARN or its id."""
        # an alias moves from key to key: two that claim it leave it open
        if self.names.setdefault(name, identity) != identity:
            self.names[name] = ""

    def note(self, text: str) -> None:
        """A notice, once."""
        if text not in self.notices:
            self.notices.append(text)
