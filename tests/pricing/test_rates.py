"""Rate tables: what is in force when and where, and what is refused."""

import datetime
import json

import pandas as pd
import pytest

from estimator import KmscostError
from pricing.bill import bill
from pricing.in_force import rates_show
from pricing.rates import load_cloudtrail_rates, load_rates
from pricing.reading.problems import DocumentError, RateError, UsageError
from pricing.regions import default_regions, regions
from tests.real_data import DATA, needs_data

FEED = DATA / "prices" / "aws-price-watcher" / "kms.json"

# the feed's own names of what the meters count
FEED_NAMES = {
    "kms-requests": "API request - Non Free Tier",
    "kms-keys": "Encryption Key",
    "kms-requests-asymmetric": "Asymmetric Requests except RSA_2048API",
    "kms-requests-rsa-2048": "Asymmetric Requests RSA_2048",
    "kms-data-key-pairs-ecc": "API Requests GenerateDatakeyPair ECC",
    "kms-data-key-pairs-rsa": "API Requests GenerateDatakeyPair RSA",
}


@needs_data
def test_shipped_rates_are_those_of_the_feed():
    """Every meter in every Region costs what AWS's calculator feed of 2025-08-28 says."""
    feed = json.loads(FEED.read_text(encoding="utf-8"))["regions"]
    feed.pop("")  # the nameless "Region" is the free tier
    code = {region.name: region.code for region in regions().values()}
    table = load_rates()
    assert len(feed) == 36
    for meter in table.meters:
        for name, prices in feed.items():
            version, rate = table.rate(meter, code[name], datetime.date(2025, 9, 1))
            ((_, price),) = rate.steps
            assert price / meter.per == pytest.approx(
                float(prices[FEED_NAMES[meter.name]]["price"]), rel=1e-12
            ), (meter.name, name)
            assert version.confirmed


@needs_data
def test_copies_of_events_cost_what_the_feed_says():
    """A further copy of a management event costs 0.00002 in every Region of CloudTrail's feed."""
    feed = json.loads((FEED.parent / "cloudtrail.json").read_text(encoding="utf-8"))["regions"]
    code = {region.name: region.code for region in regions().values()}
    table = load_cloudtrail_rates()
    (meter,) = table.meters
    for name, prices in feed.items():
        if name:
            _, rate = table.rate(meter, code[name], datetime.date(2025, 12, 1))
            listed = float(prices["Management Paid Events Recorded"]["price"])
            assert rate.steps[0][1] / meter.per == pytest.approx(listed, rel=1e-12)


@pytest.mark.parametrize(
    ("day", "since", "confirmed"),
    [
        ("2016-01-07", "2016-01-07", False),
        ("2025-08-27", "2016-01-07", False),
        ("2025-08-28", "2025-08-28", True),
    ],
)
def test_a_version_is_in_force_until_the_next_begins(day, since, confirmed):
    """On both sides of a version's first day the right version answers."""
    table = load_rates()
    version = table.in_force(table.meter("Decrypt"), datetime.date.fromisoformat(day))
    assert (version.start.isoformat(), version.confirmed) == (since, confirmed)


@pytest.mark.parametrize(
    ("spec", "operation", "usd_per_10_000", "in_govcloud"),
    [
        ("ECC_NIST_P256", "Sign", 0.15, 0.15),
        ("RSA_2048", "Sign", 0.03, 0.04),
        ("ECC_NIST_P384", "GenerateDataKeyPair", 0.10, 0.10),
        ("RSA_3072", "GenerateDataKeyPairWithoutPlaintext", 12.00, 12.00),
    ],
)
def test_asymmetric_requests_have_a_rate_since_there_are_any(
    spec, operation, usd_per_10_000, in_govcloud
):
    """Second-hand from 2019-11-25 on, AWS's feed from 2025-03-11 on, with GovCloud; none before."""
    table = load_rates()
    meter = table.meter(operation, spec)
    for day, confirmed in (("2019-11-25", False), ("2025-03-10", False), ("2025-03-11", True)):
        version, rate = table.rate(meter, "eu-west-1", datetime.date.fromisoformat(day))
        assert (version.confirmed, rate.rate) == (confirmed, usd_per_10_000)
    _, rate = table.rate(meter, "us-gov-west-1", datetime.date(2025, 3, 11))
    assert rate.rate == in_govcloud
    for region, day in (("eu-west-1", (2019, 11, 24)), ("us-gov-west-1", (2025, 3, 10))):
        with pytest.raises(RateError, match="no rate for"):
            table.rate(meter, region, datetime.date(*day))


def test_a_day_before_the_first_version_is_refused():
    """No rate is invented for the day before the table begins."""
    table = load_rates()
    with pytest.raises(RateError, match=r"no rate for 2016-01-06.*from 2016-01-07 on"):
        table.in_force(table.meter("Decrypt"), datetime.date(2016, 1, 6))


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "eusc-de-east-1"])
def test_a_region_without_a_rate_is_refused_with_the_way_out(region):
    """China is no silent zero: the error names --rates FILE."""
    with pytest.raises(RateError, match=r"no rate for .*--rates FILE"):
        rates_show(datetime.date(2026, 11, 1), region)


