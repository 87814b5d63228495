"""History replayed: no look ahead, rivals and scores by hand, the same model as the forecast."""

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest

from benchmarks.organizations import make
from estimator import load_inventory, measure_s3_listing
from estimator.backtesting import backtest
from estimator.backtesting.models import expected_requests, horizon_of, last_period, seasonal_naive
from estimator.backtesting.series import Group, Series, origins
from estimator.backtesting.verdict import at_most, pinball, scores_of, verdict_of
from estimator.calibration import calibrate_text
from estimator.inventory.load import parse_inventory
from estimator.measurement.result import Actuals
from estimator.months import Months
from estimator.report.formats.json_and_csv import frame_csv
from estimator.volume import usage
from estimator.volume.model import Model
from pricing.reading.problems import KmscostError
from tests.calibration.measurements import HOME, INVENTORY, count_actuals, role, steady
from tests.oracle.random_inventories import draw_inventory
from tests.real_data import ROOT
from tests.sampling import seeds


@pytest.fixture(scope="module")
def organization(tmp_path_factory):
    org = make("small", 56, np.random.default_rng(21))
    path = tmp_path_factory.mktemp("org") / "inventory.yaml"
    # a fold's trail alone has no reader, and the budget is of one all the same
    path.write_text(f"{org.inventory}budgets: [{{name: siem, usd_per_month: 1, reader: siem}}]\n")
    return org, path


def test_the_future_changes_no_forecast(organization):
    """Ten times the requests in the last fold: no forecast and no range moves, of any model."""
    org, path = organization
    actuals = org.actuals()
    late = pd.Period(org.first + datetime.timedelta(days=56 - 14), "D")
    rows = actuals.measured.copy()
    rows.loc[rows["day"] >= late, "quantity"] *= 10
    changed = Actuals("cloudtrail", rows, 1, 1, coverage=actuals.coverage)
    before, after = (backtest(path, counted, "14d").frame for counted in (actuals, changed))
    columns = ["origin", "level", "driver", "cause", "region", "model", "forecast", "low", "high"]
    pd.testing.assert_frame_equal(before[columns], after[columns])
    last = before["origin"] == before["origin"].max()
    assert (after.loc[last, "measured"] == 10 * before.loc[last, "measured"]).all()
    assert (after.loc[~last, "measured"] == before.loc[~last, "measured"]).all()


def test_the_calibrated_forecast_is_calibrate_and_forecast(organization):
    """The fold that ends with the data: calibrate on the days before, and the model's own usage."""
    org, path = organization
    frame = backtest(path, org.actuals(), "14d").frame
    last = frame["origin"].max()
    calibration = calibrate_text(org.inventory, str(path), org.actuals(56 - 14))
    span = horizon_of(last.to_timestamp().date(), 14)
    used = usage(Model(calibration.inventory, span), ("cause",))
    total = used.loc[used["unit"] == "request", "quantity"].sum()
    row = frame[(frame["origin"] == last) & (frame["level"] == "total")]
    assert row.loc[row["model"] == "calibrated", "forecast"].item() == pytest.approx(total)


@pytest.mark.parametrize("seed", seeds(12))
def test_a_horizon_of_a_calendar_month_is_that_month(tmp_path, seed):
    """A fold that is a month says what `forecast` says of it; rates a month are a mean month's."""
    inventory = load_inventory(draw_inventory(seed).write(tmp_path))
    first = datetime.date(2027, 4, 1)
    by = ("driver", "cause", "region")
    month = usage(Model(inventory, Months(first, 1)), by)
    span = usage(Model(inventory, horizon_of(first, 30)), by)
    monthly = {"check"} | {r.name for r in inventory.readers if r.kind in ("query", "validate")}
    for row, other in zip(month.to_dict("records"), span.to_dict("records"), strict=True):
        keys = ("driver", "cause", "region", "unit")
        assert [row[key] for key in keys] == [other[key] for key in keys]
        is_monthly = row["cause"] in monthly or row["driver"] in monthly
        share = 30 / (365.2425 / 12) if is_monthly and row["cause"] != "key" else 1.0
        assert other["quantity"] == pytest.approx(share * row["quantity"], rel=1e-9)


