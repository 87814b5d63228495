"""The scores of each model, and in one sentence whether to trust the calibrated forecast."""

from __future__ import annotations

import math

import pandas as pd

from estimator.backtesting.scores import at_most, bias, coverage, wape
from estimator.figures import share

CALIBRATED = "calibrated"

# a forecast as good as the best rival but for luck is as good; it has ranges besides
_AS_GOOD = 1.1
_NEAR = 0.01  # and nobody minds a hundredth of the total
_USEFUL = 0.2  # a total missed by more, without ranges that say so, is no help
_INTERVAL = 0.9
_DOUBT = 0.05


def scores_of(frame: pd.DataFrame) -> pd.DataFrame:
    """By level and model: wape, bias, coverage, and pinball loss over what was measured. [-]"""
    rows = []
    for (level, model), part in frame.groupby(["level", "model"], sort=False, observed=True):
        measured, forecast = part["measured"].to_numpy(), part["forecast"].to_numpy()
        ranged = part[part["low"].notna()]
        held = coverage(
            ranged["low"].to_numpy(), ranged["high"].to_numpy(), ranged["measured"].to_numpy()
        )
        total = float(measured.sum())
        rows.append(
            {
                "level": str(level),
                "model": str(model),
                "folds": int(part["origin"].nunique()),
                "wape": wape(forecast, measured),
                "bias": bias(forecast, measured),
                "coverage": held,
                "intervals": len(ranged),
                "pinball": float(part["pinball"].sum()) / total if total > 0 else math.nan,
            }
        )
    return pd.DataFrame(rows)


def verdict_of(scores: pd.DataFrame, frame: pd.DataFrame) -> tuple[bool, str]:
    """Whether to trust the calibrated forecast: no worse than every rival, and intervals that hold.

    The test of the intervals asks for chance alone to be an unlikely excuse (binomial, 5 percent);
    groups of one fold move together, so folds count, not groups: each by the share that held.
    """
    by = {(row["level"], row["model"]): row for row in scores.to_dict("records")}
    mine = by["total", CALIBRATED]
    rivals = [row for (level, model), row in by.items() if level == "total" and model != CALIBRATED]
    best = min(rivals, key=lambda row: row["wape"])
    groups = [row for (level, model), row in by.items() if level == "group"]
    own = next(row for row in groups if row["model"] == CALIBRATED)
    other = min((row for row in groups if row["model"] != CALIBRATED), key=lambda row: row["wape"])
    total = frame[(frame["level"] == "total") & (frame["model"] == CALIBRATED)]
    hits = int(((total["low"] <= total["measured"]) & (total["measured"] <= total["high"])).sum())
    holds = at_most(hits, len(total), _INTERVAL) > _DOUBT and not own["coverage"] < 0.5
    closer = _as_good(mine["wape"], best["wape"]) or (
        _as_good(own["wape"], other["wape"]) and mine["wape"] <= 2 * best["wape"]
    )
    missed = f"missed the total by {share(mine['wape'])} (best rival: {best['model']}, "
    missed += f"{share(best['wape'])}), and {hits} of {len(total)} 90 % intervals held"
    if closer and holds:
        return True, f"Trust the calibrated forecast: it {missed}."
    if closer and mine["wape"] <= _USEFUL:
        return False, f"Trust the calibrated forecast's mean but not its ranges: it {missed}."
    if holds:
        return False, f"Do not trust the calibrated forecast: it {missed}."
    return False, f"Trust neither the calibrated forecast nor its ranges: it {missed}."


def _as_good(own: float, rival: float) -> bool:
    return own <= max(_AS_GOOD * rival, rival + _NEAR)
