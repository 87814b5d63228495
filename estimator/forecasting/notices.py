"""Notices: all that a forecast's reader should know before believing it.

What is not active in the months, ends with its account or makes no requests, and what is assumed
without a source. Those of copies and quotas stand with these.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from estimator.figures import count, factor, listed, significant
from estimator.inventory import Inventory
from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.coverage import covered_regions
from estimator.inventory.reader_sections import presets
from estimator.months import ALWAYS, NEVER, Months, Period
from estimator.volume import why_no_puts
from estimator.volume.model import DIGESTS_UNDER_KEY_FROM, Growth, Model
from estimator.volume.readers import ReaderModel, build_reader_models, periods_in_use
from pricing.bill import Bill
from pricing.meters import FreeVersion, Meter, Version

# growth from a day so far from the months is a mistyped year more often than not [year]
_FAR = 5
# a factor beyond it deserves a word
_LARGE = 10.0


def find_notices(
    model: Model,
    priced: Bill,
    charges: pd.DataFrame,
) -> tuple[str, ...]:
    """What ends or makes nothing, unconfirmed rates, and assumptions without a source.

    Parameters
    ----------
    priced : Bill
        Of the model's usage, with the dated rates behind it.
    charges : DataFrame
        Columns driver, cause, unit, quantity.
    """
    readers = build_reader_models(model)
    in_use = periods_in_use(model, readers)
    return (
        *model.inventory.notices,
        *_idle(model, charges, readers),
        *_misdated(model, in_use),
        *_others(model.inventory),
        *rate_notices(priced.versions, priced.free_versions),
        *_assumptions(model.inventory, model.months, in_use),
    )


def _idle(model: Model, charges: pd.DataFrame, readers: Sequence[ReaderModel]) -> Iterator[str]:
    """Notices of what ends, is not active or makes nothing."""
    inventory, months = model.inventory, model.months
    requests = charges[(charges["unit"] == "request") & (charges["quantity"] > 0)]
    span = _span(months)
    if charges.empty:
        yield f"nothing of this inventory makes a KMS request or keeps a key {span}"
    elif requests.empty:
        yield f"nothing of this inventory makes a KMS request {span}: only keys cost"
    ended = _ended_with_account(inventory, months)
    accounts = inventory.accounts_by_id
    for account, names in ended.items():
        ends = "end" if len(names) > 1 else "ends"
        until = accounts[account].until
        yield f"account {account} ends on {until}: {listed(names)} {ends} with it"
    yield from _begun_after_account(inventory)
    yield from _not_active(inventory, months, {name for names in ended.values() for name in names})
    yield from _without_requests(model, readers, set(requests["driver"].unique()))


def _span(months: Months) -> str:
    first, last = months.labels[0], months.labels[-1]
    return f"in {first}" if first == last else f"from {first} to {last}"


def _ended_with_account(inventory: Inventory, months: Months) -> dict[str, list[str]]:
    """Per account that ends within the months: what would have gone on without that end."""
    ended: defaultdict[str, list[str]] = defaultdict(list)
    # the day after the last month: what ends on it ends after the months
    last = months.firsts[-1]
    for name, account, own, end in _owned_by_accounts(inventory):
        # begun before the account ends, and meant to go on after it, within the months
        if end.toordinal() > own.start and end < last and own.end > end.toordinal():
            ended[account].append(name)
    return ended


def _begun_after_account(inventory: Inventory) -> Iterator[str]:
    for name, account, own, end in _owned_by_accounts(inventory):
        # the account's end does not end what begins after it, so one of the two days is a slip
        if own.start >= end.toordinal():
            begins = datetime.date.fromordinal(int(own.start))
            yield (
                f"{name} begins on {begins}, after its account {account} has ended on {end}: it "
                "counts from then on; correct one of the two days"
            )


def _owned_by_accounts(inventory: Inventory) -> Iterator[tuple[str, str, Period, datetime.date]]:
    """Yield all that belongs to accounts that end: its name, account, own period, the end."""
    ends = {account.id: account.until for account in inventory.accounts if account.until}
    own = inventory.active.own_periods
    owned = [
        *((f"trail {trail.name}", trail.account) for trail in inventory.trails),
        *((f"key {key.id}", key.account) for key in inventory.keys),
        *((f"reader {reader.name}", reader.account) for reader in inventory.readers),
    ]
    for name, account in owned:
        if account in ends:
            yield name, account, own[name], ends[account]


def _not_active(inventory: Inventory, months: Months, named: set[str]) -> Iterator[str]:
    """Notices of all that has no day in the months, unless it was named with its account."""
    active = inventory.active
    periods = [
        *((f"trail {trail.name}", active.trail[trail.name]) for trail in inventory.trails),
        *((f"key {key.id}", active.key[key.id]) for key in inventory.keys),
        *((f"reader {reader.name}", active.reader[reader.name]) for reader in inventory.readers),
    ]
    idle: defaultdict[str, list[str]] = defaultdict(list)
    for name, period in periods:
        if not period.meets(months) and name not in named:
            idle[_describe_period(period)].append(name)
    # one notice for all that share a reason: fifty readers of an old SIEM are one line
    for when, names in idle.items():
        is_are = "are" if len(names) > 1 else "is"
        yield f"{listed(names)} {is_are} not active {_span(months)} ({when})"


def _describe_period(period: Period) -> str:
    def day(ordinal: float) -> datetime.date:
        return datetime.date.fromordinal(int(ordinal))

    if period.is_empty:
        return f"begins on {day(period.start)}, after its end on {day(period.end)}"
    if period.end >= NEVER:
        return f"from {day(period.start)}"
    if period.start <= ALWAYS:
        return f"until {day(period.end)}"
    return f"from {day(period.start)} until {day(period.end)}"


def _without_requests(
    model: Model, readers: Sequence[ReaderModel], drivers: set[str]
) -> Iterator[str]:
    """Notices of trails and readers that are active and make no requests all the same."""
    inventory, months, active = model.inventory, model.months, model.inventory.active
    for trail in inventory.trails:
        if trail.key is None:
            yield f"trail {trail.name} has no key (SSE-S3): it causes no KMS requests"
        elif trail.name not in drivers and active.trail[trail.name].meets(months):
            own = model.streams.trail == model.trail_number[trail.name]
            why = why_no_puts(model, trail, model.streams.where(own))
            yield f"trail {trail.name} makes no requests {_span(months)}: {why}"
    for each in readers:
        if each.reader.name not in drivers and each.period.meets(months):
            streams = each.streams(model.streams, by_account=False, by_region=False)
            why = each.why_none(streams)
            yield f"reader {each.reader.name} makes no requests {_span(months)}: {why}"


def _misdated(model: Model, in_use: dict[str, Period]) -> Iterator[str]:
    """Notices of days of the inventory that may be slips."""
    yield from _late_keys(model.inventory, model.months)
    yield from _digests(model.inventory, in_use)
    yield from _growth(model.growths["logs"], model.inventory.growth.as_of, model.months)


def _late_keys(inventory: Inventory, months: Months) -> Iterator[str]:
    active = inventory.active
    for trail in inventory.trails:
        if trail.key is None or active.writing[trail.name].is_empty:
            continue
        exists = active.own_periods[f"key {trail.key}"].start
        # the days on which the trail writes and its key does not exist yet
        without = active.trail[trail.name] & Period(end=exists)
        if without.meets(months):
            began = f"on {trail.start}" if trail.start else "all along"
            first_day = datetime.date.fromordinal(int(exists))
            yield (
                f"trail {trail.name} writes {began}, its key {trail.key} exists since {first_day}: "
                "requests are counted from then on"
            )


def _digests(inventory: Inventory, in_use: dict[str, Period]) -> Iterator[str]:
    """The notice that nobody says if digests of older trails are under the key (F8)."""
    names = [
        trail.name
        for trail in inventory.trails
        if trail.key is not None
        and trail.log_file_validation
        and trail.digest_files is None
        and (trail.start is None or trail.start < DIGESTS_UNDER_KEY_FROM)
        and not in_use[trail.name].is_empty
        and inventory.active.writing[trail.name].end > DIGESTS_UNDER_KEY_FROM.toordinal()
    ]
    if names:
        yield (
            f"digest files of trail {listed(names)} are counted under the key from "
            f"{DIGESTS_UNDER_KEY_FROM} on, when CloudTrail began to encrypt them so; whether older "
            "trails changed by themselves AWS does not say: write digest_files: sse-kms or sse-s3"
        )


def _growth(growth: Growth, as_of: datetime.date | None, months: Months) -> Iterator[str]:
    if growth.is_flat:
        return
    largest = float(growth.factor[-1])
    far = as_of is not None and abs(months.start.year - as_of.year) > _FAR
    if far or largest > _LARGE or largest < 1 / _LARGE:
        since = as_of or months.firsts[0]
        yield (
            f"growth since {since} multiplies the files of {months.labels[-1]} by "
            f"{significant(largest, 3)}: is growth.as_of the day on which the numbers were true?"
        )
    # its last is the day after the months
    elif as_of is not None and as_of >= months.firsts[-1]:
        yield f"growth.as_of {as_of} lies after {months.labels[-1]}: nothing grows before it"


def _others(inventory: Inventory) -> Iterator[str]:
    """Ids of payers that are accounts as well could mean either."""
    members: defaultdict[str, int] = defaultdict(int)
    for account in inventory.accounts:
        members[account.payer] += 1
    named = inventory.other_kms_requests_per_month.by_id
    by_payer = [use.payer for use in inventory.other_uses if named and use.account is None]
    several = [payer for payer in by_payer if members[payer] > 1]
    if several:
        yield (
            f"other_kms_requests_per_month of {listed(several)} is taken for all accounts of the "
            "payer, because only payers are named; name each account to tell them apart"
        )


def rate_notices(
    versions: Iterable[tuple[Meter, Version]],
    free: Iterable[tuple[str, str, FreeVersion]] = (),
) -> Iterator[str]:
    """Notices of rates and free quantities that AWS's own text does not confirm.

    Parameters
    ----------
    free : iterable
        Pool, partition and version, as `pricing.bill.free_in_use` finds them.
    """
    for meter, dated in versions:
        if not dated.confirmed:
            yield (
                f"rate of {meter.name} from {dated.start} is not confirmed "
                f"(source: {dated.source.title})"
            )
    for pool, partition, version in free:
        if not version.confirmed:
            yield (
                f"free quantity of {pool} in partition {partition} from {version.start}, "
                f"{count(version.quantity)} a month, is not confirmed "
                f"(source: {version.source.title})"
            )


def _assumptions(inventory: Inventory, months: Months, in_use: dict[str, Period]) -> Iterator[str]:
    """Notices of assumptions without a source that matter in the months."""
    plain = _by_rule_of_thumb(inventory, in_use)
    if plain:
        yield (
            f"files_per_day of trail {listed(plain)}: the rule of thumb 288 (one file every five "
            "minutes); busy Regions write more, quiet ones next to nothing. Measure it."
        )
    for trail in inventory.trails:
        saving = trail.bucket.bucket_key_saving
        matters = trail.key is not None and not in_use[trail.name].is_empty
        if matters and trail.bucket.bucket_key and saving.source is None:
            yield (
                f"trail {trail.name}: bucket_key_saving {factor(saving.mid)} has no source; AWS "
                "says up to 0.99"
            )
    active = inventory.active.reader
    readers = [reader for reader in inventory.readers if active[reader.name].meets(months)]
    unsourced = [
        f"{reader.name}.{name}"
        for reader in readers
        for name, value in reader
        if isinstance(value, Range)
        and value.source is None
        and name in ("gets_per_file", "share_of_files", "gets_per_day")
    ]
    if unsourced:
        yield (
            f"assumed without a source: {listed(unsourced)}. AWS publishes no gets per file; "
            "note where yours come from as {mid: 1, source: ...}"
        )
    for reader in readers:
        preset = getattr(reader, "preset", None)  # kinds without gets_per_file have none
        known = presets()[preset] if preset else None
        # a number of the reader's own is no assumption of the preset any more
        if known and known.assumed and getattr(reader, "gets_per_file", None) == known.gets:
            gets = known.gets
            ends = f"{factor(gets.low)} to {factor(gets.high)}"
            yield (
                f"reader {reader.name}: {ends} gets per file are the assumption of preset "
                f"{known.name}; no source tells them: measure it"
            )


def _by_rule_of_thumb(inventory: Inventory, in_use: dict[str, Period]) -> list[str]:
    """The trails with a stream in use of which neither its account nor the trail says its files."""
    active, coverage = inventory.active.account, inventory.coverage
    own = [_without_files(each.files_per_day, each.regions) for each in inventory.accounts]
    # accounts are many, but most of a group are alike
    silent = {
        group: {
            (tuple(own[number]), active[inventory.accounts[number].id])
            for number in members
            if own[number]
        }
        for group, members in coverage.members.items()
    }
    return [
        trail.name
        for trail in inventory.trails
        if trail.key is not None
        and any(
            _without_files(trail.files_per_day, covered_regions(trail, regions))
            and not (period & in_use[trail.name]).is_empty
            for regions, period in silent[coverage.group_of[trail.name]]
        )
    ]


def _without_files(files: FilesPerDay | None, regions: Iterable[str]) -> list[str]:
    """The Regions of which nothing is said."""
    return [region for region in regions if files is None or files.of(region) is None]
