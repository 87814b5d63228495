"""Which hours the input covers: nothing is extrapolated unawares."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import Answer, measure
from tests.acceptance.measure.logs import save
from tests.acceptance.measure.samples import ABSENT, ACCOUNT, OTHER, TRAIL, put, save_records

REGION = "eu-central-1"  # where the events of `put` happen
UTC = dt.UTC


def at(*moment: int) -> str:
    return f"{dt.datetime(*moment, tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"  # type: ignore[arg-type]


def streams(answer: Answer) -> dict[tuple[str, str], dict[str, Any]]:
    """The streams by account and Region, each of them sound."""
    by_stream = {
        (stream["account"], stream["region"]): stream for stream in answer["coverage"]["streams"]
    }
    assert len(by_stream) == len(answer["coverage"]["streams"]), "each stream once"
    for stream in by_stream.values():
        assert 0 < stream["hours"] <= stream["of_hours"]
        assert stream["share"] == pytest.approx(stream["hours"] / stream["of_hours"], abs=1e-4)
        assert str(stream["from"]) <= str(stream["until"])
    return by_stream


def months(answer: Answer) -> dict[str, float]:
    return {month["month"]: month["share"] for month in answer["coverage"]["months"]}


def test_a_full_day(tmp_path: Path) -> None:
    """An event in each hour of 2023-11-01: 24 hours, the whole day, 24/720 of November."""
    save_records(tmp_path, *(put(hour, eventTime=at(2023, 11, 1, hour, 30)) for hour in range(24)))
    answer = measure(tmp_path)
    by_stream = streams(answer)
    assert by_stream[ACCOUNT, REGION]["hours"] == 24
    assert months(answer) == {"2023-11": pytest.approx(24 / 720, abs=1e-4)}
    assert {row["coverage"] for row in answer["rows"]} == {1}


def test_a_quarter_of_a_day(tmp_path: Path) -> None:
    """Events in hours 0, 5, 6, 7, 8 and 23: six of the day's 24 hours."""
    hours = [0, 5, 6, 7, 8, 23]
    save_records(tmp_path, *(put(hour, eventTime=at(2023, 11, 1, hour)) for hour in hours))
    answer = measure(tmp_path)
    assert streams(answer)[ACCOUNT, REGION]["hours"] == 6
    assert {row["coverage"] for row in answer["rows"]} == {0.25}


def test_the_borders_of_hours(tmp_path: Path) -> None:
    """04:00:00 and 04:59:59 are one hour, 05:00:00 is the next; so are days and months."""
    moments = [
        *(at(2023, 10, 31, 4), at(2023, 10, 31, 4, 59, 59), at(2023, 10, 31, 5)),
        *(at(2023, 10, 31, 23, 59, 59), at(2023, 11, 1)),
    ]
    save_records(
        tmp_path, *(put(number, eventTime=moment) for number, moment in enumerate(moments))
    )
    answer = measure(tmp_path)
    assert streams(answer)[ACCOUNT, REGION]["hours"] == 4
    assert months(answer) == {
        "2023-10": pytest.approx(3 / 744, abs=1e-4),
        "2023-11": pytest.approx(1 / 720, abs=1e-4),
    }


def test_a_file_name_covers_the_five_minutes_before_it(tmp_path: Path) -> None:
    """A file written at 05:00 without events says that 04:55 to 05:00 was quiet: hour 4."""
    moment = dt.datetime(2023, 10, 17, 5, 0, tzinfo=UTC)
    name = TRAIL.file(ACCOUNT, "eu-west-3", moment, "KREKSWgLUgTraBu8")
    save(tmp_path / name, packing.gz(b'{"Records":[]}'))
    answer = measure(tmp_path)
    (stream,) = streams(answer).values()
    assert (stream["account"], stream["region"], stream["hours"]) == (ACCOUNT, "eu-west-3", 1)
    assert str(stream["from"]).replace(" ", "T").startswith("2023-10-17T04")