DAILY = np.array([[float(n) for n in range(1, 22)]])  # 1 to 21
SERIES = Series((Group("org", "put", "us-east-1"),), DAILY, np.ones(21))


def test_rivals_by_hand():
    """Day 14 of 1, 2, ... 21: the last week is 8 to 14; ten days are 7 of it and three again."""
    assert last_period(SERIES, 14, 7).tolist() == [8 + 9 + 10 + 11 + 12 + 13 + 14]
    assert last_period(SERIES, 14, 28).tolist() == [sum(range(1, 15)) * 28 / 14]
    assert seasonal_naive(SERIES, 14, 10).tolist() == [77 + 8 + 9 + 10]


def test_half_a_day_counts_half():
    """A day of which half was recorded stands for twice its requests."""
    exposure = np.ones(21)
    exposure[10] = 0.5  # the day of 11 requests
    halved = dataclasses.replace(SERIES, exposure=exposure)
    assert seasonal_naive(halved, 14, 7).tolist() == [77 + 11]
    assert last_period(halved, 14, 7).tolist() == [77 * 7 / 6.5]


def test_folds_roll_on_without_touching():
    """Fifty-six days: two folds of 21 behind 14, the last one ends with the data."""
    assert origins(56, 21, 14) == [14, 35]
    assert origins(55, 21, 14) == [34]
    assert origins(14 + 28, 14, 14) == [14, 28]


def test_pinball_by_hand():
    """Too low costs the quantile a request, too high the rest of it."""
    assert pinball(0.05, np.array([100.0]), np.array([120.0])).tolist() == [1.0]
    assert pinball(0.05, np.array([100.0]), np.array([80.0])).tolist() == [19.0]
    assert at_most(0, 2, 0.9) == pytest.approx(0.01)


def frame_of(rows):
    columns = ["origin", "level", "model", "measured", "forecast", "low", "high", "pinball"]
    return pd.DataFrame(rows, columns=columns)


def folds(calibrated, rival, low, high):
    rows = []
    for n, measured_of in enumerate((100.0, 100.0, 100.0, 100.0)):
        for level in ("total", "group"):
            rows.append((n, level, "calibrated", measured_of, calibrated, low, high, 1.0))
            rows.append((n, level, "last-period", measured_of, rival, np.nan, np.nan, 1.0))
    return frame_of(rows)


@pytest.mark.parametrize(
    ("calibrated", "rival", "low", "high", "trusted", "begins"),
    [
        (
            101.0,
            110.0,
            95.0,
            105.0,
            True,
            "Trust the calibrated forecast: it missed the total by 1 %",
        ),
        (101.0, 110.0, 100.5, 105.0, False, "Trust the calibrated forecast's mean but not its"),
        (130.0, 110.0, 90.0, 150.0, False, "Do not trust the calibrated forecast: it missed"),
        (130.0, 110.0, 120.0, 150.0, False, "Trust neither the calibrated forecast nor its ranges"),
        (110.0, 110.0, 90.0, 150.0, True, "Trust the calibrated forecast: it missed"),
        # a third too high, as its rival is; 100 lies within its ranges
        (133.0, 133.0, 90.0, 150.0, True, "Trust the calibrated forecast's ranges rather than its"),
    ],
)
def test_the_verdict(calibrated, rival, low, high, trusted, begins):
    """As good as the best rival and intervals that hold: trusted. Else it says what not to."""
    frame = folds(calibrated, rival, low, high)
    is_trusted, sentence = verdict_of(scores_of(frame), frame)
    assert is_trusted is trusted
    assert sentence.startswith(begins)


