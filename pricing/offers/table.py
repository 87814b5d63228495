"""Checked entries to a rate table: meters, dated versions, the free quantity, sources."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pricing.meters import Meter
from pricing.offers.entries import Entry, Step
from pricing.offers.offer import Offer
from pricing.rates import load_rates
from pricing.reading.json_schemas import MAX_TEXT
from pricing.reading.problems import DocumentError, Problem
from pricing.regions import in_order, partition_of
from pricing.usage_types import FREE, FREE_METER

_USD = "USD"
_MOST_DAYS = 366


def table_of(entries: list[Entry], meters: dict[str, Meter], notices: list[str]) -> dict[str, Any]:
    """The rate table as plain values, as its file has them; what to know goes to `notices`.

    Raises
    ------
    DocumentError
        Two prices for one thing, two currencies, or free quantities that no table can hold.
    """
    problems = [*_two_currencies(entries), *_two_prices(entries)]
    if problems:
        raise DocumentError(problems)
    currency = entries[0].currency
    by_meter: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_meter[entry.meter].append(entry)
    everywhere = by_meter.pop(FREE, [])
    priced = [meter for name, meter in meters.items() if name in by_meter]
    if not priced:
        found, expected = "no product with a price", "products that kmscost has meters for"
        raise DocumentError(Problem(entries[0].offer.path, None, "", found, expected, ""))
    free = _free_sources(by_meter.get(FREE_METER, []), everywhere)
    return {
        "version": 1,
        "service": by_meter[priced[0].name][0].offer.service,
        "currency": currency,
        "free_quantities": [
            {"pool": FREE_METER, "partitions": [partition], "versions": versions}
            for partition, versions in free.items()
        ],
        "meters": [
            {
                "name": meter.name,
                "title": meter.title,
                "unit": meter.unit,
                "per": Decimal(str(meter.per)),
                "operations": list(meter.operations),
                "key_specs": list(meter.key_specs),
                "versions": _versions(
                    meter,
                    by_meter[meter.name],
                    everywhere if meter.name == FREE_METER else [],
                    notices,
                ),
            }
            for meter in priced
        ],
    }


def _two_currencies(entries: list[Entry]) -> Iterable[Problem]:
    first = entries[0]
    for entry in entries:
        if entry.currency != first.currency:
            found = f"{entry.currency}, after {first.currency} in {first.offer.path}"
            fix = "import them apart: a table has one currency"
            yield Problem(entry.offer.path, entry.product.line, "", found, "one currency", fix)
            return


def _two_prices(entries: list[Entry]) -> Iterable[Problem]:
    """Products that say different things about one meter, Region and day."""
    seen: dict[tuple[str, str, datetime.date], Entry] = {}
    for entry in entries:
        first = seen.setdefault((entry.meter, entry.region, entry.start), entry)
        if (first.steps, first.free) != (entry.steps, entry.free):
            where = f" of {first.offer.path}" if first.offer is not entry.offer else ""
            found = f"another price than in {first.product.sku}{where}"
            expected = f"one price of {entry.meter} in {entry.region or 'all Regions'}"
            fix = "keep the one that is in force"
            at = entry.product.at
            yield Problem(entry.offer.path, entry.product.line, at, found, expected, fix)


def _versions(
    meter: Meter, entries: list[Entry], everywhere: list[Entry], notices: list[str]
) -> list[dict[str, Any]]:
    """One version for each day on which something begins; what began before goes on."""
    days = _days(entries, everywhere)
    if len(days) > _MOST_DAYS:
        found = f"{len(days):,} effective dates of {meter.name}"
        expected = f"at most {_MOST_DAYS}: a price seldom changes"
        raise DocumentError(Problem(entries[0].offer.path, None, "", found, expected, ""))
    dated = []
    for day in days:
        known = _find_in_force(entries, day)
        versions = _find_in_force(everywhere, day)
        version: dict[str, Any] = {
            "from": day,
            "confirmed": True,
            "source": _source([*known.values(), *versions.values()]),
        }
        if meter.name == FREE_METER:
            quantity = _free(day, known, versions.get(""), notices)
            if quantity is not None:
                version["free"] = {"quantity": quantity, "pool": FREE_METER}
        version["rates"] = _rates(known, Decimal(str(meter.per)))
        dated.append(version)
    return dated


def _days(entries: list[Entry], everywhere: list[Entry]) -> list[datetime.date]:
    """The days on which something begins that a version says."""
    first = min(entry.start for entry in entries)
    days = {entry.start for entry in entries}
    return sorted(days | {entry.start for entry in everywhere if entry.start > first})


def _find_in_force(entries: list[Entry], day: datetime.date) -> dict[str, Entry]:
    """The latest entry of each Region that has begun."""
    begun = [entry for entry in entries if entry.start <= day]
    return {entry.region: entry for entry in sorted(begun, key=lambda entry: entry.start)}


def _rates(known: dict[str, Entry], per: Decimal) -> list[dict[str, Any]]:
    """Regions in the order of the shipped table, those of one partition and price together."""
    prices: defaultdict[tuple[str, tuple[Step, ...]], list[str]] = defaultdict(list)
    for region in in_order(known):
        prices[partition_of(region), known[region].steps].append(region)
    rates = []
    for (_, steps), codes in prices.items():
        rate: dict[str, Any] = {"regions": codes}
        if len(steps) == 1:
            rate["rate"] = steps[0][1] * per
        else:
            rate["tiers"] = [
                {"rate": amount * per} if end is None else {"up_to": end, "rate": amount * per}
                for end, amount in steps
            ]
        rates.append(rate)
    return rates


def _free(
    day: datetime.date, known: dict[str, Entry], everywhere: Entry | None, notices: list[str]
) -> Decimal | None:
    """The free quantity of a version: the global product's, and the Regions' own free tiers."""
    own = {entry.free: entry for entry in known.values() if entry.free is not None}
    quantities = dict(own)
    if everywhere is not None and everywhere.free is not None:
        quantities.setdefault(everywhere.free, everywhere)
    # a table has one free quantity a partition and day: two would be two bills
    if len(quantities) > 1:
        raise DocumentError(
            Problem(
                entry.offer.path,
                entry.product.line,
                entry.product.at,
                f"{quantity:f} requests free a month",
                "one free quantity in all products: a table has one for every partition",
                "import the files of the Regions apart",
            )
            for quantity, entry in quantities.items()
        )
    quantity = next(iter(quantities), None)
    without = [region for region, entry in known.items() if entry.free is None]
    if quantity is not None and everywhere is None and without:
        partitions = ", ".join(sorted({partition_of(region) for region in without}))
        notices.append(
            f"only products of some Regions name {quantity:f} free requests a month; they are "
            f"counted in {partitions} too, one pool for each payer and partition"
        )
    if quantity is None:
        region, entry = next(iter(known.items()))
        return _free_elsewhere(day, partition_of(region), entry.currency, notices)
    return quantity


def _free_sources(entries: list[Entry], everywhere: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Of each partition how much is free from when on, and who says so, apart from the rates."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for day in _days(entries, everywhere) if entries else ():
        known = _find_in_force(entries, day)
        whole = _find_in_force(everywhere, day).get("")
        quantity = _free(day, known, whole, [])
        partitions = dict.fromkeys(partition_of(region) for region in in_order(known))
        for partition in partitions if quantity is not None else ():
            own = [
                entry
                for region, entry in known.items()
                if partition_of(region) == partition and entry.free is not None
            ]
            # the product of all Regions is that of the commercial ones, where a file has these;
            # the calculator's feed has the product and not its size
            if (
                whole is not None
                and whole.free is not None
                and (partition == "aws" or "aws" not in partitions)
            ):
                own.append(whole)
            origin = _free_origin(day, partition, own, known)
            before = found[partition][-1] if found[partition] else {}
            if before != {"quantity": quantity, **origin, "from": before.get("from")}:
                found[partition].append({"from": day, "quantity": quantity, **origin})
    return dict(found)


def _free_origin(
    day: datetime.date, partition: str, own: list[Entry], known: dict[str, Entry]
) -> dict[str, Any]:
    """Who says how much is free in a partition: the file, else the shipped table."""
    if own:
        return {"confirmed": True, "source": _source(own)}
    first = load_rates().free_quantities[0].versions[0].start
    # what is known of the quantity on the day the file was published, if that is more
    published = [entry.offer.day for entry in known.values() if entry.offer.day is not None]
    known_on = max([day, first, *published])
    shipped = load_rates().free_in_force(FREE_METER, partition, known_on)
    if shipped is None:
        return {"confirmed": False, "source": _source(list(known.values()))}
    source = shipped.source
    reference = {"title": source.title, "url": source.url, "checked": source.checked}
    return {"confirmed": shipped.confirmed, "source": reference}


def _free_elsewhere(
    day: datetime.date, partition: str, currency: str, notices: list[str]
) -> Decimal | None:
    """The shipped table's free quantity, where the file has none."""
    table = load_rates()
    first = table.free_quantities[0].versions[0].start
    free = table.free_in_force(FREE_METER, partition, max(day, first))
    if currency != _USD or free is None:
        notices.append(
            f"the file names no free quantity of {FREE_METER}: none is taken; add `free:` to the "
            "table where there is one"
        )
        return None
    quantity = Decimal(str(free.quantity)).normalize()
    notices.append(
        f"the file names no free quantity of {FREE_METER}: {quantity:f} requests a month from the "
        f"shipped table (source: {free.source.title})"
    )
    return quantity


