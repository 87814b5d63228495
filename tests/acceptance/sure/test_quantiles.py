"""Quantiles of `kmscost simulate` against closed forms: no width, one range, one draw."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.acceptance.commands import forecast
from tests.acceptance.inventories import A, B, account, inventory, reader, trail
from tests.acceptance.sure.lognormal import Lognormal, poisson_quantile, share_quantile
from tests.acceptance.sure.simulations import (
    FILES,
    PRICE,
    TOLERANCE,
    USED_UP,
    Answer,
    quantiles,
    shares,
    simulate,
)


def flat(value: float) -> Answer:
    return {"low": value, "high": value}


EVERYTHING_FLAT = inventory(
    accounts=[account(A), account(B, files_per_day=flat(17.3))],
    trails=[
        trail(
            scope="organization",
            files_per_day={"us-east-1": flat(411.7), "other": flat(3.1)},
            bucket={"bucket_key": True, "bucket_key_saving": flat(0.37)},
            config_updates_per_month=flat(2.5),
            log_file_validation=True,
            digest_files="sse-kms",
        )
    ],
    readers=[
        reader("every-file", "siem", B, gets_per_file=flat(1.7)),
        reader(
            "query",
            "athena",
            queries_per_month=flat(61),
            days_scanned=flat(7.5),
            share_of_files=flat(0.4),
            gets_per_file=flat(1.1),
        ),
        reader("fixed", "audit", gets_per_day=flat(123.4)),
    ],
    regions=["us-east-1", "eu-west-1"],
    growth={"accounts_per_year": "~10%", "files_per_year": "~5%"},
    other_kms_requests_per_month=flat(3_000),
)
NUMBERS_ALONE = inventory(readers=[reader("every-file", gets_per_file=1.3)])


@pytest.mark.parametrize("text", [EVERYTHING_FLAT, NUMBERS_ALONE], ids=["flat", "numbers"])
def test_without_width_every_quantile_is_the_point_forecast(tmp_path: Path, text: str) -> None:
    """With low = high, requests and cost of each month and in all are the forecast's bits."""
    plain = forecast(tmp_path, text, "2026-11", 4)
    answer = simulate(
        tmp_path, text, "--simulations", "200", "--quantile", "0.01,0.5,0.99", months=4
    )
    for measure in ("requests", "cost_usd"):
        assert set(quantiles(answer, measure)) == {plain["totals"][measure]}
        assert answer["mean"][measure] == plain["totals"][measure]
        for month in plain["months"]:
            assert set(quantiles(answer, measure, month["month"])) == {month[measure]}
    assert answer["mean"]["cost_usd_of_mean"] == plain["totals"]["cost_usd"]
    for reading in ("cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert answer["mean"][reading] == plain["totals"][reading]
    assert not any(shares(answer).values())


def test_the_point_beside_is_the_forecast(tmp_path: Path) -> None:
    """With ranges, `point` and each month's point are what `forecast` says."""
    text = inventory(
        trails=[trail(files_per_day=FILES)],
        readers=[reader("every-file", gets_per_file={"low": 1, "high": 3})],
    )
    plain = forecast(tmp_path, text, "2026-11", 3)
    answer = simulate(tmp_path, text, "--simulations", "100", months=3)
    for name in ("requests", "cost_usd", "cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert answer["point"][name] == plain["totals"][name]
    for drawn, its in zip(answer["months"], plain["months"], strict=True):
        assert (drawn["month"], drawn["point_requests"]) == (its["month"], its["requests"])
        assert drawn["point_cost_usd"] == its["cost_usd"]


def test_one_lognormal_range(tmp_path: Path) -> None:
    """5, 50 and 95 % of requests are 30 days of low, the geometric mean, and high; cost follows."""
    answer = simulate(tmp_path, inventory(trails=[trail(files_per_day=FILES)], **USED_UP))
    wanted = [30 * Lognormal(150, 290).quantile(share) for share in (0.05, 0.5, 0.95)]
    assert wanted[0] == pytest.approx(4500)
    assert wanted[1] == pytest.approx(30 * math.sqrt(150 * 290))
    assert quantiles(answer) == pytest.approx(wanted, rel=TOLERANCE)
    costs = [1 + PRICE * value for value in wanted]
    assert quantiles(answer, "cost_usd") == pytest.approx(costs, abs=PRICE * 100)
    mean = 30 * Lognormal(150, 290).mean
    assert answer["mean"]["requests"] == pytest.approx(mean, rel=0.002)
    assert answer["mean"]["cost_usd"] == pytest.approx(1 + PRICE * mean, rel=1e-4)


@pytest.mark.parametrize("share", [0.01, 0.25, 0.9, 0.99])
def test_any_quantile(tmp_path: Path, share: float) -> None:
    """--quantile takes any share, and the tails are those of the lognormal."""
    text = inventory(trails=[trail(files_per_day={"low": 1000, "high": 9000})])
    answer = simulate(tmp_path, text, "--quantile", str(share))
    wanted = 30 * Lognormal(1000, 9000).quantile(share)
    assert quantiles(answer) == pytest.approx([wanted], rel=0.03)


def test_mid_overrides_the_median(tmp_path: Path) -> None:
    """low, mid and high are the 5th, 50th and 95th percentile, wherever mid lies."""
    text = inventory(trails=[trail(files_per_day={"low": 1000, "mid": 1200, "high": 9000})])
    answer = simulate(tmp_path, text)
    assert quantiles(answer) == pytest.approx([30_000, 36_000, 270_000], rel=TOLERANCE)
    assert answer["point"]["requests"] == pytest.approx(36_000)


def test_a_share_is_logit_normal(tmp_path: Path) -> None:
    """A Bucket Key saving of 0.5 to 0.9: the most saved are the fewest requests, never below 0."""
    bucket = {"bucket_key": True, "bucket_key_saving": {"low": 0.5, "high": 0.9}}
    text = inventory(trails=[trail(files_per_day=10_000, bucket=bucket)])
    answer = simulate(tmp_path, text, "--quantile", "0.01,0.05,0.5,0.95,0.99")
    wanted = [
        300_000 * (1 - share_quantile(0.5, 0.9, 1 - q)) for q in (0.01, 0.05, 0.5, 0.95, 0.99)
    ]
    assert wanted[1] == pytest.approx(30_000)
    assert wanted[2] == pytest.approx(75_000)  # logit 0 and ln 9: the middle is odds of 3 to 1
    assert quantiles(answer) == pytest.approx(wanted, rel=0.02)


def test_a_query_reads_a_share_of_files(tmp_path: Path) -> None:
    """share_of_files is a share too: 60 queries over 7 days of 288 files, 0.1 to 0.6 of them."""
    text = inventory(
        trails=[trail(files_per_day=288)],
        readers=[
            reader(
                "query", queries_per_month=60, days_scanned=7,
                share_of_files={"low": 0.1, "high": 0.6},
            )
        ],
    )  # fmt: skip
    wanted = [8640 + 60 * 7 * 288 * share_quantile(0.1, 0.6, q) for q in (0.05, 0.5, 0.95)]
    assert quantiles(simulate(tmp_path, text)) == pytest.approx(wanted, rel=0.02)


def test_uncertain_growth_compounds(tmp_path: Path) -> None:
    """A growth of 0 to 44 % a year: in the month a year on, its own quantiles; none at first."""
    text = inventory(
        trails=[trail(files_per_day=10_000)],
        growth={"files_per_year": {"low": "~0%", "high": "~44%"}},
    )
    answer = simulate(tmp_path, text, months=13)
    first, last = quantiles(answer, month="2026-11"), quantiles(answer, month="2027-11")
    assert first == pytest.approx([300_000] * 3, rel=0.005)
    assert last == pytest.approx([300_000, 360_000, 432_000], rel=0.005)


def test_small_counts_are_poisson(tmp_path: Path) -> None:
    """A file a day for 30 days, known to a thousandth: the spread is that of Poisson of 30."""
    text = inventory(trails=[trail(files_per_day={"low": 0.999, "high": 1.001})])
    got = quantiles(simulate(tmp_path, text))
    assert got == [poisson_quantile(30, share) for share in (0.05, 0.5, 0.95)]
    assert got == [21, 30, 39]


def test_the_draw_of_a_trail_drives_its_readers(tmp_path: Path) -> None:
    """Files put, got twice by one reader and once by another: 4 requests a file in every draw."""
    text = inventory(
        trails=[trail(files_per_day={"low": 1000, "high": 3000})],
        readers=[
            reader("every-file", "siem", gets_per_file=2),
            reader("every-file", "copy", gets_per_file=1),
        ],
    )
    wanted = [4 * 30 * Lognormal(1000, 3000).quantile(share) for share in (0.05, 0.5, 0.95)]
    assert quantiles(simulate(tmp_path, text)) == pytest.approx(wanted, rel=TOLERANCE)


def test_the_draw_of_a_trail_holds_for_all_accounts_and_months(tmp_path: Path) -> None:
    """50 accounts over a year do not average a shared range out: 50 x 365 x low to high."""
    accounts = [account(str(100_000_000_001 + number)) for number in range(50)]
    text = inventory(
        accounts=accounts,
        keys=[{"id": "k", "account": accounts[0]["id"], "region": "us-east-1"}],
        trails=[trail(account=accounts[0]["id"], scope="organization", files_per_day=FILES)],
    )
    answer = simulate(tmp_path, text, start="2026-01", months=12)
    wanted = [50 * 365 * Lognormal(150, 290).quantile(share) for share in (0.05, 0.5, 0.95)]
    assert quantiles(answer) == pytest.approx(wanted, rel=0.003)


def test_ranges_of_their_own_average_out(tmp_path: Path) -> None:
    """The same range on each of 64 accounts is 64 numbers: the sum is eight times surer."""
    each = {"low": 1000, "high": 3000}
    accounts = [account(str(100_000_000_001 + number), files_per_day=each) for number in range(64)]
    text = inventory(
        accounts=accounts,
        keys=[{"id": "k", "account": accounts[0]["id"], "region": "us-east-1"}],
        trails=[trail(account=accounts[0]["id"], scope="organization")],
    )
    single = Lognormal(1000, 3000)
    low, _, high = quantiles(simulate(tmp_path, text))
    # the sum of 64 is close to normal: 64 means, plus or minus 1.645 sqrt(64 variances)
    half = 1.645 * math.sqrt(64 * single.variance) * 30
    assert (low + high) / 2 == pytest.approx(64 * 30 * single.mean, rel=0.01)
    assert high - low == pytest.approx(2 * half, rel=0.05)


def test_the_saving_of_a_bucket_drives_puts_and_gets(tmp_path: Path) -> None:
    """A reader without a saving of its own inherits the bucket's draw: 2 x files x (1 - saving)."""
    bucket = {"bucket_key": True, "bucket_key_saving": {"low": 0.2, "high": 0.8}}
    text = inventory(
        trails=[trail(files_per_day=5000, bucket=bucket)],
        readers=[reader("every-file", gets_per_file=1)],
    )
    # logits of 0.2 and 0.8 are opposite: the median saving is a half
    got = quantiles(simulate(tmp_path, text))
    assert got == pytest.approx([300_000 * 0.2, 300_000 * 0.5, 300_000 * 0.8], rel=TOLERANCE)


def test_wider_ranges_never_narrow_the_result(tmp_path: Path) -> None:
    """The 5th percentile never rises and the 95th never falls as a range widens.

    But for chance: 2,000 draws pair the two inputs at random, which moves a quantile of their
    product by some 0.3 %; from 1.05 times on each step widens it by more than 3 %.
    """
    before = (math.inf, -math.inf)
    for factor in (1.0, 1.05, 1.3, 2.0, 5.0):
        files = {"low": 300 / factor, "high": 300 * factor}
        text = inventory(
            trails=[trail(files_per_day=files)],
            readers=[reader("every-file", gets_per_file={"low": 1, "high": 2})],
        )
        values = quantiles(simulate(tmp_path, text, "--simulations", "2000"))
        assert values == sorted(values)
        assert values[0] <= before[0] * 1.005
        assert values[2] >= before[1] * 0.995
        before = (values[0], values[2])


def test_quantiles_are_monotone(tmp_path: Path) -> None:
    """A higher quantile is never a smaller value, in every month and measure; order is sorted."""
    text = inventory(
        trails=[trail(files_per_day={"low": 0.5, "high": 900})],
        readers=[reader("every-file", gets_per_file={"low": 0.1, "high": 3})],
    )
    wanted = "0.999,0.001,0.5,0.25,0.75"
    answer = simulate(tmp_path, text, "--simulations", "300", "--quantile", wanted, months=3)
    for month in (None, "2026-11", "2026-12", "2027-01"):
        for measure in ("requests", "cost_usd"):
            rows = [
                (row["quantile"], row["value"])
                for row in answer["quantiles"]
                if (row["month"], row["measure"]) == (month, measure)
            ]
            assert len(rows) == 5
            values = [value for _, value in sorted(rows)]
            assert values == sorted(values)


def test_one_more_assumption_changes_no_other_draw(tmp_path: Path) -> None:
    """A range added elsewhere leaves a trail's own draws as they were: budgets stay the same."""
    alone = inventory(
        trails=[trail(files_per_day=FILES)],
        budgets=[{"name": "b", "usd_per_month": 1.02}],
        **USED_UP,
    )
    more = alone.replace("trails:\n", "trails:\n") + (
        f'readers:\n  - {{name: later, kind: fixed, account: "{A}", '
        "gets_per_day: {low: 1, high: 9}, from: 2030-01-01}\n"
    )
    assert quantiles(simulate(tmp_path, alone)) == quantiles(simulate(tmp_path, more))
