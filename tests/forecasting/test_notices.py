"""Notices are true: what is named matters in the months, and the reasons are the right ones."""

import pytest

from estimator import forecast
from tests.inventory.files import read

A, B = "111122223333", "222222222222"

TEXT = """\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{a}"{of_a}}}, {{id: "{b}"{of_b}}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k{trail}}}]
"""


def names_rule_of_thumb(folder, of_a="", of_b="", trail=""):
    """True where a forecast names the rule of thumb."""
    text = TEXT.format(a=A, b=B, of_a=of_a, of_b=of_b, trail=trail)
    notices = forecast(read(folder, text), "2026-11", 1).notices
    return any("rule of thumb 288" in notice for notice in notices)


EVERY = ", files_per_day: 100"
ONE = ", files_per_day: {us-east-1: 100}"
BOTH = ", files_per_day: {us-east-1: 100, eu-west-1: 5}"


@pytest.mark.parametrize(
    ("of_a", "of_b", "trail", "is_named"),
    [
        ("", "", "", True),
        ("", "", EVERY, False),
        (EVERY, "", "", True),  # B still writes by the rule
        (EVERY, EVERY, "", False),  # every account has its own number
        (EVERY, BOTH, "", False),
        (EVERY, ONE, "", True),  # B in eu-west-1
        (EVERY, ONE, ", regions: [us-east-1]", False),
        (EVERY, "", ", scope: account", False),  # A alone
        ("", EVERY, ", scope: account", True),
        ("", "", ONE, True),  # eu-west-1 without `other`
        ("", "", ", files_per_day: {us-east-1: 100, other: 1}", False),
        (ONE, ONE, ", files_per_day: {eu-west-1: 5}", False),  # together they say all
    ],
)
def test_the_rule_of_thumb_is_named_where_a_stream_rests_on_it(
    tmp_path, of_a, of_b, trail, is_named
):
    """Account over trail over 288, each Region on its own; SSE-S3 needs none."""
    assert names_rule_of_thumb(tmp_path, of_a, of_b, trail) is is_named


def notices(folder, text, months=1, start="2026-11"):
    """The notices of an inventory of A in us-east-1."""
    head = f'version: 1\nregions: [us-east-1]\naccounts: [{{id: "{A}"}}]\n'
    return forecast(read(folder, head + text), start, months).notices


def about(lines, words):
    """The notices with these words in them."""
    return [line for line in lines if words in line]


ENDED = """\
keys: [{id: k, region: us-east-1, created: 2026-12-10}]
trails:
  - {name: t, key: k, until: 2026-11-20, log_file_validation: true}
  - {name: old, key: k, until: 2024-11-20, log_file_validation: true}
"""


def test_a_trail_that_ended_before_its_key_began_is_counted_from_no_day(tmp_path):
    """T ends on 2026-11-20 and its key begins on 2026-12-10: no request is counted ever."""
    lines = notices(tmp_path, ENDED, months=2)
    for words in ("counted from then on", "digest files of trail", "rule of thumb"):
        assert not about(lines, words)
    assert about(lines, "trail t makes no requests") == [
        (
            "trail t makes no requests from 2026-11 to 2026-12: trail and key are never active "
            "together in these months"
        )
    ]


@pytest.mark.parametrize(("until", "is_named"), [("2026-12-10", False), ("2026-12-11", True)])
def test_a_late_key_is_named_where_the_trail_lasts_until_then(tmp_path, until, is_named):
    """The key begins on 2026-12-10; a trail that ends on that day is over by then."""
    text = ENDED.replace("2026-11-20", until)
    lines = notices(tmp_path, text, months=2)
    assert bool(about(lines, "trail t writes all along, its key k exists since")) is is_named
    assert bool(about(lines, "rule of thumb")) is is_named
    # only the month before: the key is not there yet
    assert not about(notices(tmp_path, text), "rule of thumb")


LEFT = """\
keys: [{id: k, region: us-east-1}]
trails:
  - name: gone
    key: k
    until: 2026-10-25
    log_file_validation: true
    bucket: {bucket_key: true, retention_days: RETENTION}
readers:
  - {name: r, READER, until: UNTIL}
"""


