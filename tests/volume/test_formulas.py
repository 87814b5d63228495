"""Formulas against slow, obvious arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.months import Period, Spans
from estimator.volume import key_months
from estimator.volume.model import growth_factor
from estimator.volume.readers.look_back import mean_window_days

days = st.integers(0, 120)


def month(begin, end):
    """One month from a day up to another."""
    edges = np.array([float(begin)]), np.array([float(end)])
    return Spans(*edges, np.array([0]), edges[1] - edges[0])


@given(days, days, days, days)
def test_days_within_counts_days(start, end, begin, until):
    """The days of a period in a month are those that a loop over days counts."""
    expected = sum(start <= day < end and begin <= day < until for day in range(130))
    found = month(begin, until).days_within(*(np.array([[float(v)]]) for v in (start, end)))
    assert found[0, 0] == expected


@given(st.floats(0, 60), st.integers(0, 100), st.integers(0, 60), st.integers(0, 90), days)
def test_mean_window_is_the_mean_overlap(window, start, length, first, span):
    """The closed form is the average overlap that 20,000 evenly spread looks find."""
    end, last = start + length, first + span
    found = mean_window_days(
        window,
        np.array([[float(start)]]),
        np.array([[float(end)]]),
        np.array([float(first)]),
        np.array([float(last)]),
    )[0, 0]
    if span == 0:  # one look
        overlap = max(min(first, end) - max(first - window, start), 0) if length else 0
        assert found == pytest.approx(overlap)
        return
    looks = first + span * (np.arange(20_000) + 0.5) / 20_000
    overlap = np.maximum(np.minimum(looks, end) - np.maximum(looks - window, start), 0)
    assert found == pytest.approx(overlap.mean(), abs=1e-3)


def test_a_window_over_ages_is_exact():
    """Days as large as real day numbers lose nothing: a 7-day window meets 7 days."""
    today = 739_000.0
    found = mean_window_days(
        7.0, np.array([[1.0]]), np.array([[3.6e6]]), np.array([today]), np.array([today + 30])
    )
    assert found[0, 0] == pytest.approx(7.0, rel=1e-12)


def test_growth_compounds_to_the_year():
    """10% a year is 1.1 after 12 months and 1.21 after 24."""
    assert growth_factor(0.1, np.array([0.0, 12.0, 24.0])) == pytest.approx([1.0, 1.1, 1.21])


@pytest.mark.parametrize(
    ("rotations", "begin", "end", "expected"),
    [
        ([], 30, 60, 1.0),
        ([0.0], 30, 60, 2.0),
        ([45.0], 30, 60, 1.5),  # 30 days of the key and 15 of its rotation, over 30
        ([0.0, 1.0, 2.0], 30, 60, 4.0),  # long before 2024-05-01 every rotation counts
    ],
)
def test_key_months_prorate_rotations(rotations, begin, end, expected):
    """A rotation adds one key from its day on."""
    found = key_months(Period(-1e4, 1e7), rotations, month(begin, end))
    assert found[0] == pytest.approx(expected)
