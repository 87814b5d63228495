"""`set` in forecast, simulate and report: the same as the change written into the file."""

import dataclasses
import inspect
import json
import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from estimator import (
    KmscostError,
    advise,
    compare,
    explain,
    forecast,
    load_inventory,
    simulate,
)
from estimator.cli import app
from estimator.report.monthly import report
from estimator.scenarios import change_inventory
from tests.scenarios.inventories import PLAIN, READ, file

BUCKET_KEY = "trails[org].bucket.bucket_key=true"
BY_HAND = READ.replace("{bucket_key_saving", "{bucket_key: true, bucket_key_saving")
SPAN = ("2026-11", 2)


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_set_is_the_change_written_by_hand(tmp_path):
    """Path, Inventory, text, list and mapping give the numbers of the changed file, each digit."""
    path, by_hand = file(tmp_path, READ), file(tmp_path, BY_HAND, "other.yaml")
    expected = forecast(by_hand, *SPAN)
    for inventory in (path, load_inventory(path)):
        for setting in (BUCKET_KEY, [BUCKET_KEY], {"trails[org].bucket.bucket_key": True}):
            changed = forecast(inventory, *SPAN, set=setting)
            pd.testing.assert_frame_equal(changed.monthly, expected.monthly)
            pd.testing.assert_frame_equal(changed.rows, expected.rows)
    sure = simulate(path, *SPAN, draws=200, set=BUCKET_KEY)
    pd.testing.assert_frame_equal(sure.quantiles, simulate(by_hand, *SPAN, draws=200).quantiles)
    whole = report(path, "2026-11", months_ahead=1, draws=200, set=BUCKET_KEY)
    other = report(by_hand, "2026-11", months_ahead=1, draws=200)
    assert whole.forecast.totals == other.forecast.totals  # expected, where ranges are
    assert whole.simulation.mean == other.simulation.mean


def test_nothing_set_is_the_inventory_itself(tmp_path):
    """No setting, or an empty list, changes nothing: not even a notice."""
    inventory = load_inventory(file(tmp_path, READ))
    for nothing in (None, [], {}):
        assert change_inventory(inventory, nothing) is inventory


def test_what_is_set_is_a_notice(tmp_path):
    """The numbers are not those of the file: a notice says so, and what changes nothing."""
    path = file(tmp_path, READ)
    notices = forecast(path, *SPAN, set=[BUCKET_KEY, "trails[org].files_per_day=288"]).notices
    assert notices[:3] == (
        f"set on top of {path}: trails[org].bucket.bucket_key: false -> true",
        f"set on top of {path}: trails[org].files_per_day: 288 -> 288",
        "trails[org].files_per_day is 288 already: this changes nothing",
    )
    assert simulate(path, *SPAN, draws=200, set=BUCKET_KEY).notices[0] == notices[0]


def test_settings_follow_each_other(tmp_path):
    """A value that is set can be set anew, compared and advised on."""
    path = file(tmp_path, READ)
    changed = change_inventory(path, "trails[org].files_per_day=100")
    again = change_inventory(changed, "readers[siem].gets_per_file=3")
    both = forecast(
        path, *SPAN, set=["trails[org].files_per_day=100", "readers[siem].gets_per_file=3"]
    )
    assert forecast(again, *SPAN).totals == both.totals
    comparison = compare(changed, start=SPAN[0], months=2, set="readers[siem].gets_per_file=3")
    assert comparison.base.totals == forecast(changed, *SPAN).totals
    assert comparison.others[0].totals == both.totals
    by_hand = file(
        tmp_path, READ.replace("key: logs\n", "key: logs\n    files_per_day: 100\n"), "other.yaml"
    )
    advice, expected = advise(changed, *SPAN), advise(by_hand, *SPAN)
    pd.testing.assert_frame_equal(
        advice.rows.drop(columns=["compare"]), expected.rows.drop(columns=["compare"])
    )
    # no file holds this inventory, so no command can show what is saved
    assert set(advice.rows["compare"]) == {""}
    assert all(expected.rows["compare"])


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("trails[ogr].bucket.bucket_key=true", 1),
        ("trails[org].bucket.bucket_key=maybe", 1),
        ("trails[org].key=lgos", 1),
        ("trails[org].key", 2),
        ("trails[org].key=", 2),
        ("trails..key=logs", 2),
        ("trails[org].bucket.bucket_key=[", 2),
    ],
)
def test_a_wrong_setting_is_refused_as_in_compare(tmp_path, setting, code):
    """The same words and the same exit code, wherever a value is set."""
    path = file(tmp_path, READ)
    refused = kmscost("compare", path, "--set", setting)
    assert refused.exit_code == code
    for command in ("forecast", "simulate", "report"):
        answer = kmscost(command, path, "--set", setting)
        assert (answer.exit_code, answer.stderr) == (code, refused.stderr)
        assert answer.stdout == ""


