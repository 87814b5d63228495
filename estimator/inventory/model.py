"""The inventory that the rest of the program works with: complete, checked, frozen.

Here too is the rule of when each account, key, trail and reader is active.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from estimator.figures import plural
from estimator.inventory.assumptions import Range
from estimator.inventory.budgets import Budget
from estimator.inventory.coverage import Account, TrailCoverage
from estimator.inventory.documents import SourceLine
from estimator.inventory.others import OtherRequests, OtherUse
from estimator.inventory.sections import Growth, Key, Reader, Trail
from estimator.months import ALWAYS, NEVER, Period, ordinal
from pricing.notebook import NotebookResult
from pricing.reading.document import Map
from pricing.regions import in_order
from pricing.regions import regions as known_regions


@dataclass(frozen=True, repr=False)
class Inventory(NotebookResult):
    """Who has which accounts, keys, trails and readers, and what is assumed of them.

    `load_inventory` makes one from YAML; every reference inside it is known to hold. `places` has
    the line of each value that stands in a file, by its path. `document` is the YAML that it was
    read from, which scenarios change; `is_changed` says that the file itself is another.
    """

    path: str
    payer: str
    accounts: tuple[Account, ...]
    keys: tuple[Key, ...]
    trails: tuple[Trail, ...]
    readers: tuple[Reader, ...] = ()
    other_kms_requests_per_month: OtherRequests = field(default_factory=OtherRequests)
    cloudtrail_writes: Literal["charged", "exempt"] = "charged"
    growth: Growth = field(default_factory=Growth)
    budgets: tuple[Budget, ...] = ()
    notices: tuple[str, ...] = ()
    places: Mapping[str, SourceLine] = field(default_factory=dict, compare=False)
    is_changed: bool = field(default=False, compare=False)
    # set by `read_from` alone, so that `dataclasses.replace` loses it: of an inventory that was
    # changed in Python the document is no longer true
    document: Map | None = field(init=False, default=None, compare=False)

    def read_from(self, document: Map) -> Inventory:
        """Return this inventory with the document that it was read from."""
        object.__setattr__(self, "document", document)
        return self

    def replace_sections(self, **sections: Any) -> Inventory:
        """Return it with other sections, as `dataclasses.replace`; its document is lost.

        What rests on its accounts alone, of which there are thousands, is not worked out again.
        """
        changed = replace(self, **sections)
        if changed.accounts is self.accounts:
            for name in ("account_periods", "_partition"):
                changed.__dict__[name] = getattr(self, name)
        return changed

    def key(self, name: str) -> Key:
        """The key of an id."""
        return next(key for key in self.keys if key.id == name)

    def home_of(self, trail: Trail) -> str:
        """The Region in which the checks of a trail's key count: its home, else its key's."""
        if trail.home_region is not None or trail.key is None:
            return trail.home_region or ""
        return self.key(trail.key).region

    def read_by(self, reader: Reader) -> tuple[Trail, ...]:
        """The trails that a reader reads: those it names, else all of its account's partition."""
        if reader.trails is not None:
            return tuple(self._trail[name] for name in dict.fromkeys(reader.trails))
        own = self._partition[reader.account]
        return tuple(trail for trail in self.trails if self._partition[trail.account] == own)

    def read_under_key(self, reader: Reader) -> tuple[Trail, ...]:
        """Those of them with a key, and a stream that its accounts and Regions let through."""
        # trails may be thousands: one set for all of them
        accounts = None if reader.accounts is None else frozenset(reader.accounts)
        return tuple(
            trail
            for trail in self.read_by(reader)
            if trail.key is not None
            and self.coverage.count_streams(trail, accounts, reader.regions)
        )

    @cached_property
    def uncertain_files(self) -> dict[str, Range]:
        """Every range of files per day and its path, such as trails[org].files_per_day.

        A mapping of Regions has a path for each: accounts[111122223333].files_per_day.eu-west-1.
        """
        found: dict[str, Range] = {}
        for account in self.accounts:
            if account.files_per_day is not None:
                found |= account.files_per_day.uncertain_ranges(f"accounts[{account.id}]")
        for trail in self.trails:
            if trail.files_per_day is not None:
                found |= trail.files_per_day.uncertain_ranges(f"trails[{trail.name}]")
        return found

    @cached_property
    def other_uses(self) -> tuple[OtherUse, ...]:
        """The requests of everything else, of each payer or account that they are known of."""
        return self.other_kms_requests_per_month.uses(self.payer_by_account)

    @cached_property
    def active(self) -> ActivePeriods:
        """The active periods of accounts, keys, trails and readers."""
        return ActivePeriods(self.account_periods, self.keys, self.trails, self.readers)

    @cached_property
    def account_periods(self) -> dict[str, Period]:
        """The active period of each account."""
        return {account.id: period_of(account.start, account.until) for account in self.accounts}

    @cached_property
    def _trail(self) -> dict[str, Trail]:
        return {trail.name: trail for trail in self.trails}

    @cached_property
    def _partition(self) -> dict[str, str]:
        return {account.id: account.partition for account in self.accounts}

    @cached_property
    def accounts_by_id(self) -> Mapping[str, Account]:
        """Each account by its id."""
        return {account.id: account for account in self.accounts}

    @cached_property
    def payer_by_account(self) -> Mapping[str, str]:
        """The payer of each account."""
        return {account.id: account.payer for account in self.accounts}

    def payers(self) -> tuple[str, ...]:
        """Every payer, in the order of the accounts."""
        return tuple(dict.fromkeys(account.payer for account in self.accounts))

    def regions(self) -> tuple[str, ...]:
        """Every Region of an account, in the order of the accounts."""
        return tuple(
            dict.fromkeys(region for account in self.accounts for region in account.regions)
        )

    @cached_property
    def region_codes(self) -> tuple[str, ...]:
        """Every Region that a result may name: the table's, then what only this inventory has.

        The positions in it are the Regions' codes in arrays.
        """
        return (*known_regions(), *self.unknown_regions)

    @cached_property
    def unknown_regions(self) -> tuple[str, ...]:
        """Its Regions that the table does not have, in the order in which they come."""
        # accounts with the same list of Regions share it: ten thousand hold a handful of lists
        lists = {account.regions: None for account in self.accounts}
        given = [region for regions in lists for region in regions]
        given += [key.region for key in self.keys]
        for trail in self.trails:
            given += [*(trail.regions or ()), trail.home_region or "", trail.bucket.region or ""]
        files = [account.files_per_day for account in self.accounts]
        files += [trail.files_per_day for trail in self.trails]
        given += [region for each in files if each is not None for region in each.by_region]
        given += [region for reader in self.readers for region in reader.regions or ()]
        return tuple(code for code in in_order(given) if code and code not in known_regions())

    def streams(self) -> dict[str, int]:
        """The number of streams of each trail: (account, Region) pairs that it covers."""
        return {trail.name: self.coverage.count_streams(trail) for trail in self.trails}

    @cached_property
    def coverage(self) -> TrailCoverage:
        """The accounts and Regions that its trails cover."""
        return TrailCoverage(self.accounts, self.trails)

    def __repr__(self) -> str:
        return f"<Inventory {self.path}: {self.summary().partition('.')[0]}>"

    def summary(self) -> str:
        """The inventory in one paragraph: how many of what, and what each trail writes."""
        streams = self.streams()
        plain = [trail.name for trail in self.trails if trail.key is None]
        parts = [
            plural(len(self.payers()), "payer"),
            plural(len(self.accounts), "account"),
            plural(len(self.regions()), "Region"),
            plural(len(self.trails), "trail"),
            plural(sum(streams.values()), "stream"),
            plural(len(self.keys), "key"),
            plural(len(self.readers), "reader"),
        ]
        text = f"{', '.join(parts[:-1])} and {parts[-1]}."
        text += " A stream is one (trail, account, Region): what makes log files."
        for trail in self.trails[:5]:
            scope = "organization" if trail.scope == "organization" else f"account {trail.account}"
            under = f"under key {trail.key}" if trail.key else "with SSE-S3"
            text += f" Trail {trail.name} ({scope}) writes {streams[trail.name]:,} streams {under}."
        if len(self.trails) > 5:
            text += f" And {len(self.trails) - 5:,} more trails."
        if plain:
            text += f" {plural(len(plain), 'trail')} with SSE-S3 cause no KMS requests."
        return text


