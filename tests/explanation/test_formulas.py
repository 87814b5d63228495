"""Every formula that is shown gives its number."""

import dataclasses

import pytest

from estimator import explain, forecast, load_inventory
from tests.acceptance.commands import write
from tests.explanation.arithmetic import Formula, holds, remark_fits
from tests.explanation.random_readers import random_readers
from tests.oracle.random_inventories import draw_inventory
from tests.real_data import ROOT
from tests.sampling import seeds

EXAMPLE = ROOT / "examples" / "organization.yaml"


def check(walk, text=""):
    """Each formula of a walk, worked out as it is printed, gives the number printed behind it."""
    for step in walk.steps:
        if step.formula:
            shown = (
                f"{step.section}: {step.what}: {step.formula} = {walk.format_result(step)}\n{text}"
            )
            assert holds(step.formula, walk.format_result(step)), shown
            assert remark_fits(step.formula), shown


def test_the_arithmetic_of_these_tests_knows_what_is_right_and_what_is_not():
    """2,016 is 288 x 7; signs, parentheses, powers and remarks count, words do not."""
    remark = "60 queries x 2,016 files of the last 7 days (the bucket keeps 7; 288 x 7 = 2,016)"
    assert holds(remark, "120,960")
    assert not holds(remark, "120,961")
    assert not holds(remark.replace("288 x 7", "288 x 30"), "120,960")
    assert Formula("8,000 x (1 - 0.75 saved) / 2 + 5").value == 1005
    assert holds("(1 + 0.1 a year)^(12 / 12)", "1.1")
    assert holds("2 requests x USD 0.00012345", "0.0002469")
    assert not holds("387.3 files/day x 3,000 days", "1,161,895")  # 387.298335 x 3,000


@pytest.mark.parametrize("month", ["2026-11", "2026-12", "2027-02", "2028-02"])
def test_formulas_of_the_example(month):
    """The example's formulas give their numbers: as a whole, and of each account apart."""
    check(explain(EXAMPLE, month))
    for account in load_inventory(EXAMPLE).accounts:
        check(explain(EXAMPLE, month, account=account.id, region="us-east-1"))


@pytest.mark.parametrize("seed", seeds(20))
def test_formulas_of_random_inventories(tmp_path, seed):
    """Those of the reference calculator's tests, in their first month."""
    drawing = draw_inventory(seed)
    walk = explain(drawing.write(tmp_path), drawing.start, start=drawing.start)
    check(walk, drawing.text)


@pytest.mark.parametrize("seed", seeds(30))
def test_formulas_with_growth_ranges_gaps_and_sharing(tmp_path, seed):
    """All kinds of readers, growth of either sign, partial months; and requests add up."""
    text = random_readers(seed)
    path = write(tmp_path, text)
    for month in ("2026-10", "2026-11", "2027-01"):
        walk = explain(path, month)
        check(walk, text)
        counted = sum(
            step.result
            for step in walk.steps
            if step.what.startswith(("GenerateDataKey", "Decrypt", "Encrypt", "config updates"))
        )
        assert counted == pytest.approx(walk.requests, rel=1e-9, abs=1e-9)
        assert walk.steps[-1].result == walk.cost


@pytest.mark.parametrize("seed", seeds(12))
def test_formulas_of_a_part(tmp_path, seed):
    """An account, a Region, a driver: its formulas hold, and its requests are the forecast's."""
    text = random_readers(seed)
    inventory = load_inventory(write(tmp_path, text))
    rows = forecast(inventory, "2026-11", 1, by="all").rows
    for driver in rows["driver"].unique():
        walk = explain(inventory, "2026-11", region="eu-west-1", trail=driver)
        check(walk, text)
        own = rows[(rows["driver"] == driver) & (rows["region"] == "eu-west-1")]
        requests = own.loc[own["unit"] == "request", "quantity"].sum()
        counted = sum(
            step.result
            for step in walk.steps
            if step.what.startswith(("GenerateDataKey", "Decrypt", "Encrypt", "config updates"))
        )
        assert counted == pytest.approx(requests, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", seeds(4))
def test_formulas_with_a_discount(tmp_path, seed):
    """A discount is a factor of its own, so the rate beside it is AWS's own."""
    walk = explain(write(tmp_path, random_readers(seed)), "2026-11", discount=0.15)
    check(walk)
    costs = [step for step in walk.steps if step.what.startswith("kms-requests")]
    assert all("x USD 0.000003 x (1 - 0.15 discount)" in step.formula for step in costs)
    check(explain(write(tmp_path, random_readers(seed)), "2026-11", discount=1))


def test_many_unlike_streams_are_twelve_lines_and_the_rest(tmp_path):
    """Of 40 accounts with 1 to 40 files a day 12 are written out; 1 to 28 are one line: 12,180."""
    accounts = "\n".join(f"{100000000000 + n},{n}" for n in range(1, 41))
    (tmp_path / "accounts.csv").write_text(f"id,files_per_day\n{accounts}\n", encoding="utf-8")
    path = write(
        tmp_path,
        "version: 1\nregions: [us-east-1]\naccounts: [{file: accounts.csv}]\n"
        'keys: [{id: k, account: "100000000001", region: us-east-1}]\n'
        "trails: [{name: t, key: k}]\n",
    )
    walk = explain(path, "2026-11")
    lines = [step for step in walk.steps if step.what.startswith("log files put")]
    assert len(lines) == 13
    assert lines[0].formula == "40 files/day x 30 days x 1 stream"
    assert lines[-1].what == "log files put by 28 other streams"
    assert lines[-1].result == 30 * 28 * 29 / 2
    assert "accounts.csv:41" in lines[0].source


def test_edits_in_python_carry_no_line():
    """An inventory whose number was replaced by a program shows that number."""
    inventory = load_inventory(EXAMPLE)
    query = inventory.readers[1].model_copy(
        update={"gets_per_file": inventory.readers[0].gets_per_file}
    )
    changed = dataclasses.replace(inventory, readers=(query,))
    walk = explain(changed, "2026-11", trail="athena")
    check(walk)
