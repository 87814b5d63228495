"""`export prometheus`: text that Prometheus's own parsers read, number for number."""

import math

import pytest

from estimator import export_prometheus, forecast
from tests.exports.inventories import ODD, SMALL, load
from tests.extras import needed

open_metrics = needed("prometheus_client.openmetrics.parser").text_string_to_metric_families
classic = needed("prometheus_client.parser").text_string_to_metric_families


def samples(text, parse=open_metrics):
    """Every sample by its metric."""
    return {family.name: family.samples for family in parse(text)}


@pytest.mark.parametrize("parse", [open_metrics, classic])
@pytest.mark.parametrize("by", [None, "all", "month", "trail,cause"])
def test_numbers_are_those_of_the_forecast(tmp_path, parse, by):
    """Both parsers sum to the totals of both readings, whatever is told apart."""
    inventory = load(tmp_path, ODD)
    found = samples(export_prometheus(inventory, "2026-11", 4, by).text, parse)
    totals = forecast(inventory, "2026-11", 4).totals
    for metric, total in (
        ("kmscost_forecast_requests", "requests"),
        ("kmscost_forecast_free_requests", "free_requests"),
        ("kmscost_forecast_cost_usd", "cost_usd_writes_exempt"),
        ("kmscost_forecast_cost_other_reading_usd", "cost_usd_writes_charged"),
    ):
        value = math.fsum(sample.value for sample in found[metric])
        assert value == pytest.approx(totals[total], rel=1e-12)


def test_hostile_names_come_back_as_they_are(tmp_path):
    """Quotes, backslashes and markup in names are the same after parsing."""
    found = samples(export_prometheus(load(tmp_path, ODD), "2026-11", 2).text)
    labels = [sample.labels for sample in found["kmscost_forecast_requests"]]
    assert {label["driver"] for label in labels} == {'-org\\"', "gov", "@siem", "<script>"}
    assert {label["key"] for label in labels} == {"=1+1", "gov"}
    budgets = {each.labels["budget"]: each.value for each in found["kmscost_budget_usd"]}
    assert budgets == {"everything of one": 3.0, "siem": 0.005}


def test_each_metric_has_type_unit_and_help(tmp_path):
    """Gauges with the unit that their name ends with, and the end of the text."""
    text = export_prometheus(load(tmp_path, SMALL), "2026-11", 1).text
    for family in open_metrics(text):
        assert family.type == "gauge"
        assert family.unit
        assert family.name.endswith(f"_{family.unit}")
        assert family.documentation
    assert text.endswith("\n# EOF\n")
    cost = samples(text)["kmscost_forecast_cost_usd"]
    assert {sample.labels["cloudtrail_writes"] for sample in cost} == {"charged"}
    assert all(sample.timestamp is None for sample in cost)