def _source(entries: list[Entry]) -> dict[str, Any]:
    """Who said so: service, version, day of publication and fingerprint of the file."""
    offers = list({entry.offer.sha256: entry.offer for entry in entries}.values())
    offers.sort(key=lambda offer: (offer.published, offer.sha256))
    newest = offers[-1]
    if len(offers) == 1:
        title = f"{describe_offer(newest)}, sha256 {newest.sha256}"
    else:
        prints = [f"{offer.published[:10]} sha256 {offer.sha256[:16]}" for offer in offers]
        title = f"{len(offers)} files, the newest {describe_offer(newest)}: {', '.join(prints)}"
        title = title if len(title) <= MAX_TEXT else f"{title[: MAX_TEXT - 3]}..."
    codes = [entry.region for entry in entries if entry.offer is newest and entry.region]
    return {"title": title, "url": _url(newest, codes), "checked": newest.day}


def describe_offer(offer: Offer) -> str:
    """A file in one line: what it is, its version, when it was published."""
    day = offer.published[:10]
    if offer.is_feed:
        return f"AWS Pricing Calculator feed {offer.service}, prices published {day}"
    version = offer.version if re.fullmatch(r"[\w.:-]{1,40}", offer.version) else "without version"
    return f"AWS price list {offer.service}, version {version}, published {day}"


def _url(offer: Offer, codes: list[str]) -> str:
    """The documented address of a file, with its own version."""
    if offer.is_feed:
        name = {"awskms": "kms", "AWSCloudTrail": "cloudtrail"}[offer.service]
        units = "https://calculator.aws/pricing/2.0/meteredUnitMaps"
        return f"{units}/{name}/USD/current/{name}.json"
    version = offer.version if re.fullmatch(r"\d{8,20}", offer.version) else "current"
    china = bool(codes) and all(partition_of(code) == "aws-cn" for code in codes)
    host = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws"
    if china:
        host = "https://pricing.cn-north-1.amazonaws.com.cn/offers/v1.0/cn"
    only = f"{codes[0]}/" if len(set(codes)) == 1 else ""  # the file of one Region
    return f"{host}/{offer.service}/{version}/{only}index.json"
