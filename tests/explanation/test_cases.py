"""Formulas whose numbers are worked out by hand: retention, gaps, growth, sharing, what is gone."""

import pytest

from estimator import explain
from tests.acceptance.commands import kmscost, write
from tests.acceptance.inventories import A, B, account, inventory, key, reader, trail

QUERY = {"queries_per_month": 60, "days_scanned": 30}


def walk_of(folder, month="2026-11", *, start=None, only=None, **parts):
    path = write(folder, inventory(**parts))
    return explain(path, month, start=start, trail=only)


def formulas(walk, section):
    """The lines that the steps of a section print, without their sources."""
    return [walk.line(step) for step in walk.steps if step.section.startswith(section)]


def test_a_look_back_ends_where_the_bucket_does(tmp_path):
    """60 queries x 288 files a day x the 7 days that are kept, of 30 asked for: 120,960."""
    walk = walk_of(
        tmp_path, trails=[trail(bucket={"retention_days": 7})], readers=[reader("query", **QUERY)]
    )
    assert formulas(walk, "Reader") == [
        (
            "gets of t: 60 queries x 2,016 files of the last 7 days "
            "(the bucket keeps 7; 288 x 7 = 2,016) = 120,960 gets"
        ),
        "Decrypt: 120,960 requests",
    ]


def test_a_fixed_reader_counts_the_days_with_anything_to_read(tmp_path):
    """Written to the 4th, kept 10 days: readable to the 14th, 14 days x 50,000 = 700,000."""
    bucket = {"retention_days": 10}
    walk = walk_of(
        tmp_path,
        trails=[trail(until="~2026-11-05", bucket=bucket)],
        readers=[reader("fixed", gets_per_day=50_000)],
    )
    assert formulas(walk, "Reader")[0] == (
        "gets of t, while there is anything to read: 50,000 gets a day x 14 days = 700,000 gets"
    )


def test_a_fixed_reader_shares_its_gets_among_trails(tmp_path):
    """288 files of t beside 96 of u: t has 288 / 384 = 0.75 of 1,000 x 30, u the rest."""
    walk = walk_of(
        tmp_path,
        trails=[trail(), trail("u", files_per_day=96)],
        readers=[reader("fixed", gets_per_day=1000)],
    )
    gets = [line for line in formulas(walk, "Reader") if line.startswith("gets")]
    words = "of the files that can be read"
    assert gets == [
        f"gets of t: 1,000 gets a day x 30 days x 0.75 {words} = 22,500 gets",
        f"gets of u: 1,000 gets a day x 30 days x 0.25 {words} = 7,500 gets",
    ]


def test_replication_copies_while_both_keys_are_active(tmp_path):
    """The destination key begins on the 21st: 10 days x 1,000,000 files, Decrypt and Encrypt."""
    walk = walk_of(
        tmp_path,
        keys=[key(), key("d", created="~2026-11-21")],
        trails=[trail(files_per_day=1_000_000)],
        readers=[reader("replication", destination_key="d")],
    )
    assert formulas(walk, "Reader")[:3] == [
        (
            "gets of log files of t: 10,000,000 files put while both keys are active "
            "(1,000,000 x 10 = 10,000,000) = 10,000,000 gets"
        ),
        "Decrypt: 10,000,000 requests",
        "Encrypt under d: 10,000,000 requests",
    ]


def test_a_look_back_meets_each_months_files_with_their_own_growth(tmp_path):
    """Doubling in a year, 365 days back from November 2027: 30 x 5,271,492 (from the case growthq).

    On an average day, 15 days into November, it meets 15 of the first November's days at growth 1,
    each month between at 2^(n/12), and 15 of this November at 2.
    """
    walk = walk_of(
        tmp_path,
        "2027-11",
        start="2026-11",
        trails=[trail(files_per_day=10_000)],
        readers=[reader("query", queries_per_month=30, days_scanned=365)],
        growth={"accounts_per_year": "~100%"},
    )
    days, gets, _ = formulas(walk, "Reader")
    assert days.startswith(
        "days of files that a query meets on average, as grown by month: "
        "15 days up to 2026-11 + 31 days of 2026-12 x growth 1.059 + "
    )
    assert days.endswith(" + 15 days of 2027-11 x growth 2 = 527.1 days")
    assert gets == (
        "gets of t: 30 queries x 5,271,492 files of the last 365 days "
        "(10,000 x 527.1492 = 5,271,492) = 158,144,760 gets"
    )
    (growth,) = formulas(walk, "Growth")
    assert growth == (
        "growth of accounts in 12 months since 2026-11: (1 + 1 a year)^(12 / 12) = 2 times"
    )


