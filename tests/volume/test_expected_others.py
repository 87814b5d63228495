"""What others request of all pools together, month by month, by hand."""

import datetime

import pytest

from estimator.inventory.load import parse_inventory
from estimator.months import Months
from estimator.volume.others import expected_others

TEXT = """\
version: 1
payer: "111122223333"
other_kms_requests_per_month: OTHERS
accounts:
  - {id: "111122223333", regions: [us-east-1]}
  - {id: "222222222222", regions: [us-east-1], from: 2026-11-16}
  - {id: "333333333333", regions: [us-gov-west-1]}
keys: []
trails: []
"""


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        # one payer in two partitions: two pools
        ("1000", [2000, 2000]),
        ('{"111122223333": 1000}', [2000, 2000]),
        # an account each; the second is there for half of November's 30 days
        ('{"222222222222": 600, "333333333333": 50}', [300 + 50, 600 + 50]),
    ],
)
def test_all_pools_together(others, expected):
    """A number counts once in each pool, that of an account on the days on which it is active."""
    inventory = parse_inventory(TEXT.replace("OTHERS", others), "inventory.yaml")
    result = expected_others(inventory, Months(datetime.date(2026, 11, 1), 2))
    assert result.tolist() == pytest.approx(expected)
