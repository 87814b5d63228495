"""Is the calibrated forecast as sure as it says? 400 organizations whose truth is known.

python benchmarks/calibration.py [--runs 400] [--together 0.05]

Each run writes an organization, calibrates an inventory that guesses on its history, and asks the
month after it: do the 90 % intervals of `simulate` hold requests and cost, how far off is each
stream against the plain 288, the last period repeated and the seasonal naive, and does pooling help
accounts that have been seen for four days or fewer?
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.organizations import Organization, make
from estimator import simulate
from estimator.calibration import calibrate_text
from estimator.inventory import Inventory
from estimator.months import Months, parse_month
from estimator.volume import usage
from estimator.volume.model import Model

# of 400 runs: many small organizations, because they scatter most
SHARES = {
    ("small", 14): 0.25,
    ("small", 30): 0.25,
    ("medium", 14): 0.15,
    ("medium", 30): 0.15,
    ("large", 14): 0.1,
    ("large", 30): 0.1,
}
LITTLE = 4  # days


def stream_forecast(inventory: Inventory, org: Organization) -> np.ndarray:
    """Return the forecast puts of each stream in the month. [request]"""
    used = usage(
        Model(inventory, Months(parse_month(org.month), 1)), ("account", "region", "cause")
    )
    puts = used[used["cause"] == "put"]
    row = {account: n for n, account in enumerate(org.accounts)}
    column = {region: n for n, region in enumerate(org.regions)}
    expected = np.zeros((len(row), len(column)))
    for account, region, quantity in zip(
        puts["account"], puts["region"], puts["quantity"], strict=True
    ):
        expected[row[account], column[region]] += quantity
    return expected.ravel()


def run(size: str, history: int, seed: int, together: float = 0.0) -> dict[str, float | str | int]:
    """One organization: what held, and what was how far off."""
    org = make(size, history, np.random.default_rng(seed), together)
    calibrated = calibrate_text(org.inventory, f"{size}.yaml", org.actuals())
    drawn = simulate(calibrated.inventory, org.month, 1, draws=2_000, seed=seed)
    truth, days = org.truth, org.puts.shape[1] - history
    seen = org.puts[:, :history]
    week = seen[:, np.arange(history - 7, history)]
    own = np.full(len(org.accounts), float(history))
    for account, born in org.young.items():
        own[account] = history - (born - org.first).days
    own = np.repeat(own, len(org.regions))
    forecasts = {
        "calibrated": stream_forecast(calibrated.inventory, org),
        "plain-288": np.full(len(truth), 288.0 * days),
        "last-period": seen.sum(axis=1) / history * days,
        "seasonal-naive": week[:, np.arange(days) % 7].sum(axis=1),
        "unpooled": seen.sum(axis=1) / own * days,
    }
    found: dict[str, float | str | int] = {"size": size, "history": history, "seed": seed}
    for name, draws, happened in (
        ("requests", drawn.draws_requests[:, 0], org.requests),
        ("cost", drawn.draws_cost[:, 0], org.cost),
    ):
        low, high = np.quantile(draws, (0.05, 0.95))
        found[f"{name}_held"] = float(low <= happened <= high)
        found[f"{name}_width"] = float((high - low) / np.median(draws))
    found["total_error"] = float(drawn.point["requests"] / org.requests - 1)
    for name, forecast in forecasts.items():
        missed = np.abs(forecast - truth)
        found[f"wape_{name}"] = float(missed.sum() / truth.sum())
        little = own <= LITTLE
        if little.any() and truth[little].sum():
            found[f"little_{name}"] = float(missed[little].sum() / truth[little].sum())
    return found


def study(runs: int, seed: int = 0, together: float = 0.0) -> pd.DataFrame:
    """All runs, a row each."""
    rows = [
        run(size, history, seed + 1_000 * number + count, together)
        for number, ((size, history), part) in enumerate(SHARES.items())
        for count in range(max(round(runs * part), 1))
    ]
    return pd.DataFrame(rows)


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Means by size and history, and over all runs."""
    numbers = frame.drop(columns=["seed"])
    by = numbers.groupby(["size", "history"], sort=False).mean()
    by.insert(0, "runs", numbers.groupby(["size", "history"], sort=False).size())
    every = numbers.drop(columns=["size", "history"]).mean().to_frame().T
    every.insert(0, "runs", len(frame))
    every.index = pd.MultiIndex.from_tuples([("all", "")], names=by.index.names)
    return pd.concat([by, every])


def main() -> None:
    """Run the study and print its figures as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--together", type=float, default=0.0)
    given = parser.parse_args()
    begin = time.perf_counter()
    frame = study(given.runs, given.seed, given.together)
    scores = summary(frame)
    print("| organization, days | runs | requests held | cost held | width | mean error |")
    print("|---|---|---|---|---|---|")
    for key, row in scores.iterrows():
        name = " ".join(str(part) for part in key).strip()
        print(
            f"| {name} | {row['runs']:.0f} | {row['requests_held']:.1%} | {row['cost_held']:.1%} | "
            f"{row['requests_width']:.1%} | {row['total_error']:+.2%} |"
        )
    print()
    models = ("calibrated", "unpooled", "last-period", "seasonal-naive", "plain-288")
    little = ("calibrated", "unpooled")
    header = [*models, *(f"new accounts: {model}" for model in little)]
    print(f"| organization, days | {' | '.join(header)} |")
    print("|---" * (len(header) + 1) + "|")
    for key, row in scores.iterrows():
        name = " ".join(str(part) for part in key).strip()
        cells = [f"{row[f'wape_{model}']:.2%}" for model in models]
        cells += [f"{row[f'little_{model}']:.1%}" for model in little]
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\n{len(frame)} runs in {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