def test_scores_by_hand():
    """Four folds of 100, forecast 101: WAPE and bias 1 %, all intervals held."""
    scores = scores_of(folds(101.0, 90.0, 95.0, 105.0))
    row = scores[(scores["level"] == "total") & (scores["model"] == "calibrated")].iloc[0]
    assert (row["wape"], row["bias"], row["coverage"]) == pytest.approx((0.01, 0.01, 1.0))
    assert row["pinball"] == pytest.approx(4 / 400)
    rival = scores[(scores["level"] == "total") & (scores["model"] == "last-period")].iloc[0]
    assert (rival["wape"], rival["bias"]) == pytest.approx((0.1, -0.1))
    assert np.isnan(rival["coverage"])


def test_the_plain_rival_is_288(organization):
    """Two accounts in two Regions of 14 days: 288 x 4 x 14 puts, and as many gets of the reader."""
    puts = {(HOME, "us-east-1"): steady(100, 42)}
    gets = {role("siem"): puts}
    _, path = organization
    where = path.with_name("plain.yaml")
    where.write_text(INVENTORY)
    frame = backtest(where, count_actuals(puts, gets), "14d").frame
    total = frame[(frame["level"] == "total") & (frame["model"] == "plain-288")]
    assert total["forecast"].tolist() == [2 * 288 * 4 * 14] * 2
    total = frame[(frame["level"] == "total") & (frame["model"] == "calibrated")]
    assert total["forecast"].to_numpy() == pytest.approx(2 * 100 * 14, rel=0.03)


def test_too_few_days_for_two_folds(organization):
    """Forty-one days and folds of 14: one too few, and which horizon would do."""
    org, path = organization
    with pytest.raises(KmscostError, match=r"41 days for folds of 14 days .* --horizon 13d"):
        backtest(path, org.actuals(41), "14d")
    with pytest.raises(KmscostError, match=r"15 days for folds .* measure more days"):
        backtest(path, org.actuals(15), 1)


def test_frames_have_their_columns(organization):
    """Columns and dtypes as estimator/frames.py declares them."""
    from estimator.frames import BACKTEST

    org, path = organization
    frame = backtest(path, org.actuals(), 14).frame
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        column.name: column.dtype for column in BACKTEST
    }


def test_modelled_groups_sum_to_the_usage():
    """Every request of the model is in one group: trails by Region, readers each."""
    inventory = parse_inventory(INVENTORY, "inventory.yaml")
    requests = expected_requests(inventory, horizon_of(datetime.date(2026, 11, 5), 10))
    assert requests == {
        Group("org", "put", "us-east-1"): 2 * 288 * 10,
        Group("org", "put", "eu-west-1"): 2 * 288 * 10,
        Group("siem", "get", ""): 4 * 288 * 10,
    }


def test_a_group_that_nobody_forecast_is_none_without_a_range(organization):
    """A reader that begins in the last fold has no forecast there: no note claims one."""
    puts = {(HOME, "us-east-1"): steady(100, 42)}
    late = {(HOME, "us-east-1"): [*[0.0] * 35, *[40.0] * 7]}
    _, path = organization
    where = path.with_name("late.yaml")
    where.write_text(INVENTORY)
    gets = {role("siem"): puts, role("audit"): late}
    result = backtest(where, count_actuals(puts, gets), "14d")
    found = result.frame[
        (result.frame["driver"] == "audit") & (result.frame["model"] == "calibrated")
    ]
    assert found["measured"].max() == 280
    assert found["forecast"].max() == 0
    assert not [notice for notice in result.notices if "small group" in notice]


def test_too_few_days_name_the_file(tmp_path):
    """The refusal says which measurement is meant."""
    puts = {(HOME, "us-east-1"): steady(100, 15)}
    inventory, rows = tmp_path / "inventory.yaml", tmp_path / "short.csv"
    inventory.write_text(INVENTORY)
    rows.write_text(frame_csv(count_actuals(puts).measured))
    with pytest.raises(KmscostError, match=r"short\.csv: found 15 days for folds"):
        backtest(inventory, rows, 1)


