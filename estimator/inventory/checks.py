"""What must hold between the sections of an inventory: one partition, one Region, known days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from estimator.figures import listed
from estimator.inventory.accounts import Found
from estimator.inventory.coverage import Account, Group, covered_group, groups_of
from estimator.inventory.draft import Refusal
from estimator.inventory.model import Inventory
from estimator.inventory.reader_sections import Reader
from estimator.inventory.sections import Key, Trail
from pricing.arns import parse_key_arn
from pricing.reading.document import Location
from pricing.reading.problems import Problem
from pricing.reading.words import shown
from pricing.regions import partition_of


def check_sections(
    inventory: Inventory, found: list[Found], has_unsure_regions: bool
) -> Iterator[Refusal | Problem]:
    """Whatever does not fit together, of what has the names that it uses.

    Parameters
    ----------
    inventory : Inventory
        What was understood.
    found : list of Found
        Its accounts, with the places they were found in.
    has_unsure_regions : bool
        Whether an account or its Regions were refused, so that others need not be missing.
    """
    yield from _one_partition_each(inventory.accounts, found)
    own = inventory.accounts_by_id
    keys = {key.id: key for key in inventory.keys}
    for index, key in enumerate(inventory.keys):
        yield from _check_key(("keys", index), key, own)
    regions: defaultdict[Group, set[str]] = defaultdict(set)
    for account in inventory.accounts:
        for group in groups_of(account):
            regions[group].update(account.regions)
    for index, trail in enumerate(inventory.trails):
        home = own.get(trail.account)
        covered = None
        # of what is not known no Region is missing
        if home is not None and not has_unsure_regions:
            covered = regions[covered_group(trail, home)]
        yield from _check_trail(("trails", index), trail, keys.get(trail.key or ""), home, covered)
    trails = {trail.name: trail for trail in inventory.trails}
    for index, reader in enumerate(inventory.readers):
        yield from _check_reader(("readers", index), reader, own, keys, trails)


def _one_partition_each(accounts: Iterable[Account], places: list[Found]) -> Iterator[Problem]:
    checked: dict[tuple[str, ...], list[str]] = {}
    for account, place in zip(accounts, places, strict=True):
        # ten thousand accounts share a handful of lists
        partitions = checked.get(account.regions)
        if partitions is None:
            partitions = sorted({partition_of(region) for region in account.regions})
            checked[account.regions] = partitions
        if len(partitions) > 1:
            spread = f"Regions of {' and '.join(partitions)}"
            fix = "list each partition's account on its own, with its own Regions"
            at = place.at.removesuffix(".id") + ".regions" if place.at != "id" else "regions"
            expected = "Regions of one partition: an account is in one"
            yield Problem(place.path, place.line, at, spread, expected, fix)


def _check_key(at: Location, key: Key, own: Mapping[str, Account]) -> Iterator[Refusal]:
    if key.account in own:
        partition = partition_of(key.region)
        home = own[key.account]
        if home.regions and home.partition != partition:
            expected = f"a Region of {home.partition}, where account {home.id} is"
            fix = "correct the Region, or write an account of its partition"
            yield Refusal((*at, "region"), f"{key.region} of {partition}", expected, fix)
    if key.arn is not None:
        arn = parse_key_arn(key.arn)
        if arn is None:
            expected = "arn:aws:kms:REGION:ACCOUNT:key/ID"
            yield Refusal(
                (*at, "arn"), shown(key.arn), expected, "copy it from `aws kms describe-key`"
            )
        elif (arn.region, arn.account) != (key.region, key.account):
            found = f"an ARN in {arn.region} of account {arn.account}"
            expected = f"{key.region} and {key.account}, as the key says"
            yield Refusal((*at, "arn"), found, expected, "correct one of them")


def _check_trail(
    at: Location,
    trail: Trail,
    key: Key | None,
    home: Account | None,
    covered: Collection[str] | None,
) -> Iterator[Refusal]:
    """What of a trail does not fit its key, its account, or the Regions that it may cover."""
    # CloudTrail refuses it, so no forecast of it can come true (F10)
    if key and trail.bucket.region and trail.bucket.region != key.region:
        found = f"a bucket in {trail.bucket.region} under key {key.id} in {key.region}"
        fix = f"use a key in {trail.bucket.region}: CloudTrail needs both in one Region"
        yield Refusal((*at, "bucket", "region"), found, f"{key.region}, the key's Region", fix)
    if home is None:
        return
    partitions = {home.partition} | ({partition_of(key.region)} if key else set())
    partitions |= {partition_of(region) for region in trail.regions or ()}
    if trail.home_region:
        partitions.add(partition_of(trail.home_region))
    if len(partitions) > 1:
        found = f"a trail over {' and '.join(sorted(partitions))}"
        fix = "write one trail for each partition, with a key, a bucket and an account in it"
        apart = {partition_of(region) for region in trail.regions or ()} - {home.partition}
        place = (*at, "regions") if apart else (*at, "key")
        yield Refusal(place, found, "one partition: account, key, bucket and Regions", fix)
        return
    if covered is None:
        return
    if not covered:
        fix = "give the accounts it covers `regions`"
        yield Refusal(at, "a trail that covers no Region", "at least one stream", fix)
    for index, region in enumerate(trail.regions or ()):
        if region not in covered and covered:
            fix = "add it to the accounts' `regions`, or remove it here"
            expected = f"Regions that an account it covers has: {listed(sorted(covered))}"
            yield Refusal((*at, "regions", index), region, expected, fix)


def _check_reader(
    at: Location,
    reader: Reader,
    own: Mapping[str, Account],
    keys: dict[str, Key],
    trails: dict[str, Trail],
) -> Iterator[Refusal]:
    named = [trails[name] for name in reader.trails or () if name in trails]
    partitions = {own[trail.account].partition for trail in named if trail.account in own}
    home = own[reader.account].partition if reader.account in own else None
    if home and own[reader.account].regions and partitions and partitions != {home}:
        found = f"a reader of {home} for trails of {' and '.join(sorted(partitions))}"
        fix = "use an account of the trails' partition"
        yield Refusal((*at, "account"), found, "one partition", fix)
    if home and reader.trails is None:
        partitions = {home}  # it reads the trails of its own partition
    if reader.needs_beginning:
        read = named if reader.trails is not None else trails.values()
        yield from _check_beginning(at, read, keys)
    for name, key in reader.writes_under.items():
        target = keys.get(key)
        if target is not None and partitions and partitions != {partition_of(target.region)}:
            found = f"a key in {partition_of(target.region)}"
            expected = f"a key in {' and '.join(sorted(partitions))}, where the trails are"
            fix = "use a key there: S3 copies in one partition"
            yield Refusal((*at, name), found, expected, fix)


def _check_beginning(
    at: Location, trails: Iterable[Trail], keys: dict[str, Key]
) -> Iterator[Refusal]:
    """All that lies there is known only where it is known since when files come, or are kept."""
    endless = [
        trail.name
        for trail in trails
        if trail.key in keys
        and trail.bucket.retention_days is None
        and (trail.start or keys[trail.key].first_day) is None
    ]
    if endless:
        found = f"no `days`, and no beginning of the files of trail {listed(endless)}"
        expected = "days, or `from` or bucket.retention_days of each trail that it reads"
        yield Refusal(at, found, expected, "write days: 90 for the files of the last 90 days")
