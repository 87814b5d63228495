"""Rows without pandas say what the frame says."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.rows import PlainRows, actuals_frame, sum_frame
from tests.sampling import cases

KEYS = ("day", "account", "cause", "operation", "bucket_key", "unit", "source")

rows = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.sampled_from([None, datetime.date(2026, 9, 30), datetime.date(2026, 10, 1)]),
            "account": st.sampled_from(["", "012345678901", "111122223333"]),
            "cause": st.sampled_from(["put", "get", "other"]),
            "operation": st.sampled_from(["Decrypt", "GenerateDataKey"]),
            "bucket_key": st.booleans(),
            "unit": st.just("request"),
            "source": st.just("cloudtrail"),
            "quantity": st.integers(0, 10**6).map(float),
            "coverage": st.integers(0, 24).map(lambda hours: hours / 24),
        }
    ),
    max_size=30,
)
grains = st.none() | st.sets(st.sampled_from(KEYS[:5]), min_size=1).map(
    lambda names: tuple(name for name in KEYS if name in names)
)


def columns_of(listed):
    return {name: [row[name] for row in listed] for name in (*KEYS, "quantity", "coverage")}


@settings(max_examples=cases(150))
@given(rows, grains)
def test_the_same_rows_as_the_frame(listed, by):
    """JSON rows and the frame's agree: pandas sums the same columns to the same rows in order."""
    plain = PlainRows(columns_of(listed))
    frame = actuals_frame(columns_of(listed))
    frame = frame if by is None else sum_frame(frame, by)
    records = plain.records(by)
    assert [list(record) for record in records] == [list(frame.columns)] * len(frame)
    for record, row in zip(records, frame.to_dict("records"), strict=True):
        for name, value in record.items():
            if name in ("quantity", "coverage"):
                assert math.isclose(value, row[name], rel_tol=1e-12, abs_tol=1e-15)
            else:
                assert value == ("" if str(row[name]) == "NaT" else row[name]) or value == str(
                    row[name]
                )


@settings(max_examples=cases(100))
@given(rows, st.randoms())
def test_order_does_not_matter(listed, random):
    """Rows in any order make the same answer, and its sum is the sum of all in fractions."""
    mixed = list(listed)
    random.shuffle(mixed)
    ordered = PlainRows(columns_of(listed))
    assert PlainRows(columns_of(mixed)).records(None) == [
        {**row, "coverage": other["coverage"]}
        for row, other in zip(
            ordered.records(None), PlainRows(columns_of(mixed)).records(None), strict=True
        )
    ]
    whole = sum(Fraction(row["quantity"]) for row in listed)
    assert ordered.total() == whole
    assert sum(ordered.sums("cause").values()) == whole


def test_nothing_counted():
    """No request at all: no rows, but the columns, in the frame too."""
    plain = PlainRows(columns_of([]))
    assert (plain.records(None), plain.total()) == ([], 0.0)
    assert list(plain.frame(None).columns) == list(actuals_frame(columns_of([])).columns)