def period_of(start: datetime.date | None, until: datetime.date | None) -> Period:
    """The period between two days, either of which may be missing."""
    return Period(ordinal(start, ALWAYS), ordinal(until, NEVER))


class ActivePeriods:
    """When each account, key, trail and reader is active, by id or name.

    `own_periods` has that which the inventory gives a key, trail or reader itself, by its kind and
    name, such as ``trail org``.

    What belongs to an account ends with it, since its `until` ends what is billed there. What is
    said to begin only then was not ended by it: its own days hold, and a notice says so.
    """

    def __init__(
        self,
        accounts: dict[str, Period],
        keys: Collection[Key],
        trails: Collection[Trail],
        readers: Collection[Reader],
    ) -> None:
        self.account = accounts

        self.own_periods = {
            **{f"key {key.id}": period_of(key.first_day, key.until) for key in keys},
            **{f"trail {trail.name}": period_of(trail.start, trail.until) for trail in trails},
            **{f"reader {each.name}": period_of(each.start, each.until) for each in readers},
        }

        def within(account: str, name: str) -> Period:
            period = self.own_periods[name]
            # only the end: an account that joined an organization late may have had keys before
            end = accounts[account].end
            return period if period.start >= end else period & Period(ALWAYS, end)

        self.key = {key.id: within(key.account, f"key {key.id}") for key in keys}
        self.trail: dict[str, Period] = {}
        self.writing: dict[str, Period] = {}
        for trail in trails:
            period = within(trail.account, f"trail {trail.name}")
            self.trail[trail.name] = period
            if trail.key is not None:
                self.writing[trail.name] = period & self.key[trail.key]
        self.reader = {
            reader.name: within(reader.account, f"reader {reader.name}") for reader in readers
        }
