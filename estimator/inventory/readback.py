"""An inventory read back: what a careful reader compares with what was meant, on one page."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from estimator.figures import budget_money, count, factor, listed, plural, share
from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay, Range
from estimator.inventory.budgets import THRESHOLDS, Budget
from estimator.inventory.coverage import Account
from estimator.inventory.model import Inventory
from estimator.inventory.reader_sections import Reader
from estimator.inventory.sections import Trail
from estimator.inventory.units import is_share
from estimator.months import ALWAYS, NEVER, Period
from pricing.reading.words import fold

_MOST = 20  # items of a section that a page shows
_WIDTH = 100
_COMMON = {"name", "account", "trails", "accounts", "regions", "start", "until", "kind", "preset"}


class Line(NamedTuple):
    """An item of a section: its name, and what the inventory says of it."""

    name: str
    words: str


@dataclass(frozen=True)
class ReadBack:
    """An inventory in words.

    Attributes
    ----------
    inventory : Inventory
    sections : dict of str to tuple of Line
        By title: payers, keys, trails, readers, budgets, assumptions, what is never active.
    """

    inventory: Inventory
    sections: dict[str, tuple[Line, ...]]

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None) -> str:
        """Return all of it for people, wrapped at `width` columns; 100 of them at most."""
        width = min(width or _WIDTH, _WIDTH)
        first, _, _ = self.inventory.summary().partition(".")
        parts = [
            _wrap(f"{self.inventory.path}: {first}.", width, ""),
            _wrap("A stream is one (trail, account, Region): what makes log files.", width, ""),
        ]
        for title, lines in self.sections.items():
            if not lines:
                parts += ["", f"{title}: none"]
                continue
            parts += ["", title]
            parts += [_wrap(f"{line.name}: {line.words}", width) for line in lines[:_MOST]]
            if len(lines) > _MOST:
                parts.append(f"  and {len(lines) - _MOST:,} more")
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON: summary, streams, and the lines of each section."""
        return {
            "summary": self.inventory.summary(),
            "streams": self.inventory.streams(),
            **{
                title.lower().replace(" ", "_"): [line._asdict() for line in lines]
                for title, lines in self.sections.items()
            },
        }


def read_back(inventory: Inventory) -> ReadBack:
    """Describe the payers, keys, trails, readers and budgets of an inventory, and what is idle."""
    words = _Words(inventory)
    sections = {
        "Payers": words.payers(),
        "Keys": words.keys(),
        "Trails": words.trails(),
        "Readers": words.readers(),
        "Budgets": words.budgets(),
        "Assumed throughout": words.assumptions(),
        "Never active": words.never_active(),
    }
    return ReadBack(inventory, {title: tuple(lines) for title, lines in sections.items()})


