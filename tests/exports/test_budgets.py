"""`export aws-budgets`: what AWS Budgets takes, and the amounts by Decimal."""

import datetime
import json
from decimal import ROUND_CEILING, Decimal

import pytest

from estimator import export_aws_budgets, forecast, load_inventory
from pricing.reading.problems import KmscostError, UsageError
from tests.exports.inventories import ODD, SMALL, load
from tests.exports.service_models import complaints
from tests.real_data import ROOT

EXAMPLE = ROOT / "examples" / "organization.yaml"
SNS = "arn:aws:sns:us-east-1:111122223333:budgets"


def amounts(call):
    """The planned limits, in the order of time."""
    planned = call["Budget"]["PlannedBudgetLimits"]
    return [Decimal(planned[key]["Amount"]) for key in sorted(planned, key=int)]


def up_to_the_cent(value):
    return Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_CEILING)


@pytest.mark.parametrize("limits", ["budgets", "forecast"])
@pytest.mark.parametrize("months", [12, 5])
def test_botocore_takes_every_input(tmp_path, limits, months):
    """Its service model finds nothing wrong: types, needed keys, patterns, lengths."""
    for inventory in (load_inventory(EXAMPLE), load(tmp_path, ODD)):
        calls = export_aws_budgets(
            inventory, "2026-11", months, limits=limits, notify=["finops@example.com", SNS]
        )
        assert len(calls.inputs) == len(inventory.budgets) == 2
        for call in calls.inputs:
            assert complaints("budgets", "CreateBudget", call) == []
            assert len(call["Budget"]["PlannedBudgetLimits"]) == months


def test_the_model_would_complain():
    """The check can fail: a number as an amount, a colon in a name, nobody to tell."""
    call = export_aws_budgets(EXAMPLE, "2026-11", notify=["finops@example.com"]).inputs[0]
    call["Budget"]["BudgetName"] = "kms: all"
    call["NotificationsWithSubscribers"][0]["Subscribers"] = []
    call["Budget"]["PlannedBudgetLimits"]["0"] = {"Amount": 25.0, "Unit": "USD"}
    text = " ".join(complaints("budgets", "CreateBudget", {**call, "AccountId": "1"}))
    for at in ("BudgetName", "Subscribers", "PlannedBudgetLimits.0.Amount", "AccountId"):
        assert at in text


