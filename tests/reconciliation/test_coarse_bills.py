"""Bills that tell less: less evidence, never another verdict than the whole bill's, or none."""

from __future__ import annotations

import json

import pytest

from estimator import load_inventory, measure_bill, reconcile
from pricing.reading.problems import KmscostError

INVENTORY = """
version: 1
payer: "111122223333"
cloudtrail_writes: charged
accounts:
  - {id: "111122223333", regions: [us-east-1]}
  - {id: "012345678901", regions: [us-east-1]}
keys:
  - {id: logs, account: "111122223333", region: us-east-1}
trails:
  - name: org
    account: "111122223333"
    scope: organization
    regions: all
    key: logs
    files_per_day: 1000
readers:
  - {name: siem, kind: fixed, account: "012345678901", gets_per_day: 1000}
"""


def inventory(folder):
    """Two accounts: 62,000 puts and 31,000 gets in October, under one key."""
    path = folder / "inventory.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    return load_inventory(path)


def answer(folder, groups, by="OPERATION", estimated=False):
    """An answer of Cost Explorer for October."""
    names = ("us-east-1-KMS-Requests", "us-east-1-KMS-Keys")
    document = {
        "GroupDefinitions": [
            {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
            {"Type": "DIMENSION", "Key": by},
        ],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
                "Groups": [
                    {
                        "Keys": [names[unit == "Keys"], key],
                        "Metrics": {
                            "UnblendedCost": {"Amount": cost, "Unit": "USD"},
                            "UsageQuantity": {"Amount": amount, "Unit": unit},
                        },
                    }
                    for key, amount, cost, unit in groups
                ],
                "Estimated": estimated,
            }
        ],
    }
    path = folder / "ce.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


# 62,000 + 31,000 = 93,000 requests, 20,000 of them free: 73,000 x 0.000003 = 0.219 = 0.156 + 0.063
PUTS = ("GenerateDataKey", "62000", "0.156", "Requests")
GETS = ("Decrypt", "31000", "0.063", "Requests")
A_KEY = ("CurrentKeys", "1", "1", "Keys")


def test_cost_explorer_by_operation_is_reconciled(tmp_path):
    """Forecast and bill are the same 93,000 requests for USD 1.219; what is missing is named."""
    result = reconcile(inventory(tmp_path), answer(tmp_path, [PUTS, GETS, A_KEY]), "2026-10")
    assert result.rows["billed"][result.rows["unit"] == "request"].sum() == 93_000
    assert result.rows["cost_billed"].sum() == pytest.approx(1.219)
    assert result.rows["cost_difference"].sum() == pytest.approx(0, abs=1e-9)
    # free: 93,000 - 0.219 / 0.000003 = 20,000, as forecast
    assert result.rows["cost_rate"].sum() == pytest.approx(0, abs=1e-9)
    assert set(result.levels) == {"key of requests", "key of key-months", "account"}
    assert any("does not tell which requests were free" in line for line in result.notices)
    (interpretation,) = result.interpretations
    assert (interpretation.answer, interpretation.strength) == ("charged", "fair")


def test_what_an_export_does_not_show_is_no_sign(tmp_path):
    """No GenerateDataKey: an export may be of a part, so nobody says that writes are exempt."""
    result = reconcile(inventory(tmp_path), answer(tmp_path, [GETS, A_KEY]), "2026-10")
    (interpretation,) = result.interpretations
    assert interpretation.answer is None
    assert "no sign" in interpretation.why


def test_free_writes_in_an_export_are_no_sign_either(tmp_path):
    """All writes at no cost may be a credit: beyond the free tier or not, it cannot be told."""
    free = ("GenerateDataKey", "62000", "0", "Requests")
    result = reconcile(inventory(tmp_path), answer(tmp_path, [free, GETS, A_KEY]), "2026-10")
    (interpretation,) = result.interpretations
    assert interpretation.answer is None


def test_an_estimate_says_that_it_covers_nothing(tmp_path):
    """The month is open: its numbers are shown, and the bill covers 0 % of it."""
    path = answer(tmp_path, [GETS, A_KEY], estimated=True)
    result = reconcile(inventory(tmp_path), path, "2026-10")
    assert any("cover 0 % of 2026-10" in line for line in result.notices)
    (interpretation,) = result.interpretations
    assert interpretation.answer is None


def test_accounts_are_reconciled_where_they_are_told(tmp_path):
    """By account: 62,000 of the trail's account, 31,000 of the reader's."""
    groups = [
        ("111122223333", "62000", "0.156", "Requests"),
        ("012345678901", "31000", "0.063", "Requests"),
        ("111122223333", "1", "1", "Keys"),
    ]
    path = answer(tmp_path, groups, by="LINKED_ACCOUNT")
    rows = reconcile(inventory(tmp_path), path, "2026-10").rows
    billed = rows[rows["unit"] == "request"].set_index("billed_account")["billed"]
    assert dict(billed) == {"111122223333": 62_000, "012345678901": 31_000}


def test_a_bill_without_accounts_is_nobodys_of_several_payers(tmp_path):
    """Whose of two payers it is, nobody can tell."""
    text = INVENTORY.replace('{id: "012345678901",', '{id: "012345678901", payer: "012345678901",')
    path = tmp_path / "two.yaml"
    path.write_text(text.replace("scope: organization", "scope: account"), encoding="utf-8")
    with pytest.raises(KmscostError, match="a bill that names neither payer nor account"):
        reconcile(path, answer(tmp_path, [PUTS, GETS, A_KEY]), "2026-10")


def test_the_json_of_measure_bill_is_the_bill(tmp_path):
    """Kept and given to reconcile: the same rows as of the bill itself."""
    path = answer(tmp_path, [PUTS, GETS, A_KEY])
    measured = tmp_path / "measured.json"
    document = measure_bill(path).to_dict()
    measured.write_text(json.dumps(document), encoding="utf-8")
    known = inventory(tmp_path)
    direct, again = (reconcile(known, source, "2026-10") for source in (path, measured))
    assert direct.rows.equals(again.rows)
    assert direct.interpretations == again.interpretations
    with pytest.raises(KmscostError, match="beside the JSON of `kmscost measure bill`"):
        reconcile(known, [path, measured], "2026-10")
    measured.write_text(json.dumps({**document, "source": "cloudtrail"}), encoding="utf-8")
    with pytest.raises(KmscostError):
        reconcile(known, measured, "2026-10")
