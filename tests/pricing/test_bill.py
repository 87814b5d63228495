"""Bills: the free pool, both sides of its end, and the law free + billable = quantity."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.bill import bill
from pricing.lines import Lines
from pricing.rates import load_rates
from pricing.reading.problems import RateError, UsageError
from tests.pricing.tables import graduated_table
from tests.sampling import cases

PRICE = {"us-east-1": Decimal("0.000003"), "us-gov-west-1": Decimal("0.000004")}
PARTITION = {"us-east-1": "aws", "us-gov-west-1": "aws-us-gov"}


def usage(rows):
    """Rows of (month, payer, billed Region, operation, quantity)."""
    names = ["month", "payer", "billed_region", "operation", "quantity"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(month=pd.PeriodIndex(frame["month"].astype(str), freq="M"))


@pytest.mark.parametrize(
    ("requests", "others", "billable", "cost"),
    [
        (0, 0, 0, "0"),
        (19_999, 0, 0, "0"),
        (20_000, 0, 0, "0"),
        (20_001, 0, 1, "0.000003"),
        (51_840, 0, 31_840, "0.09552"),  # 31,840 x 0.000003
        (51_840, 12_000, 43_840, "0.13152"),  # 51,840 - 8,000 = 43,840
        (51_840, 20_000, 51_840, "0.15552"),
        (51_840, 99_999, 51_840, "0.15552"),  # others use no more than there is
    ],
)
def test_the_free_tier_ends_where_it_should(requests, others, billable, cost):
    """The 20,000 free requests, less what the rest of the organization uses, come off once."""
    frame = usage([("2026-11", "p", "us-east-1", "Decrypt", float(requests))])
    charges = bill(frame, load_rates(), other_requests={"p": float(others)}).charges
    assert charges["billable"].sum() == billable
    assert charges["cost"].sum() == pytest.approx(float(Decimal(cost)), rel=1e-12, abs=1e-15)


class DrawnOthers:
    """What others request, a number for each of three draws."""

    def of(self, payer, _partition, _month):
        """More of one payer than of the other."""
        return np.array([0.0, 12_000.0, 30_000.0]) * (1 if payer == "p" else 0.5)


@pytest.mark.parametrize("tiers", [False, True])
@pytest.mark.parametrize("is_exempt", [False, True])
def test_an_array_of_draws_costs_what_each_draw_costs(tiers, is_exempt):
    """Rows x draws at once: each column is the bill of its numbers to the last digits."""
    operations = ["Decrypt", "GenerateDataKey", "KeyMonth"]
    frame = usage(
        [
            (month, payer, region, operation, 0.0)
            for month in ("2026-11", "2026-12")
            for payer in ("p", "q")
            for region in PRICE
            for operation in operations
        ]
    )
    random = np.random.default_rng(7)
    quantity = random.uniform(0, 90_000, (len(frame), 3)) * random.integers(0, 2, (len(frame), 3))
    exempt = (frame["operation"] == "GenerateDataKey") & is_exempt
    table = graduated_table() if tiers else load_rates()
    others = DrawnOthers()
    priced = Lines(frame, table).price(quantity, others, exempt.to_numpy(), discount=0.1)
    for draw in range(3):
        per_payer = {payer: float(others.of(payer, "aws", "2026-11")[draw]) for payer in ("p", "q")}
        one_draw = frame.assign(quantity=quantity[:, draw])
        plain = bill(one_draw, table, other_requests=per_payer, exempt=exempt, discount=0.1)
        cost = plain.charges["cost"].to_numpy()
        np.testing.assert_allclose(priced.cost[:, draw], cost, rtol=1e-11, atol=1e-12)
        left = np.maximum(priced.covered.available - priced.covered.pooled, 0.0)[:, draw]
        np.testing.assert_allclose(left, plain.pools["left"], rtol=1e-11, atol=1e-9)


rows = st.lists(
    st.tuples(
        st.sampled_from(["2026-11", "2026-12"]),
        st.sampled_from(["p", "q"]),
        st.sampled_from(list(PRICE)),
        st.sampled_from(["Decrypt", "GenerateDataKey", "Encrypt"]),
        st.integers(0, 60_000).map(float),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=cases(60))
@given(rows, st.integers(0, 30_000))
def test_bills_equal_a_count_in_decimal(listed, others):
    """One pool per payer, partition and month: the sums are those of a plain loop in Decimal."""
    pools = {}
    for month, payer, region, _, quantity in listed:
        key = (month, payer, PARTITION[region], region)
        pools[key] = pools.get(key, Decimal(0)) + Decimal(quantity)
    expected = Decimal(0)
    for (_, _, _, region), quantity in pools.items():
        free = max(Decimal(20_000) - others, Decimal(0))
        expected += max(quantity - free, Decimal(0)) * PRICE[region]
    found = bill(
        usage(listed), load_rates(), other_requests={"p": float(others), "q": float(others)}
    )
    charges = found.charges
    assert charges["cost"].sum() == pytest.approx(float(expected), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(charges["free"] + charges["billable"], charges["quantity"])
    assert (charges["billable"] >= 0).all()
    np.testing.assert_allclose(
        charges["cost"], charges["billable"] * charges["usd_per_unit"], rtol=1e-12
    )
    pool_bill = found.pools["requests"] - found.pools["used"]
    assert pool_bill.sum() == pytest.approx(charges["billable"].sum())


@settings(max_examples=cases(30))
@given(rows, st.randoms(use_true_random=False))
def test_splitting_or_reordering_rows_changes_no_total(listed, random):
    """Half a row twice costs what the row costs, in any order."""
    halves = [(*row[:4], row[4] / 2) for row in listed for _ in range(2)]
    random.shuffle(halves)
    whole = bill(usage(listed), load_rates()).charges["cost"].sum()
    split = bill(usage(halves), load_rates()).charges["cost"].sum()
    assert split == pytest.approx(whole, rel=1e-9, abs=1e-12)


def test_exempt_rows_cost_nothing_and_leave_the_free_tier_alone():
    """30,000 exempt and 30,000 charged requests: 10,000 billable, USD 0.03."""
    frame = usage(
        [
            ("2026-11", "p", "us-east-1", "GenerateDataKey", 30_000.0),
            ("2026-11", "p", "us-east-1", "Decrypt", 30_000.0),
        ]
    )
    charges = bill(frame, load_rates(), exempt=pd.Series([True, False])).charges
    assert charges["cost"].tolist() == [0.0, pytest.approx(0.03)]
    assert charges["free"].tolist() == [30_000.0, 20_000.0]


def test_a_discount_comes_off_the_rate():
    """10% off 31,840 x 0.000003 is 0.085968."""
    frame = usage([("2026-11", "p", "us-east-1", "Decrypt", 51_840.0)])
    charges = bill(frame, load_rates(), discount=0.1).charges
    assert charges["cost"].sum() == pytest.approx(0.085968, rel=1e-12)


def test_what_has_no_rate_is_refused():
    """An operation without a meter and a discount above one are errors, never zeros."""
    with pytest.raises(RateError, match="no meter for Sign"):
        bill(usage([("2026-11", "p", "us-east-1", "Sign", 1.0)]), load_rates())
    with pytest.raises(UsageError, match="discount"):
        bill(usage([("2026-11", "p", "us-east-1", "Decrypt", 1.0)]), load_rates(), discount=1.1)