def test_a_plan_has_the_first_moment_of_each_month():
    """Twelve keys, each the epoch seconds of 00:00 UTC on the first, one after the other."""
    budget = export_aws_budgets(EXAMPLE, "2026-11").inputs[0]["Budget"]
    first = [
        datetime.datetime.fromtimestamp(int(key), datetime.UTC)
        for key in budget["PlannedBudgetLimits"]
    ]
    assert first == [
        datetime.datetime(2026 + (10 + n) // 12, (10 + n) % 12 + 1, 1, tzinfo=datetime.UTC)
        for n in range(12)
    ]
    assert budget["TimePeriod"] == {"Start": "2026-11-01T00:00:00Z"}


def test_a_shorter_plan_ends_with_its_budget():
    """AWS: fewer than 12 limits only where the budget expires; here with the end of January."""
    period = export_aws_budgets(EXAMPLE, "2026-11", 3).inputs[0]["Budget"]["TimePeriod"]
    assert period == {"Start": "2026-11-01T00:00:00Z", "End": "2027-02-01T00:00:00Z"}


def test_limits_of_the_inventory_are_its_budgets():
    """USD 25.00 and 0.50 in each month, in the payer's account, of KMS in the billed accounts."""
    kms, siem = export_aws_budgets(EXAMPLE, "2026-11").inputs
    assert amounts(kms) == [Decimal(25)] * 12
    assert amounts(siem) == [Decimal("0.50")] * 12
    assert kms["AccountId"] == "111122223333"
    assert kms["Budget"]["CostFilters"] == {
        "Service": ["AWS Key Management Service"],
        "LinkedAccount": ["111122223333", "222222222222"],
        "Region": ["us-east-1"],
    }
    assert siem["Budget"]["CostFilters"]["Operation"] == ["Decrypt"]


@pytest.mark.parametrize("margin", [0.0, 0.2])
def test_limits_of_the_forecast_are_its_months(margin):
    """Each month's cost, and 20 % on it, rounded up to the cent by Decimal."""
    result = forecast(EXAMPLE, "2026-11", 12)
    kms, siem = export_aws_budgets(result, limits="forecast", margin=margin).inputs
    more = 1 + Decimal(str(margin))
    months = result.monthly["cost_usd"]
    assert amounts(kms) == [up_to_the_cent(Decimal(repr(float(limit))) * more) for limit in months]
    used = result.budgets.loc[result.budgets["budget"] == "siem", "used"]
    assert amounts(siem) == [up_to_the_cent(Decimal(repr(float(amount))) * more) for amount in used]


def test_without_budgets_the_forecast_is_the_plan(tmp_path):
    """10,000 charged puts and a key: USD 1.03 in November; December has 1,000 puts more: 1.033."""
    (call,) = export_aws_budgets(load(tmp_path, SMALL), "2026-11", 2).inputs
    assert call["Budget"]["BudgetName"] == "kmscost"
    assert amounts(call) == [Decimal("1.03"), Decimal("1.04")]


def test_each_payer_has_a_budget_of_its_own(tmp_path):
    """Two payers, one plan each; they sum to the forecast's months within a cent a budget."""
    text = ODD.partition("budgets:")[0]
    result = forecast(load(tmp_path, text), "2026-11", 6)
    inputs = export_aws_budgets(result).inputs
    assert {call["AccountId"] for call in inputs} == {"111122223333", "444444444444"}
    assert len({call["Budget"]["BudgetName"] for call in inputs}) == 2
    both = [sum(month) for month in zip(*map(amounts, inputs), strict=True)]
    for limit, cost in zip(both, result.monthly["cost_usd"], strict=True):
        assert 0 <= limit - Decimal(cost) < Decimal("0.02")


def test_a_budget_over_two_payers_is_refused(tmp_path):
    """AWS sees one consolidated bill: the message says to write one for each."""
    text = ODD.replace('payer: "111122223333", thresholds', "thresholds")
    with pytest.raises(KmscostError, match=r"2 payers.*a budget for each payer"):
        export_aws_budgets(load(tmp_path, text), "2026-11")


def test_thresholds_are_percentages_without_noise(tmp_path):
    """0.07, 0.5 and 1 are 7, 50 and 100 %; AWS's own forecast is watched at the highest."""
    call = export_aws_budgets(
        load(tmp_path, ODD), "2026-11", notify=["a@example.com"], budget="everything of one"
    ).inputs[0]
    alarms = [each["Notification"] for each in call["NotificationsWithSubscribers"]]
    assert [(alarm["NotificationType"], alarm["Threshold"]) for alarm in alarms] == [
        *(("ACTUAL", 7), ("ACTUAL", 50), ("ACTUAL", 100)),
        ("FORECASTED", 100),
    ]


def test_at_most_ten_notifications(tmp_path):
    """Of fifteen thresholds the nine highest stay, and AWS's forecast at the highest of them."""
    many = ", ".join(f"{0.1 * step:.1f}" for step in range(1, 16))
    text = ODD.replace("[0.07, 0.5, 1]", f"[{many}]")
    call = export_aws_budgets(
        load(tmp_path, text), "2026-11", notify=["a@example.com"], budget="everything of one"
    )
    assert complaints("budgets", "CreateBudget", call.inputs[0]) == []
    alarms = [each["Notification"] for each in call.inputs[0]["NotificationsWithSubscribers"]]
    assert [alarm["Threshold"] for alarm in alarms] == [*range(70, 151, 10), 150]
    assert any("lowest" in notice for notice in call.notices)


def test_a_limit_of_nothing_is_a_cent(tmp_path):
    """USD 0.005 rounds up, 0 becomes 0.01, and a notice says so."""
    text = ODD.replace("usd_per_month: 3,", "usd_per_month: 0,")
    calls = export_aws_budgets(load(tmp_path, text), "2026-11")
    assert amounts(calls.inputs[0]) == amounts(calls.inputs[1]) == [Decimal("0.01")] * 12
    assert any("0.01" in notice for notice in calls.notices)


def test_one_budget_is_an_object_and_many_are_a_list():
    """A file for --cli-input-json has one budget; --budget chooses it."""
    assert isinstance(json.loads(export_aws_budgets(EXAMPLE, "2026-11").to_json()), list)
    call = json.loads(export_aws_budgets(EXAMPLE, "2026-11", budget="siem").to_json())
    assert call["Budget"]["BudgetName"] == "siem"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"months": 13}, "1 to 12"),
        ({"limits": "mine"}, "budgets or forecast"),
        ({"margin": 0.2}, "--limits forecast only"),
        ({"limits": "forecast", "margin": -0.1}, "margin"),
        ({"limits": "forecast", "margin": float("nan")}, "margin"),
        ({"notify": ["nobody"]}, "an e-mail address or the ARN"),
        ({"notify": [SNS, SNS + "2"]}, "at most 1 SNS topic"),
        ({"notify": [f"a{n}@example.com" for n in range(11)]}, "10 addresses"),
        ({"budget": "other"}, "one of: kms, siem"),
    ],
)
def test_options_without_sense_are_usage_errors(options, words):
    """The refusal says what was found and what is expected."""
    with pytest.raises(UsageError, match=words):
        export_aws_budgets(EXAMPLE, "2026-11", **options)


def test_a_name_that_aws_refuses_is_refused_here(tmp_path):
    """A colon, a backslash or /action/ in a name: said before AWS does."""
    for name in ("kms: all", "a\\\\b", "x/action/y", "n" * 101):
        text = ODD.replace("everything of one", f'"{name}"')
        with pytest.raises(KmscostError, match="rename the budget"):
            export_aws_budgets(load(tmp_path, text), "2026-11")
