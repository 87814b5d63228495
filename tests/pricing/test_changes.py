"""What two rate tables say differently."""

import datetime

import pytest

from pricing.changes import big_moves, changes, group_changes
from pricing.rates import load_rates

TABLE = """\
version: 1
service: awskms
currency: {currency}
meters:
  - name: kms-requests
    title: requests
    unit: request
    per: {per}
    operations: [Decrypt]
    versions:
      - from: 2025-01-01
        source: {{title: t, url: u, checked: 2025-01-01}}
        free: {{quantity: {free}, pool: kms-requests}}
        rates:
          - {{regions: [us-east-1, eu-west-1], {rate}}}
{more}"""

LATER = """\
      - from: 2026-01-01
        source: {title: t, url: u, checked: 2025-01-01}
        rates:
          - {regions: [us-east-1], rate: 9}
"""


def table(tmp_path, rate="rate: 0.03", per=10_000, free=20_000, more="", currency="USD"):
    path = tmp_path / f"{abs(hash((rate, per, free, more)))}.yaml"
    path.write_text(TABLE.format(rate=rate, per=per, free=free, more=more, currency=currency))
    return load_rates(path)


def test_equal_tables_differ_in_nothing(tmp_path):
    """The same rates, also for another number of units, are no change.

    0.03 / 10,000 = 0.3 / 100,000.
    """
    rates = table(tmp_path)
    assert changes(rates, rates) == ()
    assert changes(rates, table(tmp_path, "rate: 0.3", per=100_000)) == ()
    assert changes(rates, table(tmp_path, "tiers: [{up_to: 5, rate: 0.03}, {rate: 0.03}]")) == ()


@pytest.mark.parametrize(
    ("before", "after", "change", "big"),
    [
        (0.04, 0.06, 0.5, False),
        (0.04, 0.0601, 0.5025, True),
        (0.04, 0.02, -0.5, False),
        (0.04, 0.0199, -0.5025, True),
        (0.04, 0, -1.0, True),
        (0, 0.04, None, True),
    ],
)
def test_more_than_half_is_big(tmp_path, before, after, change, big):
    """On both sides of half up and half down; from nothing it is big without a percentage."""
    a, b = table(tmp_path, f"rate: {before}"), table(tmp_path, f"rate: {after}")
    found = changes(a, b)
    assert [change.region for change in found] == ["us-east-1", "eu-west-1"]
    assert found[0].change == (change if change is None else pytest.approx(change, rel=1e-12))
    assert found[0].is_big is big
    assert bool(big_moves(found, "USD")) is big


def test_tiers_are_compared_at_every_bound(tmp_path):
    """To 100 the price stays, from 100 to 200 it falls from 3 to 2, beyond it from 3 to 1."""
    a = table(tmp_path, "tiers: [{up_to: 100, rate: 5}, {rate: 3}]")
    b = table(tmp_path, "tiers: [{up_to: 100, rate: 5}, {up_to: 200, rate: 2}, {rate: 1}]")
    found = [
        (change.beyond, change.up_to, change.before, change.after, change.tier)
        for change in changes(a, b)
        if change.region == "us-east-1"
    ]
    assert found == [
        (100.0, 200.0, 3.0, 2.0, "100 to 200"),
        (200.0, None, 3.0, 1.0, "beyond 200"),
    ]


def test_a_tier_that_is_new_is_no_change_of_the_whole_rate(tmp_path):
    """0.03 for all becomes 0.03 up to 1,000,000 and 0.02 beyond: the first million is as before."""
    a = table(tmp_path, "rate: 0.03")
    b = table(tmp_path, "tiers: [{up_to: 1_000_000, rate: 0.03}, {rate: 0.02}]")
    change = changes(a, b)[0]
    assert (change.beyond, change.up_to) == (1_000_000, None)
    assert change.describe("USD").startswith("kms-requests in us-east-1 beyond 1,000,000: USD 0.03")


def test_a_free_quantity_that_changed_stands_by_itself(tmp_path):
    """20,000 to 10,000 is one change, without a Region."""
    (change,) = changes(table(tmp_path), table(tmp_path, free=10_000))
    assert (change.what, change.region, change.before, change.after) == ("free", "", 20_000, 10_000)


def test_a_region_that_is_gone_is_a_change_but_did_not_move(tmp_path):
    """In the newer version eu-west-1 has no rate: said, and not taken for a move of its price."""
    a, b = table(tmp_path), table(tmp_path, more=LATER)
    gone = [change for change in changes(a, b) if change.region == "eu-west-1"]
    assert [(change.before, change.after, change.is_big) for change in gone] == [
        (0.03, None, False)
    ]
    assert changes(a, b, datetime.date(2025, 12, 31)) == ()
    assert len(changes(a, b, datetime.date(2026, 1, 1))) == 3  # the free quantity, two Regions


def test_regions_with_one_change_stand_together(tmp_path):
    """Two Regions with the same change are one line."""
    ((change, codes),) = group_changes(changes(table(tmp_path), table(tmp_path, "rate: 0.05")))
    assert codes == ("us-east-1", "eu-west-1")
    text = change.describe("USD", len(codes) - 1)
    assert text == "kms-requests in us-east-1 and 1 more Region: USD 0.03 to 0.05 / 10,000 requests"
