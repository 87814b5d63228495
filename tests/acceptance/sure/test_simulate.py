"""`kmscost simulate` against closed forms: ranges of one or two numbers, prices by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import estimator
from tests.acceptance.commands import Run, forecast, kmscost, kmscost_process, write
from tests.acceptance.inventories import A, B, account, inventory, reader, trail
from tests.acceptance.sure.lognormal import Lognormal, poisson_quantile, share_quantile

Answer = dict[str, Any]
PRICE = 0.03 / 10_000  # USD per request (F14)
USED_UP = {"other_kms_requests_per_month": 20_000}  # others use the whole free tier
FILES = {"low": 150, "high": 290}
TOLERANCE = 0.01  # of a quantile of 10,000 draws: their grid, and the noise of counts


def run_simulate(folder: Path, *options: str, start: str = "2026-11", months: int = 1) -> Run:
    span = ("--from", start, "--months", str(months))
    return kmscost("simulate", "inventory.yaml", *span, "--format", "json", *options, cwd=folder)


def simulate(
    folder: Path, text: str, *options: str, start: str = "2026-11", months: int = 1
) -> Answer:
    """The JSON that `kmscost simulate` answers about an inventory."""
    write(folder, text)
    run = run_simulate(folder, *options, start=start, months=months)
    assert run.code == 0, run.text
    answer: Answer = json.loads(run.out)
    return answer


def quantiles(answer: Answer, measure: str = "requests", month: str | None = None) -> list[float]:
    """Values in the order of their quantiles; of the whole span by default."""
    rows = [row for row in answer["quantiles"] if (row["month"], row["measure"]) == (month, measure)]
    assert [row["quantile"] for row in rows] == sorted(row["quantile"] for row in rows)
    return [row["value"] for row in rows]


def shares(answer: Answer, of: str = "share_requests") -> dict[str, float]:
    return {row["assumption"]: row[of] for row in answer["drivers"]}


# --- shape ---------------------------------------------------------------------------------------


def test_the_keys_that_the_design_fixes(tmp_path: Path) -> None:
    """quantiles of month, measure, quantile and value; mean; drivers; month null is the span."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    answer = simulate(tmp_path, text, "--quantile", "0.1,0.9", months=2)
    assert {"quantiles", "mean", "drivers"} <= set(answer)
    assert isinstance(answer["mean"], dict)
    assert {"requests", "cost_usd", "cost_usd_of_mean"} <= set(answer["mean"])
    told = {(row["month"], row["measure"], row["quantile"]) for row in answer["quantiles"]}
    months = [None, "2026-11", "2026-12"]
    assert told == {
        (m, what, q) for m in months for what in ("requests", "cost_usd") for q in (0.1, 0.9)
    }
    assert all(set(row) == {"month", "measure", "quantile", "value"} for row in answer["quantiles"])


def test_defaults(tmp_path: Path) -> None:
    """10,000 draws, seed 0, 5 %, 50 % and 95 %, and twelve months."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--format", "json", cwd=tmp_path
    )
    answer = json.loads(run.out)
    assert (answer["draws"], answer["seed"], len(answer["months"])) == (10_000, 0, 12)
    assert sorted({row["quantile"] for row in answer["quantiles"]}) == [0.05, 0.5, 0.95]


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_the_other_reading_stands_beside(tmp_path: Path, form: str) -> None:
    """Every format that shows a cost shows the other reading, with its source."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)], **USED_UP))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--format", form, cwd=tmp_path
    )
    shown = " ".join(run.out.replace("\\", "").split())  # Markdown escapes the underscore
    assert "cloudtrail_writes: exempt" in shown, run.out
    assert "source" in run.out


def test_the_csv_is_the_quantiles_frame(tmp_path: Path) -> None:
    """One line per month, measure and quantile, and no more."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--months", "2", "--format", "csv",
        cwd=tmp_path,
    )  # fmt: skip
    header, *lines = run.out.splitlines()
    assert header == "month,measure,quantile,value"
    assert len(lines) == 3 * 2 * 3


def test_the_function_is_the_command(tmp_path: Path) -> None:
    """`estimator.simulate` gives the numbers of `kmscost simulate`."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    answer = simulate(tmp_path, text, "--seed", "3", "--draws", "500", "--quantile", "0.2,0.8")
    told = estimator.simulate(
        tmp_path / "inventory.yaml", "2026-11", months=1, draws=500, seed=3, quantile=[0.2, 0.8]
    )
    assert list(told.quantiles["value"]) == [row["value"] for row in answer["quantiles"]]
    assert list(told.drivers["assumption"]) == [row["assumption"] for row in answer["drivers"]]


