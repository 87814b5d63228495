"""Six months of bills: month over month and year to date, by hand."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.verdicts.reports import budget, inventory, report, whole

# files a day; with 30, 31, 30, 31, 31 and 30 days, each x 0.000003, and 1.00 for the key:
# 5.50, 6.58, 7.30, 8.44, 9.37 and 10.00
FILES = {"04": 50_000, "05": 60_000, "06": 70_000, "07": 80_000, "08": 90_000, "09": 100_000}
USD = {"04": "5.50", "05": "6.58", "06": "7.30", "07": "8.44", "08": "9.37", "09": "10.00"}


def test_six_months(tmp_path: Path) -> None:
    """September is 0.63 more than August (6.7 %), and the year to date 47.19."""
    lines = [line for month, files in FILES.items() for line in whole(f"2026-{month}", files)]
    out = report(tmp_path, inventory(budgets=budget(11)), "2026-09", lines)
    assert out.status == "on budget"
    for month, usd in USD.items():
        assert usd in out.text, month
    assert "47.19" in out.text
    assert "0.63" in out.text
    assert "6.7" in out.text


def test_earlier_months_do_not_move_the_verdict(tmp_path: Path) -> None:
    """A dear August changes nothing of September's verdict: 10.00 of 11.00."""
    alone = report(tmp_path, inventory(budgets=budget(11)), "2026-09", whole("2026-09"))
    both = [*whole("2026-08", 1_000_000), *whole("2026-09")]
    out = report(tmp_path, inventory(budgets=budget(11)), "2026-09", both)
    assert out.status == alone.status == "on budget"
    assert out.answer["spent_usd"] == alone.answer["spent_usd"]
