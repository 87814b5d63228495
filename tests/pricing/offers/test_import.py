"""AWS's own price files become rate tables that say what the files say."""

import datetime
import json
from decimal import Decimal

import pytest

from estimator import forecast, load_rates, rates_import, rates_show
from pricing.rates import load_cloudtrail_rates
from pricing.regions import regions
from tests.pricing.offers.offer_files import (
    Product,
    as_csv,
    everywhere,
    flat,
    kms,
    offer,
    write_file,
)
from tests.real_data import DATA, needs_data

FEEDS = DATA / "prices" / "aws-price-watcher"
COMMERCIAL = [code for code, region in regions().items() if region.partition == "aws"]


def prices(table, meter_name):
    """Region to price of one unit in the newest version, for meters with one price a Region."""
    (meter,) = [meter for meter in table.meters if meter.name == meter_name]
    found = {}
    for rate in meter.versions[-1].rates:
        for region in rate.regions:
            found[region] = Decimal(str(rate.rate)) / Decimal(str(meter.per))
    return found


def old_file():
    """A file of 2016: no regionCode, GovCloud's free requests inside its own product."""
    day = {"effective": "2016-01-01T00:00:00Z"}
    govcloud = [("0", "20000", "0.0000000000"), ("20001", "Inf", "0.0000040000")]
    products = [
        flat("KMS-Requests", "us-east-1", "0.0000030000", **day),
        flat("KMS-Requests", "eu-west-1", "0.0000030000", **day),
        flat("KMS-Keys", "us-east-1", "1.0000000000", "Keys", **day),
        flat("KMS-Keys", "eu-west-1", "1.0000000000", "Keys", **day),
        Product("us-gov-west-1-KMS-Requests", "us-gov-west-1", govcloud, **day),
        flat("KMS-Keys", "us-gov-west-1", "1.0000000000", "Keys", **day),
        everywhere(**day),
    ]
    return offer(products, old=True, published="2016-01-07T01:18:38Z", version="20160107011838")


def estate(region, files=288):
    """One trail under one key in one Region, files a day."""
    return {
        "version": 1,
        "accounts": [{"id": "111122223333", "regions": [region], "files_per_day": files}],
        "keys": [{"id": "k", "region": region}],
        "trails": [{"name": "t", "key": "k", "bucket": {"name": "b", "region": region}}],
    }


def inventory(tmp_path, region, **more):
    path = tmp_path / "inventory.yaml"
    path.write_text(json.dumps({**estate(region), **more}))
    return path


@needs_data
@pytest.mark.parametrize(
    ("feed", "shipped"), [("kms", load_rates), ("cloudtrail", load_cloudtrail_rates)]
)
def test_the_calculator_feed_imports_to_the_shipped_table(feed, shipped):
    """Every meter, Region and free quantity of the shipped table's version of the feed's day."""
    imported = rates_import(FEEDS / f"{feed}.json")
    assert [meter.name for meter in imported.table.meters] == [
        meter.name for meter in shipped().meters
    ]
    for imported_meter, shipped_meter in zip(imported.table.meters, shipped().meters, strict=True):
        (version,) = imported_meter.versions
        same = next(each for each in shipped_meter.versions if each.start == version.start)
        assert (imported_meter.unit, imported_meter.per, imported_meter.operations) == (
            shipped_meter.unit,
            shipped_meter.per,
            shipped_meter.operations,
        )
        assert version.confirmed
        assert version.free == same.free
        for region in regions():
            rate, other = version.rate(region), same.rate(region)
            assert (rate.steps if rate else None) == (other.steps if other else None), region


@needs_data
def test_what_the_feed_has_besides_is_listed():
    """Nothing of the feed is dropped in silence: Lake, Insights, data events stand in a notice."""
    (notice,) = [
        notice for notice in rates_import(FEEDS / "cloudtrail.json").notices if "no meter" in notice
    ]
    assert "Data Events Recorded (36)" in notice
    assert "Free Events Recorded (36)" in notice
    assert any("Bundle (1)" in notice for notice in rates_import(FEEDS / "kms.json").notices)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", ["json", "csv"])
