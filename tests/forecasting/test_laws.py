"""Laws that hold for every inventory."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import explain, forecast, load_inventory
from estimator.frames import CHARGES, KEYS
from tests.forecasting.inventories import inventories
from tests.sampling import cases

laws = settings(max_examples=cases(10))


def read(folder, text):
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


@laws
@given(inventories(), st.lists(st.sampled_from(KEYS), max_size=4, unique=True))
def test_totals_never_depend_on_the_grain(tmp_path, text, by):
    """Whatever --by tells apart, rows sum to the same requests, free, billable and cost."""
    inventory = read(tmp_path, text)
    whole = forecast(inventory, "2026-11", 4)
    for grain in (by, "all"):
        result = forecast(inventory, "2026-11", 4, by=grain)
        assert result.totals == pytest.approx(whole.totals, rel=1e-9, abs=1e-9)
        requests = result.rows[result.rows["unit"] == "request"]
        assert requests["quantity"].sum() == pytest.approx(whole.totals["requests"], abs=1e-6)
        assert requests["billable"].sum() == pytest.approx(
            whole.totals["billable_requests"], abs=1e-6
        )
        assert result.rows["cost"].sum() == pytest.approx(whole.totals["cost_usd"], abs=1e-9)


@laws
@given(inventories())
def test_free_and_billable_make_the_quantity(tmp_path, text):
    """On each row free + billable = quantity, nothing is negative, cost = billable x price."""
    rows = forecast(read(tmp_path, text), "2026-11", 3, by="all").rows
    np.testing.assert_allclose(rows["free"] + rows["billable"], rows["quantity"], rtol=1e-12)
    for name in ("quantity", "free", "billable", "cost"):
        assert (rows[name] >= 0).all()
    np.testing.assert_allclose(rows["cost"], rows["billable"] * rows["usd_per_unit"], rtol=1e-9)
    assert list(rows.columns) == [column.name for column in CHARGES]
    for column in CHARGES:
        assert str(rows[column.name].dtype) == column.dtype, column.name


@laws
@given(inventories())
def test_months_alone_equal_months_together(tmp_path, text):
    """A month forecast on its own is the month in a longer forecast, growth's beginning named."""
    text = text.replace("accounts_per_year", "as_of: 2026-11-01, accounts_per_year")
    inventory = read(tmp_path, text)
    together = forecast(inventory, "2026-11", 3).monthly
    for position, month in enumerate(("2026-11", "2026-12", "2027-01")):
        alone = forecast(inventory, month, 1).monthly.iloc[0]
        for name in together.columns[1:]:
            assert alone[name] == pytest.approx(together[name].iloc[position], rel=1e-9, abs=1e-9)


@laws
@given(inventories())
def test_the_order_of_sections_does_not_matter(tmp_path, text):
    """Accounts, trails and readers in reverse order give the same totals."""
    inventory = read(tmp_path, text)
    turned = dataclasses.replace(
        inventory,
        accounts=inventory.accounts[::-1],
        trails=inventory.trails[::-1],
        readers=inventory.readers[::-1],
        keys=inventory.keys[::-1],
    )
    expected = forecast(inventory, "2026-11", 3).totals
    assert forecast(turned, "2026-11", 3).totals == pytest.approx(expected, rel=1e-9, abs=1e-9)


@laws
@given(inventories())
def test_both_readings_are_exact(tmp_path, text):
    """Each reading's total, asked for by the inventory, is the other's line beside it."""
    charged = read(tmp_path, text.replace("writes: exempt", "writes: charged"))
    exempt = dataclasses.replace(charged, cloudtrail_writes="exempt")
    first, other = (forecast(each, "2026-11", 2).totals for each in (charged, exempt))
    assert first["requests"] == pytest.approx(other["requests"])
    assert first["cost_usd"] == pytest.approx(other["cost_usd_writes_charged"])
    assert other["cost_usd"] == pytest.approx(first["cost_usd_writes_exempt"])
    assert other["cost_usd"] <= first["cost_usd"] + 1e-12


@settings(laws, max_examples=cases(4))
@given(inventories())
def test_explain_ends_in_the_forecasts_figure(tmp_path, text):
    """Every account, Region and driver explained apart adds up to what forecast prints."""
    inventory = read(tmp_path, text)
    month = forecast(inventory, "2026-12", 1, by="all")
    for driver, region in itertools.product(
        [None, *month.rows["driver"].unique()], [None, *month.rows["region"].unique()]
    ):
        walk = explain(inventory, "2026-12", region=region, trail=driver, start="2026-12")
        rows = month.rows
        rows = rows if driver is None else rows[rows["driver"] == driver]
        rows = rows if region is None else rows[rows["region"] == region]
        requests = rows.loc[rows["unit"] == "request", "quantity"].sum()
        assert walk.cost == pytest.approx(rows["cost"].sum(), rel=1e-9, abs=1e-12)
        assert walk.steps[-1].result == walk.cost
        names = ("GenerateDataKey", "Decrypt", "Encrypt", "config updates")
        counted = sum(
            step.result
            for step in walk.steps
            if step.what.startswith(names) and step.unit == "requests"
        )
        assert counted == pytest.approx(requests, rel=1e-9, abs=1e-9)
        keys = rows.loc[rows["unit"] == "key-month", "quantity"].sum()
        shown = sum(step.result for step in walk.steps if step.unit == "key-months")
        assert shown == pytest.approx(keys, rel=1e-9, abs=1e-12)


@laws
@given(inventories())
def test_twice_the_trails_make_twice_the_files(tmp_path, text):
    """Every further trail writes its own files: the same trails again double the puts."""
    inventory = read(tmp_path, text)
    again = tuple(
        trail.model_copy(update={"name": f"{trail.name}-again"}) for trail in inventory.trails
    )
    double = dataclasses.replace(inventory, trails=(*inventory.trails, *again), readers=())
    single = dataclasses.replace(inventory, readers=())
    once, twice = (forecast(each, "2026-11", 2).totals["requests"] for each in (single, double))
    assert twice == pytest.approx(2 * once)
