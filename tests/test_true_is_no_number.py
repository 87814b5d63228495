"""True is an int to Python, and equal to 1: no number of a file or an option may be one."""

from pathlib import Path

import pytest
import yaml

from estimator import KmscostError, advise, compare, export_aws_budgets, forecast, load_inventory
from pricing.rates import load_rates
from tests.documents import replaced

EXAMPLES = Path(__file__).parent.parent / "examples"
TABLES = Path(__file__).parent.parent / "pricing" / "tables"
INVENTORY = """\
version: 1
accounts: [{id: "111122223333", regions: [us-east-1], files_per_day: {us-east-1: 9, other: 2}}]
keys: [{id: logs, region: us-east-1}]
trails:
  - name: org
    key: logs
    files_per_day: {low: 150, mid: 200, high: 290}
    config_updates_per_month: 1
    burst_seconds: 60
    bucket: {bucket_key: true, bucket_key_saving: 0.5, retention_days: 30}
readers:
  - {name: siem, kind: every-file, gets_per_file: 2, bucket_key_saving: 0.5}
  - {name: athena, kind: query, queries_per_month: 3, days_scanned: 7, share_of_files: 0.5}
  - {name: audit, kind: fixed, gets_per_day: 5}
  - {name: check, kind: validate, runs_per_month: 1, days: 30}
  - {name: move, kind: once, day: 2026-12-01, days: 3}
other_kms_requests_per_month: {"111122223333": 7}
growth: {accounts_per_year: 0.1, files_per_year: 0.1}
budgets: [{name: kms, usd_per_month: 3, thresholds: [0.5, 1]}]
"""


def paths_of_numbers(value, path=()):
    """The path of each number in a document; of the items of a list those of the first two."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value[:2]))
    else:
        return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []
    return [each for key, item in items for each in paths_of_numbers(item, (*path, key))]


FILES = {
    "inventory": (yaml.safe_load(INVENTORY), load_inventory),
    "rates": (yaml.safe_load((TABLES / "awskms.yaml").read_text(encoding="utf-8")), load_rates),
    "scenarios": (
        yaml.safe_load((EXAMPLES / "scenarios.yaml").read_text(encoding="utf-8")),
        lambda path: compare(EXAMPLES / "organization.yaml", path, "2026-12", 1),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_no_number_of_a_file_is_true(tmp_path, name):
    """`version: true`, `per: true` and the like are refused, with their lines; two were taken."""
    document, load = FILES[name]
    path = tmp_path / "file.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    load(path)  # right as it is
    found = paths_of_numbers(document)
    assert len(found) > 2
    for at in found:
        path.write_text(yaml.safe_dump(replaced(document, at, True)), encoding="utf-8")
        with pytest.raises(KmscostError) as refused:
            load(path)
        problem = refused.value.problems[0]
        assert problem.found == "true", at
        assert problem.line is not None, at


@pytest.mark.parametrize(
    ("option", "call"),
    [
        ("months", lambda path: forecast(path, "2026-12", True)),
        ("months", lambda path: forecast(path, "2026-12", 1.5)),
        ("discount", lambda path: forecast(path, "2026-12", 1, discount=True)),
        ("discount", lambda path: forecast(path, "2026-12", 1, discount="10%")),
        ("fail_over", lambda path: forecast(path, "2026-12", 1, fail_over=True)),
        ("margin", lambda path: export_aws_budgets(path, margin=True)),
        ("unused_days", lambda path: advise(path, unused_days=True)),
    ],
)
def test_no_number_of_a_function_is_true(option, call):
    """A discount of True was one of all: USD 0.00."""
    with pytest.raises(KmscostError, match=f"^{option}: found ") as refused:
        call(EXAMPLES / "organization.yaml")
    assert len(refused.value.problems) == 1
