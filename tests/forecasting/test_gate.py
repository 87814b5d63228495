"""`--fail-over`: exit 3 with one line that says what broke, by how much, when and why."""

import pytest
from typer.testing import CliRunner

from estimator import KmscostError, forecast, load_inventory
from estimator.cli import app
from pricing.regions import TABLES

A, B = "111122223333", "222222222222"
# November 2026: 2 x 17,280 requests; 14,560 billable x 0.000003 = 0.04368, half each; key 1.00.
# A key from December on would leave November at 0.04368, so it is there all along.
# December: 2 x 17,856 = 35,712; 15,712 x 0.000003 = 0.047136: 1.047136 in all
TEXT = f"""\
version: 1
regions: [us-east-1]
accounts: [{{id: "{A}"}}, {{id: "{B}"}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k}}]
readers: [{{name: siem, kind: every-file, account: "{B}"}}]
budgets:
  - {{name: kms, usd_per_month: 1.045}}
  - {{name: siem, usd_per_month: 0.02, reader: siem}}
  - {{name: rich, usd_per_month: 100}}
"""


@pytest.fixture
def path(tmp_path):
    """The inventory file."""
    target = tmp_path / "inventory.yaml"
    target.write_text(TEXT, encoding="utf-8")
    return target


def kmscost(path, limit, *options, months=3):
    """`kmscost forecast --fail-over LIMIT`."""
    span = ["--from", "2026-11", "--months", str(months)]
    return CliRunner().invoke(app, ["forecast", str(path), *span, "--fail-over", limit, *options])


def verdict(answer):
    """The lines on stderr that are no notices."""
    return [line for line in answer.stderr.splitlines() if not line.startswith("note:")]


def test_a_broken_budget_exits_3_and_says_why(path):
    """What, by how much, in which month first, the largest driver, the other reading."""
    answer = kmscost(path, "kms")
    assert answer.exit_code == 3
    (line,) = verdict(answer)
    # 1.047136 - 1.045 = 0.002136, 0.204 % of 1.045
    assert line == (
        "budget kms (USD 1.045 a month) is broken: USD 1.05 in 2026-12, USD 0.002136 (0.2 %) "
        "over; over it in 2 of 3 months; largest driver: key k with USD 1.00; if "
        "AWS does not charge CloudTrail's own writes, it is 1.00"
    )


def test_a_driver_is_named_where_it_is_the_cause(path):
    """Its reader costs half of 0.04368 in November: 0.02184, of 0.02."""
    (line,) = verdict(kmscost(path, "siem"))
    assert "USD 0.02184 in 2026-11, USD 0.00184 (9.2 %) over; over it in all 3 months" in line
    assert "most in 2026-12 with 0.02357" in line  # 0.047136 / 2 = 0.023568
    assert "largest driver: siem with USD 0.02184" in line


def test_all_budgets_are_one_line(path):
    """The first month decides who comes first; the others are named."""
    answer = kmscost(path, "all")
    assert answer.exit_code == 3
    (line,) = verdict(answer)
    assert line.startswith("budget siem (USD 0.02 a month, reader siem) is broken")
    assert line.endswith("broken as well: kms from 2026-12")


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("rich", 0),
        ("1.047136", 0),  # exactly the dearest month
        ("1.047135", 3),
        ("USD 1.04", 3),
        ("1.04 USD", 3),
        ("2", 0),
        ("0", 3),
        ("1_000", 0),
    ],
)
def test_both_sides_of_a_limit(path, limit, code):
    """A month that costs exactly the limit keeps it; USD may stand on either side."""
    assert kmscost(path, limit).exit_code == code


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("kmss", "did you mean kms?"),
        ("ALL", "a budget (kms, siem, rich), all, or an amount a month"),
        ("EUR 5", "write USD 5"),
        ("10%", "or an amount a month, as 25.00"),
        ("-5", "or an amount a month"),
        ("1,000", "or an amount a month"),
        ("1e3", "or an amount a month"),
        ("nan", "or an amount a month"),
        ("", "is a variable of your shell empty?"),
        ("9" * 400, "an amount from 0 to 1,000,000,000,000,000"),
        ("\u0662\u0665", "or an amount a month"),  # digits that are not ours
    ],
)
def test_what_is_no_limit_is_a_usage_error(path, limit, words, tmp_path):
    """Exit 2 with the nearest name; nothing is computed and nothing written."""
    answer = kmscost(path, limit, "--output", str(tmp_path / "out.txt"))
    assert answer.exit_code == 2
    assert not answer.stdout
    assert words in answer.stderr
    assert not (tmp_path / "out.txt").exists()


def test_no_budgets_is_no_gate_that_always_passes(path):
    """`all` of nothing is refused."""
    path.write_text(TEXT.partition("budgets:")[0], encoding="utf-8")
    for limit in ("all", "kms"):
        answer = kmscost(path, limit)
        assert answer.exit_code == 2
        assert "expected an amount a month, as 25.00: the inventory has no budgets" in answer.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_the_output_is_written_all_the_same(path, tmp_path, form):
    """Exit 3 comes after the report: a pull request shows why it failed, in its first line."""
    broken, passed = (
        kmscost(path, limit, "--format", form, "--output", str(tmp_path / limit))
        for limit in ("kms", "rich")
    )
    assert (broken.exit_code, passed.exit_code) == (3, 0)
    texts = [(tmp_path / limit).read_text(encoding="utf-8") for limit in ("kms", "rich")]
    if form == "markdown":
        assert "is broken" in texts[0].partition("\n")[0]
        texts = [text.partition("\n\n")[2] for text in texts]
    assert texts[0].endswith(texts[1])
    assert len(texts[1]) > 100
    assert not verdict(passed)


def test_in_python(path):
    """`Forecast.broken` is the line, or None; numbers are amounts; a wrong limit raises."""
    inventory = load_inventory(path)
    assert forecast(inventory, "2026-11", 3).broken is None
    assert forecast(inventory, "2026-11", 3, fail_over=1.05).broken is None
    line = forecast(inventory, "2026-11", 1, fail_over=1).broken
    assert line is not None
    assert line.startswith("the limit of USD 1.00 a month is broken: USD 1.04 in 2026-11")
    for wrong in (True, -1, float("nan"), "nothing"):
        with pytest.raises(KmscostError, match="fail_over"):
            forecast(inventory, "2026-11", 1, fail_over=wrong)


def test_a_limit_in_the_currency_of_the_rates(path, tmp_path):
    """With rates in CNY a limit says CNY: neither budgets nor bare numbers are compared."""
    table = (TABLES / "awskms.yaml").read_text(encoding="utf-8")
    rates = tmp_path / "cny.yaml"
    rates.write_text(table.replace("currency: USD", "currency: CNY"), encoding="utf-8")
    for limit, code in (("CNY 1", 3), ("CNY 2", 0), ("1", 2), ("USD 1", 2), ("kms", 2), ("all", 2)):
        answer = kmscost(path, limit, "--rates", str(rates))
        assert answer.exit_code == code, limit
    assert (
        "expected an amount a month, as CNY 25: budgets are in USD, the rates in CNY"
        in answer.stderr
    )
    (line,) = verdict(kmscost(path, "CNY 1", "--rates", str(rates)))
    assert line.startswith("the limit of CNY 1.00 a month is broken: CNY 1.04 in 2026-11")