@pytest.mark.parametrize("codes", [COMMERCIAL, ["eu-west-3"]], ids=["whole", "one-region"])
def test_every_shape_of_a_file_says_the_same(tmp_path, shape, packed, codes):
    """JSON or CSV, gzipped or not, whole or of one Region: 0.000003 a request, 1 a key."""
    file = offer([*kms(*codes), everywhere()])
    path = write_file(tmp_path / "f", file if shape == "json" else as_csv(file), packed)
    imported = rates_import(path)
    assert set(prices(imported.table, "kms-requests")) == set(codes)
    assert set(prices(imported.table, "kms-requests").values()) == {Decimal("0.000003")}
    assert set(prices(imported.table, "kms-keys").values()) == {Decimal(1)}
    assert set(prices(imported.table, "kms-requests-asymmetric").values()) == {Decimal("0.000015")}
    assert set(prices(imported.table, "kms-requests-rsa-2048").values()) == {Decimal("0.000003")}
    assert set(prices(imported.table, "kms-data-key-pairs-ecc").values()) == {Decimal("0.00001")}
    assert set(prices(imported.table, "kms-data-key-pairs-rsa").values()) == {Decimal("0.0012")}
    version = imported.table.meters[0].versions[0]
    assert version.free is not None
    assert version.free.quantity == 20_000
    assert version.start == datetime.date(2025, 8, 1)  # the term's effective date
    assert version.source.checked == datetime.date(2025, 8, 28)  # the day of publication


@pytest.mark.parametrize("shape", ["json", "csv"])
def test_govclouds_own_free_tier_of_2016(tmp_path, shape):
    """In a file of 2016, 20,000 of GovCloud's requests are free once, the rest costs 0.04.

    28,800 files a day x 30 days = 864,000 requests in June 2016;
    864,000 - 20,000 = 844,000 at 0.04 / 10,000 = 3.376, and one key: 4.376.
    """
    path = write_file(tmp_path / "f", old_file() if shape == "json" else as_csv(old_file()))
    table = rates_import(path).table
    busy = [{"id": "111122223333", "regions": ["us-gov-west-1"], "files_per_day": 28_800}]
    estates = inventory(tmp_path, "us-gov-west-1", accounts=busy)
    result = forecast(estates, "2016-06", 1, rates=table)
    assert result.totals["billable_requests"] == 844_000
    assert Decimal(str(round(result.totals["cost_usd"], 9))) == Decimal("4.376")


def test_commercial_regions_in_a_file_of_2016(tmp_path):
    """Location names alone place the products; the free tier is the global product.

    288 x 31 days = 8,928 requests, all free; with 20,000 used by others none is:
    8,928 x 0.03 / 10,000 = 0.026784, and one key.
    """
    table = rates_import(write_file(tmp_path / "f", old_file())).table
    result = forecast(inventory(tmp_path, "eu-west-1"), "2016-01", 1, rates=table)
    assert result.totals["cost_usd"] == 1.0
    used = inventory(tmp_path, "eu-west-1", other_kms_requests_per_month=20_000)
    result = forecast(used, "2016-01", 1, rates=table)
    assert Decimal(str(round(result.totals["cost_usd"], 9))) == Decimal("1.026784")


def test_the_file_that_is_written_is_the_table(tmp_path):
    """`yaml` loads as the table itself, digest and all; importing twice gives the same bytes."""
    path = write_file(tmp_path / "f", old_file())
    first, second = rates_import(path), rates_import(path)
    assert first.yaml.encode() == second.yaml.encode()
    rates = tmp_path / "rates.yaml"
    rates.write_text(first.yaml, encoding="utf-8")
    loaded = load_rates(rates)
    assert loaded.model_dump() == first.table.model_dump()
    digests = [[version.digest() for version in meter.versions] for meter in loaded.meters]
    assert digests == [
        [version.digest() for version in meter.versions] for meter in first.table.meters
    ]
    assert {row["meter"] for row in rates_show(rates=rates)} == {"kms-requests", "kms-keys"}


def test_the_source_is_the_file_itself(tmp_path):
    """Service, version, day and SHA-256 of the file as it is on disk stand in each version."""
    import hashlib

    path = write_file(tmp_path / "f", offer(kms("us-east-1")), packed=True)
    source = rates_import(path).table.meters[0].versions[0].source
    assert hashlib.sha256(path.read_bytes()).hexdigest() in source.title
    assert "version 20250828153913, published 2025-08-28" in source.title
    assert source.url.endswith("/offers/v1.0/aws/awskms/20250828153913/us-east-1/index.json")
    whole = rates_import(write_file(tmp_path / "g", offer(kms("us-east-1", "eu-west-1"))))
    source = whole.table.meters[0].versions[0].source
    assert source.url.endswith("/offers/v1.0/aws/awskms/20250828153913/index.json")


