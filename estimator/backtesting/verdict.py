"""The scores of each model, each one formula, and whether to trust the calibrated forecast."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from estimator.figures import share
from estimator.months import FloatArray


def wape(forecast: FloatArray, measured: FloatArray) -> float:
    """Weighted absolute percentage error: sum |forecast - measured| / sum measured. [-]

    >>> import numpy as np
    >>> wape(np.array([90.0, 120.0]), np.array([100.0, 100.0]))
    0.15
    """
    total = float(measured.sum())
    return float(np.abs(forecast - measured).sum()) / total if total > 0 else math.nan


def bias(forecast: FloatArray, measured: FloatArray) -> float:
    """Sum (forecast - measured) / sum measured: above 0 is too high. [-]

    >>> import numpy as np
    >>> bias(np.array([90.0, 120.0]), np.array([100.0, 100.0]))
    0.05
    """
    total = float(measured.sum())
    return float((forecast - measured).sum()) / total if total > 0 else math.nan


def interval_hits(low: FloatArray, high: FloatArray, measured: FloatArray) -> float:
    """Share of what happened that lies in its interval. [0-1]"""
    return float(((low <= measured) & (measured <= high)).mean()) if len(measured) else math.nan


def pinball(quantile: float, forecast: FloatArray, measured: FloatArray) -> FloatArray:
    """Pinball loss of a forecast of one quantile (Koenker and Bassett 1978). [request]

    >>> import numpy as np
    >>> pinball(0.9, np.array([100.0, 100.0]), np.array([110.0, 90.0])).round(9).tolist()
    [9.0, 1.0]
    """
    missed = measured - forecast
    return np.maximum(quantile * missed, (quantile - 1.0) * missed)


def at_most(hits: int, tries: int, chance: float) -> float:
    """The probability that at most `hits` of `tries` hold when each holds by `chance`. [0-1]

    >>> round(at_most(1, 2, 0.9), 2)
    0.19
    """
    return math.fsum(
        math.comb(tries, n) * chance**n * (1.0 - chance) ** (tries - n) for n in range(hits + 1)
    )


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
        inside = interval_hits(
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
                "coverage": inside,
                "intervals": len(ranged),
                "pinball": float(part["pinball"].sum()) / total if total > 0 else math.nan,
            }
        )
    return pd.DataFrame(rows)


def verdict_of(scores: pd.DataFrame, frame: pd.DataFrame) -> tuple[bool, str]:
    """Judge the calibrated forecast: no worse than every rival, and intervals that hold.

    The test of the intervals asks for chance alone to be an unlikely excuse (binomial, 5 percent);
    groups of one fold move together, so folds count, not groups: each by the share that held.
    """
    by = {(row["level"], row["model"]): row for row in scores.to_dict("records")}
    calibrated = by["total", CALIBRATED]
    rivals = [row for (level, model), row in by.items() if level == "total" and model != CALIBRATED]
    best = min(rivals, key=lambda row: row["wape"])
    groups = [row for (level, model), row in by.items() if level == "group"]
    own = next(row for row in groups if row["model"] == CALIBRATED)
    other = min((row for row in groups if row["model"] != CALIBRATED), key=lambda row: row["wape"])
    total = frame[(frame["level"] == "total") & (frame["model"] == CALIBRATED)]
    hits = int(((total["low"] <= total["measured"]) & (total["measured"] <= total["high"])).sum())
    holds = at_most(hits, len(total), _INTERVAL) > _DOUBT and not own["coverage"] < 0.5
    closer = _as_good(calibrated["wape"], best["wape"]) or (
        _as_good(own["wape"], other["wape"]) and calibrated["wape"] <= 2 * best["wape"]
    )
    missed = f"missed the total by {share(calibrated['wape'])} (best rival: {best['model']}, "
    missed += f"{share(best['wape'])}), and {hits} of {len(total)} 90 % intervals held"
    if closer and holds and calibrated["wape"] > _USEFUL:
        # as good as any, and its ranges say how sure it is: but its number alone is no help
        return True, f"Trust the calibrated forecast's ranges rather than its mean: it {missed}."
    if closer and holds:
        return True, f"Trust the calibrated forecast: it {missed}."
    if closer and calibrated["wape"] <= _USEFUL:
        return False, f"Trust the calibrated forecast's mean but not its ranges: it {missed}."
    if holds:
        return False, f"Do not trust the calibrated forecast: it {missed}."
    return False, f"Trust neither the calibrated forecast nor its ranges: it {missed}."


def _as_good(own: float, rival: float) -> bool:
    return own <= max(_AS_GOOD * rival, rival + _NEAR)
