"""`kmscost backtest` on short histories whose scores are worked out by hand."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import estimator
from tests.acceptance.commands import Run, kmscost, write
from tests.acceptance.measure.events import role
from tests.acceptance.sure.history import (
    FAR,
    HOME,
    OWNER,
    PROD,
    SIEM,
    History,
    inventory,
    steady,
)

Answer = dict[str, Any]
RIVALS = ("plain-288", "last-period", "seasonal-naive")
SIEM_STANZA = (
    f'readers:\n  - {{name: siem, kind: every-file, account: "{OWNER}", gets_per_file: 1}}'
)


def one_account(readers: str = "") -> str:
    """The management account in one Region: one stream."""
    return f"""\
version: 1
regions: [{HOME}]
accounts: [{{id: "{OWNER}"}}]
keys: [{{id: logs, account: "{OWNER}", region: {HOME}}}]
trails:
  - {{name: org, account: "{OWNER}", scope: organization, regions: all, key: logs,
     bucket: {{name: example-logs, region: {HOME}, retention_days: 3650}}}}
{readers}
"""


def run(folder: Path, *options: str, form: str = "json") -> Run:
    return kmscost(
        "backtest", "inventory.yaml", "logs", "--format", form, *options, cwd=folder
    )  # fmt: skip


def backtest(
    folder: Path, history: History, horizon: str = "7d", text: str | None = None
) -> Answer:
    history.write(folder / "logs")
    write(folder, one_account() if text is None else text)
    done = run(folder, "--horizon", horizon)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    return answer


def rows(answer: Answer, model: str, level: str = "total", **where: str) -> list[Answer]:
    return [
        row
        for row in answer["rows"]
        if (row["model"], row["level"]) == (model, level)
        and all(row[name] == value for name, value in where.items())
    ]


def score(answer: Answer, model: str, level: str = "total") -> Answer:
    (row,) = [row for row in answer["scores"] if (row["model"], row["level"]) == (model, level)]
    assert isinstance(row, dict)
    return row


RISING = History(28, {(OWNER, HOME): lambda day: 10 + day})  # 10, 11, ... 37 files a day


def test_rivals_by_hand(tmp_path: Path) -> None:
    """10 + n files on day n, 28 days: folds of 189 and 238 puts against what each rival says."""
    # days 14..20: 24 + ... + 30 = 189 ; 21..27: 31 + ... + 37 = 238
    # last period = the same weekdays of last week: days 7..13: 17 + ... + 23 = 140 ; then 189
    # plain 288: 7 x 288 = 2016
    answer = backtest(tmp_path, RISING)
    for model in ("calibrated", *RIVALS):
        assert [row["origin"] for row in rows(answer, model)] == ["2026-10-15", "2026-10-22"]
        assert [row["measured"] for row in rows(answer, model)] == [189, 238]
        assert [row["days"] for row in rows(answer, model)] == [7, 7]
    forecasts = {model: [row["forecast"] for row in rows(answer, model)] for model in RIVALS}
    assert forecasts == {
        "plain-288": [2016, 2016],
        "last-period": [140, 189],
        "seasonal-naive": [140, 189],
    }
    # errors: 1827 + 1778 = 3605 ; 49 + 49 = 98 ; of 427
    wanted = {"plain-288": (3605, 3605), "last-period": (98, -98), "seasonal-naive": (98, -98)}
    for model, (wape, bias) in wanted.items():
        got = score(answer, model)
        assert got["folds"] == 2
        assert got["wape"] == pytest.approx(wape / 427)
        assert got["bias"] == pytest.approx(bias / 427)
        assert got["pinball"] == pytest.approx(abs(wape) / 2 / 427)  # mean of 0.05, 0.5, 0.95
        assert got["coverage"] is None


def test_the_seasonal_naive_knows_weekdays(tmp_path: Path) -> None:
    """Folds of 10 days: each day is what the same weekday of the last week known was."""
    daily = [(7 * day) % 13 + day for day in range(34)]
    answer = backtest(tmp_path, History(34, {(OWNER, HOME): lambda day: daily[day]}), "10d")
    # folds begin on days 14 and 24; day 24 looks at 17, day 31 too: days 24 to 30 are not known
    naive = [sum(daily[begin - 7 + (day % 7)] for day in range(10)) for begin in (14, 24)]
    last = [sum(daily[begin - 10 : begin]) for begin in (14, 24)]
    assert [row["forecast"] for row in rows(answer, "seasonal-naive")] == naive
    assert [row["forecast"] for row in rows(answer, "last-period")] == last
    assert naive != last


def test_gets_of_readers_are_forecast_too(tmp_path: Path) -> None:
    """A reader of each file: the total has puts and gets, a group each; plain 288 has both."""
    daily = steady(20, "x")
    history = History(28, {(OWNER, HOME): daily}, [(SIEM, (OWNER, HOME), daily)])
    answer = backtest(tmp_path, history, text=one_account(SIEM_STANZA))
    assert [row["forecast"] for row in rows(answer, "plain-288")] == [4032, 4032]
    for model in ("calibrated", *RIVALS):
        gets = rows(answer, model, "group", driver="siem", cause="get")
        puts = rows(answer, model, "group", driver="org", cause="put", region=HOME)
        assert [row["measured"] for row in gets] == [row["measured"] for row in puts]
        both = [put["forecast"] + get["forecast"] for put, get in zip(puts, gets, strict=True)]
        totals = [row["forecast"] for row in rows(answer, model)]
        assert both == pytest.approx(totals, rel=0.02)  # of medians, nearly


def test_the_future_does_not_leak(tmp_path: Path) -> None:
    """A fold is forecast from the days before it: what comes then changes no earlier forecast."""
    late = role(OWNER, "late", issuer=False)
    answers = []
    for name, factor, gets in (("a", 1, 0), ("b", 9, 50)):
        folder = tmp_path / name
        folder.mkdir()

        def daily(day: int, factor: int = factor) -> int:
            return (10 + day % 4) * (factor if day >= 21 else 1)

        def read(day: int, gets: int = gets) -> int:
            return gets if day >= 21 else 5

        history = History(28, {(OWNER, HOME): daily}, [(late, (OWNER, HOME), read)])
        answers.append(backtest(folder, history))
    for model in ("calibrated", *RIVALS):
        for level in ("total", "group"):
            first, second = (
                [
                    (
                        row["origin"],
                        row["driver"],
                        row["cause"],
                        row["forecast"],
                        row["low"],
                        row["high"],
                    )
                    for row in rows(answer, model, level)
                ]
                for answer in answers
            )
            assert first == second
    measured = [[row["measured"] for row in rows(answer, "calibrated")] for answer in answers]
    assert measured[0][0] == measured[1][0]
    assert measured[0][1] != measured[1][1]


def test_history_rolls_on(tmp_path: Path) -> None:
    """A later fold has learnt the days in between: after a jump the second forecast follows it."""
    history = History(42, {(OWNER, HOME): lambda day: 10 if day < 14 else 60})
    forecasts = [row["forecast"] for row in rows(backtest(tmp_path, history), "calibrated")]
    assert len(forecasts) == 4
    assert forecasts[0] == pytest.approx(70, rel=0.1)
    assert forecasts[3] == pytest.approx(420, rel=0.1)


def pinball(measured: Fraction, forecast: Fraction, share: Fraction) -> Fraction:
    missed = measured - forecast
    return share * missed if missed >= 0 else (share - 1) * missed


def test_scores_follow_from_the_rows(tmp_path: Path) -> None:
    """WAPE, bias, intervals held and pinball loss, summed up again out of the rows."""
    puts = {
        (OWNER, HOME): steady(30, "h"),
        (PROD, HOME): steady(9, "p"),
        (PROD, FAR): steady(2, "f"),
    }
    history = History(42, puts, [(SIEM, (OWNER, HOME), steady(30, "g"))])
    answer = backtest(tmp_path, history, text=inventory(SIEM_STANZA))
    shares = [Fraction(1, 20), Fraction(1, 2), Fraction(19, 20)]
    for level in ("total", "group"):
        for model in ("calibrated", *RIVALS):
            missed = error = whole = loss = Fraction(0)
            inside = intervals = 0
            for row in rows(answer, model, level):
                y, f = Fraction(row["measured"]), Fraction(row["forecast"])
                ends = [row["low"], row["high"]]
                low, high = (f if end is None else Fraction(end) for end in ends)
                missed, error, whole = missed + f - y, error + abs(f - y), whole + y
                losses = [pinball(y, *pair) for pair in zip((low, f, high), shares, strict=True)]
                if model in RIVALS:
                    assert float(sum(losses) / 3) == pytest.approx(row["pinball"])
                loss += Fraction(row["pinball"])
                intervals += ends != [None, None]
                inside += ends != [None, None] and low <= y <= high
                assert row["difference"] == pytest.approx(float(f - y))
            got = score(answer, model, level)
            assert got["wape"] == pytest.approx(float(error / whole))
            assert got["bias"] == pytest.approx(float(missed / whole))
            assert got["pinball"] == pytest.approx(float(loss / whole))
            assert got["intervals"] == intervals
            if intervals:
                assert got["coverage"] == pytest.approx(inside / intervals)


def test_a_steady_history_is_trusted(tmp_path: Path) -> None:
    """Poisson counts around one rate: one sentence says to trust, and the plain 288 is far off."""
    answer = backtest(tmp_path, History(49, {(OWNER, HOME): steady(25, "steady")}))
    assert answer["trusted"] is True
    assert answer["verdict"].startswith("Trust the calibrated forecast")
    assert answer["verdict"].count(". ") == 0
    assert answer["verdict"].endswith(".")
    assert score(answer, "calibrated")["wape"] * 5 < score(answer, "plain-288")["wape"]


def test_a_wild_history_is_not_trusted(tmp_path: Path) -> None:
    """Files that rise day by day: the last period is nearer, and the sentence says not to trust."""
    answer = backtest(tmp_path, RISING)
    assert answer["trusted"] is False
    assert "not" in answer["verdict"] or "neither" in answer["verdict"]
    assert score(answer, "last-period")["wape"] < score(answer, "calibrated")["wape"]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_verdict_stands_in_text(tmp_path: Path, form: str) -> None:
    """Table and Markdown end on the sentence, and show the three rivals."""
    answer = backtest(tmp_path, RISING)
    out = " ".join(run(tmp_path, "--horizon", "7d", form=form).out.replace("\\", "").split())
    assert answer["verdict"].removesuffix(".") in out.replace("**", "")
    assert all(rival in out for rival in RIVALS)


def test_the_keys_of_the_json_and_the_csv(tmp_path: Path) -> None:
    """The keys of the output page; the CSV is the frame of rows."""
    answer = backtest(tmp_path, RISING)
    assert set(answer) == {"verdict", "trusted", "horizon_days", "scores", "rows", "notices"}
    assert answer["horizon_days"] == 7
    header, *lines = run(tmp_path, "--horizon", "7d", form="csv").out.splitlines()
    assert header.split(",") == list(answer["rows"][0])
    assert len(lines) == len(answer["rows"])


def test_the_function_is_the_command(tmp_path: Path) -> None:
    """`estimator.backtest` gives the verdict and the rows of the command."""
    answer = backtest(tmp_path, RISING)
    result = estimator.backtest(tmp_path / "inventory.yaml", tmp_path / "logs", horizon="7d")
    assert result.verdict == answer["verdict"]
    assert list(result.frame["forecast"]) == [row["forecast"] for row in answer["rows"]]


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Measurements of two halves, in either order, replay as one."""
    whole = backtest(tmp_path, RISING)
    paths = sorted((tmp_path / "logs").rglob("*.gz"))
    random.Random(3).shuffle(paths)  # noqa: S311  no secrets here
    write(tmp_path, one_account())
    names = [str(path.relative_to(tmp_path)) for path in paths]
    done = kmscost(
        "backtest", "inventory.yaml", *names, "--horizon", "7d", "--format", "json", cwd=tmp_path
    )
    assert json.loads(done.out) == whole