@pytest.mark.parametrize(
    ("reader", "retention", "until", "matters"),
    [
        ("kind: every-file", 400, "2027-01-01", False),  # it gets no file that was put before
        # the first look, on 11-01, goes back to 10-25 with 7 days, to 10-24 with 8
        ("kind: query, queries_per_month: 9, days_scanned: 7", 400, "2027-01-01", False),
        ("kind: query, queries_per_month: 9, days_scanned: 8", 400, "2027-01-01", True),
        ("kind: query, queries_per_month: 9, days_scanned: 8", 7, "2027-01-01", False),
        ("kind: query, queries_per_month: 9, days_scanned: 8", 400, "2026-11-01", False),
        ("kind: validate, runs_per_month: 1, days: 8", 400, "2027-01-01", True),
        ("kind: fixed, gets_per_day: 9", 7, "2027-01-01", False),
        ("kind: fixed, gets_per_day: 9", 8, "2027-01-01", True),
        ("kind: once, day: 2026-11-03, days: 9", 400, "2027-01-01", False),
        ("kind: once, day: 2026-11-03, days: 10", 400, "2027-01-01", True),
        ("kind: once, day: 2026-11-03, days: 10", 400, "2026-11-03", False),
    ],
)
def test_assumptions_of_a_trail_that_ended_matter_while_its_files_are_read(
    tmp_path, reader, retention, until, matters
):
    """Its last files are of 2026-10-24: 288 a day count in November where a reader gets them."""
    text = LEFT.replace("READER", reader).replace("RETENTION", str(retention))
    lines = notices(tmp_path, text.replace("UNTIL", until))
    assert bool(about(lines, "rule of thumb")) is matters
    assert bool(about(lines, "bucket_key_saving 0.99 has no source")) is matters
    assert bool(about(lines, "digest files of trail gone")) is matters


def test_a_validation_makes_no_trail_without_digests_matter(tmp_path):
    """A trail that ended without digests has nothing to validate: its 288 a day are in no sum."""
    text = LEFT.replace("READER", "kind: validate, runs_per_month: 1, days: 8")
    text = text.replace("RETENTION", "400").replace("UNTIL", "2027-01-01")
    assert about(notices(tmp_path, text), "rule of thumb")
    plain = text.replace("log_file_validation: true", "log_file_validation: false")
    assert not about(notices(tmp_path, plain), "rule of thumb")
    assert not about(notices(tmp_path, plain), "bucket_key_saving")


def test_a_reader_of_other_accounts_makes_no_trail_matter(tmp_path):
    """The trail of A ended, and the scan gets files of B alone, whose trail says how many."""
    text = f"""\
version: 1
accounts: [{{id: "{A}", regions: [us-east-1]}}, {{id: "{B}", regions: [us-east-1]}}]
keys: [{{id: k, region: us-east-1}}]
trails:
  - {{name: gone, key: k, scope: account, until: 2026-10-25}}
  - {{name: b, key: k, scope: account, account: "{B}", files_per_day: 100}}
readers: [{{name: q, kind: query, queries_per_month: 9, days_scanned: 90, accounts: ["{B}"]}}]
"""
    lines = forecast(read(tmp_path, text), "2026-11", 1).notices
    assert not about(lines, "rule of thumb")
    lines = forecast(read(tmp_path, text.replace(f', accounts: ["{B}"]', "")), "2026-11", 1).notices
    assert about(lines, "rule of thumb")


def test_an_account_that_ended_rests_on_nothing(tmp_path):
    """B, which says nothing of its files, ended before the months: A alone writes, 100 a day."""
    ended = ", until: 2026-11-01"
    assert not names_rule_of_thumb(tmp_path, EVERY, ended)
    assert names_rule_of_thumb(tmp_path, EVERY, ", until: 2026-11-02")


def test_readers_that_ended_assume_nothing(tmp_path):
    """Neither a number without a source nor a preset of a reader that ended is named."""
    text = """\
keys: [{id: k, region: us-east-1}]
trails: [{name: t, key: k}]
readers:
  - {name: mine, kind: every-file, gets_per_file: 3, until: UNTIL}
  - {name: splunk, kind: every-file, preset: splunk, until: UNTIL}
"""
    for until, is_named in (("2026-11-01", False), ("2026-11-02", True)):
        lines = notices(tmp_path, text.replace("UNTIL", until))
        assert bool(about(lines, "assumed without a source: mine.gets_per_file")) is is_named
        assert bool(about(lines, "the assumption of preset splunk")) is is_named