class _Words:
    """The lines of each section."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory, self._coverage = inventory, inventory.coverage
        self._accounts = inventory.accounts_by_id
        self._trails = {trail.name: trail for trail in inventory.trails}

    def payers(self) -> Iterator[Line]:
        for payer in self._inventory.payers():
            own = [account for account in self._inventory.accounts if account.payer == payer]
            regions = dict.fromkeys(region for account in own for region in account.regions)
            others = [
                f"{_quantity(use.requests)}{f' in account {use.account}' if use.account else ''}"
                for use in self._inventory.other_uses
                if use.payer == payer
            ]
            known = self._accounts.get(payer)
            yield Line(
                f"{payer} {known.name}" if known is not None and known.name else payer,
                f"{plural(len(own), 'account')} in {plural(len(regions), 'Region')}; everything "
                f"else requests of KMS each month: {listed(others, 3) or 'not said'}"
                f"{_groups(own)}",
            )

    def keys(self) -> Iterator[Line]:
        active = self._inventory.active.key
        for key in self._inventory.keys:
            words = [f"{key.region}, {self._account(key.account)}", _period(active[key.id])]
            if key.rotations:
                words.append(plural(len(key.rotations), "rotation"))
            yield Line(key.id, "; ".join(filter(None, words)))

    def trails(self) -> Iterator[Line]:
        streams = self._inventory.streams()
        for trail in self._inventory.trails:
            accounts, regions = self._coverage.accounts(trail), self._coverage.regions(trail)
            whose = f"organization, from {self._account(trail.account)}"
            if trail.scope == "account":
                whose = f"{self._account(trail.account)} alone"
            where = f"{plural(len(accounts), 'account')} in {listed(regions, 4)}"
            words = [
                f"{whose}: {plural(streams[trail.name], 'stream')} of {where}",
                f"under key {trail.key}" if trail.key else "SSE-S3, which makes no KMS requests",
                self._files(trail, accounts),
                _bucket(trail),
                "log file validation" if trail.log_file_validation else "",
                "KMS events left out" if trail.exclude_kms_events else "",
                _period(self._inventory.active.trail[trail.name]),
            ]
            yield Line(trail.name, "; ".join(filter(None, words)))

    def readers(self) -> Iterator[Line]:
        for reader in self._inventory.readers:
            trails = self._inventory.read_by(reader)
            streams = sum(self._streams_read(reader, trail) for trail in trails)
            names = listed((trail.name for trail in trails), 4)
            files = f"{plural(streams, 'stream')} of {names or 'no trail'}"
            words = [
                f"{reader.kind} by {self._account(reader.account)}, reads {files}",
                f"only accounts {listed(reader.accounts, 3)}" if reader.accounts else "",
                f"only {listed(reader.regions, 4)}" if reader.regions else "",
                *_assumptions(reader),
                _period(self._inventory.active.reader[reader.name]),
            ]
            yield Line(reader.name, "; ".join(filter(None, words)))

    def budgets(self) -> Iterator[Line]:
        for budget in self._inventory.budgets:
            yield Line(budget.name, _budget(budget))

    def assumptions(self) -> Iterator[Line]:
        writes, growth = self._inventory.cloudtrail_writes, self._inventory.growth
        does = "charges" if writes == "charged" else "does not charge"
        words = f"AWS {does} CloudTrail's own writes (cloudtrail_writes: {writes})"
        yield Line("writes", words)
        since = growth.as_of or "the forecast's first month"
        for name, of in (("accounts_per_year", "accounts"), ("files_per_year", "files")):
            rate: Range = getattr(growth, name)
            if rate != Range.exactly(0):
                yield Line("growth", f"{_share(rate)} more {of} a year since {since}")

    def never_active(self) -> Iterator[Line]:
        """Items without effect in any month, and why."""
        inventory, used = self._inventory, set()
        for trail in inventory.trails:
            if trail.key is not None:
                used.add(trail.key)
                why = self._why_never_written(trail)
                if why:
                    yield Line(f"trail {trail.name}", why)
        for reader in inventory.readers:
            used.update(reader.writes_under.values())
            why = self._why_never_read(reader)
            if why:
                yield Line(f"reader {reader.name}", why)
        for key in inventory.keys:
            if key.id not in used:
                yield Line(f"key {key.id}", "no trail and no replication uses it: it only costs")
        alone = [account.id for account in self._coverage.uncovered()]
        if alone:
            yield Line(plural(len(alone), "account"), f"no trail covers {listed(alone, 4)}")

    def _why_never_written(self, trail: Trail) -> str:
        active = self._inventory.active
        writing = active.writing[trail.name]
        if writing.is_empty:
            return f"it and its key {trail.key} are never active together"
        if all((writing & active.account[own]).is_empty for own in self._coverage.accounts(trail)):
            return "no account that it covers is active while it is"
        return ""

    def _why_never_read(self, reader: Reader) -> str:
        active = self._inventory.active
        trails = self._inventory.read_under_key(reader)
        if not trails:
            return "it reads no stream under a key"
        # files may be read long after they were put, but not before, and not without their key
        begin = min(active.writing[trail.name].start for trail in trails)
        end = max(active.key[trail.key or ""].end for trail in trails)
        if (active.reader[reader.name] & Period(begin, end)).is_empty:
            return "no file that it reads lies under a key while it is active"
        return ""

    def _streams_read(self, reader: Reader, trail: Trail) -> int:
        return self._coverage.count_streams(trail, reader.accounts, reader.regions)

    def _account(self, account: str) -> str:
        name = self._accounts[account].name
        return f"account {account}{f' {name}' if name else ''}"

    def _files(self, trail: Trail, accounts: list[str]) -> str:
        own = sum(self._accounts[account].files_per_day is not None for account in accounts)
        if trail.files_per_day is None:
            files = f"{factor(FILES_PER_DAY)} files a day in each, the rule of thumb"
        else:
            files = f"{_files(trail.files_per_day)} files a day in each"
        return f"{files}; {plural(own, 'account')} with files_per_day of its own" if own else files


def _files(files: FilesPerDay) -> str:
    if not files.by_region and files.other is not None:
        return _quantity(files.other)
    regions = [f"{_quantity(each)} in {region}" for region, each in files.by_region.items()]
    others = [] if files.other is None else [f"{_quantity(files.other)} in other Regions"]
    return listed([*regions[:3], *others, *regions[3:]], 4)


def _bucket(trail: Trail) -> str:
    bucket = trail.bucket
    name = f"bucket {bucket.name}" if bucket.name else "bucket"
    saving = "without a Bucket Key"
    if bucket.bucket_key:
        saving = f"with a Bucket Key that saves {_share(bucket.bucket_key_saving)}"
    retention = "for ever"
    if bucket.retention_days is not None:
        retention = f"{_quantity(bucket.retention_days)} days"
    return f"{name} {saving} keeps files {retention}"


def _groups(accounts: Sequence[Account]) -> str:
    """How many of a payer's accounts have an OU and which tags; nothing where none has."""
    placed = [account.ou for account in accounts if account.ou is not None]
    parts = []
    if placed:
        units = plural(len(set(placed)), "OU")
        parts.append(f"{units} with {count(len(placed))} of the accounts")
    tags = Counter(name for account in accounts for name in account.tags)
    if tags:
        # of equally many the first of the inventory: the order of a Counter
        named = (f"{name} ({count(number)})" for name, number in tags.most_common())
        parts.append(f"tags {listed(named, 4)}")
    return f"; {'; '.join(parts)}" if parts else ""