# --- no doubt, no spread -------------------------------------------------------------------------


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
    """low = high: requests and cost of each month and in all are the forecast's, to the bit."""
    told = forecast(tmp_path, text, "2026-11", 4)
    answer = simulate(tmp_path, text, "--draws", "200", "--quantile", "0.01,0.5,0.99", months=4)
    for measure in ("requests", "cost_usd"):
        assert set(quantiles(answer, measure)) == {told["totals"][measure]}
        assert answer["mean"][measure] == told["totals"][measure]
        for month in told["months"]:
            assert set(quantiles(answer, measure, month["month"])) == {month[measure]}
    assert answer["mean"]["cost_usd_of_mean"] == told["totals"]["cost_usd"]
    for reading in ("cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert answer["mean"][reading] == told["totals"][reading]
    assert not any(shares(answer).values())


def test_the_point_beside_is_the_forecast(tmp_path: Path) -> None:
    """With ranges, `point` and each month's point are what `forecast` says."""
    text = inventory(
        trails=[trail(files_per_day=FILES)],
        readers=[reader("every-file", gets_per_file={"low": 1, "high": 3})],
    )
    told = forecast(tmp_path, text, "2026-11", 3)
    answer = simulate(tmp_path, text, "--draws", "100", months=3)
    for name in ("requests", "cost_usd", "cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert answer["point"][name] == told["totals"][name]
    for mine, its in zip(answer["months"], told["months"], strict=True):
        assert (mine["month"], mine["point_requests"]) == (its["month"], its["requests"])
        assert mine["point_cost_usd"] == its["cost_usd"]


# --- one range, in closed form -------------------------------------------------------------------


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


def test_growth_in_doubt_compounds(tmp_path: Path) -> None:
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


# --- one draw everywhere -------------------------------------------------------------------------


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
    accounts = [
        account(str(100_000_000_001 + number), files_per_day=each) for number in range(64)
    ]
    text = inventory(
        accounts=accounts,
        keys=[{"id": "k", "account": accounts[0]["id"], "region": "us-east-1"}],
        trails=[trail(account=accounts[0]["id"], scope="organization")],
    )
    one = Lognormal(1000, 3000)
    low, _, high = quantiles(simulate(tmp_path, text))
    # the sum of 64 is close to normal: 64 means, plus or minus 1.645 sqrt(64 variances)
    half = 1.645 * math.sqrt(64 * one.variance) * 30
    assert (low + high) / 2 == pytest.approx(64 * 30 * one.mean, rel=0.01)
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


# --- money ---------------------------------------------------------------------------------------


def test_the_probability_of_breaking_a_budget(tmp_path: Path) -> None:
    """1 USD of key and 3 USD per million: above 1.03 means more than 333.3 files a day."""
    text = inventory(
        trails=[trail(files_per_day={"low": 150, "high": 450})],
        budgets=[{"name": "b", "usd_per_month": 1.03}, {"name": "never", "usd_per_month": 99}],
        **USED_UP,
    )
    answer = simulate(tmp_path, text, months=2)
    told = {(row["budget"], row["month"]): row["probability"] for row in answer["budgets"]}
    files = Lognormal(150, 450)
    november = files.above(0.03 / PRICE / 30)
    december = files.above(0.03 / PRICE / 31)
    assert told["b", "2026-11"] == pytest.approx(november, abs=0.01)
    assert told["b", "2026-12"] == pytest.approx(december, abs=0.01)
    # the same draw holds in both months, so any month is the longer one; not 1 - (1-p)(1-q)
    assert told["b", None] == pytest.approx(december, abs=0.01)
    assert told["never", None] == 0


def test_a_budget_that_always_breaks(tmp_path: Path) -> None:
    """The key alone costs 1.00: a budget of 0.99 breaks in every draw, one of 1.00 in none."""
    text = inventory(
        trails=[trail(files_per_day={"low": 1, "high": 2})],
        budgets=[{"name": "low", "usd_per_month": 0.99}, {"name": "just", "usd_per_month": 1.00}],
    )
    answer = simulate(tmp_path, text)
    told = {(row["budget"], row["month"]): row["probability"] for row in answer["budgets"]}
    assert told["low", None] == told["low", "2026-11"] == 1
    assert told["just", None] == 0  # inside the free tier


def test_the_mean_cost_is_not_the_cost_of_the_mean(tmp_path: Path) -> None:
    """Around 20,000 free requests the mean cost is E[max(n - 20,000, 0)], by the closed form."""
    files = Lognormal(200, 2000)
    text = inventory(trails=[trail(files_per_day={"low": 200, "high": 2000})])
    answer = simulate(tmp_path, text)
    mean_cost = 1 + PRICE * 30 * files.mean_beyond(20_000 / 30)
    cost_of_mean = 1 + PRICE * max(30 * files.mean - 20_000, 0)
    assert mean_cost - cost_of_mean > 0.01
    assert answer["mean"]["cost_usd"] == pytest.approx(mean_cost, abs=2e-4)
    assert answer["mean"]["cost_usd_of_mean"] == pytest.approx(cost_of_mean, abs=2e-4)
    run = kmscost("simulate", "inventory.yaml", "--from", "2026-11", "--months", "1", cwd=tmp_path)
    assert "Mean cost" in run.out, run.out  # both are shown


def test_the_free_tier_in_the_quantiles(tmp_path: Path) -> None:
    """Below 20,000 requests the key alone is paid; above, what is beyond them."""
    text = inventory(trails=[trail(files_per_day={"low": 200, "high": 2000})])
    low, _, high = quantiles(simulate(tmp_path, text), "cost_usd")
    assert low == 1
    assert high == pytest.approx(1 + PRICE * 40_000, abs=0.01)


def test_what_others_use_is_drawn_too(tmp_path: Path) -> None:
    """Others in doubt move the cost, never CloudTrail's requests."""
    text = inventory(
        trails=[trail(files_per_day=1000)],
        other_kms_requests_per_month={"low": 5_000, "high": 15_000},
    )
    answer = simulate(tmp_path, text)
    assert set(quantiles(answer)) == {30_000}
    wanted = [1 + PRICE * (30_000 - (20_000 - used)) for used in (5_000, 75e6**0.5, 15_000)]
    assert quantiles(answer, "cost_usd") == pytest.approx(wanted, abs=PRICE * 200)
    assert shares(answer, "share_cost_usd")["other_kms_requests_per_month"] > 0.95
    assert shares(answer)["other_kms_requests_per_month"] == 0


def test_either_reading_shows_the_other(tmp_path: Path) -> None:
    """What charged shows as the other reading is what exempt computes, draw by draw."""
    parts: Answer = {
        "trails": [trail(files_per_day=FILES)],
        "readers": [reader("every-file", gets_per_file={"low": 1, "high": 3})],
    }
    charged = simulate(tmp_path, inventory(**parts, cloudtrail_writes="charged"))
    exempt = simulate(tmp_path, inventory(**parts, cloudtrail_writes="exempt"))
    for one, other in ((charged, exempt), (exempt, charged)):
        shown = [row["value"] for row in one["other_reading"]["quantiles"] if row["month"] is None]
        assert shown == pytest.approx(quantiles(other, "cost_usd"), rel=1e-9)
    for name in ("cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert charged["mean"][name] == pytest.approx(exempt["mean"][name], rel=1e-9)
    assert charged["mean"]["cost_usd"] == charged["mean"]["cost_usd_writes_charged"]
    assert exempt["mean"]["cost_usd"] == exempt["mean"]["cost_usd_writes_exempt"]


# --- drivers -------------------------------------------------------------------------------------


def test_drivers_of_a_sum(tmp_path: Path) -> None:
    """Of a sum, an assumption's share is its variance by the variance of the sum."""
    ranges = {"a": (1000, 2000), "b": (500, 3000), "c": (4000, 5000)}
    text = inventory(
        trails=[
            trail(name, files_per_day={"low": low, "high": high})
            for name, (low, high) in ranges.items()
        ],
        **USED_UP,
    )
    answer = simulate(tmp_path, text)
    variances = {name: Lognormal(*pair).variance for name, pair in ranges.items()}
    total = sum(variances.values())
    for of in ("share_requests", "share_cost_usd"):
        got = shares(answer, of)
        for name, variance in variances.items():
            assert got[f"trails[{name}].files_per_day"] == pytest.approx(variance / total, abs=0.03)
        assert sum(got.values()) == pytest.approx(1, abs=0.03)
    ranked = sorted(variances, key=lambda name: -variances[name])
    assert [row["assumption"] for row in answer["drivers"]] == [
        f"trails[{name}].files_per_day" for name in ranked
    ]


def test_drivers_of_a_product(tmp_path: Path) -> None:
    """files x (1 + gets): first-order shares in closed form; interactions are the remainder."""
    text = inventory(
        trails=[trail(files_per_day={"low": 500, "high": 2000})],
        readers=[reader("every-file", gets_per_file={"low": 1, "high": 5})],
        **USED_UP,
    )
    answer = simulate(tmp_path, text)
    files, gets = Lognormal(500, 2000), Lognormal(1, 5)
    of_files = files.variance * (1 + gets.mean) ** 2
    of_gets = files.mean**2 * gets.variance
    total = of_files + of_gets + files.variance * gets.variance
    got = shares(answer)
    assert got["trails[t].files_per_day"] == pytest.approx(of_files / total, abs=0.03)
    assert got["readers[r].gets_per_file"] == pytest.approx(of_gets / total, abs=0.03)
    assert answer["remainder"]["requests"] == pytest.approx(1 - sum(got.values()), abs=1e-9)
    assert answer["remainder"]["requests"] > 0.02


def test_an_assumption_that_moves_nothing_has_no_share(tmp_path: Path) -> None:
    """A reader that begins after the span causes nothing of its spread, and is ranked last."""
    text = inventory(
        trails=[trail(files_per_day=FILES)],
        readers=[
            reader("every-file", "later", gets_per_file={"low": 1, "high": 9}, **{"from": "~2030-01-01"})
        ],
    )  # fmt: skip
    answer = simulate(tmp_path, text)
    assert answer["drivers"][0]["assumption"] == "trails[t].files_per_day"
    assert shares(answer).get("readers[later].gets_per_file", 0) == 0


# --- laws ----------------------------------------------------------------------------------------


def test_wider_ranges_never_narrow_the_result(tmp_path: Path) -> None:
    """The 5th percentile never rises and the 95th never falls as a range widens about its middle."""
    before = (math.inf, -math.inf)
    for factor in (1.0, 1.05, 1.3, 2.0, 5.0):
        files = {"low": 300 / factor, "high": 300 * factor}
        text = inventory(
            trails=[trail(files_per_day=files)],
            readers=[reader("every-file", gets_per_file={"low": 1, "high": 2})],
        )
        values = quantiles(simulate(tmp_path, text, "--draws", "2000"))
        assert values == sorted(values)
        assert values[0] <= before[0]
        assert values[2] >= before[1]
        before = (values[0], values[2])


def test_quantiles_are_monotone(tmp_path: Path) -> None:
    """A higher quantile is never a smaller value, in every month and measure; order is sorted."""
    text = inventory(
        trails=[trail(files_per_day={"low": 0.5, "high": 900})],
        readers=[reader("every-file", gets_per_file={"low": 0.1, "high": 3})],
    )
    wanted = "0.999,0.001,0.5,0.25,0.75"
    answer = simulate(tmp_path, text, "--draws", "300", "--quantile", wanted, months=3)
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


# --- seed ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Twice, and in another process; another seed gives others; no seed is seed 0."""
    write(
        tmp_path,
        inventory(
            trails=[trail(files_per_day=FILES)],
            readers=[reader("every-file", gets_per_file={"low": 1, "high": 3})],
        ),
    )
    first = run_simulate(tmp_path, "--draws", "1000").out
    assert run_simulate(tmp_path, "--draws", "1000").out == first
    assert run_simulate(tmp_path, "--draws", "1000", "--seed", "0").out == first
    span = ("--from", "2026-11", "--months", "1", "--format", "json", "--draws", "1000")
    assert kmscost_process("simulate", "inventory.yaml", *span, cwd=tmp_path).out == first
    other = run_simulate(tmp_path, "--draws", "1000", "--seed", "1").out
    assert other != first
    assert json.loads(other)["seed"] == 1
    assert json.loads(first)["quantiles"] != json.loads(other)["quantiles"]


def test_the_seed_is_printed(tmp_path: Path) -> None:
    """The table says how many draws and which seed, so that it can be made again."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--seed", "42", "--draws", "1234",
        cwd=tmp_path,
    )  # fmt: skip
    assert "1,234 draws" in run.out
    assert "seed 42" in run.out


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ("--draws", "99"),
        ("--draws", "500001"),
        ("--draws", "many"),
        ("--seed", "-1"),
        ("--seed", "1.5"),
        ("--quantile", "1.5"),
        ("--quantile", "0"),
        ("--quantile", "1"),
        ("--quantile", "-0.1"),
        ("--quantile", "nan"),
        ("--quantile", "half"),
        ("--quantile", ""),
        ("--quantile", "0.5,,0.9"),
        ("--months", "0"),
        ("--from", "2026-13"),
        ("--discount", "101%"),
        ("--format", "xml"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, str]) -> None:
    """Exit 2, the option is named on stderr, and nothing is on stdout."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost("simulate", "inventory.yaml", *options, cwd=tmp_path)
    assert (run.code, run.out) == (2, ""), run.text
    assert options[0] in run.err


def test_the_bounds_of_draws(tmp_path: Path) -> None:
    """100 draws are enough to be asked for."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    assert simulate(tmp_path, text, "--draws", "100")["draws"] == 100


def test_a_range_upside_down_is_refused(tmp_path: Path) -> None:
    """low above high: exit 1 with the line; nothing is simulated."""
    write(tmp_path, inventory(trails=[trail(files_per_day={"low": 290, "high": 150})]))
    run = run_simulate(tmp_path)
    assert (run.code, run.out) == (1, "")
    assert "inventory.yaml:" in run.err


def test_the_answer_goes_to_a_file(tmp_path: Path) -> None:
    """--output writes what stdout would have been."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    shown = run_simulate(tmp_path).out
    run = run_simulate(tmp_path, "--output", "sure.json")
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "sure.json").read_text(encoding="utf-8") == shown
