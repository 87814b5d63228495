"""Data that is not good enough is refused, with every reason at once; --force takes it."""

import datetime

import pytest

from estimator.calibration import calibrate, calibrate_text
from estimator.calibration.recorded_days import measured_window
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import Skipped, SkippedFiles
from pricing.reading.problems import KmscostError
from tests.calibration.measurements import FIRST, HOME, INVENTORY, count_actuals, steady
from tests.real_data import DATA, needs_data


def reasons(actuals, text=INVENTORY, **more):
    with pytest.raises(KmscostError) as refused:
        calibrate_text(text, "inventory.yaml", actuals, **more)
    return [str(problem) for problem in refused.value.problems]


def days(count, mask=WHOLE_DAY, *, without=()):
    return {FIRST + datetime.timedelta(days=n): mask for n in range(count) if n not in without}


def test_thirteen_days_are_too_few_and_fourteen_enough():
    """Two of each weekday, no less."""
    puts = {(HOME, "us-east-1"): steady(100, 13)}
    (reason,) = reasons(count_actuals(puts))
    assert (
        "found 13 days recorded (2026-10-01 until 2026-10-14); expected 14 days or more" in reason
    )
    assert "--force" in reason
    puts = {(HOME, "us-east-1"): steady(100, 14)}
    assert calibrate_text(INVENTORY, "x.yaml", count_actuals(puts)).days == 14


def test_nine_tenths_of_the_hours():
    """21 of 24 hours are 87.5 %: refused; 22 are 91.7 %: enough."""
    puts = {(HOME, "us-east-1"): steady(100, 20)}
    (reason,) = reasons(count_actuals(puts, hours=days(20, (1 << 21) - 1)))
    assert "87.5 % of the hours" in reason
    calibrate_text(INVENTORY, "x.yaml", count_actuals(puts, hours=days(20, (1 << 22) - 1)))


def test_a_gap_is_named():
    """Two days without a record in the middle, by their dates."""
    counts = steady(100, 30)
    counts[10] = counts[11] = 0.0
    (reason,) = reasons(
        count_actuals({(HOME, "us-east-1"): counts}, hours=days(30, without=(10, 11)))
    )
    assert "whole days without a record: 2026-10-11 until 2026-10-13 (2 days)" in reason


def test_many_skipped_files():
    """Two of thirty files skipped are too many, one is not."""
    puts = {(HOME, "us-east-1"): steady(100, 28)}

    def skipping(count):
        skipped = SkippedFiles(Skipped(f"{n}.json.gz", "truncated") for n in range(count))
        return count_actuals(puts, skipped=skipped)

    (reason,) = reasons(skipping(2))
    assert "2 of 30 files skipped (skipped 2 files: truncated" in reason
    assert calibrate_text(INVENTORY, "x.yaml", skipping(1))


def test_all_reasons_at_once_and_force():
    """Ten days with a gap and half of the hours: three reasons; with force they are notices."""
    counts = steady(100, 10)
    counts[5] = 0.0
    hours = days(10, (1 << 12) - 1, without=(5,))
    poor = count_actuals({(HOME, "us-east-1"): counts}, hours=hours)
    assert len(reasons(poor)) == 3
    calibration = calibrate_text(INVENTORY, "x.yaml", poor, force=True)
    assert (
        sum(
            notice.startswith("not good enough, used all the same")
            for notice in calibration.notices
        )
        == 3
    )
    assert calibration.inventory.trails[0].files_per_day.of("us-east-1").mid > 0


def test_another_trail_alone_helps_no_force():
    """Puts of a trail that the inventory does not have: refused even with force."""
    actuals = count_actuals(
        {(HOME, "us-east-1"): steady(100)},
        trail="arn:aws:cloudtrail:eu-west-1:999999999999:trail/theirs",
    )
    for force in (False, True):
        found = reasons(actuals, force=force)
        assert any(
            "trail/theirs alone; expected puts of a trail of the inventory: org" in reason
            for reason in found
        )


def test_nothing_of_cloudtrails():
    """Other requests alone, or a bill: no calibration."""
    actuals = count_actuals({}, others=steady(40), days=28)
    (reason,) = reasons(actuals)
    assert "no request of CloudTrail's" in reason
    bill = Actuals("bill", actuals.measured.assign(cause="unknown"), 1, 28, coverage=Coverage())
    (reason,) = reasons(bill)
    assert "a bill, which cannot tell CloudTrail's requests from others" in reason


def test_an_inventory_without_keys():
    """A trail with SSE-S3 has nothing to calibrate."""
    (reason,) = reasons(count_actuals({}, days=3), INVENTORY.replace("key: logs", "key: null"))
    assert "no trail under a key" in reason


def test_no_day_at_all():
    """Actuals without a day have no window."""
    assert measured_window(count_actuals({}, days=0)) is None


@needs_data
def test_the_real_log_of_one_hour_is_refused(tmp_path):
    """One log file of one hour: one day of 14, 4 % of its hours, and whose trail it is."""
    logs = DATA / "cloudtrail" / "coralogix"
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    with pytest.raises(KmscostError) as refused:
        calibrate(path, logs)
    message = "\n".join(map(str, refused.value.problems))
    assert "trail/Mytrail alone" in message
    assert "0 days recorded (2023-10-17 until 2023-10-18); expected 14 days or more" in message
    assert "4.2 % of the hours" in message
    home = "597078901540"
    path.write_text(
        INVENTORY.replace(HOME, home)
        .replace("us-east-1", "eu-central-1")
        .replace("eu-central-1, eu-west-1", "eu-central-1, eu-west-1, sa-east-1")
        .replace("name: org", "name: Mytrail")
    )
    with pytest.raises(KmscostError) as refused:
        calibrate(path, logs)
    assert len(refused.value.problems) == 2
    calibration = calibrate(path, logs, force=True)
    assert any(
        "5 puts of accounts or Regions that the inventory does not list" in notice
        or "puts of accounts or Regions" in notice
        for notice in calibration.notices
    )


@pytest.mark.parametrize("column", ["account", "region", "trail"])
def test_puts_without_a_place_are_no_zero(column):
    """`--by` left a column out: 2,800 puts are in no stream, and no stream is set to zero."""
    actuals = count_actuals({(HOME, "us-east-1"): steady(100, 28)})
    rows = actuals.measured.drop(columns=column)
    less = Actuals("cloudtrail", rows, 28, 28, coverage=actuals.coverage)
    (reason,) = reasons(less, force=True)
    assert "found 2,800 puts, none with a trail, account and Region of it" in reason
    assert "without --by" in reason


def test_puts_elsewhere_are_no_zero_here():
    """Puts of Regions that the inventory does not list are no zero of those that it lists."""
    text = INVENTORY.replace("key: logs\n", "key: logs\n    regions: [us-east-1]\n", 1)
    with pytest.raises(KmscostError, match="2,800 puts, none with a trail"):
        calibrate_text(text, "x.yaml", count_actuals({(HOME, "eu-west-1"): steady(100, 28)}))