def _budget(budget: Budget) -> str:
    covers = budget.part_in_words or "everything"
    words = f"USD {budget_money(budget.usd_per_month)} a month for {covers}"
    if budget.thresholds == THRESHOLDS:
        return words
    return f"{words}; thresholds {listed(share(each) for each in budget.thresholds)}"


def _assumptions(reader: Reader) -> Iterator[str]:
    """The assumptions of a reader's kind, under the names that the file has."""
    if getattr(reader, "preset", None):
        yield f"preset {reader.preset}"  # type: ignore[union-attr]  # kinds without one were left out
    for name in type(reader).model_fields:
        value = getattr(reader, name)
        if name in _COMMON or value is None:
            continue
        if isinstance(value, Range):
            yield f"{name} {_share(value) if is_share(name) else _quantity(value)}"
        else:
            yield f"{name} {value}"


def _quantity(assumption: Range) -> str:
    if assumption.is_number:
        return _number(assumption.mid)
    return f"{_number(assumption.mid)} ({_number(assumption.low)} to {_number(assumption.high)})"


def _number(number: float) -> str:
    """A number as somebody wrote it, its thousands apart."""
    return count(number) if number >= 1000 else factor(number)


def _share(assumption: Range) -> str:
    if assumption.is_number:
        return share(assumption.mid)
    return f"{share(assumption.mid)} ({share(assumption.low)} to {share(assumption.high)})"


def _wrap(text: str, width: int, indent: str = "  ") -> str:
    return "\n".join(fold(text, width, indent, f"{indent}  "))


def _period(period: Period) -> str:
    """The days on which something is active; empty where it always is."""
    edges = (("from", period.start, ALWAYS), ("until", period.end, NEVER))
    days = [
        f"{word} {datetime.date.fromordinal(int(day))}" for word, day, edge in edges if day != edge
    ]
    return " ".join(days)
