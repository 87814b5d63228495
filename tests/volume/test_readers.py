"""Readers: what each kind reads, on which days, how far back; each number by hand."""

from __future__ import annotations

import datetime
import re
from typing import get_args

import pytest

from estimator import forecast, load_inventory
from estimator.inventory import InventoryError
from estimator.inventory.reader_sections import EveryFile
from estimator.inventory.sections import Reader
from estimator.inventory.units import is_share
from estimator.volume.readers import KINDS
from tests.explanation.random_readers import random_readers
from tests.forecasting import inventories
from tests.simulation import ranges

A = "111122223333"
HEAD = f"""version: 1
regions: [us-east-1]
accounts: [{{id: "{A}"}}]
keys: [{{id: k, region: us-east-1}}, {{id: dr, region: eu-west-1, created: 2026-11-11}}]
"""


def read(folder, text):
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_inventory(path)


def gets(folder, trail, reader, start="2026-11", months=1):
    """Decrypt requests of the reader, by month."""
    text = f"trails: [{{name: t, key: k, {trail}}}]\nreaders: [{{name: r, {reader}}}]\n"
    rows = forecast(read(folder, text), start, months).rows
    rows = rows[(rows["driver"] == "r") & (rows["operation"] == "Decrypt")]
    return dict(zip(rows["month"].astype(str), rows["quantity"], strict=True))


def test_each_kind_of_the_format_answers_for_itself():
    """A kind that the YAML has, has a module; its factors and window are keys of its section.

    Measured gets may be many times those assumed: what they decide has no upper end.
    """
    assert set(KINDS) == set(get_args(Reader)), "name the class in estimator/volume/readers KINDS"
    for section, kind in KINDS.items():
        assert {*kind.factors, *filter(None, [kind.window])} <= set(section.model_fields)
        assert kind.assumption is None or not is_share(kind.assumption), f"{kind}: no share"
        makes_copies = section.writes_under is not EveryFile.writes_under
        assert makes_copies == (kind.destination is not None), f"{kind}: a destination, or none"


def test_random_inventories_have_every_kind():
    """A kind that no random inventory has would be under no law of forecasts and simulations."""
    kinds = {get_args(section.model_fields["kind"].annotation)[0] for section in KINDS}
    assert set(inventories.READERS) == kinds, "add it to tests/forecasting/inventories.py"
    assert set(ranges.READERS) == kinds, "add it to tests/simulation/ranges.py"
    texts = [random_readers(seed) for seed in range(40)]
    drawn = {kind for text in texts for kind in re.findall(r'kind: "?([\w-]+)', text)}
    assert drawn == kinds, "add it to tests/explanation/random_readers.py"


@pytest.mark.parametrize(
    ("trail", "reader", "expected"),
    [
        # 30 days of files of a trail that began on 10-01 lie there on 10-31
        ("from: 2026-10-01", "kind: once, day: 2026-10-31", {"2026-10": 30 * 288}),
        # the bucket keeps 7 days
        ("bucket: {retention_days: 7}", "kind: once, day: 2026-10-31", {"2026-10": 7 * 288}),
        # the reader wants 3 of them, twice each
        (
            "bucket: {retention_days: 7}",
            "kind: once, day: 2026-10-31, days: 3, gets_per_file: 2",
            {"2026-10": 3 * 288 * 2},
        ),
        # files of a trail that ended on 10-29: the 24th (7 days before the 31st) to the 28th
        (
            "until: 2026-10-29, bucket: {retention_days: 7}",
            "kind: once, day: 2026-10-31",
            {"2026-10": 5 * 288},
        ),
        # on the day on which the trail begins nothing was put before
        ("from: 2026-10-31", "kind: once, day: 2026-10-31", {}),
        # not active on that day
        ("from: 2026-10-01", "kind: once, day: 2026-10-31, until: 2026-10-31", {}),
        ("from: 2026-10-01", "kind: once, day: 2027-10-31", {}),
    ],
)
def test_once_reads_what_lies_there(tmp_path, trail, reader, expected):
    """All that was put before the day and is kept still, on that day alone."""
    assert gets(tmp_path, trail, reader, "2026-09", 4) == pytest.approx(expected)