def test_a_file_in_the_middle_of_an_hour(tmp_path: Path) -> None:
    """Eleven files of one hour, 05:05 to 05:55, cover it once."""
    for minute in range(5, 60, 5):
        moment = dt.datetime(2023, 10, 17, 5, minute, tzinfo=UTC)
        name = TRAIL.file(ACCOUNT, "eu-west-3", moment, "KREKSWgLUgTraBu8")
        save(tmp_path / name, packing.gz(b'{"Records":[]}'))
    (stream,) = streams(measure(tmp_path)).values()
    assert (stream["account"], stream["region"], stream["hours"]) == (ACCOUNT, "eu-west-3", 1)


def test_a_file_name_without_its_folders(tmp_path: Path) -> None:
    """Files copied into one flat folder still say in their names whose and of when they are."""
    moment = dt.datetime(2023, 10, 17, 5, 30, tzinfo=UTC)
    name = TRAIL.file(ACCOUNT, "eu-west-3", moment, "KREKSWgLUgTraBu8").rpartition("/")[2]
    save(tmp_path / name, packing.gz(b'{"Records":[]}'))
    (stream,) = streams(measure(tmp_path)).values()
    assert (stream["account"], stream["region"], stream["hours"]) == (ACCOUNT, "eu-west-3", 1)


def test_each_account_and_region_on_its_own(tmp_path: Path) -> None:
    """Streams are those that the events were recorded in, whichever service they are of."""
    save_records(
        tmp_path,
        put(1, eventTime=at(2023, 11, 1, 1)),
        put(2, eventTime=at(2023, 11, 1, 2), recipientAccountId=OTHER),
        put(
            3, eventTime=at(2023, 11, 1, 3), eventSource="ec2.amazonaws.com", awsRegion="sa-east-1"
        ),
        put(
            4, eventTime=at(2023, 11, 1, 4), eventSource="ec2.amazonaws.com", awsRegion="sa-east-1"
        ),
    )
    by_stream = streams(measure(tmp_path))
    assert {name: stream["hours"] for name, stream in by_stream.items()} == {
        (ACCOUNT, REGION): 1,
        (OTHER, REGION): 1,
        (ACCOUNT, "sa-east-1"): 2,
    }


def test_skipped_files_lower_coverage(tmp_path: Path) -> None:
    """A broken file's name covers nothing: its hour was not read."""
    for hour, raw in ((5, b'{"Records":[]}'), (8, b'{"Records":')):
        moment = dt.datetime(2023, 10, 17, hour, 30, tzinfo=UTC)
        save(tmp_path / TRAIL.file(ACCOUNT, REGION, moment, "KREKSWgLUgTraBu8"), raw)
    answer = measure(tmp_path)
    assert len(answer["skipped"]) == 1
    assert streams(answer)[ACCOUNT, REGION]["hours"] == 1


@pytest.mark.parametrize("time", [None, "yesterday", "0000-00-00T00:00:00Z", 5, ABSENT])
def test_absurd_dates_cover_nothing(tmp_path: Path, time: Any) -> None:
    """A date that is none adds no hour and no month, and does not stretch the span."""
    save_records(tmp_path, put(1), name="good.json.gz")
    save_records(tmp_path, put(2, eventTime=time), name="odd.json.gz")
    answer = measure(tmp_path)
    assert streams(answer)[ACCOUNT, REGION]["hours"] == 1
    assert set(months(answer)) == {"2023-10"}


def test_no_events_at_all(tmp_path: Path) -> None:
    """Nothing but an empty log of no name: no stream is covered, and no share is invented."""
    save(tmp_path / "quiet.json", b'{"Records": []}')
    assert measure(tmp_path)["coverage"] == {"months": [], "streams": []}


def test_a_short_input_is_said(tmp_path: Path) -> None:
    """Two hours of a month: a notice, so that nobody takes the count for a monthly figure."""
    save_records(tmp_path, put(1), put(2, eventTime=at(2023, 10, 17, 6)))
    answer = measure(tmp_path)
    notices = " ".join(answer["notices"]).lower()
    assert "hour" in notices or "cover" in notices, answer["notices"]
