"""The table of a bill: KMS and CloudTrail apart, readable in 80 columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.acceptance.commands import kmscost
from tests.measurement.billing.bills import A_MONTH, Line, legacy_bill, no_usage
from tests.real_data import DATA, needs_data


@pytest.fixture(autouse=True)
def _eighty(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def table(folder, *args):
    done = kmscost("measure", "bill", str(folder), *args, cwd=folder)
    assert done.code == 0, done.text
    lines = done.out.splitlines()
    assert all(len(line) <= 80 for line in lines), done.out
    return lines


def words_of(lines, first):
    """The words of the lines that begin so."""
    return [line.split() for line in lines if line.startswith(first)]


def test_kms_and_cloudtrail_are_never_added(tmp_path):
    """By hand: KMS 0.12 + 1.00 + 0.16 = 1.28, CloudTrail 2.00 for 600,000 events; no 3.28."""
    legacy_bill(tmp_path / "bill.csv", A_MONTH)
    lines = table(tmp_path)
    assert words_of(lines, "total") == [
        ["total", "60,000", "20,000", "40,000", "1", "1.28"],
        ["total", "600,000", "500,000", "100,000", "2.00"],
    ]
    apart = lines.index("Apart from it, AWS CloudTrail on the same bill")
    assert not any("EventsRecorded" in line for line in lines[:apart])
    assert not any("Decrypt" in line for line in lines[apart:])
    (title,) = words_of(lines, "KMS USD")
    assert " ".join(title) == (
        "KMS USD 1.28: requests 0.12, keys 1.00, taxes, credits and all else 0.16"
    )


@pytest.mark.parametrize("by", ["billed_region", "day,operation", "unit", "billed_account,product"])
def test_nor_are_they_by_any_columns(tmp_path, by):
    """Both have a tax: whatever is told apart, a row has the one or the other."""
    taxes = [no_usage("Tax", "0.10"), no_usage("Tax", "0.70", product="AWSCloudTrail")]
    legacy_bill(tmp_path / "bill.csv", [*A_MONTH, *taxes])
    lines = table(tmp_path, "--by", by)
    assert [line[-1] for line in words_of(lines, "total")] == ["1.38", "2.70"]
    assert not any("0.80" in line for line in lines)
    answer = kmscost("measure", "bill", str(tmp_path), "--by", by, "-f", "csv", cwd=tmp_path)
    assert "AWSCloudTrail" in answer.out
    assert "awskms" in answer.out


def test_an_account_has_one_row(tmp_path):
    """Requests, key-month, tax, credit: 30,000 x 0.000003 + 1.00 + 0.21 - 0.05 = 1.25."""
    legacy_bill(tmp_path / "bill.csv", A_MONTH)
    (row, _) = words_of(table(tmp_path, "--by", "billed-account"), "1111")  # _ is CloudTrail's
    assert row == ["111122223333", "50,000", "20,000", "30,000", "1", "1.25"]


def test_a_tax_counts_nothing(tmp_path):
    """Its row has an amount and blanks, not zero requests."""
    legacy_bill(tmp_path / "bill.csv", [Line(), no_usage("Tax", "0.16")])
    (tax,) = (line for line in table(tmp_path) if "Tax" in line)
    assert tax.split() == ["2026-11", "Tax", "0.16"]


def test_a_bill_without_cloudtrail_says_nothing_of_it(tmp_path):
    legacy_bill(tmp_path / "bill.csv", [Line()])
    assert not any("CloudTrail" in line for line in table(tmp_path))


def test_the_currency_stands_over_the_amounts(tmp_path):
    """China bills in yuan."""
    legacy_bill(tmp_path / "bill.csv", [replace(line, currency="CNY") for line in A_MONTH])
    lines = table(tmp_path)
    assert lines[1].split()[-1] == "CNY"
    assert words_of(lines, "KMS CNY")


@needs_data
@pytest.mark.parametrize("kind", ["cur-2.0", "cur-legacy", "focus-1.0"])
@pytest.mark.parametrize(
    "by", ["all", "month", "billed_region,operation", "day,billed_account,billed_region,operation"]
)
def test_real_bills_fit(kind, by):
    """Three real bills, told apart in any way, in 80 columns."""
    lines = table(DATA / "bills" / kind, "--by", by)
    assert len(words_of(lines, "KMS USD")) == 1
