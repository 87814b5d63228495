"""`rates import` and `rates diff` as commands: formats, files, exit codes."""

import csv
import io
import json

import pytest

from tests.cli.test_commands import EXAMPLE, kmscost
from tests.pricing.offers.offer_files import as_csv, everywhere, kms, offer, write_file

USED = ("us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2")


@pytest.fixture
def file(tmp_path):
    """AWS's file with requests at 0.05 per 10,000 in every Region of the example."""
    products = [*kms(*USED, request="0.0000050000"), everywhere()]
    return write_file(tmp_path / "awskms.csv.gz", as_csv(offer(products)), packed=True)


def test_import_writes_a_table_for_rates(tmp_path, file):
    """The table goes to stdout or --output, what was read to stderr; a forecast takes it."""
    done = kmscost("rates", "import", file)
    assert done.exit_code == 0
    assert done.stdout.startswith("# AWS's own prices")
    assert "note: AWS price list awskms, version 20250828153913" in done.stderr
    rates = tmp_path / "rates.yaml"
    assert kmscost("rates", "import", file, "--output", rates).exit_code == 0
    assert rates.read_text(encoding="utf-8") == done.stdout
    shown = kmscost("rates", "show", "--rates", rates, "--format", "json")
    assert len(json.loads(shown.stdout)["rates"]) == 6
    assert kmscost("forecast", EXAMPLE, "--from", "2026-11", "--rates", rates).exit_code == 0


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path):
    """Exit 1, each problem on stderr, no file; without a file exit 2."""
    bad = write_file(tmp_path / "ec2.json", offer(kms("us-east-1"), "AmazonEC2"))
    output = tmp_path / "rates.yaml"
    done = kmscost("rates", "import", bad, "--output", output)
    assert (done.exit_code, done.stdout, output.exists()) == (1, "", False)
    assert "'AmazonEC2'" in done.stderr
    assert kmscost("rates", "import").exit_code == 2


def test_a_price_file_given_for_rates_says_what_to_do(tmp_path):
    """`--rates` wants a table: the error names the command that makes one."""
    plain = write_file(tmp_path / "awskms.json", offer(kms("us-east-1")))
    done = kmscost("forecast", EXAMPLE, "--rates", plain)
    assert done.exit_code == 1
    assert f"kmscost rates import {plain}" in done.stderr


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv"])
def test_diff_in_every_format(file, form):
    """Each format tells the rates, and both readings of the money: 0.05 is 66.7 % more."""
    done = kmscost(
        *("rates", "diff", "shipped", file, "--inventory", EXAMPLE),
        *("--from", "2026-11", "--months", "2", "--format", form),
    )
    assert done.exit_code == 0
    text = done.stdout + done.stderr
    assert "does not charge" in text
    if form == "json":
        data = json.loads(done.stdout)
        assert [month["month"] for month in data["months"]] == ["2026-11", "2026-12"]
        moved = [change for change in data["changes"] if change["region"] == "us-east-1"]
        assert {change["meter"] for change in moved} == {"kms-requests", "kms-requests-rsa-2048"}
        assert all(change["more_than_half"] for change in moved)
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        (row,) = [
            row for row in rows if (row["meter"], row["region"]) == ("kms-requests", "us-east-1")
        ]
        assert (float(row["before"]), float(row["after"])) == (0.03, 0.05)
        assert float(row["change"]) == pytest.approx(2 / 3)
    else:
        assert "+66.7 %" in done.stdout
        assert "moved by more than half" in text


def test_diff_without_a_difference_says_so():
    """Nothing changed: said in words, exit 0."""
    done = kmscost("rates", "diff", "shipped", "shipped")
    assert (done.exit_code, done.stdout) == (0, "Rates of shipped and shipped: no difference\n")


def test_diff_of_a_file_that_is_not_there():
    """Exit 1 and the path."""
    done = kmscost("rates", "diff", "shipped", "absent.yaml")
    assert done.exit_code == 1
    assert "absent.yaml: found no such file" in done.stderr
    assert kmscost("rates", "diff", "shipped", "shipped", "--on", "today").exit_code == 2


@pytest.mark.parametrize("option", [("--region", "mars"), ("--on", "2026-02-30")])
@pytest.mark.parametrize("form", ["table", "yaml"])
def test_a_value_is_checked_whatever_is_shown(option, form):
    """Yaml is the whole table, but what is no Region and no day is a mistake there too."""
    done = kmscost("rates", "show", *option, "--format", form)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{option[0]}: found '{option[1]}'" in done.stderr
