"""Dated changes where nothing is there before their date, or nothing from it on."""

import pandas as pd
import pytest

from estimator import compare, forecast
from estimator.scenarios.case_forecast import pair_sides, stack
from tests.acceptance.commands import kmscost
from tests.real_data import ROOT
from tests.scenarios.inventories import file

CASES = ROOT.parent / "shared" / "cases" / "numbers"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside the checkout")

SMALL = """\
version: 1
regions: [us-east-1]
accounts: [{{id: "111122223333"}}]
keys: [{{id: k, account: "111122223333", region: us-east-1, {when}}}]
trails: [{{name: t, account: "111122223333", scope: account, key: k}}]
"""
# 27 of 31 days of December; 4 of them
LATE = SMALL.format(when="created: 2026-12-05")
EARLY = SMALL.format(when="until: 2026-12-05")
NEVER = SMALL.format(when="created: 2035-01-01")


@needs_cases
def test_a_change_before_whose_month_nothing_exists():
    """A key from 12-05 on, a change from 12 on: both sides 7,776 requests and USD 0.8710.

    27 days x 288 files = 7,776 requests, all inside the 20,000 free ones; 27/31 of a key-month at
    USD 1.00 = 0.870968. The change is of what others use, of which too little to matter.
    """
    comparison = compare(CASES / "crash.yaml", CASES / "crashs.yaml", "2026-11", 2)
    for course in (comparison.base, *comparison.others):
        assert course.totals["requests"] == 7776
        assert course.totals["cost_usd"] == pytest.approx(27 / 31, rel=1e-12)
    assert comparison.difference(comparison.others[0]) == 0
    assert comparison.rows["difference"].abs().sum() == 0


@needs_cases
def test_who_plans_sse_kms_for_the_next_quarter():
    """A trail from 2027-01 on, with and without a Bucket Key, from 2026-12 on.

    4 streams (2 accounts x 2 Regions) x 288 files x 151 days (31 + 28 + 31 + 30 + 31) = 173,952
    requests. Free are 20,000 a month: billable 4 x 288 x 31 - 20,000 = 15,712, then 12,256, 15,712,
    14,560 and 15,712, together 73,952 x USD 0.000003 = 0.221856; five key-months USD 5.00.
    With a Bucket Key that saves 0.99 1,739.52 requests are left, all of them free: USD 5.00.
    """
    comparison = compare(CASES / "turnon.yaml", CASES / "turnon-s.yaml", "2026-12", 6)
    (other,) = comparison.others
    assert comparison.base.totals["requests"] == 173_952
    assert comparison.base.totals["cost_usd"] == pytest.approx(5.221856, rel=1e-12)
    assert other.totals["requests"] == pytest.approx(1739.52, rel=1e-12)
    assert other.totals["cost_usd"] == pytest.approx(5.0, rel=1e-12)
    assert comparison.difference(other, "requests") == pytest.approx(-172_212.48, rel=1e-12)
    assert comparison.difference(other) == pytest.approx(-0.221856, rel=1e-9)
    run = kmscost("compare", "turnon.yaml", "turnon-s.yaml", "--from", "2026-12", cwd=CASES)
    assert run.code == 0


CHANGES = {
    "value": {"path": "trails[t].files_per_day", "value": 100, "from": "2026-12"},
    "scale": {"path": "trails[t].files_per_day", "value": 1, "from": "2026-12"},
    "remove": {"path": "trails[t]", "remove": True, "from": "2026-12-03"},
    "add": {
        "path": "keys[new]",
        "add": {"account": "111122223333", "region": "us-east-1"},
        "from": "2026-12-31",
    },
}


@pytest.mark.parametrize("text", [LATE, EARLY, NEVER], ids=["late", "early", "never"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("start", ["2026-10", "2026-12", "2027-01"])
def test_every_dated_change_answers(tmp_path, text, change, start):
    """Before its date, from it on, or all along there is nothing: there is an answer all the same.

    Whatever the change, the months before its own are those of the base.
    """
    path = file(tmp_path, text)
    comparison = compare(path, {"name": change, **CHANGES[change]}, start, 3, by="all")
    (other,) = comparison.others
    assert comparison.to_dict()["rows"] is not None
    assert len(comparison.effects(other)) >= 0
    before = comparison.base.monthly["month"] < "2026-12"
    pd.testing.assert_frame_equal(
        comparison.base.monthly[before], other.monthly[before], check_dtype=False
    )
    if change == "value" and text == LATE:
        # 27 days in December and 31 in January at 100 instead of 288 files a day
        days = {"2026-10": 27, "2026-12": 27 + 31 + 28, "2027-01": 31 + 28 + 31}[start]
        assert other.totals["requests"] == days * 100


def test_a_set_on_top_of_a_dated_change(tmp_path):
    """--set holds all along, the dated change from its month on: 27 days x 50 files."""
    path = file(tmp_path, LATE)
    dated = {"name": "d", "path": "other_kms_requests_per_month", "value": 5, "from": "2026-12"}
    comparison = compare(path, dated, "2026-11", 2, set="trails[t].files_per_day=50")
    assert comparison.others[0].totals["requests"] == 27 * 50


@pytest.mark.parametrize("text", [LATE, EARLY, NEVER], ids=["late", "early", "never"])
def test_columns_of_no_rows_are_of_the_same_kind(tmp_path, text):
    """A forecast without any row has the columns of one with rows: text stays text."""
    path = file(tmp_path, text)
    empty = forecast(path, "2035-02" if text == EARLY else "2026-10", 1, "all")
    full = forecast(file(tmp_path, SMALL.format(when=""), "full.yaml"), "2026-10", 1, "all")
    assert len(empty.rows) == 0
    for frame in ("rows", "pools"):
        columns, expected = getattr(empty, frame), getattr(full, frame)
        assert list(columns.columns) == list(expected.columns)
        for name in columns.columns:
            assert kind(columns[name]) == kind(expected[name]), (frame, name)


def kind(column: pd.Series) -> object:
    """The dtype of a column; of categories that of their texts."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    return column.cat.categories.dtype if is_category else column.dtype


def test_frames_without_rows_join_whatever_they_hold():
    """The categories of nothing are objects to pandas: joined with text they are text."""
    nothing = pd.DataFrame({"a": pd.Categorical([]), "n": pd.Series([], dtype="int64")})
    something = pd.DataFrame({"a": pd.Categorical(["x", "y"]), "n": [1.5, 2.0]})
    for frames in ([nothing, something], [something, nothing], [nothing, something, nothing]):
        joined = stack(frames)
        assert list(joined["a"]) == ["x", "y"]
        assert list(joined["n"]) == [1.5, 2.0]
    assert len(stack([nothing, nothing])) == 0
    pair = pair_sides(nothing, something, ["a"], ["n"])
    assert list(pair["n_base"]) == [0.0, 0.0]
    assert list(pair_sides(nothing, nothing, [], ["n"]).iloc[0]) == [0.0, 0.0]