def test_too_few_days(tmp_path: Path) -> None:
    """14 days and two horizons are needed: 27 days are refused with the number, 28 are taken."""
    History(27, {(OWNER, HOME): 10}).write(tmp_path / "logs")
    write(tmp_path, one_account())
    done = run(tmp_path, "--horizon", "7d", "--output", "out.json")
    assert (done.code, done.out) == (1, ""), done.text
    assert not (tmp_path / "out.json").exists()
    assert "27 days" in done.err
    assert "28 days" in done.err
    assert run(tmp_path, "--horizon", "6d").code == 0


def test_the_default_horizon(tmp_path: Path) -> None:
    """28 days: 69 days are not enough, and the message says 70."""
    History(30, {(OWNER, HOME): 5}).write(tmp_path / "logs")
    write(tmp_path, one_account())
    done = run(tmp_path)
    assert done.code == 1
    assert "28 days" in done.err
    assert "70 days" in done.err


@pytest.mark.parametrize("horizon", ["0d", "-1d", "x", "1w", "400d", "", "7.5d", "nan"])
def test_a_horizon_that_is_none(tmp_path: Path, horizon: str) -> None:
    """Exit 2, the option is named, nothing is on stdout."""
    History(1, {(OWNER, HOME): 1}).write(tmp_path / "logs")
    write(tmp_path, one_account())
    done = run(tmp_path, f"--horizon={horizon}")
    assert (done.code, done.out) == (2, ""), done.text
    assert "horizon" in done.err


def test_a_gap_is_refused(tmp_path: Path) -> None:
    """A day without a record in the middle: as for calibrate, exit 1 and its date."""
    History(42, {(OWNER, HOME): 10}, missing=frozenset({20})).write(tmp_path / "logs")
    write(tmp_path, one_account())
    done = run(tmp_path, "--horizon", "7d")
    assert (done.code, done.out) == (1, ""), done.text
    assert "2026-10-21" in done.err
