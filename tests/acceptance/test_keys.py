from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.inventories import (
    inventory,
    key,
)


@pytest.mark.parametrize(
    ("created", "month", "cost"),
    [
        ("2025-01-15", "2026-11", "1"),
        ("2026-11-01", "2026-11", "1"),
        ("2026-11-16", "2026-11", "0.5"),  # 15 of 30 days = 360 of 720 hours
        ("2026-11-30", "2026-11", "0.03333333333333333333"),  # 24 of 720 hours
        ("2026-12-01", "2026-11", "0"),
        ("2028-02-15", "2028-02", "0.51724137931034482759"),  # 15 of 29 days = 360/696 hours
        ("2027-02-15", "2027-02", "0.5"),  # 14 of 28 days
        ("2026-10-31", "2026-10", "0.03225806451612903226"),  # 24 of 744 hours
    ],
)
def test_keys_are_prorated_by_the_hour(tmp_path: Path, created: str, month: str, cost: str) -> None:
    """A key created within the month costs the share of the month's hours that it is active."""
    text = inventory(keys=[key(), key("late", created=f"~{created}")])
    totals = forecast(tmp_path, text, month)["totals"]
    close(totals["cost_usd_keys"], Decimal(1) + Decimal(cost))
    close(totals["cost_usd"], Decimal(1) + Decimal(cost))


@pytest.mark.parametrize(
    ("month", "rotations", "cost"),
    [
        ("2024-04", [], 1),
        ("2024-04", ["2021-01-01"], 2),
        ("2024-04", ["2021-01-01", "2022-01-01"], 3),
        (
            "2024-04",
            ["2021-01-01", "2022-01-01", "2023-01-01"],
            4,
        ),  # before 2024-05-01 every rotation counts
        ("2024-04", ["2020-06-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01"], 6),
        ("2024-05", [], 1),
        ("2024-05", ["2021-01-01"], 2),
        ("2024-05", ["2021-01-01", "2022-01-01"], 3),
        (
            "2024-05",
            ["2021-01-01", "2022-01-01", "2023-01-01"],
            3,
        ),  # from then on the first and the second
        ("2024-05", ["2020-06-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01"], 3),
        ("2026-11", ["2024-06-01", "2025-06-01", "2026-06-01"], 3),
        ("2026-10", ["2026-11-01"], 1),  # not yet
        ("2026-11", ["2026-11-01"], 2),  # from its first hour
        ("2026-12", ["2026-11-01"], 2),
        ("2026-10", ["2025-10-01", "2026-11-01"], 2),
        ("2026-11", ["2025-10-01", "2026-11-01"], 3),
    ],
)
def test_rotations_that_count(tmp_path: Path, month: str, rotations: list[str], cost: int) -> None:
    """Rotations: +1.00 each before 2024-05-01, the first two only from then on."""
    text = inventory(keys=[key(created="~2020-01-01", rotations=[f"~{r}" for r in rotations])])
    totals = forecast(tmp_path, text, month)["totals"]
    expect(totals, cost_usd_keys=cost, cost_usd=cost)


def test_the_rotation_rule_changes_between_april_and_may_2024(tmp_path: Path) -> None:
    """Three rotations: 4.00 in April 2024, 3.00 in May, in one forecast."""
    text = inventory(
        keys=[key(created="~2020-01-01", rotations=["~2021-01-01", "~2022-01-01", "~2023-01-01"])]
    )
    answer = forecast(tmp_path, text, "2024-04", 2)
    expect(answer["months"][0], cost_usd_keys=4)
    expect(answer["months"][1], cost_usd_keys=3)


@pytest.mark.parametrize(
    ("month", "rotations", "cost"),
    [
        ("2026-11", ["2026-11-16"], "1.5"),  # 1 + 15/30
        ("2026-11", ["2026-11-02"], "1.96666666666666666667"),  # 1 + 29/30
        ("2026-11", ["2026-11-30"], "1.03333333333333333333"),  # 1 + 1/30
        ("2026-10", ["2026-11-16"], "1"),  # the month before
        ("2026-12", ["2026-11-16"], "2"),  # the month after
        ("2026-11", ["2025-11-16", "2026-11-16"], "2.5"),  # 1 + 1 + 15/30
        ("2026-11", ["2026-11-04", "2026-11-16"], "2.4"),  # 1 + 27/30 + 15/30
        ("2026-11", ["2024-11-16", "2025-11-16", "2026-11-16"], "3"),  # the third is free
        ("2026-11", ["2026-11-04", "2026-11-16", "2026-11-28"], "2.4"),
        ("2024-04", ["2022-01-01", "2023-01-01", "2024-04-16"], "3.5"),  # no cap yet
        ("2024-05", ["2022-01-01", "2023-01-01", "2024-04-16"], "3"),  # the cap
    ],
)
def test_a_rotation_within_the_month_is_prorated(
    tmp_path: Path, month: str, rotations: list[str], cost: str
) -> None:
    """A rotation costs from its own day on, by the share of the month's hours that are left."""
    days = [f"~{day}" for day in rotations]
    text = inventory(keys=[key(created="~2020-01-01", rotations=days)])
    expect(forecast(tmp_path, text, month)["totals"], cost_usd_keys=cost, cost_usd=cost)


@pytest.mark.parametrize(
    ("period", "cost"),
    [
        ({"until": "~2026-12-01"}, "1"),
        ({"until": "~2026-11-30"}, "0.96666666666666666667"),  # 29 of 30 days
        ({"until": "~2026-11-16"}, "0.5"),  # 15 of 30 days
        ({"until": "~2026-11-02"}, "0.03333333333333333333"),  # 24 of 720 hours
        ({"until": "~2026-11-01"}, "0"),  # pending deletion all month
        ({"until": "~2026-05-01"}, "0"),
        ({"created": "~2026-11-10", "until": "~2026-11-13"}, "0.1"),  # 3 of 30 days
        # 15 of 30 days with one rotation: 0.5 x 2
        ({"created": "~2020-01-01", "rotations": ["~2021-01-01"], "until": "~2026-11-16"}, "1"),
        # 15 of 30 days, rotated in the last 5 of them: 0.5 + 5/30
        (
            {"created": "~2020-01-01", "rotations": ["~2026-11-11"], "until": "~2026-11-16"},
            "0.66666666666666666667",
        ),
    ],
)
def test_a_key_pending_deletion_costs_nothing(
    tmp_path: Path, period: dict[str, Any], cost: str
) -> None:
    """`until` ends a key: from that day on it is pending deletion and costs 0."""
    text = inventory(keys=[key(), key("old", **period)])
    totals = forecast(tmp_path, text)["totals"]
    close(totals["cost_usd_keys"], Decimal(1) + Decimal(cost))
    close(totals["cost_usd"], Decimal(1) + Decimal(cost))
