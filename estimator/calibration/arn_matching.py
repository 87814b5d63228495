"""Where measured ARNs stand in the inventory: trails by ARN, key or account, readers by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.inventory.sections import Reader, Trail
from estimator.volume.readers import kind_of
from pricing.arns import account_in, split_arn

# names of trails, readers and days in one notice; the rest is a number
MOST_NAMED = 5


class Identity(NamedTuple):
    """Who got files, as the logs name it, and the account that paid."""

    arn: str
    account: str

    @property
    def short(self) -> str:
        """The last part of the ARN, by which people call it.

        >>> Identity("arn:aws:iam::111122223333:role/ops/siem", "111122223333").short
        'siem'
        """
        return self.arn.rpartition("/")[2].rpartition(":")[2] or self.arn

    def names(self) -> tuple[str, ...]:
        """Every name under which an inventory may know it for sure."""
        return (self.arn, self.short, f"{self.short}-{self.account}")


@dataclass(frozen=True)
class TrailPlaces:
    """The trail of the inventory of each (trail ARN, key ARN), and what could not be placed."""

    trails: dict[tuple[str, str], int]
    notices: tuple[str, ...]
    strangers: tuple[str, ...]


def place_trails(inventory: Inventory, measured: Iterable[tuple[str, str]]) -> TrailPlaces:
    """The trail of each pair of ARNs: by its own, by the key's, or as its account's only one."""
    pairs = sorted({pair for pair in measured if pair[0]})
    arns_of: dict[str, set[str]] = defaultdict(set)
    for trail, _ in pairs:
        arns_of[account_in(trail)].add(trail)
    found: dict[tuple[str, str], int] = {}
    notices: dict[str, None] = {}
    strangers: dict[str, None] = {}
    keys = {key.id: key.arn for key in inventory.keys}
    for pair in pairs:
        arn, key = pair
        exact = [n for n, trail in enumerate(inventory.trails) if _is_trail(trail, arn)]
        if exact:
            found[pair] = exact[0]
            continue
        home = [n for n, trail in enumerate(inventory.trails) if trail.account == account_in(arn)]
        by_key = [n for n in home if key and keys.get(inventory.trails[n].key or "") == key]
        alone = home if len(arns_of[account_in(arn)]) == 1 else []
        # a guess where nothing else fits, and a notice says so: a wrong trail is worse than none
        for why, candidates in (("its key", by_key), ("the only one of its account", alone)):
            if len(candidates) == 1:
                found[pair] = candidates[0]
                name = inventory.trails[candidates[0]].name
                notices[f"{arn} was taken for trail {name}, by {why}"] = None
                break
        else:
            # a bare name, as digests have it, may be that of any account's trail
            if ":" in arn:
                strangers[arn] = None
    return TrailPlaces(found, tuple(notices), tuple(strangers))


def _is_trail(trail: Trail, arn: str) -> bool:
    """Name, account and home Region agree; a home Region that is not said agrees with any."""
    if ":" not in arn:  # the name in a digest's own name
        return trail.name == arn
    name = arn.rpartition("/")[2]
    parts = split_arn(arn)
    account, region = (parts.account, parts.region) if parts is not None else ("", "")
    home = trail.home_region in (None, region)
    return trail.name in (name, arn) and trail.account == account and home


def place_readers(
    inventory: Inventory, identities: Sequence[Identity], cause: str = "get"
) -> tuple[dict[Identity, int], list[str]]:
    """The reader of the inventory that each identity is, one to one, and how far that is a guess.

    Only readers of the same cause. By exact name first, then by a name that is part of the other,
    then the account's only one.
    """
    known = {
        number: reader
        for number, reader in enumerate(inventory.readers)
        if kind_of(reader).cause == cause
    }
    found: dict[Identity, int] = {}
    notices = []
    # the order of the logs must not decide whose guess comes first
    left = sorted(identities)
    # exact names first: a likeness must not take a reader from whom it is named after
    for rule in (_same_name, _like_name):
        for identity in list(left):
            fits = [
                number
                for number, reader in known.items()
                if reader.account == identity.account and rule(identity, reader)
            ]
            rivals = [other for other in left if other.account == identity.account]
            sure = rule is _same_name or (
                len(fits) == 1 and sum(rule(rival, known[fits[0]]) for rival in rivals) == 1
            )
            if fits and sure:
                found[identity] = fits[0]
                del known[fits[0]]
                left.remove(identity)
                if rule is _like_name:
                    name = inventory.readers[fits[0]].name
                    notices.append(f"{identity.arn} was taken for reader {name}, by its name")
    for account in sorted({identity_.account for identity_ in left}):
        alone = [identity_ for identity_ in left if identity_.account == account]
        fits = [number for number, reader in known.items() if reader.account == account]
        if len(alone) == 1 and len(fits) == 1:
            found[alone[0]] = fits[0]
            name = inventory.readers[fits[0]].name
            notice = f"{alone[0].arn} was taken for reader {name}, the only one left of its account"
            notices.append(notice)
    return found, notices


def _same_name(identity: Identity, reader: Reader) -> bool:
    return reader.name in identity.names()


def _like_name(identity: Identity, reader: Reader) -> bool:
    short, other = _letters(identity.short), _letters(reader.name)
    # two letters are part of nearly every name
    return min(len(short), len(other)) >= 3 and (short in other or other in short)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def codes_of(column: pd.Series[Any], numbers: dict[str, int]) -> np.ndarray:
    """The number of each cell, -1 where it has none: looked up once for each distinct text."""
    column = column.astype("category")
    table = np.array([numbers.get(str(category), -1) for category in column.cat.categories] + [-1])
    found: np.ndarray = table[column.cat.codes.to_numpy()]
    return found