SILENT = """\
keys: [{id: k, region: us-east-1}, {id: short, region: us-east-1, until: 2026-11-20}]
trails:
  - {name: t, key: k}
  - {name: u, key: short}
  - {name: none, key: k, files_per_day: 0}
  - {name: all, key: k, bucket: {bucket_key: true, bucket_key_saving: 1}}
  - {name: plain, key: null, log_file_validation: true}
readers:
"""
QUERY = "kind: query, trails: [t], days_scanned: 3, queries_per_month: 1"


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (QUERY.replace("month: 1", "month: 0"), "no query in this month"),
        (QUERY.replace("scanned: 3", "scanned: 0"), "days_scanned is 0"),
        (f"{QUERY}, share_of_files: 0", "share_of_files is 0"),
        (
            f"{QUERY}, share_of_files: 0, gets_per_file: 0",
            "share_of_files and gets_per_file are 0",
        ),
        ("kind: fixed, trails: [t], gets_per_day: 0", "gets_per_day is 0"),
        ("kind: fixed, trails: [none], gets_per_day: 9", "no file can be read in this month"),
        ("kind: every-file, trails: [t], gets_per_file: 0", "gets_per_file is 0"),
        ("kind: every-file, trails: [none]", "no file is put while the reader is active"),
        ("kind: every-file, trails: [plain]", "no file under a key is there to read"),
        (
            "kind: validate, trails: [plain], runs_per_month: 1, days: 3",
            "no file under a key is there to read",
        ),
        (
            "kind: validate, trails: [t], runs_per_month: 1, days: 3",
            (
                "no trail that it reads has log file validation on, so there are no digests to "
                "validate"
            ),
        ),
        ("kind: every-file, trails: [all]", "the Bucket Key saves all of its requests"),
        ("kind: once, trails: [t], day: 2026-11-10, days: 0", "days is 0"),
        ("kind: once, trails: [none], days: 3, day: 2026-11-10", "no file lies there"),
        ("kind: once, trails: [t], days: 3, day: 2026-12-01", "it reads on 2026-12-01 only"),
        (
            "kind: once, trails: [t], days: 3, day: 2026-11-30, until: 2026-11-30",
            "the reader is not active on 2026-11-30",
        ),
        ("kind: once, trails: [u], days: 3, day: 2026-11-20", "key short ended on 2026-11-20"),
    ],
)
def test_why_a_reader_makes_no_requests(tmp_path, reader, why):
    """Files lie under the key all month: the reason is the reader's own."""
    lines = notices(tmp_path, f"{SILENT}  - {{name: r, {reader}}}\n")
    assert about(lines, "reader r ") == [f"reader r makes no requests in 2026-11: {why}"]


def test_why_a_trail_makes_no_requests(tmp_path):
    """One writes no file, of another the Bucket Key saves everything."""
    lines = notices(tmp_path, SILENT.removesuffix("readers:\n"))
    assert about(lines, "makes no requests") == [
        "trail none makes no requests in 2026-11: it writes 0 files a day",
        "trail all makes no requests in 2026-11: its Bucket Key saves all of them",
    ]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ("1000000", "accounts and Regions"),
        (f'{{"{A}": 1000000, "{B}": 0}}', "Regions"),
    ],
)
def test_only_what_is_not_known_of_others_is_called_so(tmp_path, others, words):
    """A second trail records one of A's two Regions: with a number by account, where is open."""
    two = "}, {name: two, regions: [us-east-1], key: null"
    text = TEXT.format(a=A, b=B, of_a="", of_b="", trail=two)
    text += f"other_kms_requests_per_month: {others}\n"
    (notice,) = about(forecast(read(tmp_path, text), "2026-11", 1).notices, "copies of the KMS")
    assert f"in which {words} they are made is not known" in notice
    assert notice.endswith("by account") is (words != "Regions")


@pytest.mark.parametrize(
    ("per_year", "as_of", "words"),
    [
        # 10 years and 1 month: 1.1^(121/12) = 2.6144, 2.6^(121/12) = 15,286.7
        (0.1, "2016-10-01", "by 2.61: is"),
        ("160%", "2016-10-01", "by 15,287: is"),
    ],
)
def test_growth_from_far_away_is_named_in_three_digits(tmp_path, per_year, as_of, words):
    """The factor of November 2026 by hand, without noise."""
    text = "keys: [{id: k, region: us-east-1}]\ntrails: [{name: t, key: k}]\n"
    text += f"growth: {{files_per_year: {per_year}, as_of: {as_of}}}\n"
    (notice,) = about(notices(tmp_path, text), "growth since")
    assert words in notice
