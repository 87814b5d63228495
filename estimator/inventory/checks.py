"""What must hold between the sections of an inventory: names exist, one partition, one Region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from estimator.figures import listed
from estimator.inventory.account_groups import paths_above, tag_names
from estimator.inventory.accounts import Found
from estimator.inventory.budgets import Budget
from estimator.inventory.coverage import Account, Group, covered_group, groups_of
from estimator.inventory.documents import LABELS
from estimator.inventory.draft import Draft, check_account, check_name, check_names_of_refused
from estimator.inventory.model import Inventory
from estimator.inventory.others import FIELD
from estimator.inventory.reader_sections import Once, Reader, Replication
from estimator.inventory.sections import Key, Trail
from pricing.arns import parse_key_arn
from pricing.reading.document import Location, Map, Seq
from pricing.reading.problems import Problem
from pricing.reading.words import shown
from pricing.regions import partition_of


def check_references(draft: Draft, inventory: Inventory, found: list[Found]) -> None:
    """Note in the draft whatever does not fit together."""
    _accounts_once(draft, found)
    _one_partition_each(draft, inventory.accounts, found)
    for section, label in LABELS.items():
        if section != "accounts":  # those of files too, above
            _names_once(draft, section, label)
    _readers_unlike_trails(draft)
    own = inventory.accounts_by_id
    keys = {key.id: key for key in inventory.keys}
    for index, key in enumerate(inventory.keys):
        _check_key(draft, ("keys", index), key, own)
    regions: defaultdict[Group, set[str]] = defaultdict(set)
    for account in inventory.accounts:
        for group in groups_of(account):
            regions[group].update(account.regions)
    for index, trail in enumerate(inventory.trails):
        _check_trail(draft, ("trails", index), trail, own, keys, regions)
    trails = {trail.name: trail for trail in inventory.trails}
    for index, reader in enumerate(inventory.readers):
        _check_reader(draft, ("readers", index), reader, own, keys, trails)
    _check_others(draft, inventory, own)
    for index, budget in enumerate(inventory.budgets):
        _check_budget(draft, ("budgets", index), budget, inventory, own)
    check_names_of_refused(draft, own)


def _accounts_once(draft: Draft, found: list[Found]) -> None:
    first: dict[str, Found] = {}
    for account in found:
        before = first.setdefault(account.entry.id, account)
        if before is not account:
            fix = f"remove one of them (the first is in {before.path}:{before.line})"
            twice = f"the account {account.entry.id} twice"
            draft.problems.append(
                Problem(account.path, account.line, account.at, twice, "each account once", fix)
            )


def _one_partition_each(draft: Draft, accounts: Iterable[Account], places: list[Found]) -> None:
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
            draft.problems.append(Problem(place.path, place.line, at, spread, expected, fix))


def _names_once(draft: Draft, section: str, label: str) -> None:
    # the document and not the model: what is refused for another mistake still has its name
    items = draft.root.get(section)
    first: dict[str, int] = {}
    for index, item in enumerate(items if isinstance(items, Seq) else []):
        name = item.get(label) if isinstance(item, Map) else None
        if not isinstance(name, str):
            continue
        if name in first and isinstance(items, Seq):
            line, at = item.lines.get(label), f"{section}[{index}].{label}"
            fix = f"rename one of them (the first is in line {items.lines[first[name]]})"
            repeated = f"the {label} {shown(name)} twice"
            draft.problems.append(
                Problem(draft.path, line, at, repeated, f"each {label} once", fix)
            )
        first.setdefault(name, index)


def _readers_unlike_trails(draft: Draft) -> None:
    trails = set(draft.names("trails"))
    items = draft.root.get("readers")
    for index, item in enumerate(items if isinstance(items, Seq) else []):
        # a name of another type is refused where it is read; a list is not even a key of a set
        name = item.get("name") if isinstance(item, Map) else None
        if isinstance(name, str) and name in trails and isinstance(item, Map):
            line, at = item.lines.get("name"), f"readers[{index}].name"
            found = f"the name {shown(item['name'])} of a trail"
            fix = "rename the reader: results are told apart by these names"
            draft.problems.append(Problem(draft.path, line, at, found, "a name of its own", fix))


def _check_key(draft: Draft, at: Location, key: Key, own: Mapping[str, Account]) -> None:
    if check_account(draft, (*at, "account"), key.account, own):
        partition = partition_of(key.region)
        home = own[key.account]
        if home.regions and home.partition != partition:
            expected = f"a Region of {home.partition}, where account {home.id} is"
            fix = "correct the Region, or write an account of its partition"
            draft.refuse((*at, "region"), f"{key.region} of {partition}", expected, fix)
    if key.arn is not None:
        arn = parse_key_arn(key.arn)
        if arn is None:
            expected = "arn:aws:kms:REGION:ACCOUNT:key/ID"
            draft.refuse(
                (*at, "arn"), shown(key.arn), expected, "copy it from `aws kms describe-key`"
            )
        elif (arn.region, arn.account) != (key.region, key.account):
            found = f"an ARN in {arn.region} of account {arn.account}"
            expected = f"{key.region} and {key.account}, as the key says"
            draft.refuse((*at, "arn"), found, expected, "correct one of them")


def _check_trail(
    draft: Draft,
    at: Location,
    trail: Trail,
    own: Mapping[str, Account],
    keys: dict[str, Key],
    regions: Mapping[Group, set[str]],
) -> None:
    known = check_account(draft, (*at, "account"), trail.account, own)
    key = keys.get(trail.key) if trail.key else None
    if trail.key is not None and key is None:
        check_name(draft, (*at, "key"), trail.key, "keys")
    # CloudTrail refuses it, so no forecast of it can come true (F10)
    if key and trail.bucket.region and trail.bucket.region != key.region:
        found = f"a bucket in {trail.bucket.region} under key {key.id} in {key.region}"
        fix = f"use a key in {trail.bucket.region}: CloudTrail needs both in one Region"
        draft.refuse((*at, "bucket", "region"), found, f"{key.region}, the key's Region", fix)
    if not known:
        return
    home = own[trail.account]
    partitions = {home.partition} | ({partition_of(key.region)} if key else set())
    partitions |= {partition_of(region) for region in trail.regions or ()}
    if trail.home_region:
        partitions.add(partition_of(trail.home_region))
    if len(partitions) > 1:
        found = f"a trail over {' and '.join(sorted(partitions))}"
        fix = "write one trail for each partition, with a key, a bucket and an account in it"
        apart = {partition_of(region) for region in trail.regions or ()} - {home.partition}
        place = (*at, "regions") if apart else (*at, "key")
        draft.refuse(place, found, "one partition: account, key, bucket and Regions", fix)
        return
    if draft.has_unsure_regions:  # of what is not known no Region is missing
        return
    covered = regions[covered_group(trail, home)]
    if not covered:
        fix = "give the accounts it covers `regions`"
        draft.refuse(at, "a trail that covers no Region", "at least one stream", fix)
    for index, region in enumerate(trail.regions or ()):
        if region not in covered and covered:
            listed = ", ".join(sorted(covered)[:8])
            fix = "add it to the accounts' `regions`, or remove it here"
            expected = f"Regions that an account it covers has: {listed}"
            draft.refuse((*at, "regions", index), region, expected, fix)


def _check_reader(
    draft: Draft,
    at: Location,
    reader: Reader,
    own: Mapping[str, Account],
    keys: dict[str, Key],
    trails: dict[str, Trail],
) -> None:
    known = check_account(draft, (*at, "account"), reader.account, own)
    for index, name in enumerate(reader.trails or ()):
        if name in trails:
            continue
        check_name(draft, (*at, "trails", index), name, "trails")
    for index, account in enumerate(reader.accounts or ()):
        check_account(draft, (*at, "accounts", index), account, own)
    named = [trails[name] for name in reader.trails or () if name in trails]
    partitions = {own[trail.account].partition for trail in named if trail.account in own}
    home = own[reader.account].partition if known else None
    if home and own[reader.account].regions and partitions and partitions != {home}:
        found = f"a reader of {home} for trails of {' and '.join(sorted(partitions))}"
        fix = "use an account of the trails' partition"
        draft.refuse((*at, "account"), found, "one partition", fix)
    if home and reader.trails is None:
        partitions = {home}  # it reads the trails of its own partition
    if isinstance(reader, Once):
        _check_once(
            draft, at, reader, named if reader.trails is not None else trails.values(), keys
        )
    if isinstance(reader, Replication):
        target = keys.get(reader.destination_key)
        place = (*at, "destination_key")
        if target is None:
            check_name(draft, place, reader.destination_key, "keys")
        elif partitions and partitions != {partition_of(target.region)}:
            found = f"a key in {partition_of(target.region)}"
            expected = f"a key in {' and '.join(sorted(partitions))}, where the trails are"
            draft.refuse(place, found, expected, "use a key there: S3 copies in one partition")


def _check_once(
    draft: Draft, at: Location, reader: Once, trails: Iterable[Trail], keys: dict[str, Key]
) -> None:
    """All that lies there is known only where it is known since when files come, or are kept."""
    if reader.days is not None:
        return
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
        draft.refuse(at, found, expected, "write days: 90 for the files of the last 90 days")


def _check_others(draft: Draft, inventory: Inventory, own: Mapping[str, Account]) -> None:
    """Who requests something else is an account or a payer."""
    payers = _payers(draft, inventory, own)
    for owner in inventory.other_kms_requests_per_month.by_id:
        if owner not in payers:
            check_account(draft, (FIELD, owner), owner, own)


def _payers(draft: Draft, inventory: Inventory, own: Mapping[str, Account]) -> dict[str, None]:
    """All payers, and all ids that one may have of what was refused for another mistake."""
    refused = [name for name in draft.names("accounts") if name not in own]
    of_all = draft.root.get("payer")
    named = (*draft.names("accounts", "payer"), *([] if of_all is None else [str(of_all)]))
    return dict.fromkeys((*inventory.payers(), *named, *refused))


def _check_budget(
    draft: Draft, at: Location, budget: Budget, inventory: Inventory, own: Mapping[str, Account]
) -> None:
    """The payer, account, trail or reader that a budget is for exists."""
    if budget.payer is not None and not draft.incomplete:
        check_name(draft, (*at, "payer"), budget.payer, "payers", _payers(draft, inventory, own))
    if budget.account is not None:
        check_account(draft, (*at, "account"), budget.account, own)
    for part, name in (("trail", budget.trail), ("reader", budget.reader)):
        if name is not None:
            check_name(draft, (*at, part), name, f"{part}s")
    _check_group(draft, at, budget, inventory)


def _check_group(draft: Draft, at: Location, budget: Budget, inventory: Inventory) -> None:
    """The OU or the tag that a budget is for has an account: of a slip nothing would ever count."""
    covered = budget.covers(inventory.accounts)
    # an account that was refused may be the one
    if covered is None or covered.members or draft.problems or draft.incomplete:
        return
    accounts = inventory.accounts
    if budget.ou is not None:
        known = dict.fromkeys(
            path for account in accounts if account.ou for path in paths_above(account.ou)
        )
        check_name(draft, (*at, "ou"), budget.ou, "OUs of accounts", known)
    if budget.tag is not None:
        ((name, value),) = budget.tag.items()
        names = tag_names(accounts)
        if check_name(draft, (*at, "tag"), name, "tags of accounts", names):
            values = dict.fromkeys(a.tags[name] for a in accounts if name in a.tags)
            check_name(draft, (*at, "tag", name), value, "values of this tag", values)
