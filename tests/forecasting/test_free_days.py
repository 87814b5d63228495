"""The day on which the free requests of a month end, by hand."""

from __future__ import annotations

import pytest

from estimator import forecast
from estimator.report.answers.forecast import ForecastAnswer
from tests.acceptance.commands import kmscost, write

# 1,000 files a day and 27,000 other requests in the 30 days of November: 1,900 a day
PLAIN = """
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: org, key: logs, files_per_day: 1000}]
other_kms_requests_per_month: 27000
"""


def test_the_day_is_the_one_whose_requests_pass_the_free_ones(tmp_path):
    """10 days are 19,000, the 11th has 1,900: 1,000 of them are free, 10/19 the trail's."""
    write(tmp_path, PLAIN, "i.yaml")
    (use,) = forecast(tmp_path / "i.yaml", "2026-11", 1).free_uses
    assert (use.ends, use.free, use.requests) == ("2026-11-11", 20_000, 57_000)
    assert dict(use.taken_by) == {
        "org": pytest.approx(10_000 + 1_000 * 1_000 / 1_900),
        "everything else": pytest.approx(9_000 + 1_000 * 900 / 1_900),
    }


@pytest.mark.parametrize("writes", ["charged", "exempt"])
def test_writes_that_are_not_charged_take_nothing(tmp_path, writes):
    """Only the 27,000 others take of them, 900 a day: 22 days are 19,800, the 23rd ends them.

    Whichever interpretation is the inventory's, the other one's day stands beside it.
    """
    write(tmp_path, PLAIN + f"cloudtrail_writes: {writes}\n", "i.yaml")
    found = forecast(tmp_path / "i.yaml", "2026-11", 1)
    uses = {writes: found.free_uses, found.other_interpretation: found.other_free_uses}
    (exempt,), (charged,) = uses["exempt"], uses["charged"]
    assert (exempt.ends, charged.ends) == ("2026-11-23", "2026-11-11")
    assert dict(exempt.taken_by) == {"everything else": pytest.approx(20_000)}
    (row,) = found.to_dict()["free_tier"]
    other = "ends_other_interpretation"
    own, beside = ("ends", other) if writes == "charged" else (other, "ends")
    assert (row[own], row[beside]) == ("2026-11-11", "2026-11-23")
    (line,) = [line for line in ForecastAnswer(found).lines() if line.startswith("Free tier")]
    not_charged = "end on 2026-11-23, taken by everything else 100 %"
    assert line.endswith(
        f"; if AWS does not charge CloudTrail's own writes, they {not_charged}"
        if writes == "charged"
        else "; if AWS charges CloudTrail's own writes, they end on 2026-11-11, taken by org "
        "52.6 %, everything else 47.4 %"
    )


def test_what_is_left_ends_on_no_day(tmp_path):
    """600 files a day are 18,000 in November: 2,000 are left, and no day is named."""
    text = PLAIN.replace("1000", "600").replace("27000", "0")
    write(tmp_path, text, "i.yaml")
    (use,) = forecast(tmp_path / "i.yaml", "2026-11", 1).free_uses
    assert (use.ends, use.requests) == (None, 18_000)
    run = kmscost("forecast", "i.yaml", "--from", "2026-11", "--months", "1", cwd=tmp_path)
    assert "left 2,000" in run.out
    assert "end on" not in run.out


@pytest.mark.parametrize(
    ("month", "files", "others", "ends"),
    [
        ("2027-02", 250, 13_000, "2027-02-28"),  # 28 x 250 + 13,000 are 20,000
        ("2027-02", 250, 12_999, None),
        ("2027-02", 1000, 12_000, "2027-02-14"),  # 40,000 in 28 days: half of them in 14
        ("2028-02", 500, 5_500, "2028-02-29"),  # 29 x 500 + 5,500
        ("2026-12", 500, 4_500, "2026-12-31"),  # 31 x 500 + 4,500
    ],
)
def test_the_last_free_request_ends_them_to_the_day(tmp_path, month, files, others, ends):
    """Exactly as many as are free are used up: by the day sums leave a last digit over."""
    text = PLAIN.replace("1000", str(files)).replace("27000", str(others))
    write(tmp_path, text, "i.yaml")
    (use,) = forecast(tmp_path / "i.yaml", month, 1).free_uses
    assert use.ends == ends


def test_each_month_has_its_own_day(tmp_path):
    """31 days of December have 27,000 / 31 others a day: 1,870.97, so that the 11th ends them."""
    write(tmp_path, PLAIN, "i.yaml")
    uses = forecast(tmp_path / "i.yaml", "2026-11", 3).free_uses
    assert [use.ends for use in uses] == ["2026-11-11", "2026-12-11", "2027-01-11"]
