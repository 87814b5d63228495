"""From log files to a simulation of the calibrated inventory, as a user would do it."""

import datetime
import gzip
import json
import random

import pytest

from benchmarks.logs import role, shell
from estimator.report.formats.json_and_csv import to_json
from tests.acceptance.commands import kmscost
from tests.calibration.measurements import (
    FIRST,
    HOME,
    INVENTORY,
    KEY,
    OTHER,
    TRAIL,
    count_actuals,
    steady,
)

DAYS = 30
FILES = {(HOME, "us-east-1"): 60, (HOME, "eu-west-1"): 2, (OTHER, "us-east-1"): 24}


def event(dice, moment, stream, get):
    """A request about a file of a stream, logged in the key's account and Region."""
    account, region = stream
    name = f"{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{dice.randrange(10**9)}.json.gz"
    path = f"AWSLogs/o-example/{account}/CloudTrail/{region}/{moment:%Y/%m/%d}/{name}"
    event = shell(dice, moment, HOME) | {
        "awsRegion": "us-east-1",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt" if get else "GenerateDataKey",
        "resources": [{"ARN": KEY, "accountId": HOME, "type": "AWS::KMS::Key"}],
        "requestParameters": {
            "encryptionContext": {
                "aws:cloudtrail:arn": TRAIL,
                "aws:s3:arn": f"arn:aws:s3:::logs/{path}",
            }
        },
    }
    cloudtrail = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    event["userIdentity"] = role(dice, HOME, "siem") if get else cloudtrail
    return event


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Thirty days of log files of the key's account and Region, one a day, with every hour."""
    folder = tmp_path_factory.mktemp("logs")
    dice = random.Random(1)  # noqa: S311 (no secret)
    for number in range(DAYS):
        day = datetime.datetime.combine(
            FIRST + datetime.timedelta(days=number), datetime.time(), datetime.UTC
        )
        records = []
        for stream, files in FILES.items():
            for n in range(files):
                moment = day + datetime.timedelta(minutes=n * 1440 // files + 3)
                records.append(event(dice, moment, stream, get=False))
                records.append(event(dice, moment, stream, get=True))
        path = folder / f"AWSLogs/{HOME}/CloudTrail/us-east-1/{day:%Y/%m/%d}"
        path.mkdir(parents=True)
        last = day + datetime.timedelta(hours=23, minutes=59)
        text = json.dumps({"Records": records}).encode()
        name = f"{HOME}_CloudTrail_us-east-1_{last:%Y%m%dT%H%MZ}_abcdefghijklmnop.json.gz"
        (path / name).write_bytes(gzip.compress(text, 1))
    return folder


def test_from_logs_to_a_simulation(logs, tmp_path):
    """measure, calibrate, check, forecast, simulate: 86 puts and 86 gets a day, by hand 5,160."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    done = kmscost(
        "measure", "cloudtrail", str(logs), "--format", "json", "--output", "october.json",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    done = kmscost(
        "calibrate", "inventory.yaml", "october.json", "--output", "calibrated.yaml", cwd=tmp_path
    )
    assert done.code == 0, done.err
    assert "assumptions measured from 2026-10-01 until 2026-10-31, 30 days covered" in done.err
    assert kmscost("check", "calibrated.yaml", cwd=tmp_path).code == 0
    done = kmscost(
        "forecast", "calibrated.yaml", "--from", "2026-11", "--months", "1", "--format", "json",
        cwd=tmp_path,
    )  # fmt: skip
    requests = json.loads(done.out)["totals"]["requests"]
    assert requests == pytest.approx(30 * 2 * sum(FILES.values()), rel=0.01)
    done = kmscost(
        "simulate", "calibrated.yaml", "--from", "2026-11", "--months", "1", "--format", "json",
        "--simulations", "1000", cwd=tmp_path,
    )  # fmt: skip
    values = {
        quantile["quantile"]: quantile["value"]
        for quantile in json.loads(done.out)["quantiles"]
        if quantile["measure"] == "requests" and quantile["month"] is None
    }
    assert values[0.05] < 30 * 2 * sum(FILES.values()) < values[0.95]


def test_the_logs_themselves_give_the_same(logs, tmp_path):
    """`calibrate` on the folder of logs is `calibrate` on what `measure` made of it."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    by_logs = kmscost("calibrate", "inventory.yaml", str(logs), cwd=tmp_path)
    args = ("measure", "cloudtrail", str(logs), "--format", "json", "--output", "a.json")
    kmscost(*args, cwd=tmp_path)
    by_json = kmscost("calibrate", "inventory.yaml", "a.json", cwd=tmp_path)
    assert by_logs.code == by_json.code == 0
    assert by_logs.out == by_json.out
    assert "# the boss" in by_logs.out


def test_a_backtest_of_the_logs(logs, tmp_path):
    """Steady counts: the calibrated forecast is trusted; a horizon that is too long says which."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    done = kmscost("backtest", "inventory.yaml", str(logs), cwd=tmp_path)
    assert done.code == 1
    assert "shorten it with --horizon 8d" in done.err
    done = kmscost("backtest", "inventory.yaml", str(logs), "--horizon", "8d", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Trust the calibrated forecast: it missed the total by" in done.out
    for form in ("csv", "json", "markdown"):
        done = kmscost(
            "backtest", "inventory.yaml", str(logs), "--horizon", "8", "-f", form, cwd=tmp_path
        )
        assert done.code == 0, done.err
        assert "plain-288" in done.out


@pytest.mark.parametrize("horizon", ["", "0d", "28 weeks", "-3d", "400d"])
def test_a_horizon_that_is_none(horizon, tmp_path):
    """An option that makes no sense: exit 2."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    (tmp_path / "a.json").write_text(
        to_json(count_actuals({(HOME, "us-east-1"): steady(9)}).to_dict())
    )
    done = kmscost("backtest", "inventory.yaml", "a.json", f"--horizon={horizon}", cwd=tmp_path)
    assert done.code == 2
    assert "--horizon: found" in done.err


def test_a_refusal_leaves_no_file(tmp_path):
    """Too few days: exit 1, no output file; with --force there is one."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    few = count_actuals({(HOME, "us-east-1"): steady(9, 5)})
    (tmp_path / "a.json").write_text(to_json(few.to_dict()))
    args = ("calibrate", "inventory.yaml", "a.json", "--output", "c.yaml")
    done = kmscost(*args, cwd=tmp_path)
    assert done.code == 1
    assert "5 days recorded" in done.err
    assert not (tmp_path / "c.yaml").exists()
    done = kmscost(*args, "--force", cwd=tmp_path)
    assert done.code == 0
    assert "note: not good enough, used all the same: 5 days recorded" in done.err
    assert (tmp_path / "c.yaml").exists()


def test_damaged_yaml_is_refused_as_check_refuses_it(tmp_path):
    """`calibrate` and `backtest` refuse a broken inventory with the words of `check`."""
    (tmp_path / "inventory.yaml").write_text(
        INVENTORY.replace('"111122223333", name', "111122223333, name")
    )
    (tmp_path / "a.json").write_text(
        to_json(count_actuals({(HOME, "us-east-1"): steady(9)}).to_dict())
    )
    message = kmscost("check", "inventory.yaml", cwd=tmp_path).err
    for command in ("calibrate", "backtest"):
        done = kmscost(command, "inventory.yaml", "a.json", cwd=tmp_path)
        assert (done.code, done.err) == (1, message)