def test_checks_are_of_the_trails_own_region(organization):
    """Sixty checks by hand: measured and forecast in the key's Region, in no other's range."""
    puts = {(HOME, "us-east-1"): steady(2, 42), (HOME, "eu-west-1"): steady(1, 42)}
    _, path = organization
    where = path.with_name("checks.yaml")
    where.write_text(INVENTORY)
    frame = backtest(where, count_actuals(puts, checks=60.0), "14d").frame
    assert set(frame["region"]) == {"", "us-east-1", "eu-west-1"}
    calibrated = frame[(frame["model"] == "calibrated") & (frame["cause"] == "put")]
    assert set(calibrated["region"]) == {"us-east-1", "eu-west-1"}
    far = calibrated[calibrated["region"] == "eu-west-1"]
    near = calibrated[calibrated["region"] == "us-east-1"]
    # 60 in 14 days before the first fold would be 60 more in its 14 days
    assert (near["forecast"].iloc[0], far["forecast"].iloc[0]) == pytest.approx((88, 14), rel=0.1)
    assert near["low"].iloc[0] > 60
    assert far["high"].iloc[0] < 30


def test_a_region_without_a_rate_needs_a_table(tmp_path):
    """China has no rate shipped: the refusal names --rates, and with such a table it goes on."""
    puts = {(HOME, "us-east-1"): steady(100, 42)}
    inventory, table = tmp_path / "china.yaml", tmp_path / "cny.yaml"
    there = INVENTORY.replace("us-east-1", "cn-north-1").replace("eu-west-1", "cn-northwest-1")
    inventory.write_text(there)
    rows = tmp_path / "rows.csv"
    text = frame_csv(count_actuals(puts, {role("siem"): puts}).measured)
    rows.write_text(text.replace("us-east-1", "cn-north-1").replace("arn:aws:", "arn:aws-cn:"))
    with pytest.raises(KmscostError, match="--rates FILE"):
        backtest(inventory, rows, 14)
    shipped = (ROOT / "pricing/tables/awskms.yaml").read_text(encoding="utf-8")
    table.write_text(shipped.replace("[us-east-1,", "[us-east-1, cn-north-1, cn-northwest-1,"))
    result = backtest(inventory, rows, 14, table)
    assert result.trusted


# all that hangs on time: look-backs, retention, growth, what begins and ends, what happens once
TILED = """\
version: 1
payer: "111122223333"
regions: [us-east-1, eu-west-1]
accounts:
  - {id: "111122223333"}
  - {id: "222222222222", from: 2026-10-25}
keys: [{id: logs, region: us-east-1}, {id: dr, region: eu-west-1}]
trails:
  - name: org
    key: logs
    from: 2026-10-12
    log_file_validation: true
    config_updates_per_month: 2
    bucket: {retention_days: 20}
readers:
  - {name: siem, kind: every-file, gets_per_file: 2, from: 2026-11-05}
  - {name: audit, kind: fixed, gets_per_day: 500, until: 2026-12-13}
  - {name: athena, kind: query, queries_per_month: 60, days_scanned: 30}
  - {name: integrity, kind: validate, runs_per_month: 3, days: 15}
  - {name: backfill, kind: once, day: 2026-11-14, gets_per_file: 1.5}
  - {name: copy, kind: replication, destination_key: dr}
growth: {accounts_per_year: 50%, files_per_year: 100%, as_of: 2026-10-01}
"""


