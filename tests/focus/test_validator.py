"""The official focus-validator finds no failed rule in an exported forecast.

It needs Python 3.12 and a virtual environment of its own; `bash .ci/focus FOLDER` makes one, and
KMSCOST_FOCUS_VALIDATOR=FOLDER says where it is. Without it these tests skip.
"""

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest

from estimator import export_focus
from estimator.report.exports.table_writers import table_parquet
from tests.exports.inventories import ODD, load
from tests.extras import needed
from tests.real_data import ROOT

HOME = Path(os.environ.get("KMSCOST_FOCUS_VALIDATOR") or ROOT / ".focus-validator")
PROGRAM = HOME / "bin" / "focus-validator"
VERSION = "1.2.0.1"

if not PROGRAM.is_file():
    pytest.skip("no focus-validator: see .ci/focus", allow_module_level=True)
needed("pyarrow")  # it reads Parquet

# everything that the rules ask of a provider, but for what KMS does not have
WITHOUT = {"COMMITMENT_DISCOUNT_SUPPORTED", "CAPACITY_RESERVATION_SUPPORTED"}


def package():
    """The folder of the validator's package, with its rules."""
    return next(HOME.glob("lib/python*/site-packages/focus_validator")).resolve()


def rule_set():
    """The rules as the validator has them."""
    return json.loads((package() / "rules" / f"model-{VERSION}.json").read_text(encoding="utf-8"))


def validate(folder, content):
    """Result of every rule by its id: its output is parsed, because it exits 0 on failed rules."""
    (folder / "focus_validator").symlink_to(package())  # it reads a table of its own from here
    (folder / "focus.parquet").write_bytes(content)
    criteria = [
        criterion for criterion in rule_set()["ApplicabilityCriteria"] if criterion not in WITHOUT
    ]
    done = subprocess.run(
        [
            *(PROGRAM, "--data-file", "focus.parquet", "--validate-version", VERSION),
            *("--block-download", "--applicability-criteria", ",".join(criteria)),
            *("--output-type", "unittest", "--output-destination", "result.xml"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "result.xml").is_file(), done.stdout + done.stderr
    root = ET.parse(folder / "result.xml").getroot()  # noqa: S314 (the validator's own file)
    results = {}
    for case in root.iter("testcase"):
        rule = case.get("name").partition(" ::")[0]
        found = {child.tag.replace("error", "failure") for child in case}
        results[rule] = next((tag for tag in ("failure", "skipped") if tag in found), "passed")
    return results


def find_failed(results):
    """Rules that failed, but for one side of an either-or whose other side passed.

    InvoiceId must be null without an invoice (C-004), and must not be with one (C-005): the rules
    join both by OR and have no way to tell which holds, so one of them fails for any dataset.
    """
    either = set()
    for rule, definition in rule_set()["ModelRules"].items():
        requirement = definition["ValidationCriteria"]["Requirement"]
        if requirement.get("CheckFunction") == "OR" and results.get(rule) == "passed":
            either |= {item.get("ModelRuleId") for item in requirement["Items"]}
    return {rule for rule, result in results.items() if result == "failure" and rule not in either}


@pytest.mark.parametrize("what", ["example", "odd"])
def test_no_rule_fails_on_a_forecast_of_twelve_months(tmp_path, what):
    """The example with a discount, and two payers, partitions and hostile names under exempt."""
    if what == "example":
        table = export_focus(ROOT / "examples" / "organization.yaml", "2026-11", 12, discount=0.1)
    else:
        table = export_focus(load(tmp_path, ODD), "2026-11", 12, "all")
    results = validate(tmp_path, table_parquet(table))
    assert find_failed(results) == set()
    counted = pd.Series(results).value_counts()
    assert counted["passed"] > 290
    assert counted["failure"] <= 1


def test_the_check_can_fail(tmp_path):
    """A wrong cost, a wrong category and a missing column are found: each by its own rule."""
    table = export_focus(ROOT / "examples" / "organization.yaml", "2026-11", 1)
    table.rows["ListCost"] += 1.0
    table.rows["ServiceCategory"] = "Nonsense"
    rows = table.rows.drop(columns="ChargeClass")
    rows.to_parquet(tmp_path / "bad.parquet", index=False)
    found = find_failed(validate(tmp_path, (tmp_path / "bad.parquet").read_bytes()))
    assert {"ListUnitPrice-C-010-C", "ServiceCategory-C-003-M", "CostAndUsage-D-026-M"} <= found
