"""Graduated tiers: below, at and above each bound, and against Decimal."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.lines import graduated_cost

# the GovCloud product of the price list of 2016-01-07: 20,000 free, then USD 0.000004 each
GOVCLOUD_2016 = [(20_000.0, 0.0), (float("inf"), 0.000004)]


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        (0, "0"),
        (19_999, "0"),
        (20_000, "0"),
        (20_001, "0.000004"),  # 1 x 0.000004
        (120_000, "0.4"),  # 100,000 x 0.000004, as the worked example says
    ],
)
def test_each_tier_prices_the_units_inside_it(quantity, cost):
    """Both sides of the bound of the GovCloud tiers of 2016 cost what the price list says."""
    found = graduated_cost(np.array([float(quantity)]), GOVCLOUD_2016)[0]
    assert found == pytest.approx(float(Decimal(cost)), rel=1e-12, abs=1e-15)


bounds = st.lists(st.integers(1, 10**7), min_size=0, max_size=4, unique=True).map(sorted)


@given(bounds, st.integers(0, 2 * 10**7), st.data())
def test_tiers_equal_a_count_in_decimal(uppers, quantity, data):
    """Any tiers cost what adding them up one after the other in Decimal costs."""
    rate = st.integers(0, 10**6).map(lambda micro: Decimal(micro).scaleb(-9))
    rates = [data.draw(rate) for _ in range(len(uppers) + 1)]
    expected, lower = Decimal(0), 0
    for upper, price in zip([*uppers, 10**12], rates, strict=True):
        expected += max(min(quantity, upper) - lower, 0) * price
        lower = upper
    steps = [(upper, float(price)) for upper, price in zip([*uppers, np.inf], rates, strict=True)]
    found = graduated_cost(np.array([float(quantity)]), steps)[0]
    assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