@pytest.mark.parametrize("lengths", [(7, 7, 7, 9, 31), (20, 20, 21), (1, 59, 1), (61,)])
def test_folds_that_tile_two_months_add_up_to_their_forecast(lengths):
    """November and December in folds of any length: each group's folds sum to its two months.

    Rates a month are the exception: of queries, runs and checks a fold has its part of a mean month
    of 30.44 days, and the forecast its part of the month's own 30 or 31.
    """
    inventory = parse_inventory(TILED, "inventory.yaml")
    monthly = {"athena": 0.0, "integrity": 0.0, "check": 0.0}
    by = ("driver", "cause", "month")
    used = usage(Model(inventory, Months(datetime.date(2026, 11, 1), 2)), by)
    expected: dict[tuple[str, str], float] = {}
    for row in used[used["unit"] == "request"].to_dict("records"):
        own = {"2026-11": 30, "2026-12": 31}[str(row["month"])]
        is_monthly = row["driver"] in monthly or row["cause"] in monthly
        share = own / (365.2425 / 12) if is_monthly else 1.0
        key = (row["driver"], row["cause"])
        expected[key] = expected.get(key, 0.0) + row["quantity"] * share
    found: dict[tuple[str, str], float] = {}
    first = datetime.date(2026, 11, 1)
    for length in lengths:
        part = usage(Model(inventory, horizon_of(first, length)), ("driver", "cause"))
        for row in part[part["unit"] == "request"].to_dict("records"):
            key = (row["driver"], row["cause"])
            found[key] = found.get(key, 0.0) + row["quantity"]
        first += datetime.timedelta(days=length)
    assert len(expected) == 9
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_fold_grows_with_the_month_of_each_of_its_days():
    """By hand: files double each year from October; 300 a day from 2026-11-20 for 14 days.

    Eleven days of November with 2^(1/12), three of December with 2^(2/12).
    """
    text = (
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        "keys: [{id: logs, region: us-east-1}]\n"
        "trails: [{name: org, key: logs, files_per_day: 300}]\n"
        "growth: {files_per_year: 100%, as_of: 2026-10-01}\n"
    )
    requests = expected_requests(
        parse_inventory(text, "inventory.yaml"), horizon_of(datetime.date(2026, 11, 20), 14)
    )
    expected = 300 * (11 * 2 ** (1 / 12) + 3 * 2 ** (2 / 12))
    assert requests == {Group("org", "put", "us-east-1"): pytest.approx(expected, rel=1e-12)}


def test_what_object_names_do_not_tell_is_no_zero(tmp_path):
    """144 files a day, one every ten minutes, by their names: 7 x 144 of them, and no get.

    The plain 288 are twice as many: 100 % more. With the gets of siem, which no listing has, they
    would be four times as many, and what is calibrated twice.
    """
    inventory = f"""
version: 1
accounts: [{{id: "{HOME}", regions: [us-east-1]}}]
keys: [{{id: logs, region: us-east-1}}]
trails: [{{name: org, key: logs}}]
readers: [{{name: siem, kind: every-file}}]
"""
    lines = []
    for number in range(28 * 144):
        put = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC) + datetime.timedelta(
            minutes=10 * number
        )
        name = f"{HOME}_CloudTrail_us-east-1_{put:%Y%m%dT%H%M}Z_{number:016}.json.gz"
        folder = f"AWSLogs/{HOME}/CloudTrail/us-east-1/{put:%Y/%m/%d}"
        lines.append(f"{put:%Y-%m-%d %H:%M:%S}       2048 {folder}/{name}\n")
    (tmp_path / "listing.txt").write_text("".join(lines))
    names = measure_s3_listing(tmp_path / "listing.txt")
    found = backtest(inventory, names, "7d")
    totals = found.scores[found.scores["level"] == "total"].set_index("model")
    assert totals.loc["plain-288", "wape"] == pytest.approx(1.0)
    assert totals.loc["calibrated", "wape"] < 0.01
    assert found.trusted
    assert any(notice.startswith("gets and checks are left out") for notice in found.notices)
    # logs of the same would have a get: there none is a zero, and it counts
    logs = count_actuals({(HOME, "us-east-1"): steady(144)})
    counted = backtest(inventory, logs, "7d")
    assert not counted.trusted
    assert not any(notice.startswith("gets and checks") for notice in counted.notices)
    notices = calibrate_text(inventory, "inventory.yaml", names).notices
    silent = "no get of reader siem was measured: unchanged, for object names tell files alone"
    assert silent in notices
