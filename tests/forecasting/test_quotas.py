"""Requests per second against KMS's quotas: every formula by hand, every assumption by name."""

import numpy as np
import pytest
from hypothesis import given, settings

from estimator import KmscostError, forecast, load_inventory
from estimator.forecasting.quotas import highest
from estimator.frames import QUOTAS
from estimator.report.answers.forecast import ForecastAnswer
from estimator.report.formats.markdown import answer_markdown
from tests.forecasting.inventories import inventories
from tests.sampling import cases

A, B = "111122223333", "222222222222"
HEAD = f"""\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{A}"}}, {{id: "{B}"}}]
keys: [{{id: k, region: eu-central-1}}, {{id: dr, region: eu-north-1}}]
"""
MONTH = 30 * 86_400

laws = settings(max_examples=cases(10))


def read(folder, text):
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def november(folder, trails="[{name: org, key: k}]", readers="[]", months=1):
    """The forecast of November 2026, 4 streams of 288 files a day."""
    return forecast(
        read(folder, f"{HEAD}trails: {trails}\nreaders: {readers}\n"), "2026-11", months
    )


def row(result, account=A, region="eu-central-1", month="2026-11"):
    """One row of the quotas."""
    frame = result.quotas
    is_here = (frame["billed_account"] == account) & (frame["billed_region"] == region)
    (found,) = frame[is_here & (frame["month"] == month)].to_dict("records")
    return found


def test_puts_come_in_five_minute_windows(tmp_path):
    """4 streams put 4 files every five minutes, within 60 s: 4/60 a second; mean 1,152 a day."""
    found = row(november(tmp_path))
    assert found["requests"] == 4 * 288 * 30
    assert found["mean_per_second"] == pytest.approx(4 * 288 * 30 / MONTH)
    assert found["burst_per_second"] == pytest.approx(4 / 60)
    assert found["burst_high_per_second"] == pytest.approx(4 / 10)
    assert (found["driver"], found["at_once"], found["seconds"]) == ("org", 4.0, 60.0)
    assert found["quota_per_second"] == 20_000  # eu-central-1
    assert found["share_burst"] == pytest.approx(4 / 60 / 20_000)
    assert found["share_mean"] == pytest.approx(found["mean_per_second"] / 20_000)


def test_files_growth_and_bucket_keys_count(tmp_path):
    """576 files a day are 2 in each window; a Bucket Key leaves a quarter of the requests."""
    bucket = "{bucket_key: true, bucket_key_saving: 0.75}"
    trail = f"[{{name: org, key: k, files_per_day: 576, bucket: {bucket}}}]"
    found = row(november(tmp_path, trail))
    assert found["at_once"] == pytest.approx(4 * 2 / 4)


def test_digests_come_every_hour(tmp_path):
    """4 streams have 4 digests an hour, beside their 4 files: 8/60 at the full hour."""
    found = row(november(tmp_path, "[{name: org, key: k, log_file_validation: true}]"))
    assert found["burst_per_second"] == pytest.approx(4 / 60 + 4 / 60)


def test_a_check_is_one_request(tmp_path):
    """However rare, a check of the key is one request in a second."""
    trail = "[{name: org, key: k, files_per_day: 0, config_updates_per_month: 0.5}]"
    found = row(november(tmp_path, trail))
    assert found["requests"] == 0.5
    assert found["burst_per_second"] == pytest.approx(1.0)


def test_a_stream_that_begins_in_the_month_bursts_as_any_other(tmp_path):
    """From the 16th on 4 files come in each window: half the month's mean, the same burst."""
    found = row(november(tmp_path, "[{name: org, key: k, from: 2026-11-16}]"))
    assert found["mean_per_second"] == pytest.approx(4 * 288 * 15 / MONTH)
    assert found["at_once"] == pytest.approx(4.0)


def test_the_caller_is_throttled_not_the_keys_owner(tmp_path):
    """B reads under A's key: B's own quota in the key's Region (F12)."""
    result = november(tmp_path, readers=f'[{{name: siem, kind: every-file, account: "{B}"}}]')
    assert row(result, B)["at_once"] == pytest.approx(4.0)
    assert row(result, B)["driver"] == "siem"
    assert row(result, A)["burst_per_second"] == pytest.approx(4 / 60)


