"""Answers of AWS, as its CLI prints them: recognised by their content, whoever saved them.

An answer that does not name its subject (the encryption of which bucket?) is told by its caller, or
by the name of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.discovery.aws_responses import accounts, buckets, keys, trails
from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate, Thing
from pricing.arns import parse_arn

# what an answer to each command has, and no other answer
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("describe-trails", ("trailList",)),
    ("get-trail", ("Trail",)),
    ("get-event-selectors", ("TrailARN", "EventSelectors")),
    ("get-event-selectors", ("TrailARN", "AdvancedEventSelectors")),
    ("get-trail-status", ("IsLogging",)),
    ("list-accounts", ("Accounts",)),
    ("describe-organization", ("Organization",)),
    ("get-caller-identity", ("UserId", "Account", "Arn")),
    ("describe-key", ("KeyMetadata",)),
    ("list-key-rotations", ("Rotations",)),
    ("get-key-rotation-status", ("KeyRotationEnabled",)),
    ("list-aliases", ("Aliases",)),
    ("get-bucket-encryption", ("ServerSideEncryptionConfiguration",)),
    ("get-bucket-location", ("LocationConstraint",)),
    ("describe-regions", ("Regions",)),
)
COMMANDS = tuple(dict.fromkeys(name for name, _ in _KINDS))


@dataclass(frozen=True)
class About:
    """Where an answer comes from, and whom it may be about where it does not say so itself."""

    source: str
    account: str | None = None
    # names that the answer may be about: words of the file's path, or the subject of the call
    names: Sequence[str] = ()


def kind_of(answer: Mapping[str, Any]) -> str | None:
    """Which command this answers; None for all that discover does not read.

    >>> kind_of({"trailList": []}), kind_of({"Trails": []})
    ('describe-trails', None)
    """
    return next((kind for kind, keys in _KINDS if all(key in answer for key in keys)), None)


class Answers:
    """An estate out of answers in any order: what names no subject waits until all are read."""

    def __init__(self) -> None:
        self.estate = Estate()
        self._waiting: list[tuple[str, Mapping[str, Any], About]] = []

    def take(self, answer: Mapping[str, Any], about: About) -> str | None:
        """Read an answer; returns the command that it answers."""
        kind, estate, source = kind_of(answer), self.estate, about.source
        if kind == "describe-trails":
            for trail in items_of(answer, "trailList"):
                trails.take_trail(estate, trail, source)
        elif kind == "get-trail":
            if isinstance(answer["Trail"], Mapping):
                trails.take_trail(estate, answer["Trail"], source)
        elif kind == "list-accounts":
            accounts.take_accounts(estate, answer, source)
        elif kind == "describe-organization":
            accounts.take_organization(estate, answer, source)
        elif kind == "get-caller-identity":
            accounts.take_identity(estate, answer, source)
        elif kind == "describe-regions":
            accounts.take_regions(estate, about.account, answer, source)
        elif kind == "describe-key":
            keys.take_key(estate, answer, source)
        elif kind == "list-aliases":
            keys.take_aliases(estate, answer, source)
        elif kind is not None:
            self._waiting.append((kind, answer, about))
        return kind

    def take_no_encryption(self, about: About) -> None:
        """A bucket's answer that it has no default encryption."""
        self._waiting.append(("get-bucket-encryption", {"Error": buckets.NO_ENCRYPTION}, about))

    def finish(self) -> Estate:
        """The estate, after the answers whose subject had to be known first."""
        nameless: dict[str, int] = {}
        for kind, answer, about in self._waiting:
            if kind == "get-event-selectors":
                trails.take_event_selectors(self.estate, answer, about.source)
            elif not self._take_about(kind, answer, about):
                nameless[kind] = nameless.get(kind, 0) + 1
        self._waiting.clear()
        for kind, count in sorted(nameless.items()):
            self.estate.note(_NAMELESS.format(count=f"{count:,}", kind=kind))
        return self.estate

    def _take_about(self, kind: str, answer: Mapping[str, Any], about: About) -> bool:
        """Read an answer about a subject; False where nobody knows which."""
        among, read = _SUBJECTS[kind]
        subject = among(self, answer, about)
        if subject is not None:
            read(subject, answer, about.source)
        return subject is not None

    def trail(self, _: Mapping[str, Any], about: About) -> Thing | None:
        """The trail that the caller or the file's name tells."""
        return _only(
            thing
            for thing in self.estate.trails.values()
            if {thing.identity, thing.value("name")} & set(about.names)
        )

    def bucket(self, _: Mapping[str, Any], about: About) -> Thing | None:
        """The bucket that the caller or the file's name tells."""
        return _only(b for name, b in self.estate.buckets.items() if name in about.names)

    def key(self, answer: Mapping[str, Any], about: About) -> Thing | None:
        """The key that the answer names, else that the caller or the file's name tells."""
        named = {text_of(one, "KeyId") for one in items_of(answer, "Rotations")}
        wanted = {one for one in named | {text_of(answer, "KeyId")} if one} or set(about.names)
        found = {self._identity(one) for one in wanted} & set(self.estate.keys)
        return self.estate.keys[found.pop()] if len(found) == 1 else None

    def _identity(self, name: str) -> str:
        if name in self.estate.keys:
            return name
        known = self.estate.names.get(name, "")
        if not known and parse_arn(name, "kms") is not None:
            # the trail names the key, nothing else does
            return self.estate.add_key(name, "").identity if self._is_used(name) else ""
        ending = [t for t in self._keys_of_trails() if t.endswith(f":key/{name}")]
        return known or (self._identity(ending[0]) if len(ending) == 1 else "")

    def _is_used(self, name: str) -> bool:
        return name in self._keys_of_trails()

    def _keys_of_trails(self) -> set[str]:
        said = (thing.value("key") for thing in self.estate.trails.values())
        return {one for one in said if isinstance(one, str)}


_Find = Callable[[Answers, Mapping[str, Any], About], Thing | None]
_Read = Callable[[Thing, Mapping[str, Any], str], None]
# answers about one thing: how it is found, and how the answer is read
_SUBJECTS: dict[str, tuple[_Find, _Read]] = {
    "get-trail-status": (Answers.trail, trails.take_status),
    "list-key-rotations": (Answers.key, keys.take_rotations),
    "get-key-rotation-status": (Answers.key, keys.take_rotation_status),
    "get-bucket-encryption": (Answers.bucket, buckets.take_encryption),
    "get-bucket-location": (Answers.bucket, buckets.take_location),
}
_NAMELESS = (
    "{count} answers of {kind} were left out: they do not say whose they are; name each file after "
    "its bucket, trail or key, such as {kind}-NAME.json"
)


def _only(things: Any) -> Thing | None:
    found = list(things)
    return found[0] if len(found) == 1 else None