def test_once_meets_old_files_with_their_own_growth(tmp_path):
    """Doubling each year from 2025-11: 30 days of November 2026 at twice, all before as they were.

    Files a day: 100 x 2^(n/12) in the n-th month after 2025-11. On 2025-12-31 there lie 30 days of
    November 2025 at 100 and 30 days of December at 100 x 2^(1/12).
    """
    text = (
        "growth: {files_per_year: 100%, as_of: 2025-11-01}\n"
        "trails: [{name: t, key: k, files_per_day: 100, from: 2025-11-01}]\n"
        "readers: [{name: r, kind: once, day: 2025-12-31}]\n"
    )
    rows = forecast(read(tmp_path, text), "2025-12", 1).rows
    (found,) = rows[rows["driver"] == "r"]["quantity"]
    assert found == pytest.approx(3000 + 3000 * 2 ** (1 / 12), rel=1e-12)


def test_once_without_a_bound_is_refused(tmp_path):
    """Nobody knows how much lies in a bucket that keeps all since ever; `days` says it."""
    text = "trails: [{name: t, key: k}]\nreaders: [{name: r, kind: once, day: 2026-11-05}]\n"
    with pytest.raises(InventoryError, match="write days: 90"):
        read(tmp_path, text)
    text = text.replace("2026-11-05", "2026-11-05, days: 90")
    rows = forecast(read(tmp_path, text), "2026-11", 1).rows
    assert rows[rows["driver"] == "r"]["quantity"].sum() == pytest.approx(90 * 288)


def test_replication_copies_digests_while_both_keys_are_active(tmp_path):
    """20 days of November are left of the destination key: 20 x (288 + 24), Decrypt and Encrypt."""
    text = (
        "trails: [{name: t, key: k, log_file_validation: true}]\n"
        "readers: [{name: r, kind: replication, destination_key: dr}]\n"
    )
    rows = forecast(read(tmp_path, text), "2026-11", 1, by="operation,driver").rows
    found = rows[rows["driver"] == "r"].set_index("operation")["quantity"].to_dict()
    assert found == {"Decrypt": 20 * 312.0, "Encrypt": 20 * 312.0}


@pytest.mark.parametrize(
    ("digests", "month", "expected"),
    [
        ("", "2025-04", 0),
        ("", "2025-05", 24 * 10),  # 22nd to 31st
        ("", "2025-06", 24 * 30),
        ("digest_files: sse-kms", "2025-04", 24 * 30),
        ("digest_files: sse-s3", "2025-06", 0),
    ],
)
def test_digests_are_under_the_key_since_cloudtrail_encrypts_them_so(
    tmp_path, digests, month, expected
):
    """From 2025-05-22 on unless the trail says otherwise."""
    more = f", {digests}" if digests else ""
    text = f"trails: [{{name: t, key: k, log_file_validation: true{more}}}]\n"
    rows = forecast(read(tmp_path, text), month, 1).rows
    assert rows[rows["cause"] == "digest"]["quantity"].sum() == pytest.approx(expected)


def test_validate_gets_no_digest_of_before(tmp_path):
    """A run of 30 days, spread over June 2025: digests of the days from 05-22 on, 23.33 on average.

    Seen from day t of June (0 to 30), with 10 days of digests before the 1st: min(30, 10 + t), so
    the first 20 days meet 20 on average and the last 10 meet 30: (20 x 20 + 10 x 30) / 30 = 23.33.
    """
    expected = 30 * 288 + 24 * (20 * 20 + 10 * 30) / 30
    found = gets(
        tmp_path,
        "log_file_validation: true",
        "kind: validate, runs_per_month: 1, days: 30",
        "2025-06",
    )
    assert found == pytest.approx({"2025-06": expected})


