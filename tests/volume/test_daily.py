"""Laws between rooms: the days of every driver add up to its months, whatever the inventory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimator.months import read_months
from estimator.volume import JOB, daily_requests, usage
from estimator.volume.model import Model
from tests.sampling import seeds
from tests.simulation.ranges import Invention, write

MONTHS = 7


def by_month(inventory, span):
    """The requests of each job, summed over days."""
    parts = []
    for days in daily_requests(Model(inventory, span)):
        sums = np.add.reduceat(days.requests, days.spans.month_starts, axis=1)
        frame = pd.DataFrame({name: days.texts(name) for name in JOB})
        for position, month in enumerate(days.spans.month[days.spans.month_starts]):
            label = pd.Period(span.labels[month], freq="M")
            parts.append(frame.assign(month=label, quantity=sums[:, position]))
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["quantity"] > 0]


@pytest.mark.parametrize("seed", seeds(20))
def test_the_days_of_a_month_add_up_to_the_month(tmp_path, seed):
    """Requests by day of each driver under each key, against the usage of the month."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    span = read_months("2026-10", MONTHS)
    columns = ["month", *JOB]
    whole = usage(Model(inventory, span), tuple(columns))
    whole = whole[whole["unit"] == "request"]
    days = by_month(inventory, span)
    expected = {
        tuple(map(str, row[:-1])): row[-1]
        for row in whole[[*columns, "quantity"]].itertuples(index=False, name=None)
    }
    found = {
        tuple(map(str, row[:-1])): row[-1]
        for row in days[[*columns, "quantity"]].itertuples(index=False, name=None)
    }
    small = expected.keys() ^ found.keys()
    assert all(max(expected.get(key, 0), found.get(key, 0)) < 1e-9 for key in small)
    for key in expected.keys() & found.keys():
        assert found[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-9), key


def test_pieces_of_months_are_the_whole(tmp_path, monkeypatch):
    """Months that do not fit into memory at once are computed one by one, with the same days."""
    inventory = write(tmp_path, Invention(4, windows=True).text())
    span = read_months("2026-10", MONTHS)
    whole = by_month(inventory, span)
    monkeypatch.setattr("estimator.volume._MOST_CELLS", 1)
    pieces = by_month(inventory, span)
    columns = ["month", *JOB]
    merged = whole.merge(pieces, on=columns, suffixes=("", "_pieces"))
    assert len(merged) == len(whole) == len(pieces)
    np.testing.assert_allclose(merged["quantity"], merged["quantity_pieces"], rtol=1e-12)


def test_splitting_streams_changes_no_total(tmp_path):
    """Told apart by account and Region or not, every reader makes the same requests."""
    span = read_months("2026-10", MONTHS)
    for seed in range(12):
        inventory = write(tmp_path, Invention(seed, windows=True).text())
        fine = usage(Model(inventory, span), ("driver", "account", "region", "operation"))
        coarse = usage(Model(inventory, span), ("driver", "operation"))
        groups = ["month", "driver", "operation"]
        sums = fine.groupby(groups, observed=True)["quantity"].sum()
        pd.testing.assert_series_equal(
            sums.sort_index(),
            coarse.groupby(groups, observed=True)["quantity"].sum().sort_index(),
            rtol=1e-11,
        )