@pytest.mark.parametrize(
    ("reader", "at_once", "seconds"),
    [
        ("kind: every-file, gets_per_file: 3", 4 * 3, 60),
        ("kind: every-file, gets_per_file: 3, burst_seconds: 120", 4 * 3, 120),
        # 7 days x 288 x 4 = 8,064 files a query
        ("kind: query, queries_per_month: 60, days_scanned: 7", 8064, 60),
        ("kind: query, queries_per_month: 0.5, days_scanned: 7, burst_seconds: 30", 8064, 30),
        ("kind: query, queries_per_month: 60, days_scanned: 7, share_of_files: 0.5", 4032, 60),
        # a day's gets, spread over the day unless something else is said
        ("kind: fixed, gets_per_day: 864", 864, 86_400),
        ("kind: fixed, gets_per_day: 864, burst_seconds: 2", 864, 2),
        # a run of 10 days: 4 x (288 + 24) x 10 = 12,480 gets, one after the other, 20 a second
        ("kind: validate, runs_per_month: 2, days: 10", 12_480, 624),
        ("kind: validate, runs_per_month: 2, days: 10, burst_seconds: 60", 12_480, 60),
        # Decrypt and, elsewhere, Encrypt for each of the 4 files and the 4 digests of an hour
        ("kind: replication, destination_key: dr", 8, 60),
        ("kind: replication, destination_key: k", 16, 60),
    ],
)
def test_what_each_kind_of_reader_does_at_once(tmp_path, reader, at_once, seconds):
    """One window's files, one query's, one run's, one day's: in the seconds said or assumed."""
    trail = "[{name: org, key: k, log_file_validation: true}]"
    result = november(tmp_path, trail, f'[{{name: r, account: "{B}", {reader}}}]')
    found = row(result, B)
    assert found["at_once"] == pytest.approx(at_once)
    assert found["seconds"] == pytest.approx(seconds)
    assert found["burst_per_second"] == pytest.approx(at_once / seconds)
    if "dr" in reader:
        assert row(result, B, "eu-north-1")["at_once"] == pytest.approx(8)


def test_a_range_of_seconds_gives_a_range_of_bursts(tmp_path):
    """{low: 10, high: 40} is 20 in the middle; the fastest end is the higher burst."""
    what = "kind: fixed, gets_per_day: 400, burst_seconds: {low: 10, high: 40}"
    found = row(november(tmp_path, readers=f'[{{name: r, account: "{B}", {what}}}]'), B)
    assert found["burst_per_second"] == pytest.approx(20)
    assert found["burst_high_per_second"] == pytest.approx(40)


def test_bursts_of_an_account_and_region_are_added_up(tmp_path):
    """Everything at once in the same second: 4/60 for the puts, 8,064/60 for the query."""
    query = "[{name: q, kind: query, queries_per_month: 60, days_scanned: 7}]"
    found = row(november(tmp_path, readers=query))
    assert found["burst_per_second"] == pytest.approx((4 + 8064) / 60)
    assert found["driver"] == "q"


def test_nothing_is_slower_than_the_mean(tmp_path):
    """Queries that overlap all the time run at their mean: 30 x 8,064 a day."""
    what = "kind: query, queries_per_month: 900, days_scanned: 7, burst_seconds: 86400"
    found = row(november(tmp_path, readers=f'[{{name: q, account: "{B}", {what}}}]'), B)
    assert found["burst_per_second"] == pytest.approx(30 * 8064 / 86_400)


@pytest.mark.parametrize(("gets", "notice"), [(599_999, False), (600_000, True)])
def test_a_notice_from_half_a_quota_on(tmp_path, gets, notice):
    """10,000 a second is half of eu-central-1's 20,000: 600,000 gets within a minute."""
    reader = f'[{{name: r, kind: fixed, account: "{B}", gets_per_day: {gets}, burst_seconds: 60}}]'
    result = november(tmp_path, readers=reader)
    notices = [text for text in result.notices if "quota" in text]
    assert bool(notices) is notice
    if notice:
        (text,) = notices
        assert text == (
            f"account {B} in eu-central-1 may make 10,000 requests a second in 2026-11, 50 % of "
            "KMS's quota of 20,000: r alone 600,000 within 60 s, as assumed (burst_seconds)"
        )