def test_fixed_gets_are_shared_by_what_is_readable_at_each_moment(tmp_path):
    """Two trails of 100 and 300 files a day; the second from the 16th on: 15 days alone, 15 shared.

    300 gets a day: 15 x 300 + 15 x 75 = 5,625 of the first, 15 x 225 = 3,375 of the second.
    """
    text = (
        "trails:\n"
        "  - {name: a, key: k, files_per_day: 100, bucket: {bucket_key: true,"
        " bucket_key_saving: 0.5}}\n"
        "  - {name: b, key: k, files_per_day: 300, from: 2026-11-16}\n"
        "readers: [{name: r, kind: fixed, gets_per_day: 300}]\n"
    )
    rows = forecast(read(tmp_path, text), "2026-11", 1).rows
    found = rows[rows["driver"] == "r"]["quantity"].sum()
    assert found == pytest.approx(5_625 / 2 + 3_375)  # a Bucket Key saves half of the first


@pytest.mark.parametrize("large", ["1e15", "1e3"])
@pytest.mark.parametrize("small", ["1e-3", "1e-6", "1e-310"])
def test_fixed_gets_are_never_lost_beside_large_files(tmp_path, large, small):
    """The large one to the 10th, the small one from the 6th: 5 days alone, 5 of both, 20 alone.

    1,000 gets a day: 10,000 of a, of which its Bucket Key saves half, and 20,000 of b.
    """
    text = (
        f"trails:\n  - {{name: a, key: k, files_per_day: {large}, until: 2026-11-11,"
        " bucket: {retention_days: 0, bucket_key: true, bucket_key_saving: 0.5}}\n"
        f"  - {{name: b, key: k, files_per_day: {small}, from: 2026-11-06}}\n"
        "readers: [{name: r, kind: fixed, gets_per_day: 1000}]\n"
    )
    rows = forecast(read(tmp_path, text), "2026-11", 1).rows
    found = rows[rows["driver"] == "r"]["quantity"].sum()
    assert found == pytest.approx(10_000 / 2 + 20_000, abs=0.01)


def test_fixed_gets_of_next_to_no_files(tmp_path):
    """All gets of the 30 days are of the one trail, however few its files are."""
    found = gets(tmp_path, "files_per_day: 1e-310", "kind: fixed, gets_per_day: 1000")
    assert found == pytest.approx({"2026-11": 30_000})


def test_a_look_back_stops_at_the_keys_end(tmp_path):
    """Key until the 11th: 10 days of looks at 2 a day, each at 5 days of 288 files."""
    text = (
        "trails: [{name: t, key: k2}]\n"
        "readers: [{name: r, kind: query, queries_per_month: 60, days_scanned: 5}]\n"
    )
    head = HEAD.replace("{id: k,", "{id: k2, region: us-east-1, until: 2026-11-11}, {id: k,")
    path = tmp_path / "inventory.yaml"
    path.write_text(head + text, encoding="utf-8")
    rows = forecast(path, "2026-11", 1).rows
    assert rows[rows["driver"] == "r"]["quantity"].sum() == pytest.approx(10 * 2 * 5 * 288)


def test_an_accounts_end_ends_what_is_billed_there(tmp_path):
    """Key, trail and reader of an account end with it, whatever they say themselves."""
    text = (
        'version: 1\nregions: [us-east-1]\naccounts: [{id: "111122223333"},'
        ' {id: "222222222222", until: 2026-11-11}]\n'
        'keys: [{id: k, account: "222222222222", region: us-east-1}]\n'
        'trails: [{name: t, account: "222222222222", key: k, config_updates_per_month: 30}]\n'
        'readers: [{name: r, kind: every-file, account: "222222222222", until: 2027-01-01}]\n'
    )
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    result = forecast(path, "2026-11", 2)
    # 10 days x 2 accounts x 288 puts and gets, 10 checks; a third of a key-month
    assert result.totals["requests"] == pytest.approx(10 * 2 * 288 * 2 + 10)
    assert result.totals["cost_usd_keys"] == pytest.approx(1 / 3)
    assert result.monthly["requests"].tolist()[1] == 0
    notice = "account 222222222222 ends on 2026-11-11: trail t, key k, reader r end with it"
    assert notice in result.notices
    assert load_inventory(path).active.reader["r"].end == datetime.date(2026, 11, 11).toordinal()