def test_a_young_trail_is_met_by_fewer_days_on_average(tmp_path):
    """Begun with the month: a window of 30 days meets 15 days on average, 288 x 15 = 4,320."""
    walk = walk_of(
        tmp_path, trails=[trail(**{"from": "~2026-11-01"})], readers=[reader("query", **QUERY)]
    )
    assert formulas(walk, "Reader")[0] == (
        "gets of t: 60 queries x 4,320 files of the last 30 days "
        "(on average 288 x 15 = 4,320) = 259,200 gets"
    )


def test_a_reader_of_half_a_month_makes_half_of_its_queries(tmp_path):
    """15 of 30 days: 60 x 15 / 30 = 30 queries x 2,016 files."""
    walk = walk_of(
        tmp_path,
        readers=[reader("query", queries_per_month=60, days_scanned=7, **{"from": "~2026-11-16"})],
    )
    assert formulas(walk, "Reader")[0] == (
        "gets of t: 60 queries x 15 / 30 of the month's days x 2,016 files of the last 7 days "
        "(288 x 7 = 2,016) = 60,480 gets"
    )


def test_a_reader_that_begins_within_the_month_counts_the_files_put_from_then_on(tmp_path):
    """10 days x 288 = 2,880 files, 1.5 gets each."""
    walk = walk_of(
        tmp_path,
        readers=[reader("every-file", gets_per_file=1.5, **{"from": "~2026-11-21"})],
    )
    assert formulas(walk, "Reader")[0] == (
        "gets of t: 2,880 files put (288 x 10 = 2,880) x 1.5 gets per file = 4,320 gets"
    )


def test_validation_gets_log_files_and_digests(tmp_path):
    """2 runs x 30 days x (288 log files + 24 digests) = 17,280 + 1,440 = 18,720."""
    walk = walk_of(
        tmp_path,
        trails=[trail(log_file_validation=True)],
        readers=[reader("validate", runs_per_month=2, days=30)],
    )
    assert formulas(walk, "Reader") == [
        (
            "gets of log files of t: 2 runs x 8,640 files of the last 30 days "
            "(288 x 30 = 8,640) = 17,280 gets"
        ),
        (
            "gets of digest files of t: 2 runs x 720 digest files of the last 30 days "
            "(24 x 30 = 720) = 1,440 gets"
        ),
        "Decrypt: 17,280 + 1,440 = 18,720 requests",
    ]


def test_once_reads_what_lies_there_on_its_day(tmp_path):
    """On the 10th, 7 days kept: 288 x 7 = 2,016; in every other month nothing, and it says when."""
    parts = {
        "trails": [trail(bucket={"retention_days": 7})],
        "readers": [reader("once", day="~2026-11-10")],
    }
    assert formulas(walk_of(tmp_path, **parts), "Reader")[0] == (
        "gets of t: 2,016 files of the 7 days before 2026-11-10 "
        "(the bucket keeps 7; 288 x 7 = 2,016) = 2,016 gets"
    )
    assert formulas(walk_of(tmp_path, "2026-12", **parts), "Reader") == [
        "nothing: it reads on 2026-11-10 only: 0 gets"
    ]


def test_a_bucket_key_saves_by_the_readers_own_factor(tmp_path):
    """Puts: 8,640 x (1 - 0.99) = 86.4. The reader says 0.5: 4,320."""
    walk = walk_of(
        tmp_path,
        trails=[trail(bucket={"bucket_key": True})],
        readers=[reader("every-file", bucket_key_saving=0.5)],
    )
    saved = "saved by the Bucket Key"
    assert formulas(walk, "Trail")[-1] == (
        f"GenerateDataKey: 8,640 x (1 - 0.99 {saved}) = 86.4 requests"
    )
    assert formulas(walk, "Reader")[-1] == f"Decrypt: 8,640 x (1 - 0.5 {saved}) = 4,320 requests"


@pytest.mark.parametrize(
    ("month", "line"),
    [
        (
            "2024-10",
            "nothing: digest files are encrypted with SSE-S3 before 2025-05-22: 0 requests",
        ),
        (
            "2025-05",
            "digest files put from 2025-05-22 on: 24 digests/day x 10 days x 1 stream = 240 files",
        ),
        ("2025-06", "digest files put: 24 digests/day x 30 days x 1 stream = 720 files"),
    ],
)
def test_digests_count_from_the_day_on_which_aws_encrypts_them(tmp_path, month, line):
    """From 2025-05-22 on, 10 days of that May, all of June: 24 a day."""
    walk = walk_of(tmp_path, month, trails=[trail(log_file_validation=True)])
    assert formulas(walk, "Trail t: digests")[0] == line