def test_quotas_of_the_regions(tmp_path):
    """100,000 in three Regions, 20,000 in six, 10,000 elsewhere: the table's."""
    for region, quota in (("us-east-1", 1e5), ("eu-west-2", 2e4), ("eu-north-1", 1e4)):
        text = HEAD.replace("eu-central-1", region) + "trails: [{name: org, key: k}]\n"
        result = forecast(read(tmp_path, text), "2026-11", 1)
        assert row(result, A, region)["quota_per_second"] == quota


def test_the_month_with_the_highest_burst_is_shown(tmp_path):
    """A trail that is added in December makes December and later the highest: JSON, table."""
    trails = "[{name: org, key: k}, {name: more, key: k, from: 2026-12-01, until: 2027-01-01}]"
    result = november(tmp_path, trails, months=3)
    (shown,) = result.to_dict()["quotas"]
    assert shown["month"] == "2026-12"
    assert shown["burst_per_second"] == pytest.approx(8 / 60)
    assert len(result.quotas) == 3
    assert len(highest(result.quotas)) == 1
    by_quota = forecast(result.inventory, "2026-11", 3, by="quota")
    assert by_quota.section == "quotas"
    assert by_quota.totals == result.totals
    assert answer_markdown(ForecastAnswer(by_quota))


@laws
@given(inventories())
def test_laws_of_bursts(tmp_path, text):
    """Requests are those of the forecast; no burst is below its mean or above its fast end."""
    result = forecast(read(tmp_path, text), "2026-11", 4, by="all")
    quotas = result.quotas
    assert quotas["requests"].sum() == pytest.approx(result.totals["requests"], rel=1e-9, abs=1e-6)
    assert (quotas["burst_per_second"] >= quotas["mean_per_second"] * (1 - 1e-9)).all()
    assert (quotas["burst_high_per_second"] >= quotas["burst_per_second"] * (1 - 1e-9)).all()
    assert np.isfinite(quotas.select_dtypes("number")).all(axis=None)
    for column in QUOTAS:
        assert str(quotas[column.name].dtype) == column.dtype, column.name
    coarse = forecast(result.inventory, "2026-11", 4).quotas
    np.testing.assert_allclose(
        coarse["burst_per_second"].sum(), quotas["burst_per_second"].sum(), rtol=1e-9
    )


@laws
@given(inventories())
def test_twice_the_seconds_half_the_burst(tmp_path, text):
    """Slower puts and gets never raise a burst."""
    inventory = read(tmp_path, text)
    slow = text.replace("{name: t", "{burst_seconds: 240, name: t")
    assert slow != text
    slower = forecast(read(tmp_path, slow), "2026-11", 2).quotas["burst_per_second"]
    faster = forecast(inventory, "2026-11", 2).quotas["burst_per_second"]
    assert (slower <= faster * (1 + 1e-9)).all()


@pytest.mark.parametrize("seconds", ["0", "0.5", "-1", ".nan", "fast", "{low: 0.1, high: 5}", "on"])
def test_seconds_that_are_none_are_refused(tmp_path, seconds):
    """At least one second: quotas are per second."""
    trail = f"[{{name: org, key: k, burst_seconds: {seconds}}}]"
    with pytest.raises(KmscostError, match=r"trails\[0\]\.burst_seconds") as refused:
        november(tmp_path, trail)
    assert len(refused.value.problems) == 1


def test_a_word_that_stands_alone_stands_alone(tmp_path):
    """`--by quota` is no column: `--by quota,cause` is a usage error that says so."""
    inventory = read(tmp_path, HEAD + "trails: [{name: org, key: k}]\n")
    for section in ("budget", "quota", "event"):
        assert forecast(inventory, "2026-11", 1, by=[section]).section == f"{section}s"
        with pytest.raises(KmscostError, match="or alone: all, budget, quota, event"):
            forecast(inventory, "2026-11", 1, by=f"{section},cause")
