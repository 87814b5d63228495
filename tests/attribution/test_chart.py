"""The picture of an attribution: a bar for each line by resource, its words beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimator import KmscostError, attribute, load_inventory, plot
from estimator.report.answers.attribution_lines import MOST_LINES, shown_lines
from tests.acceptance.commands import kmscost
from tests.attribution.material import APP, EAST, PUT, bill, logs
from tests.real_data import ROOT

MEASURED = ROOT / "examples" / "attribution" / "measured.json"
BILL = ROOT / "examples" / "attribution" / "bill.csv"


def test_bars_are_as_long_as_the_costs() -> None:
    """Each bar's length is its line's cost in proportion; the longest is the bucket's."""
    lines = shown_lines(attribute(MEASURED, BILL), "resource")
    widths = [bar.get_width() for bar in plot(MEASURED, "attribution", bill=BILL).axes[0].patches]
    assert len(widths) == len(lines) == 10
    scale = widths[0] / lines[0].cost
    # what is thinner than a line is drawn as one
    for width, line in zip(widths, lines, strict=True):
        assert width == pytest.approx(max(line.cost * scale, 1.5))


def test_the_command_says_the_other_interpretation_beside_the_picture() -> None:
    """SVG on stdout, CloudTrail's share and the other interpretation on stderr."""
    run = kmscost("plot", str(MEASURED), "--kind", "attribution", "--bill", str(BILL), cwd=ROOT)
    assert run.code == 0
    assert run.out.lstrip().startswith("<")
    assert "S3 bucket shop-images" in run.out
    assert (
        "CloudTrail is 0.5 % of your KMS requests (USD 0.1116 of 22.42 for usage, 0.5 %)" in run.err
    )
    assert "If AWS does not charge CloudTrail's own writes, 0.3 %" in run.err


def test_a_bill_belongs_to_this_kind_alone() -> None:
    """--bill beside another kind is a usage error, and an inventory is no log."""
    inventory = str(ROOT / "examples" / "organization.yaml")
    run = kmscost("plot", inventory, "--kind", "cost", "--bill", str(BILL), cwd=ROOT)
    assert run.code == 2
    assert "--bill: found a bill" in run.err
    with pytest.raises(KmscostError, match="an inventory"):
        plot(load_inventory(inventory), "attribution")


def test_cloudtrail_is_always_among_the_lines(tmp_path: Path) -> None:
    """Twelve dearer buckets: nine of them, the trail, and the sum of the three others."""
    buckets = [
        (1_000 * (20 - number), {"resource": f"arn:aws:s3:::bucket-{number}"})
        for number in range(12)
    ]
    found = attribute(
        logs(*buckets, (10, PUT | {"billed_account": APP})),
        bill(
            tmp_path / "b.csv",
            {"quantity": 174_000, "cost": "1.74"},
            {"quantity": 10, "cost": "0.0001", "operation": "GenerateDataKey"},
        ),
    )
    lines = shown_lines(found, "resource")
    assert len(lines) == MOST_LINES + 1
    assert [line.name for line in lines[-2:]] == ["cloudtrail trail/org", "and 3 more"]
    # 0.11 + 0.10 + 0.09 of 11,000, 10,000 and 9,000 requests
    assert lines[-1].requests == pytest.approx(30_000)
    assert lines[-2].amount == "<0.01"


def test_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """A parameter of the same name in two accounts: both are written whole."""
    arns = [f"arn:aws:ssm:{EAST}:{account}:parameter/token" for account in (APP, "999999999999")]
    rows = [
        (10 * number, {"service": "ssm", "resource": arn}) for number, arn in enumerate(arns, 1)
    ]
    path = bill(tmp_path / "b.csv", {"quantity": 30, "cost": "0.03"})
    names = [line.name for line in shown_lines(attribute(logs(*rows), path), "resource")]
    assert names == arns[::-1]
