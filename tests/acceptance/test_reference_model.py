"""The forecast against the slow reference, on random inventories."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.random_inventories import random_inventory, to_yaml
from tests.acceptance.reference import CHARGED, EXEMPT, priced, reference

SEEDS = range(64)


@pytest.mark.parametrize("seed", SEEDS)
def test_forecast_equals_the_reference(tmp_path: Path, seed: int) -> None:
    """Each month of a random inventory, by the slow reference; and the totals are the sums."""
    inv, first, count = random_inventory(seed)
    text = to_yaml(inv)
    answer = forecast(tmp_path, text, first, count)
    other = inv["other_kms_requests_per_month"]
    hand = reference(inv, first, count)
    assert [month["month"] for month in answer["months"]] == [name for name, _ in hand]
    for got, (name, month) in zip(answer["months"], hand, strict=True):
        where = f"seed {seed}, {name}\n{text}"
        charged, exempt = priced(month, other, CHARGED), priced(month, other, EXEMPT)
        billable, cost = exempt if inv["cloudtrail_writes"] == "exempt" else charged
        wanted = {
            "requests": sum(month.requests.values(), Fraction(0)),
            "billable_requests": billable,
            "cost_usd_keys": month.keys,
            "cost_usd_requests": cost,
            "cost_usd": cost + month.keys,
            "cost_usd_writes_charged": charged[1] + month.keys,
            "cost_usd_writes_exempt": exempt[1] + month.keys,
        }
        for measure, value in wanted.items():
            close(got[measure], value, f"{measure}, {where}")
    sums = {
        name: sum((Fraction(month[name]) for month in answer["months"]), Fraction(0))
        for name in wanted
    }
    expect(answer["totals"], **sums)


def test_the_reference_knows_the_published_sum() -> None:
    """The reference itself knows the first sum: 51,840 requests, 31,840 billable, 0.09552."""
    inv: dict[str, Any] = {
        "regions": ["us-east-1", "eu-west-1"],
        "accounts": [{"id": "1"}, {"id": "2"}, {"id": "3"}],
        "keys": [{"id": "k", "region": "us-east-1"}],
        "trails": [
            {
                "name": "t",
                "account": "1",
                "scope": "organization",
                "regions": "all",
                "key": "k",
                "bucket": {},
            }
        ],
        "readers": [],
    }
    ((_, month),) = reference(inv, "2026-11", 1)
    assert sum(month.requests.values()) == 51_840
    assert priced(month, 0, CHARGED) == (31_840, Fraction("0.09552"))
    assert priced(month, 20_000, CHARGED) == (51_840, Fraction("0.15552"))
    assert month.keys == 1


def test_the_random_inventories_reach_everything() -> None:
    """The generator is worth its name: each kind, layout and option occurs."""
    texts = [to_yaml(random_inventory(seed)[0]) for seed in SEEDS]
    words = [
        *("every-file", "replication", "fixed", "query", "validate"),
        "bucket_key: true",
        "sse-kms",
        "as_of",
        "other: ",
        "mid: ",
        "exempt",
        "us-gov-",
        'payer: "200',
    ]
    for word in [*words, "rotations: [2", "until", '"account"', "late"]:
        assert sum(word in text for text in texts) >= 3, word