def test_products_that_begin_on_different_days_make_versions(tmp_path):
    """Each effective date begins a version; Regions that began before go on in it."""
    early = kms("us-east-1", effective="2025-08-01T00:00:00Z")
    late = kms("eu-west-1", request="0.0000050000", effective="2025-10-01T00:00:00Z")
    table = rates_import(write_file(tmp_path / "f", offer([*late, *early]))).table
    first, second = table.meters[0].versions
    assert [version.start for version in (first, second)] == [
        datetime.date(2025, 8, 1),
        datetime.date(2025, 10, 1),
    ]
    assert first.rate("eu-west-1") is None
    assert second.rate("us-east-1").rate == 0.03
    assert second.rate("eu-west-1").rate == 0.05


def test_files_of_regions_and_of_both_services_become_one_table(tmp_path):
    """Two Regions' files in CNY and CloudTrail's: copies of events are priced in CNY as well.

    Two trails under one key in cn-north-1: 2 x 288 x 30 = 17,280 requests at CNY 0.20 / 10,000 =
    0.3456, and a key at 7. The second trail's copy of 17,280 events at CNY 14 / 100,000 = 2.4192.
    """
    north = kms("cn-north-1", request="0.0000200000")
    north[1] = flat("KMS-Keys", "cn-north-1", "7.0000000000", "Keys")
    west = kms("cn-northwest-1", request="0.0000200000")
    copies = Product("CNN1-PaidEventsRecorded", "cn-north-1", [("0", "Inf", "0.00014")], "Events")
    files = [
        write_file(tmp_path / "north.json", offer(north, currency="CNY")),
        write_file(tmp_path / "west.csv", as_csv(offer(west, currency="CNY"))),
        write_file(tmp_path / "events.json", offer([copies], "AWSCloudTrail", "CNY")),
    ]
    imported = rates_import(files)
    assert imported.table.currency == "CNY"
    assert set(prices(imported.table, "kms-requests")) == {"cn-north-1", "cn-northwest-1"}
    trail = estate("cn-north-1")["trails"][0]
    two = inventory(tmp_path, "cn-north-1", trails=[trail, {**trail, "name": "u"}])
    totals = forecast(two, "2026-11", 1, rates=imported.table).totals
    assert round(totals["cost_cny"], 9) == 7.3456
    assert round(totals["cost_cny_cloudtrail_events"], 9) == 2.4192


def test_the_order_of_a_file_does_not_matter(tmp_path):
    """Terms before products, products in another order, keys sorted: the same rates."""
    file = old_file()
    straight = rates_import(write_file(tmp_path / "a", file)).table
    turned = dict(reversed(file.items()))
    turned = {"offerCode": turned.pop("offerCode"), **turned}
    assert list(turned).index("terms") < list(turned).index("products")
    turned["products"] = dict(reversed(turned["products"].items()))
    twisted = rates_import(write_file(tmp_path / "b", turned)).table
    for meter, other in zip(straight.meters, twisted.meters, strict=True):
        assert [v.rates for v in meter.versions] == [v.rates for v in other.versions]
        assert [v.free for v in meter.versions] == [v.free for v in other.versions]


def test_tiers_of_a_product_count_from_its_free_part(tmp_path):
    """Graduated tiers stay; those of a product with a free tier count what is billable.

    0 to 20,000 free, to 1,000,000 at 0.05, the rest at 0.03: of a rate table's billable units
    980,000 are in the first tier.
    """
    tiers = [("0", "20000", "0"), ("20000", "1000000", "0.000005"), ("1000000", "Inf", "0.000003")]
    product = Product("us-gov-west-1-KMS-Requests", "us-gov-west-1", tiers)
    key = flat("KMS-Keys", "us-gov-west-1", "1", "Keys")
    table = rates_import(write_file(tmp_path / "f", offer([product, key]))).table
    version = table.meters[0].versions[0]
    assert version.free.quantity == 20_000
    assert version.rate("us-gov-west-1").steps == ((980_000, 0.05), (float("inf"), 0.03))
    # 40 x 28,800 files x 30 days = 34,560,000 requests; less 20,000 free: 34,540,000;
    # 980,000 x 0.05 / 10,000 + 33,560,000 x 0.03 / 10,000 = 4.9 + 100.68, and the key
    more = [{"id": "111122223333", "regions": ["us-gov-west-1"], "files_per_day": 1_152_000}]
    estates = inventory(tmp_path, "us-gov-west-1", accounts=more)
    assert round(forecast(estates, "2026-11", 1, rates=table).totals["cost_usd"], 9) == 106.58


