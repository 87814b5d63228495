"""Shares and growth: one way to write them, and no 10 that is taken for 1,000 percent."""

import pytest

from estimator import Range, forecast, load_inventory
from estimator.inventory.sections import Growth
from pricing.reading.problems import KmscostError
from tests.inventory.files import INVENTORY, read, schema_takes
from tests.real_data import CASES, needs_cases

BUCKET = "trails: [{name: org, key: k, bucket: {bucket_key: true, bucket_key_saving: %s}}]\n"
QUERY = (
    "readers: [{name: q, kind: query, queries_per_month: 1, days_scanned: 1, share_of_files: %s}]\n"
)


@pytest.mark.parametrize("name", ["accounts_per_year", "files_per_year"])
@pytest.mark.parametrize(
    ("growth", "fix"),
    [
        ("10", "10 is 1,000 percent a year: write 10%, or 1000%"),
        ("1.5", "1.5 is 150 percent a year: write 1.5%, or 150%, or 50% if 1.5 is a factor"),
        ("1.01", "1.01 is 101 percent a year: write 1.01%, or 101%, or 1% if 1.01 is a factor"),
        ("50", "50 is 5,000 percent a year: write 50%"),
        ("{low: 0.05, high: 2}", "2 is 200 percent a year: write 2%, or 200%"),
        ("{mid: 10, source: us}", "10 is 1,000 percent a year: write 10%, or 1000%"),
    ],
)
def test_a_growth_above_100_percent_needs_its_sign(tmp_path, name, growth, fix):
    """growth: 10 is refused with both things that it may mean, alone and in a range."""
    text = INVENTORY + f"growth: {{{name}: {growth}}}\n"
    with pytest.raises(KmscostError) as refused:
        read(tmp_path, text)
    (problem,) = refused.value.problems
    assert problem.line == 5
    assert problem.at.startswith(f"growth.{name}")
    assert problem.fix == fix
    assert not schema_takes(text)


@pytest.mark.parametrize(
    ("growth", "number"),
    [
        ("1", 1.0),
        ("0.1", 0.1),
        ("-0.5", -0.5),
        ("100%", 1.0),
        ("101%", 1.01),
        ("1000%", 10.0),
        ("10 %", 0.1),
        ('" 10 % "', 0.1),
        ("-5%", -0.05),
        ("+5%", 0.05),
        ("8.25%", 0.0825),
    ],
)
def test_check_and_schema_take_the_same_growth(tmp_path, growth, number):
    """To 100 percent a number is enough; with the sign, blanks or not, it goes to 1000 percent."""
    text = INVENTORY + f"growth: {{files_per_year: {growth}}}\n"
    assert read(tmp_path, text).growth.files_per_year.mid == number
    assert schema_takes(text)


@pytest.mark.parametrize(
    "growth", ["ten%", "'%'", "1e1%", "10%%", "1001%", "-100%", "1_0%", "nan%"]
)
def test_what_is_no_growth(tmp_path, growth):
    """Words, two signs, and what nobody means."""
    with pytest.raises(KmscostError, match="yearly growth"):
        read(tmp_path, INVENTORY + f"growth: {{files_per_year: {growth}}}\n")


@pytest.mark.parametrize("number", [-0.3, -0.1, 0, 0.1, 0.15, 0.3, 0.7, 1])
def test_a_growth_without_width_is_a_number(tmp_path, number):
    """Low and high alike leave nothing uncertain: 1 + 0.1 - 1 is 0.10000000000000009, over high."""
    ends = f"{{low: {number}, high: {number}}}"
    growth = read(tmp_path, INVENTORY + f"growth: {{files_per_year: {ends}}}\n").growth
    assert growth.files_per_year == Range.exactly(number)


def test_a_growth_written_down_again_is_the_same(tmp_path):
    """A model's own plain values can be read again: 250 percent keeps its sign."""
    growth = read(tmp_path, INVENTORY + "growth: {files_per_year: {low: 50%, high: 250%}}\n").growth
    plain = growth.model_dump(mode="json", by_alias=True)
    assert plain["files_per_year"]["high"] == "250%"
    assert Growth.model_validate(plain) == growth


@pytest.mark.parametrize(
    ("saving", "low", "high"),
    [("99%", 0.99, 0.99), ("99.9 %", 0.999, 0.999), ("{low: 90%, high: 0.99}", 0.9, 0.99)],
)
def test_a_share_takes_percent_as_growth_does(tmp_path, saving, low, high):
    """bucket_key_saving: 99% and share_of_files: 99% are 0.99, in ranges too."""
    head = INVENTORY.partition("trails:")[0]
    for text in (head + BUCKET % saving, INVENTORY + QUERY % saving):
        inventory = read(tmp_path, text)
        share = inventory.trails[0].bucket.bucket_key_saving
        if inventory.readers:
            share = inventory.readers[0].share_of_files
        assert (share.low, share.high) == (low, high)
        assert schema_takes(text)


@pytest.mark.parametrize(
    ("saving", "fix"),
    [
        ("99", "write 0.99 or 99% for 99 percent"),
        ("'95'", "write 0.95 or 95% for 95 percent"),
        ("101%", "write at most 1, which is 100%"),
        ("-1%", "remove the minus sign"),
        ("'0.99'", "write 0.99 without quotes"),
        ("most", "write a share such as 0.5 or 50%"),
    ],
)
def test_what_is_no_share(tmp_path, saving, fix):
    """A 99 without its sign is refused with both ways to write it, any other with its own."""
    with pytest.raises(KmscostError) as refused:
        read(tmp_path, INVENTORY + QUERY % saving)
    assert refused.value.problems[0].fix == fix


def test_thresholds_take_percent(tmp_path):
    """[50%, 0.8, 120%] are 0.5, 0.8 and 1.2; their order is that of the numbers."""
    text = INVENTORY + "budgets: [{name: b, usd_per_month: 1, thresholds: [50%, 0.8, 120 %]}]\n"
    assert read(tmp_path, text).budgets[0].thresholds == (0.5, 0.8, 1.2)
    assert schema_takes(text)


@needs_cases
def test_the_cases_of_growth_and_saving():
    """10 is refused, 10 % gives the 957,455 requests of 0.1; 99 is refused, 99% is 0.99."""
    with pytest.raises(KmscostError, match="10 is 1,000 percent a year: write 10%, or 1000%"):
        load_inventory(CASES / "check" / "growth_10.yaml")
    # puts: 4 streams x 288 x days x 1.1^(i/12) of month i of 13 from 2026-12, and as many gets
    days = (31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    puts = sum(4 * 288 * day * 1.1 ** (index / 12) for index, day in enumerate(days))
    for name in ("growth_0.1.yaml", "growth_spaced_percent.yaml"):
        result = forecast(CASES / "check" / name, "2026-12", 13)
        assert result.totals["requests"] == pytest.approx(2 * puts)
    assert round(2 * puts) == 957_455
    with pytest.raises(KmscostError, match=r"write 0\.99 or 99%"):
        load_inventory(CASES / "check" / "saving_99.yaml")
    (trail,) = load_inventory(CASES / "check" / "saving_99_percent.yaml").trails
    assert trail.bucket.bucket_key_saving.mid == 0.99
    for name in ("growth_spaced_percent.yaml", "saving_99_percent.yaml"):
        assert schema_takes((CASES / "check" / name).read_text(encoding="utf-8"))