def test_the_option_is_the_same_everywhere(tmp_path):
    """`set` is the last parameter of the functions; the commands repeat --set as compare does."""
    for function in (forecast, simulate, report):
        assert list(inspect.signature(function).parameters)[-1] == "set"
    path = file(tmp_path, READ)
    options = ("--set", BUCKET_KEY, "--set", "readers[siem].gets_per_file=2", "-f", "json")
    answer = kmscost("forecast", path, "--from", "2026-11", "--months", 2, *options)
    comparison = json.loads(
        kmscost("compare", path, "--from", "2026-11", "--months", 2, *options).stdout
    )
    assert json.loads(answer.stdout)["totals"] == comparison["scenarios"][0]["totals"]


def test_a_value_that_is_set_stands_in_no_line(tmp_path):
    """A walk names the line of what the file says, and none for what was set."""
    path = file(tmp_path, READ.replace("key: logs\n", "key: logs\n    files_per_day: 300\n"))
    written = explain(path, "2026-11").to_dict()
    place = re.compile(r"inventory\.yaml:\d+")
    changed = explain(change_inventory(path, "trails[org].files_per_day=400"), "2026-11").to_dict()
    files = [
        step
        for answer in (written, changed)
        for step in answer["steps"]
        if step["what"].startswith("log files put")
    ]
    assert place.search(files[0]["source"])
    assert not place.search(files[1]["source"])


def test_an_inventory_that_was_read_can_be_compared_and_advised_on(tmp_path):
    """An Inventory of load_inventory is as good as its path; its accounts of other files too."""
    text = PLAIN.replace("keys:", "  - {file: more.csv, regions: [eu-west-1]}\nkeys:")
    file(tmp_path, "id,files_per_day\n777777777777,100\n", "more.csv")
    path = file(tmp_path, text)
    scenario = {"path": "accounts[777777777777].files_per_day", "value": 300}
    by_path, by_inventory = (
        compare(base, scenario, *SPAN) for base in (path, load_inventory(path))
    )
    assert by_inventory.to_dict() == by_path.to_dict()
    by_path, by_inventory = (advise(base, *SPAN) for base in (path, load_inventory(path)))
    assert by_inventory.to_dict() == by_path.to_dict()
    assert list(by_inventory.rows["compare"]) == list(by_path.rows["compare"])


def test_the_document_of_a_copy_is_gone(tmp_path):
    """An inventory changed in Python is not what its document says: compared, but not changed."""
    inventory = load_inventory(file(tmp_path, READ))
    exempt = dataclasses.replace(inventory, cloudtrail_writes="exempt")
    assert compare(inventory, exempt, *SPAN).difference is not None
    for call in (
        lambda: compare(exempt, start=SPAN[0], set=BUCKET_KEY),
        lambda: forecast(exempt, *SPAN, set=BUCKET_KEY),
        lambda: advise(exempt, *SPAN),
    ):
        with pytest.raises(KmscostError, match="give the path of its YAML file"):
            call()
