"""The example beside the README, by hand; and small bills, a part each."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pandas as pd
import pytest

from estimator import KmscostError, forecast, load_inventory, reconcile
from estimator.report.answers.reconciliation import reconciliation_sheets
from tests.measurement.billing.bills import Line, legacy_bill, no_usage
from tests.real_data import DATA, ROOT, needs_data
from tests.reconciliation.bills import bill_of, lines_of, measured_of, other
from tests.reconciliation.test_reading import ARN, INVENTORY, KEYS, LOGS, PAYER, PROD, WRITES

PRICE = 0.000003
US = {"region": "us-east-1", "usage_type": "us-east-1-KMS-Requests"}


@pytest.fixture
def small(tmp_path):
    """37,200 writes and as many gets in October, one key, 5,000 requests of others."""

    def read_it(text=INVENTORY, others="5000"):
        path = tmp_path / "inventory.yaml"
        path.write_text(text.replace("OTHERS", others), encoding="utf-8")
        return load_inventory(path)

    return read_it


def test_the_example_of_the_readme_by_hand():
    """Forecast 80,476 writes, 1,098,791.4 gets, 2 key-months; 8,000 free are left for them.

    (80,476 + 1,098,791.4 - 8,000) x 0.000003 + 2 x 1.00 = 3.5138022 + 2 = 5.5138022.
    Billed 8,000 + 1,134,000 + 12,000 = 1,154,000 requests: 1,134,000 x 0.000003 + 2 = 5.402.
    writes: -80,476 x 0.000003 = -0.241428
    volume: (1,142,000 - 1,098,791.4) x 0.000003 = 43,208.6 x 0.000003 = 0.1296258
    free tier: 8,000 of CloudTrail's free on both sides; others: 12,000, all free.
    -0.241428 + 0.1296258 = -0.1118022 = 5.402 - 5.5138022
    """
    reconciliation = reconcile(
        ROOT / "examples" / "organization.yaml", ROOT / "examples" / "bill.csv", "2026-10"
    )
    assert reconciliation.totals["cost_usd_forecast"] == pytest.approx(5.5138022, abs=1e-12)
    assert reconciliation.totals["cost_usd_billed"] == pytest.approx(5.402, abs=1e-12)
    assert reconciliation.totals["cost_usd_difference"] == pytest.approx(-0.1118022, abs=1e-12)
    expected = dict.fromkeys(reconciliation.parts, 0.0) | {"writes": -0.241428, "volume": 0.1296258}
    assert reconciliation.parts == pytest.approx(expected, abs=1e-12)
    assert reconciliation.request_parts == pytest.approx(
        {"writes": -80_476, "volume": 43_208.6, "others": 12_000, "unknown": 0}, abs=1e-6
    )
    assert reconciliation.interpretation.answer == "exempt"
    assert reconciliation.apart == ({"what": "Tax", "product": "awskms", "cost_usd": 1.08},)


def test_another_price_is_the_part_rate(tmp_path, small):
    """At 0.0000025 instead of 0.000003: 0.0000005 less on each of 74,400 - 15,000 paid."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    lines = [
        replace(line, cost=repr(float(line.amount) * 0.0000025))
        if line.unit == "Requests" and line.cost != "0"
        else line
        for line in lines_of(expected)
    ]
    reconciliation = reconcile(inventory, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.parts["rate"] == pytest.approx(-0.0000005 * 59_400)
    assert reconciliation.totals["cost_usd_difference"] == pytest.approx(
        reconciliation.parts["rate"]
    )
    # with a sixth taken off all rates only the key is billed for more: 1 - 5/6
    again = reconcile(inventory, bill_of(tmp_path, lines), "2026-10", discount=1 / 6)
    assert again.parts["rate"] == pytest.approx(1 / 6, abs=1e-12)
    assert again.totals["cost_usd_difference"] == pytest.approx(1 / 6, abs=1e-9)


def test_a_private_rate_on_others_keys_is_no_difference_of_cloudtrail(tmp_path, small):
    """All at 0.0000024, 10,000,000 Decrypt under another key: 24.00 are others', not 30 - 6.

    CloudTrail's rate part is that of its own 74,400 - 15,000 = 59,400 paid requests,
    59,400 x (0.0000024 - 0.000003) = -0.03564. The other key's months at 0.80 cost 1.60, not 2.00.
    """
    inventory = small(INVENTORY.replace("{id: logs,", f'{{id: logs, arn: "{KEYS["logs"]}",'))
    expected = forecast(inventory, "2026-10", 1)
    lines = [
        replace(line, cost=repr(float(line.amount) * 0.0000024))
        if line.unit == "Requests" and line.cost != "0"
        else line
        for line in lines_of(expected, keys=KEYS)
    ]
    strange = {"resource": KEYS["logs"].replace("1234abcd", "99999999")}
    lines.append(replace(other(10_000_000, expected, **strange), cost="24.0"))
    key = next(line for line in lines if line.unit == "Keys")
    lines.append(replace(key, amount="2", cost="1.60", **strange))
    reconciliation = reconcile(inventory, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.parts["others"] == pytest.approx(24.0)
    assert reconciliation.parts["other_keys"] == pytest.approx(1.6)
    assert reconciliation.parts["rate"] == pytest.approx(-0.03564)
    assert reconciliation.billed == pytest.approx(59_400 * 0.0000024 + 1.0)


def test_more_free_requests_are_the_part_free_tier(tmp_path, small):
    """The forecast leaves 15,000 free; the bill has 20,000 of CloudTrail's: 5,000 x 0.000003."""
    inventory = small()
    whole = forecast(small(others="0"), "2026-10", 1)
    inventory = small()
    reconciliation = reconcile(inventory, bill_of(tmp_path, lines_of(whole)), "2026-10")
    assert reconciliation.parts["free_tier"] == pytest.approx(-5000 * PRICE)
    assert reconciliation.totals["cost_usd_difference"] == pytest.approx(-5000 * PRICE)


def test_what_the_inventory_expects_of_others_is_not_volume(tmp_path, small):
    """8,000 more Decrypt where CloudTrail's are: 5,000 are others' as expected, 3,000 volume."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    place = {"account": LOGS, "region": "us-east-1", "usage_type": "us-east-1-KMS-Requests"}
    lines = [*lines_of(expected), other(8000, expected, **place)]
    reconciliation = reconcile(inventory, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.request_parts["others"] == pytest.approx(5000)
    assert reconciliation.request_parts["volume"] == pytest.approx(3000)
    assert (
        "5,000 more there are others', as the inventory expects"
        in reconciliation.rests_on["volume"]
    )
    # where others show elsewhere, nothing is left to expect here
    more = [*lines, other(5000, expected, account=PROD)]
    reconciliation = reconcile(inventory, bill_of(tmp_path, more), "2026-10")
    assert reconciliation.request_parts["volume"] == pytest.approx(8000)
    assert reconciliation.request_parts["others"] == pytest.approx(5000)


def test_others_of_an_account_are_expected_in_that_account_alone(tmp_path, small):
    """8,000 more Decrypt in the reader's account: 5,000 of its own are others', none of PROD's."""
    expected = forecast(small(others="0"), "2026-10", 1)
    lines = [*lines_of(expected), other(8000, expected, account=LOGS, **US)]
    bill = bill_of(tmp_path, lines)
    own = reconcile(small(others=f'{{"{LOGS}": 5000, "{PROD}": 0}}'), bill, "2026-10")
    assert own.request_parts["others"] == pytest.approx(5000)
    assert own.request_parts["volume"] == pytest.approx(3000)
    elsewhere = reconcile(small(others=f'{{"{PROD}": 5000}}'), bill, "2026-10")
    assert elsewhere.request_parts["others"] == 0
    assert elsewhere.request_parts["volume"] == pytest.approx(8000)


def test_measured_volume_leaves_the_rest_unknown(tmp_path, small):
    """Billed 1.3 times the forecast, measured 1.2 times: 0.1 of 74,400 nobody explains."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    actuals = measured_of(expected, KEYS, scale=1.2)
    bill = bill_of(tmp_path, lines_of(expected, scale=1.3))
    reconciliation = reconcile(inventory, bill, "2026-10", actuals)
    assert reconciliation.request_parts["volume"] == pytest.approx(0.2 * 74_400)
    assert reconciliation.request_parts["unknown"] == pytest.approx(0.1 * 74_400)
    assert reconciliation.rests_on["volume"] == "measured against forecast"
    assert reconciliation.totals["requests_measured"] == pytest.approx(1.2 * 74_400)
    assert reconciliation.measured_share == 1.0


@pytest.mark.parametrize(("days", "reckoned"), [(28, True), (27, False)])
def test_measurements_count_from_nine_tenths_of_the_month(tmp_path, small, days, reckoned):
    """28 of 31 days are 0.903, 27 are 0.871: shown, and not reckoned with."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    actuals = measured_of(expected, KEYS, scale=0.5, days=days)
    reconciliation = reconcile(inventory, bill_of(tmp_path, lines_of(expected)), "2026-10", actuals)
    assert reconciliation.totals["requests_measured"] == pytest.approx(0.5 * 74_400)
    assert reconciliation.request_parts["volume"] == pytest.approx(
        -0.5 * 74_400 if reckoned else 0, abs=1e-6
    )
    assert any("not reckoned with" in line for line in reconciliation.notices) is not reckoned


def test_object_names_measure_writes_alone(tmp_path, small):
    """Names tell of puts: writes are measured, gets billed against forecast."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    actuals = measured_of(expected, KEYS, scale=0.9, source="s3-inventory")
    frame = actuals.measured
    frame = frame[frame["cause"] == "put"].drop(columns=["billed_account", "billed_region", "key"])
    from estimator import Actuals
    from estimator.measurement.coverage import Coverage

    month = [datetime.datetime(2026, 10, 1), datetime.datetime(2026, 11, 1)]  # noqa: DTZ001
    names = Actuals("s3-inventory", frame, 1, 1, coverage=Coverage.of_span(*month))
    bill = bill_of(tmp_path, lines_of(expected, scale=0.9))
    reconciliation = reconcile(inventory, bill, "2026-10", names)
    assert reconciliation.interpretation.based_on == "measured"
    assert reconciliation.interpretation.predicted_charged == pytest.approx(0.9 * WRITES)
    assert reconciliation.request_parts["volume"] == pytest.approx(-0.1 * 74_400)
    assert reconciliation.request_parts["unknown"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("accounts", "based_on"), [((PAYER, PROD), "measured"), ((PROD,), "forecast")]
)
def test_object_names_of_one_folder_are_not_all_writes(tmp_path, small, accounts, based_on):
    """A bill holds the writes of every stream: the names of one account's are not held against it.

    The forecast is of two accounts, and is billed as it is; the names are half of it each.
    """
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    frame = measured_of(expected, KEYS, scale=0.5, source="s3-listing").measured
    frame = frame[frame["cause"] == "put"].drop(columns=["billed_account", "billed_region", "key"])
    parts = [frame.assign(account=account, region="us-east-1") for account in accounts]
    from estimator import Actuals
    from estimator.measurement.coverage import Coverage

    month = [datetime.datetime(2026, 10, 1), datetime.datetime(2026, 11, 1)]  # noqa: DTZ001
    names = Actuals("s3-listing", pd.concat(parts), 1, 1, coverage=Coverage.of_span(*month))
    bill = bill_of(tmp_path, lines_of(expected))
    reconciliation = reconcile(inventory, bill, "2026-10", names)
    assert reconciliation.interpretation.based_on == based_on
    assert reconciliation.interpretation.predicted_charged == pytest.approx(WRITES)


def test_a_rotation_is_the_part_keys_and_strangers_are_other_keys(tmp_path, small):
    """With resource ids: one more key-month of the key, three of a key nobody knows."""
    text = INVENTORY.replace("region: us-east-1}", f'region: us-east-1, arn: "{ARN}"}}')
    inventory = small(text)
    expected = forecast(inventory, "2026-10", 1)
    forecast_lines = lines_of(expected, keys=KEYS)
    key = next(line for line in forecast_lines if line.unit == "Keys")
    stranger = ARN.replace("1234abcd", "ffff0000")
    more = [
        replace(key, amount="1", cost="1.00"),
        replace(key, amount="3", cost="3.00", resource=stranger),
    ]
    reconciliation = reconcile(inventory, bill_of(tmp_path, [*forecast_lines, *more]), "2026-10")
    assert reconciliation.parts["keys"] == pytest.approx(1)
    assert reconciliation.parts["other_keys"] == pytest.approx(3)
    assert reconciliation.unknown_to["bill"]["keys"] == [stranger]
    # without them nobody can tell a rotation from another key
    blank = [replace(line, resource="") for line in (*forecast_lines, *more)]
    reconciliation = reconcile(inventory, bill_of(tmp_path, blank), "2026-10")
    assert reconciliation.parts["keys"] == pytest.approx(0)
    assert reconciliation.parts["other_keys"] == pytest.approx(4)


def test_other_meters_and_unknown_regions_are_others(tmp_path, small):
    """RSA requests at 0.15, and a Region that no table has, are what the bill says they are."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    rsa = other(10_000, expected, price=0.000015, account=LOGS, region="us-east-1")
    rsa = replace(rsa, usage_type="us-east-1-KMS-Requests-Asymmetric")
    mars = other(10_000, expected, price=0.0001, region="mars-north-1")
    mars = replace(mars, usage_type="mars-north-1-KMS-Requests")
    reconciliation = reconcile(
        inventory, bill_of(tmp_path, [*lines_of(expected), rsa, mars]), "2026-10"
    )
    assert reconciliation.parts["others"] == pytest.approx(0.15 + 1.00)
    assert reconciliation.totals["cost_usd_difference"] == pytest.approx(1.15)
    assert reconciliation.unknown_to["bill"]["regions"] == ["mars-north-1"]


def test_two_payers_have_a_reading_each(tmp_path):
    """One payer's bill charges writes, the other's does not."""
    text = f"""\
version: 1
payer: "{PAYER}"
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{PAYER}"}}, {{id: "{LOGS}", regions: []}}, {{id: "{PROD}", payer: "{PROD}"}}]
keys: [{{id: logs, account: "{LOGS}", region: us-east-1}}]
trails:
  - {{name: org, key: logs, files_per_day: 600}}
  - {{name: two, account: "{PROD}", key: logs, files_per_day: 300}}
"""
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    inventory = load_inventory(path)
    expected = forecast(inventory, "2026-10", 1)
    lines = lines_of(expected)
    payer_lines = [line for line in lines if line.account != PROD]
    prod_lines = [
        line for line in lines if line.account == PROD and line.operation != "GenerateDataKey"
    ]
    prod_lines.append(other(30_000, expected, account=PROD, region="us-east-1"))
    bills = [bill_of(tmp_path, payer_lines), bill_of(tmp_path, prod_lines, payer=PROD)]
    reconciliation = reconcile(inventory, bills, "2026-10")
    assert {bill.payer: bill.answer for bill in reconciliation.interpretations} == {
        PAYER: "charged",
        PROD: "exempt",
    }
    assert reconciliation.interpretation is None


def test_other_months_are_left_out_and_a_bill_without_the_month_is_refused(tmp_path, small):
    """November's lines are no October's; a bill of November alone is the wrong one."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    november = Line(amount="999", cost="0.002997", rate="0.000003")
    november = replace(november, start="2026-11-01T00:00:00Z", end="2026-12-01T00:00:00Z")
    both = legacy_bill(tmp_path / "both.csv", [*lines_of(expected), november])
    reconciliation = reconcile(inventory, both, "2026-10")
    assert reconciliation.totals["requests_billed"] == pytest.approx(74_400)
    left_out = "months of the bill that are left out: 2026-11"
    assert f"{left_out}, with 999 requests and USD 0.002997 of KMS" in reconciliation.notices
    alone = legacy_bill(tmp_path / "alone.csv", [november])
    with pytest.raises(KmscostError, match=r"alone\.csv: found a bill of 2026-11; expected lines"):
        reconcile(inventory, alone, "2026-10")


def test_a_bill_of_another_currency_or_as_actuals_is_refused(tmp_path, small):
    """Euro against dollars mean nothing; a bill is no measurement of CloudTrail's requests."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    lines = lines_of(expected)
    euro = legacy_bill(tmp_path / "e.csv", [replace(line, currency="EUR") for line in lines])
    with pytest.raises(KmscostError, match="a bill in EUR; expected USD"):
        reconcile(inventory, euro, "2026-10")
    from estimator import measure_bill

    dollars = legacy_bill(tmp_path / "d.csv", lines)
    with pytest.raises(KmscostError, match=r"^actuals: found a measured bill"):
        reconcile(inventory, dollars, "2026-10", measure_bill(dollars))


def test_a_bill_without_kms_is_all_missing(tmp_path, small):
    """Another service's lines alone: KMS billed nothing, the difference is the forecast."""
    inventory = small()
    expected = forecast(inventory, "2026-10", 1)
    line = replace(
        no_usage("Usage", "1", "AmazonS3"),
        start="2026-10-01T00:00:00Z",
        end="2026-11-01T00:00:00Z",
        unit="Requests",
    )
    reconciliation = reconcile(inventory, legacy_bill(tmp_path / "b.csv", [line]), "2026-10")
    cost = expected.totals["cost_usd"]
    assert reconciliation.totals["cost_usd_difference"] == pytest.approx(-cost)
    assert reconciliation.interpretation is None
    assert reconciliation.unknown_to["inventory"]["accounts"] == [PAYER, LOGS]


@needs_data
@pytest.mark.parametrize(
    ("kind", "account", "region", "month", "billed", "cost"),
    [
        # 99 requests, all free, and 0.2306 key-months; the file's own sums are in test_real_bills
        ("cur-legacy", "123412340534", "ca-central-1", "2023-11", 99, 0.2306),
        ("cur-2.0", "147303435917", "us-east-1", "2026-04", 65, 0.0),
        ("focus-1.0", "020014591961", "eu-central-1", "2024-09", 1, 3 / 720),
    ],
)
def test_real_bills_are_reconciled(tmp_path, kind, account, region, month, billed, cost):
    """Real bills of small accounts: sums are theirs, and no reading is made up."""
    path = tmp_path / "inventory.yaml"
    path.write_text(
        f'version: 1\naccounts: [{{id: "{account}", regions: [{region}]}}]\n'
        f"keys: [{{id: logs, region: {region}}}]\n"
        "trails: [{name: main, key: logs, scope: account}]\n"
        "readers: [{name: siem, kind: every-file}]\n",
        encoding="utf-8",
    )
    reconciliation = reconcile(path, DATA / "bills" / kind, month)
    assert reconciliation.totals["requests_billed"] == billed
    assert reconciliation.totals["cost_usd_billed"] == pytest.approx(cost, abs=5e-5)
    assert sum(reconciliation.parts.values()) == pytest.approx(
        reconciliation.totals["cost_usd_difference"], abs=1e-9
    )
    assert reconciliation.interpretation is None


def test_what_is_left_of_sums_is_no_request():
    """A billionth of a request of an unknown amount is printed as none, its cost is not hidden."""
    reconciliation = reconcile(
        ROOT / "examples/organization.yaml", ROOT / "examples/bill.csv", "2026-10"
    )
    rows = reconciliation.rows
    # the parts add up as before
    rows = rows.assign(cost_unknown=0.5, cost_volume=rows["cost_volume"] - 0.5)
    dusty = replace(
        reconciliation,
        rows=rows,
        request_parts={**reconciliation.request_parts, "unknown": 1.6e-12},
    )
    parts = {row[0]: row[1:] for row in reconciliation_sheets(dusty)[1].rows}
    assert parts["unknown"] == ("0", f"+{0.5 * len(rows):.2f}")