def test_seventeen_regions_are_enabled_by_default():
    """F22: 17 Regions in a new commercial account, us-east-1 the first."""
    assert len(default_regions()) == 17
    assert default_regions()[0] == "us-east-1"
    assert {regions()[code].partition for code in default_regions()} == {"aws"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("per: 10_000", "per: 0", r":8: .*meters\[0\]\.per: found the number 0"),
        ("rate: 0.03", "rate: -0.03", r":14: .*zero or more"),
        ("us-east-1", "us-esat-1", r":14: .*us-esat-1"),
        ("currency: USD", "curency: USD", r":3: .*did you mean `currency`"),
        ("from: 2026-01-01", "from: 2026-13-01", r":11: .*day of the calendar"),
        ("rate: 0.03", "rate: 0.03, tiers: [{rate: 1}]", r":14: .*both or none"),
        ("rate: 0.03", "tiers: [{up_to: 5, rate: 1}]", r":14: .*the last open"),
        ("rate: 0.03", "tiers: [{up_to: 5, rate: 1}, {up_to: 5, rate: 2}, {rate: 0}]", "rising"),
        ("[us-east-1]", "[us-east-1, us-east-1]", r":14: .*each Region in one rate"),
        ("checked: 2026-01-01", "", r":12: .*checked: found no such key"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path, old, new, expected):
    """Each mistake in a table of one's own has its line and what was expected."""
    good = (
        "version: 1\n"
        "service: awskms\n"
        "currency: USD\n"
        "meters:\n"
        "  - name: kms-requests\n"
        "    title: requests\n"
        "    unit: request\n"
        "    per: 10_000\n"
        "    operations: [GenerateDataKey, Decrypt, Encrypt]\n"
        "    versions:\n"
        "      - from: 2026-01-01\n"
        "        source: {title: a, url: b, checked: 2026-01-01}\n"
        "        rates:\n"
        "          - {regions: [us-east-1], rate: 0.03}\n"
    )
    path = tmp_path / "rates.yaml"
    path.write_text(good, encoding="utf-8")
    assert load_rates(path).currency == "USD"
    path.write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError, match=expected):
        load_rates(path)


def test_every_shipped_source_says_when_somebody_looked():
    """Each version has a url, and a day checked on which the price before it was in force.

    AWS tells prices before their first day: a version may be read ahead of its own.
    """
    for table in (load_rates(), load_cloudtrail_rates()):
        for meter in table.meters:
            before = meter.versions[0]
            for version in meter.versions:
                assert version.source.url.startswith("https://")
                assert version.source.checked >= before.start, f"{meter.name} from {version.start}"
                before = version


def test_errors_share_one_base():
    """Who catches KmscostError catches everything that can be wrong with the data."""
    assert issubclass(RateError, KmscostError)
    assert issubclass(DocumentError, KmscostError)


def test_an_unknown_region_is_a_usage_error():
    """`rates show --region us-esat-1` names the nearest Region."""
    with pytest.raises(UsageError, match="did you mean us-"):
        rates_show(datetime.date(2026, 11, 1), "us-esat-1")


METER = """
  - name: {name}
    title: t
    unit: {unit}
    per: 1
    operations: [{operation}]
    versions:
      - from: 2026-01-01
        source: {{title: a, url: b, checked: 2026-01-01}}
        free: {{quantity: {free}, pool: p}}
        rates: [{{regions: [us-east-1], rate: 1}}]
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "one"}, "each name once"),
        ({"operation": "A"}, "one meter for it"),
        ({"free": 5}, "as the pool's other meter says"),
        ({"unit": "key-hour"}, "one of request, key-month or event"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path, change, expected):
    """Two meters of one name, for one operation, with two sizes of a pool; a unit nobody counts."""
    good = {"name": "two", "unit": "request", "operation": "B", "free": 7}
    first = METER.format(name="one", unit="request", operation="A", free=7)
    path = tmp_path / "rates.yaml"
    head = "version: 1\nservice: awskms\nmeters:"
    path.write_text(head + first + METER.format(**good), encoding="utf-8")
    assert len(load_rates(path).meters) == 2
    path.write_text(head + first + METER.format(**{**good, **change}), encoding="utf-8")
    with pytest.raises(DocumentError, match=expected):
        load_rates(path)


def test_others_use_the_first_tier_too(tmp_path):
    """Free requests that are written as a tier are used by others first all the same."""
    tiers = "[{up_to: 20_000, rate: 0}, {rate: 0.000004}]"
    text = METER.format(name="one", unit="request", operation="Decrypt", free=0)
    text = text.replace("        free: {quantity: 0, pool: p}\n", "").replace(
        "rate: 1", f"tiers: {tiers}"
    )
    path = tmp_path / "rates.yaml"
    path.write_text("version: 1\nservice: awskms\nmeters:" + text, encoding="utf-8")
    usage = pd.DataFrame(
        {
            "month": pd.PeriodIndex(["2026-11"], freq="M"),
            "payer": ["p"],
            "billed_region": ["us-east-1"],
            "operation": ["Decrypt"],
            "quantity": [8_640.0],
        }
    )
    for others, cost in ((0, 0.0), (15_000, 3_640 * 0.000004), (50_000, 8_640 * 0.000004)):
        found = bill(usage, load_rates(path), other_requests={"p": float(others)})
        assert found.charges["cost"].sum() == pytest.approx(cost, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("operation", "spec"), [("GenerateDataKeyPair", "SM2"), ("Sign", "FALCON_512")]
)
def test_what_no_source_prices_is_refused_by_name(tmp_path, operation, spec):
    """Pairs of SM2, kinds not known: never a guess; a table of one's own with the meter has it."""
    with pytest.raises(RateError) as refused:
        load_rates().meter(operation, spec)
    (problem,) = refused.value.problems
    assert f"no meter for {operation} on a {spec} key" in problem.found
    assert f"`operations: [{operation}]` and `key_specs: [{spec}]`" in problem.fix
    text = METER.format(name="own", unit="request", operation=operation, free=0)
    text = text.replace("    versions:", f"    key_specs: [{spec}]\n    versions:")
    path = tmp_path / "rates.yaml"
    path.write_text("version: 1\nservice: awskms\nmeters:" + text, encoding="utf-8")
    assert load_rates(path).meter(operation, spec).name == "own"