def test_a_closed_account_ends_its_trail_and_its_reader(tmp_path):
    """Nothing after the end of the account that owns trail, key and reader, and it says so."""
    walk = walk_of(
        tmp_path,
        "2026-12",
        accounts=[account(A), account(B, until="~2026-11-01")],
        keys=[key(owner=B)],
        trails=[trail(account=B, config_updates_per_month=10)],
        readers=[reader("every-file", account=B)],
    )
    assert walk.requests == walk.cost == 0
    assert formulas(walk, "Requests")[0].startswith("nothing: ")
    assert formulas(walk, "Trail") == ["nothing: its account ended on 2026-11-01: 0 requests"]
    assert formulas(walk, "Reader") == [
        "nothing: the reader is not active in this month; it ended on 2026-11-01: 0 requests"
    ]


@pytest.mark.parametrize(
    ("parts", "only", "reason"),
    [
        ({"trails": [trail(key=None)], "keys": [key(until="~2026-01-01")]}, None, "SSE-S3"),
        ({"trails": [trail(key=None)]}, "t", "nothing: SSE-S3 makes no KMS requests"),
        ({"trails": [trail(**{"from": "~2027-01-01"})]}, "t", "the trail begins on 2027-01-01"),
        ({"keys": [key(until="~2026-06-01")]}, "t", "key k ended on 2026-06-01"),
        ({"keys": [key(created="~2027-06-01")]}, "t", "key k begins on 2027-06-01"),
        (
            {
                "accounts": [account(A), account(B, until="~2026-06-01")],
                "trails": [trail(scope="organization")],
            },
            None,
            "log files put: 288 files/day x 30 days x 1 stream",
        ),
        (
            {"readers": [reader("validate", runs_per_month=1, days=1)]},
            "r",
            "nothing: no trail that it reads has log file validation on",
        ),
        (
            {"keys": [key(until="~2026-11-01")], "readers": [reader("query", **QUERY)]},
            "r",
            "nothing: key k ended on 2026-11-01",
        ),
        (
            {
                "trails": [trail(until="~2026-01-01", bucket={"retention_days": 3})],
                "readers": [reader("fixed", gets_per_day=9)],
            },
            "r",
            "nothing: no file for gets of t can be read in this month",
        ),
        (
            {"trails": [trail(until="~2026-01-01")], "readers": [reader("every-file")]},
            "r",
            "is put while the reader is active",
        ),
    ],
)  # fmt: skip
def test_where_there_is_nothing_the_walk_says_why(tmp_path, parts, only, reason):
    """An answer in every case, also on the command line and without any usage at all."""
    walk = walk_of(tmp_path, only=only, **parts)
    assert reason in str(walk)
    options = ["--trail", only] if only else []
    for form in ("table", "json", "csv", "markdown"):
        run = kmscost(
            "explain", "inventory.yaml", "--month", "2026-11", "--format", form, *options,
            cwd=tmp_path,
        )  # fmt: skip
        assert run.code == 0, run.text


def test_what_others_use_first_is_worked_out_by_account(tmp_path):
    """20,000 - (9,000 + 6,000 x 15 / 30 of the month) = 8,000 are left of the free tier."""
    walk = walk_of(
        tmp_path,
        accounts=[account(A), account(B, **{"from": "~2026-11-16"})],
        trails=[trail(files_per_day=10_000)],
        other_kms_requests_per_month={f'"{A}"': 9000, f'"{B}"': 6000},
    )
    assert formulas(walk, "Free tier") == [
        (
            "free requests left: 20,000 free - 12,000 used by others first "
            "(9,000 + 6,000 x 15 / 30 = 12,000) = 8,000 requests"
        ),
        "free of these, shared in proportion: 8,000 free requests = 8,000 requests",
    ]


def test_others_may_use_more_than_is_free(tmp_path):
    """Others request 50,000: none of the 20,000 is left."""
    walk = walk_of(tmp_path, other_kms_requests_per_month=50_000)
    assert formulas(walk, "Free tier")[0] == (
        "free requests left: 20,000 free - 20,000 used by others first, who request more "
        "= 0 requests"
    )
