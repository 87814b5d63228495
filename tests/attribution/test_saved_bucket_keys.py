"""What Bucket Keys would save is the same of logs and of the measurement written of them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from estimator import KmscostError, advise, attribute, load_actuals, measure_cloudtrail
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY
from tests.advice.test_key_ledger import INVENTORY
from tests.measurement.test_bucket_key_replay import event, write


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Two days of logs, each with puts at 0, 30 and 90 seconds and a get of an older object."""
    found = []
    for day in range(2):
        folder = tmp_path_factory.mktemp("day")
        events = [event(86400 * day + at, "GenerateDataKey", "etl", f"o{at}") for at in (0, 30, 90)]
        events.append(event(86400 * day + 100, "Decrypt", "app", "old"))
        write(folder, events)
        document = measure_cloudtrail(folder, bucket_keys=True).to_dict()
        (folder.parent / f"{day}.json").write_text(json.dumps(document), encoding="utf-8")
        found.append((folder, folder.parent / f"{day}.json"))
    return found


def test_a_measurement_says_what_the_logs_say(days, tmp_path):
    """The JSON of attribute and the replay of advise: of logs, and of what measure wrote of them.

    By hand: a key of a minute serves 0 and 30, not 90: 2 are left, of an hour 1; the get stays.
    """
    (logs, saved), _ = days
    assert json.dumps(attribute(saved).to_dict()) == json.dumps(attribute(logs).to_dict())
    path = tmp_path / "i.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    first, second = (advise(path, "2026-11", 1, actuals=each).to_dict() for each in (logs, saved))
    assert first["bucket_keys"] == second["bucket_keys"]
    (bucket,) = second["bucket_keys"]
    counts = bucket["in_the_logs"]
    assert (counts["requests"], counts["left_low"], counts["left_high"]) == (4, 2, 3)
    assert counts["gets_of_older_objects"] == 1


def test_measurements_add_up(days):
    """Two days: 8 requests, of which 4 to 6 are left; none of them is left out."""
    both = load_actuals([saved for _, saved in days])
    records = both.details[REPLAY]["requesters"]
    assert [sum(record[name] for record in records) for name in ("left_low", "left_high")] == [4, 6]
    (bucket,) = attribute(both).bucket_keys.buckets
    assert (bucket.replay.total, bucket.replay.left) == (8, (4, 6))


def test_what_has_no_replay_says_so(days):
    """A CSV beside it, an Athena result, a measurement by other columns: never an empty saving."""
    (logs, saved), (_, other) = days
    actuals = load_actuals(other)
    actuals.rows.to_csv(other.with_suffix(".csv"), index=False)
    mixed = load_actuals([saved, other.with_suffix(".csv")])
    athena = dataclasses.replace(measure_cloudtrail(logs), source="athena")
    for found, words in ((mixed, "CloudTrail's log files"), (athena, "a result of Athena")):
        answer = attribute(found).to_dict()
        assert answer["bucket_keys"] is None
        assert words in answer["bucket_keys_missing"]
        assert answer["bucket_keys_missing"] in answer["notices"]


def test_more_left_than_asked_is_refused(days, tmp_path):
    """A record that leaves 9 of 3 requests was written by nobody."""
    document = json.loads(days[0][1].read_text(encoding="utf-8"))
    place = [record["operation"] for record in document[REPLAY]["requesters"]].index(
        "GenerateDataKey"
    )
    document[REPLAY]["requesters"][place]["left_high"] = 9
    path = tmp_path / "m.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(KmscostError, match="left_high 9 of 3 requests"):
        load_actuals(path)