def test_a_free_quantity_that_the_file_does_not_name(tmp_path):
    """In USD it is the shipped one, with a notice that says so; in CNY there is none."""
    imported = rates_import(write_file(tmp_path / "f", offer(kms("us-east-1"))))
    assert imported.table.meters[0].versions[0].free.quantity == 20_000
    assert any(
        "names no free quantity" in notice and "shipped" in notice for notice in imported.notices
    )
    imported = rates_import(write_file(tmp_path / "g", offer(kms("cn-north-1"), currency="CNY")))
    assert imported.table.meters[0].versions[0].free is None
    assert any("none is taken" in notice for notice in imported.notices)


def test_what_has_no_meter_or_no_region_is_listed(tmp_path):
    """A new kind of product and a place that is no known Region stand in a notice by name."""
    new = flat("KMS-PostQuantum-Requests", "us-east-1", "0.0001")
    nowhere = {"regionCode": "moon-sea-1", "location": "Moon (Tranquility)"}
    moon = Product("moon-sea-1-KMS-Keys", "us-east-1", [("0", "Inf", "1")], "Keys")
    moon.attributes.update(nowhere)
    imported = rates_import(write_file(tmp_path / "f", offer([*kms("us-east-1"), new, moon])))
    (notice,) = [notice for notice in imported.notices if "no meter" in notice]
    assert "KMS-PostQuantum-Requests (1)" in notice
    assert "Moon (Tranquility)" in notice
    assert set(prices(imported.table, "kms-keys")) == {"us-east-1"}


def test_a_region_newer_than_the_table_keeps_its_price(tmp_path):
    """A well-formed code that this version does not know comes last, with its own rate."""
    new = Product("eu-west-9-KMS-Keys", "us-east-1", [("0", "Inf", "2")], "Keys")
    new.attributes.update({"regionCode": "eu-west-9", "location": "Europe (Atlantis)"})
    table = rates_import(write_file(tmp_path / "f", offer([new, *kms("us-east-1")]))).table
    assert prices(table, "kms-keys") == {"us-east-1": 1.0, "eu-west-9": 2.0}
    assert list(prices(table, "kms-keys")) == ["us-east-1", "eu-west-9"]


def test_other_names_of_regions_are_known(tmp_path):
    """An old file may say Europe (Ireland), AWS GovCloud (US-West) or Osaka-Local."""
    products = kms("eu-west-1", "us-gov-west-1", "ap-northeast-3")
    file = offer([*products, everywhere()], old=True)
    text = json.dumps(file).replace("EU (Ireland)", "Europe (Ireland)")
    text = text.replace("AWS GovCloud (US)", "AWS GovCloud (US-West)")
    text = text.replace("Asia Pacific (Osaka)", "Asia Pacific (Osaka-Local)")
    table = rates_import(write_file(tmp_path / "f", text)).table
    assert set(prices(table, "kms-keys")) == {"eu-west-1", "us-gov-west-1", "ap-northeast-3"}


def test_a_rate_far_from_the_shipped_one_is_pointed_out(tmp_path):
    """0.046 for 0.03 is 53 % more and pointed out; 0.045 is half more and is not."""
    far = rates_import(write_file(tmp_path / "f", offer(kms("us-east-1", request="0.0000046"))))
    assert any("0.03 to 0.046" in notice and "more than half" in notice for notice in far.notices)
    near = rates_import(write_file(tmp_path / "g", offer(kms("us-east-1", request="0.0000045"))))
    assert not any("more than half" in notice for notice in near.notices)


def test_the_free_quantity_keeps_a_source_of_its_own(tmp_path):
    """The global product speaks for commercial Regions, GovCloud's own tier for GovCloud.

    Where no product says it, the shipped source does; GovCloud's is then not confirmed.
    """
    day = datetime.date(2026, 11, 1)

    def sources(products):
        table = rates_import(write_file(tmp_path / "f", offer(products))).table
        found = {
            partition: table.free_in_force("kms-requests", partition, day)
            for free in table.free_quantities
            for partition in free.partitions
        }
        return {
            name: (entry.confirmed, "sha256" in entry.source.title) for name, entry in found.items()
        }

    both = kms("us-east-1", "us-gov-west-1")
    assert sources([*both, everywhere()]) == {"aws": (True, True), "aws-us-gov": (False, False)}
    assert sources(both) == {"aws": (True, False), "aws-us-gov": (False, False)}
    old = rates_import(write_file(tmp_path / "f", old_file())).table
    for partition in ("aws", "aws-us-gov"):
        assert old.free_in_force("kms-requests", partition, day).confirmed
        assert "sha256" in old.free_in_force("kms-requests", partition, day).source.title
