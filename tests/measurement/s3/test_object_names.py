"""Which names are CloudTrail's, told alike one by one and by the million."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.object_counts import Kind, Tally, arrow_places_of, places_of
from estimator.measurement.object_name import Place, place_of
from tests.extras import needed
from tests.measurement.s3.objects import ACCOUNT, digest_name, log_name
from tests.sampling import cases

DAY = datetime.date(2023, 10, 17)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (log_name(), Place(ACCOUNT, "eu-west-1", "CloudTrail", "", DAY)),
        (
            log_name(prefix="a/b c/é/", region="us-gov-west-1"),
            Place(ACCOUNT, "us-gov-west-1", "CloudTrail", "", DAY),
        ),
        (
            log_name().replace("AWSLogs/", "AWSLogs/o-a1b2c3d4e5/", 1),
            Place(ACCOUNT, "eu-west-1", "CloudTrail", "", DAY),
        ),
        (
            log_name(folder="CloudTrail-NetworkActivity"),
            Place(ACCOUNT, "eu-west-1", "CloudTrail-NetworkActivity", "", DAY),
        ),
        (
            digest_name(trail="my_trail-2.b"),
            Place(ACCOUNT, "eu-west-1", "CloudTrail-Digest", "my_trail-2.b", DAY),
        ),
        (
            digest_name().replace(".json.gz", "_backfill.json.gz"),
            Place(ACCOUNT, "eu-west-1", "CloudTrail-Digest", "org", DAY),
        ),
        (log_name().rpartition("/")[0] + "/", None),  # a folder
        (log_name().rpartition("/")[2], None),  # without its folder
        (log_name() + ".tmp", None),
        (log_name().replace(".json.gz", ".json"), None),
        (log_name().replace("/2023/10/17/", "/2023/13/17/"), None),  # no such day
        (log_name("2013/11/12"), None),  # the day before CloudTrail was announced
        (log_name().replace("AWSLogs", "Logs"), None),
        (log_name().replace("/CloudTrail/", "/Config/"), None),
        ("", None),
        ("\n" * 40, None),
        (log_name().replace("/11", "\n/11"), None),
    ],
)
def test_only_names_as_cloudtrail_writes_them_are_its_objects(name, place):
    """F21: prefix and organization may be there; folders, copies and other services' files not."""
    assert place_of(name) == place


@pytest.mark.parametrize("name", [log_name(), digest_name(), log_name("2023/02/30"), "", "x/y"])
def test_a_column_of_names_has_the_place_of_each(name):
    """Whole columns of an inventory are told as each name alone."""
    pa = needed("pyarrow")
    place = place_of(name)
    codes, places = arrow_places_of(pa.array([name, name]), escaped=False)
    assert [places[code] if code >= 0 else None for code in codes] == [place, place]


def test_day_one_of_cloudtrail_counts():
    """The day it was announced, 2013-11-13, is the first whose files count."""
    found = place_of(log_name("2013/11/13"))
    assert found is not None
    assert found.day == datetime.date(2013, 11, 13)


pieces = st.sampled_from(
    [
        "AWSLogs/",
        "CloudTrail/",
        "2023/10/17/",
        "1",
        "/",
        "é",
        "%2F",
        "_CloudTrail_",
        ".json.gz",
        "\n",
    ]
)
names = st.one_of(
    st.builds(
        log_name,
        st.sampled_from(["2023/10/17", "2023/10/18", "2023/02/30", "0001/01/01"]),
        st.integers(0, 300),
        st.sampled_from([ACCOUNT, "222222222222", "22222222222a", "2222222222220"]),
        st.sampled_from(["eu-west-1", "us-gov-east-1", "global"]),
        st.sampled_from(["CloudTrail", "CloudTrail-Insight", "CloudTrail-Digest", "Config"]),
        st.sampled_from(["", "p/", "AWSLogs/", "ü/"]),
    ),
    st.builds(
        digest_name, st.just("2023/10/17"), st.integers(0, 23), st.text("ab_-.1", min_size=3)
    ),
    st.lists(pieces, max_size=8).map("".join),
    st.text(max_size=90),
)


@settings(max_examples=cases(100))
@given(st.lists(names, max_size=30), st.integers(0, 3))
def test_by_the_million_is_as_one_by_one(given_names, cut):
    """The fast way over whole columns finds the very places that each name alone tells."""
    pa = needed("pyarrow")
    column = pa.array([*["x"] * cut, *given_names], pa.string()).slice(cut)
    codes, places = arrow_places_of(column, escaped=False)
    slow_codes, slow_places = places_of(given_names)
    fast = [places[code] if code >= 0 else None for code in codes]
    slow = [slow_places[code] if code >= 0 else None for code in slow_codes]
    assert fast == slow == [place_of(name) for name in given_names]


def test_a_tally_adds_up_what_it_packs():
    """Counts come out as they went in, however often sums are made in between."""
    tally = Tally()
    tally._limit = 3
    tally._COMPACT = 3
    days = [DAY + datetime.timedelta(number) for number in range(5)]
    for _ in range(4):
        for day in days:
            place = Place(ACCOUNT, "eu-west-1", "CloudTrail", "", day)
            tally.add([(place, Kind(), 2), (place, Kind("none", "SSE-S3"), 1)])
    coverage = tally.coverage(datetime.datetime(2023, 10, 22))  # noqa: DTZ001
    rows = tally.frame("s3-listing", coverage, bucket_key=False)
    # each day 4 x 2 requests and 4 x (2 + 1) objects
    assert list(rows["quantity"]) == [8.0] * 5
    assert list(rows["files"]) == [12.0] * 5
    assert tally.objects == 60
