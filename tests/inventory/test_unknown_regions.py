"""Regions newer than the table: events there are counted and said, a key there needs a rate."""

import datetime

import pytest

from estimator import forecast, load_inventory, load_rates, simulate
from estimator.months import Months
from estimator.volume import usage
from estimator.volume.model import Model
from pricing.reading.problems import KmscostError, RateError
from tests.inventory.files import PAYER, read
from tests.real_data import CASES, needs_cases

TEXT = f"""\
version: 1
accounts: [{{id: "{PAYER}", regions: [us-east-1, eu-west-9, xx-north-1]}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k, files_per_day: {{xx-north-1: 10, other: 100}}}}]
"""
READER = "readers: [{name: siem, kind: every-file, regions: [xx-north-1]}]\n"


def test_events_in_unknown_regions_are_counted(tmp_path):
    """November 2026: (100 + 100 + 10) x 30 puts and 10 x 30 gets, each under its Region's name."""
    months = Months(datetime.date(2026, 11, 1), 1)
    rows = usage(Model(read(tmp_path, TEXT + READER), months), ("region", "cause", "operation"))
    found = {
        (str(row["region"]), str(row["cause"])): row["quantity"]
        for row in rows.to_dict("records")
        if row["cause"] != "key"
    }
    assert found == {
        ("us-east-1", "put"): 3_000,
        ("eu-west-9", "put"): 3_000,
        ("xx-north-1", "put"): 300,
        ("xx-north-1", "get"): 300,
    }


def test_a_notice_names_and_counts_them(tmp_path):
    """Their number and names, the known one that may have been meant, and what is not known."""
    inventory = read(tmp_path, TEXT)
    (notice,) = inventory.notices
    assert notice.startswith("2 Regions that this version does not know: eu-west-9 (did you mean ")
    assert "xx-north-1 (did you mean eu-north-1?). Events there are counted; prices" in notice
    assert inventory.unknown_regions == ("eu-west-9", "xx-north-1")
    assert notice in forecast(inventory, "2026-11", 1).notices


def test_known_regions_need_no_notice(tmp_path):
    """An inventory of known Regions says nothing of Regions."""
    assert (
        read(tmp_path, TEXT.replace("eu-west-9", "eu-west-1").replace("xx-", "eu-")).notices == ()
    )


def test_a_key_in_an_unknown_region_needs_a_rate(tmp_path):
    """Refused with the fix; a table of one's own with the Region's rate prices it."""
    inventory = read(tmp_path, TEXT.replace("region: us-east-1", "region: eu-west-9"))
    with pytest.raises(RateError, match=r"no rate for eu-west-9.*--rates FILE"):
        forecast(inventory, "2026-11", 1)
    source = 'source: {title: ours, url: "https://example.com", checked: 2026-11-28}'
    rates = tmp_path / "rates.yaml"
    rates.write_text(
        "version: 1\nservice: awskms\nmeters:\n"
        "  - {name: kms-requests, title: r, unit: request, per: 1, operations: [GenerateDataKey,"
        f" Decrypt, Encrypt], versions: [{{from: 2026-01-01, {source}, rates:"
        " [{regions: [eu-west-9], rate: 0.01}]}]}\n"
        "  - {name: kms-keys, title: k, unit: key-month, per: 1, operations: [KeyMonth],"
        f" versions: [{{from: 2026-01-01, {source}, rates:"
        " [{regions: [eu-west-9], rate: 2}]}]}\n"
    )
    result = forecast(inventory, "2026-11", 1, rates=load_rates(rates))
    # 6,300 puts at 0.01, none of them free, and the key
    assert result.totals["cost_usd"] == pytest.approx(63 + 2)


def test_a_mistyped_region_is_refused_still(tmp_path):
    """A code that is not well formed is no Region, with the nearest one."""
    with pytest.raises(KmscostError, match="did you mean us-"):
        read(tmp_path, TEXT.replace("[us-east-1,", "[us-eest-1,"))


def test_one_partition_holds_for_unknown_regions_too(tmp_path):
    """cn-south-1 is no Region for a commercial account, known or not."""
    with pytest.raises(KmscostError, match="Regions of aws and aws-cn"):
        read(tmp_path, TEXT.replace("eu-west-9", "cn-south-1"))


def test_ranges_of_unknown_regions_are_drawn(tmp_path):
    """A range of files is drawn in a Region that the table does not have."""
    text = TEXT.replace("xx-north-1: 10", "xx-north-1: {low: 5, high: 20}")
    result = simulate(read(tmp_path, text), "2026-11", 1, draws=200)
    assert any("xx-north-1" in str(driver) for driver in result.to_dict()["drivers"])


@needs_cases
def test_the_case_of_new_regions():
    """sa-west-1 and me-west-1: 3 streams, 3 x (288 x 30 puts + 24 x 30 digests) = 28,080."""
    inventory = load_inventory(CASES / "numbers" / "sa.yaml")
    assert inventory.notices == ()
    result = forecast(inventory, "2026-11", 1)
    assert result.totals["requests"] == 3 * (288 * 30 + 24 * 30) == 28_080
