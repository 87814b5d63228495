"""The README's example: its numbers by hand, and its files as they are made."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost
from tests.attribution import example
from tests.real_data import ROOT


def test_the_files_are_what_their_maker_writes(tmp_path: Path) -> None:
    """`python -m tests.attribution.example` would change nothing."""
    example.write(tmp_path)
    for name in ("measured.json", "bill.csv"):
        assert (example.FOLDER / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_first_sentence_by_hand() -> None:
    """CloudTrail: (576 + 48 + 576) x 31 = 37,200 requests x 0.000003 = USD 0.1116.

    Billed in all: 6,571,628 of the shop's key + 37,200 + 217,000 = 6,825,828, so 0.545 %; requests
    (6,825,828 - 20,000) x 0.000003 = 20.417484, two keys 2.00, tax 1.52: USD 23.937484. Without
    its writes CloudTrail has the SIEM's 17,856 gets: USD 0.053568.
    """
    files = ("examples/attribution/measured.json", "--bill", "examples/attribution/bill.csv")
    totals = json.loads(kmscost("attribute", *files, "--format", "json", cwd=ROOT).out)["totals"]
    assert totals["requests"] == 6_825_828
    assert totals["requests_cloudtrail"] == pytest.approx(37_200)
    price = Decimal("0.000003")
    cost = (6_825_828 - 20_000) * price + Decimal("3.52")
    assert totals["cost_usd"] == pytest.approx(float(cost), abs=1e-9)
    assert totals["cost_usd_cloudtrail"] == pytest.approx(float(37_200 * price), abs=1e-9)
    exempt = totals["cost_usd_cloudtrail_writes_exempt"]
    assert exempt == pytest.approx(float(17_856 * price), abs=1e-9)
