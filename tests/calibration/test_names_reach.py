"""Object names of one folder of the bucket: what they do not list is not known, and is not zero."""

from __future__ import annotations

import pytest

from estimator import Actuals, backtest
from estimator.calibration import calibrate_text
from estimator.measurement.coverage import Coverage
from pricing.reading.problems import KmscostError
from tests.calibration.measurements import HOME, INVENTORY, OTHER, count_actuals, steady

SILENT = 0.05  # [file/day]: of 28 days without a file


def names_of(*streams: tuple[str, str], count: float = 288) -> Actuals:
    """A listing of 28 days with so many files a day in each of these folders."""
    logs = count_actuals({stream: steady(count) for stream in streams})
    puts = logs.measured.drop(columns=["key", "billed_account", "billed_region", "reader"])
    puts = puts.assign(files=puts["quantity"], source="s3-listing", trail="", driver="")
    hours = logs.coverage.hours[HOME, "us-east-1"]
    return Actuals("s3-listing", puts, 1, 1, coverage=Coverage({("", ""): hours}))


def rates_after(actuals: Actuals) -> dict[tuple[str, str], float]:
    inventory = calibrate_text(INVENTORY, "inventory.yaml", actuals).inventory
    mapping = inventory.trails[0].files_per_day
    rates = {}
    for account in inventory.accounts:
        for region in account.regions:
            own = account.files_per_day.of(region) if account.files_per_day else None
            rates[account.id, region] = (own or mapping.of(region)).mid
    return rates


def test_one_folder_tells_nothing_of_the_others():
    """288 files a day in the only folder listed: the other three streams are as it is, not 0."""
    actuals = names_of((HOME, "us-east-1"))
    assert set(rates_after(actuals).values()) == {288.0}
    notices = calibrate_text(INVENTORY, "inventory.yaml", actuals).notices
    assert (
        f"object names of {HOME} in us-east-1 alone, as where one folder was listed: 3 streams "
        "elsewhere are not measured, and forecast as those that are: list the whole bucket if it "
        "holds their files"
    ) in notices


def test_two_regions_of_an_account_show_all_its_regions():
    """Names of two Regions begin above both: the account is listed whole, the other one is not."""
    text = INVENTORY.replace("eu-west-1]", "eu-west-1, eu-west-3]")
    actuals = names_of((HOME, "us-east-1"), (HOME, "eu-west-1"))
    inventory = calibrate_text(text, "inventory.yaml", actuals).inventory
    mapping = inventory.trails[0].files_per_day
    assert mapping.of("eu-west-3").mid < SILENT
    assert mapping.of("us-east-1").mid == 288


def test_two_accounts_show_the_bucket():
    """Names of two accounts begin above both: a Region without a name has no file."""
    rates = rates_after(names_of((HOME, "us-east-1"), (OTHER, "us-east-1")))
    assert rates[HOME, "us-east-1"] == rates[OTHER, "us-east-1"] == 288
    assert rates[HOME, "eu-west-1"] < SILENT
    assert rates[OTHER, "eu-west-1"] < SILENT


def test_a_region_that_nobody_recorded_is_no_quiet_one():
    """An account that begins after the logs: its Region is as those measured, not half a file."""
    text = INVENTORY.replace("name: prod}", "name: prod, regions: [ap-south-1], from: 2027-01-01}")
    actuals = count_actuals({(HOME, "us-east-1"): steady(288), (HOME, "eu-west-1"): steady(200)})
    inventory = calibrate_text(text, "inventory.yaml", actuals).inventory
    # one class of 288 and 200, within a factor of three: their mean is 244
    assert inventory.trails[0].files_per_day.of("ap-south-1").mid == pytest.approx(244, rel=0.03)


def test_names_without_digests_may_be_of_the_other_folder():
    """Digests lie in CloudTrail-Digest, beside CloudTrail: who lists that one alone sees none."""
    streams = [(HOME, "us-east-1"), (HOME, "eu-west-1")]
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    log_file_validation: true\n")
    words = "set digest_files: sse-s3, or log_file_validation: false"
    logs = count_actuals({stream: steady(288) for stream in streams})
    for actuals, end in ((names_of(*streams), ", if CloudTrail-Digest was listed too"), (logs, "")):
        notices = calibrate_text(text, "inventory.yaml", actuals).notices
        (notice,) = (line for line in notices if "no digest under the key" in line)
        assert notice.endswith(words + end)


def test_a_forecast_of_all_is_not_compared_with_some(tmp_path):
    """A backtest on one of four folders is refused; the four of them are fine."""
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    with pytest.raises(KmscostError, match="names of 3 more streams of the inventory as well"):
        backtest(inventory, names_of((HOME, "us-east-1")), "7d")
    streams = [
        (account, region) for account in (HOME, OTHER) for region in ("us-east-1", "eu-west-1")
    ]
    assert backtest(inventory, names_of(*streams), "7d").trusted
