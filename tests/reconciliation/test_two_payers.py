"""Bills of two payers: each has days, a pace and a kind of its own.

October of A: 31 x 40,288 x 0.000003 + 1 = 4.746784; of Z 31 x 10,288 x 0.000003 + 1 = 1.956784.
"""

from __future__ import annotations

import json

import pytest

from estimator import KmscostError, reconcile
from tests.measurement.billing.bills import legacy_bill
from tests.report.verdicts import daily_lines, write

MONTH = "2026-10"
A, Z = "111122223333", "999999999999"
INVENTORY = f"""
version: 1
payer: "{A}"
other_kms_requests_per_month: {{"{A}": 20000, "{Z}": 20000}}
cloudtrail_writes: charged
regions: [us-east-1]
accounts: [{{id: "{A}"}}, {{id: "{Z}", payer: "{Z}"}}]
keys:
  - {{id: one, account: "{A}", region: us-east-1}}
  - {{id: two, account: "{Z}", region: us-east-1}}
trails:
  - {{name: a, account: "{A}", scope: account, key: one}}
  - {{name: z, account: "{Z}", scope: account, key: two}}
readers:
  - {{name: ra, kind: fixed, account: "{A}", trails: [a], gets_per_day: 40000}}
  - {{name: rz, kind: fixed, account: "{Z}", trails: [z], gets_per_day: 10000}}
"""


def bill_of(folder, account, gets, last=31, times=1.0):
    """The bill of one payer by the day."""
    lines = daily_lines(last, gets * times, account=account)
    lines += daily_lines(last, 288.0 * times, account=account, operation="GenerateDataKey", keys=0)
    return legacy_bill(folder / f"{account}.csv", lines)


def total_of(folder, account, requests, keys, *, is_estimate):
    """An answer of Cost Explorer for October by account, which names no payer."""
    amounts = (("us-east-1-KMS-Requests", requests, requests * 0.000003),
               ("us-east-1-KMS-Keys", keys, keys))  # fmt: skip
    document = {
        "GroupDefinitions": [
            {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
            {"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"},
        ],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
                "Groups": [
                    {
                        "Keys": [usage, account],
                        "Metrics": {
                            "UnblendedCost": {"Amount": repr(cost), "Unit": "USD"},
                            "UsageQuantity": {"Amount": repr(amount), "Unit": "N/A"},
                        },
                    }
                    for usage, amount, cost in amounts
                ],
                "Estimated": is_estimate,
            }
        ],
    }
    path = folder / f"{account}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_an_estimate_of_one_payer_stays_open_beside_the_whole_bill_of_another(tmp_path):
    """Z so far: 155,000 x 0.000003 + 0.5 = 0.965 of no less than 1.956784; A is billed whole."""
    estimate = total_of(tmp_path, Z, 155_000, 0.5, is_estimate=True)
    bills = [bill_of(tmp_path, A, 40_000.0), estimate]
    found = reconcile(write(tmp_path, INVENTORY), bills, MONTH, fail_over="10%")
    whole, of_a, of_z = (
        found.month_cost(*place) for place in ((), ("payer", (A,)), ("payer", (Z,)))
    )
    assert (of_a.billed, of_a.rest, of_a.is_open) == (pytest.approx(4.746784), 0.0, False)
    assert (of_z.billed, of_z.is_open) == (pytest.approx(0.965), True)
    assert (of_z.total, whole.total) == (pytest.approx(1.956784), pytest.approx(6.703568))
    assert whole.is_open
    assert found.days.text == f"of a month in progress of payer {Z}"
    assert found.judged_limit.state == "not held"
    # what Z has less has no cause
    assert found.parts["unknown"] == pytest.approx(0.965 - 1.956784)


def test_two_payers_in_two_kinds_of_bill(tmp_path):
    """A's report and Z's whole month of Cost Explorer: 6.703568; one account twice is refused."""
    bills = [
        bill_of(tmp_path, A, 40_000.0),
        total_of(tmp_path, Z, 318_928, 1.0, is_estimate=False),
    ]
    found = reconcile(write(tmp_path, INVENTORY), bills, MONTH)
    assert found.billed_and_rest() == (pytest.approx(6.703568), 0.0)
    bills.append(total_of(tmp_path, A, 1_248_928, 1.0, is_estimate=False))
    with pytest.raises(KmscostError, match=rf"{Z}\.json: found 2026-10 .* \(in .*{A}\.csv\)"):
        reconcile(tmp_path / "inventory.yaml", bills, MONTH)


def test_a_cheap_bill_of_one_payer_hides_no_dear_one_of_another(tmp_path):
    """A half as dear all month: 0.5 x 3.746784 + 1 = 2.873392. Z twice as dear to the 15th.

    15 x 20,576 x 0.000003 + 15/31 = 1.409791, the rest 16 x 20,576 x 0.000003 + 16/31 = 1.503777.
    """
    bills = [bill_of(tmp_path, A, 40_000.0, times=0.5), bill_of(tmp_path, Z, 10_000.0, 15, 2.0)]
    found = reconcile(write(tmp_path, INVENTORY), bills, MONTH)
    of_z = found.billed_and_rest("payer", (Z,))
    assert of_z == (pytest.approx(1.409791), pytest.approx(1.503777))
    billed, rest = found.billed_and_rest()
    assert (billed, rest) == (pytest.approx(2.873392 + 1.409791), pytest.approx(1.503777))


@pytest.mark.parametrize(
    ("times", "kind", "state", "condition"),
    [
        (1.0, "whole", "kept", ""),
        (1.0, "missing", "not held", f"for no day of payer {Z} is billed"),
        (1.0, "estimate", "not held", f"for the bill of payer {Z} does not tell its days"),
        # A: 0.5 x 3.746784 + 1 = 2.873392 of 4.746784, and nothing of Z that would be more
        (0.5, "estimate", "not held", f"for the bill of payer {Z} does not tell its days"),
        # A alone is 39 % off, whatever Z is
        (0.5, "missing", "broken", ""),
    ],
)
def test_a_limit_waits_for_the_payer_that_is_open_or_missing(
    tmp_path, times, kind, state, condition
):
    """What is not covered is said of Z: A's bill is whole."""
    bills = [bill_of(tmp_path, A, 40_000.0, times=times)]
    if kind == "whole":
        bills.append(bill_of(tmp_path, Z, 10_000.0))
    if kind == "estimate":
        bills.append(total_of(tmp_path, Z, 155_000, 0.5, is_estimate=True))
    found = reconcile(write(tmp_path, INVENTORY), bills, MONTH, fail_over="5%")
    assert (found.judged_limit.state, found.judged_limit.condition) == (state, condition)
    covered = [line for line in found.notices if "lines cover" in line]
    assert [f"lines cover 0 % of {MONTH} of payer {Z}" in line for line in covered] == [True] * (
        kind != "whole"
    )
