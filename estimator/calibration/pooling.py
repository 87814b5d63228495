"""Partial pooling of rates: gamma prior over streams, estimated from the streams themselves.

A stream's counts y over an exposure of t days have mean rate x t and a variance of `inflation`
times the mean. Rates of a class of streams are Gamma(shape, rate) distributed. Both are estimated
by moments (Morris 1983, Parametric empirical Bayes inference; DerSimonian and Laird 1986 for the
variance between streams). Dividing counts and exposure by the inflation makes them as informative
as Poisson counts of that size, for which the gamma distribution is conjugate. One inflation for a
class, that of its mean rate, keeps the sum of its streams where it is (credibility of Buhlmann and
Straub 1970); with an inflation of its own the busiest stream would be drawn down the most.
"""

from __future__ import annotations

from typing import NamedTuple

from estimator.months import FloatArray

# Jeffreys' prior for a Poisson rate has the shape 1/2: what one stream alone, or a class without
# a single file, knows before it counts
LEAST_SHAPE = 0.5

# what that prior weighs beside the streams of a class [stream]
PRIOR_STREAMS = 2.0

# a class whose streams do not differ by more than noise: from here on shapes make no difference
MOST_SHAPE = 1e6


class Prior(NamedTuple):
    """The gamma distribution of the rates of a class: its mean is shape / rate."""

    shape: float  # [-]
    rate: float  # [day/file]


class Posterior(NamedTuple):
    """The gamma distribution of each stream's rate, given its counts."""

    shape: FloatArray  # [-]
    rate: FloatArray  # [day/file]

    @property
    def mean(self) -> FloatArray:
        """The expected rate. [file/day]"""
        return self.shape / self.rate


def count_inflation(rate: FloatArray, overdispersion: float | FloatArray) -> FloatArray:
    """Variance of a negative binomial count divided by its mean: 1 + overdispersion x rate. [-]

    Parameters
    ----------
    rate : array
        Mean count of a day. [file/day]
    overdispersion : float
        Relative variance of a day's rate from day to day. [-]

    >>> import numpy as np
    >>> count_inflation(np.array([0.0, 100.0]), 0.05).tolist()
    [1.0, 6.0]
    """
    return 1.0 + overdispersion * rate


def pooled_rate(counts: FloatArray, exposure: FloatArray) -> float:
    """The rate of all streams together; half a file where none was written. [file/day]

    >>> import numpy as np
    >>> pooled_rate(np.array([3.0, 0.0]), np.array([10.0, 10.0]))
    0.15
    >>> pooled_rate(np.array([0.0, 0.0]), np.array([10.0, 10.0]))
    0.025
    """
    total, days = float(counts.sum()), float(exposure.sum())
    return max(total, LEAST_SHAPE) / days if days > 0 else 0.0


def variance_between(counts: FloatArray, exposure: FloatArray, inflation: FloatArray) -> float:
    """Variance of the true rates of streams, by moments; none where noise explains it all.

    The weighted sum of squares Q = sum w (y/t - m)^2 with w = t / inflation has the expectation
    m (n - 1) + variance (W - sum w^2 / W). [(file/day)^2]

    >>> import numpy as np
    >>> variance_between(np.array([10.0, 30.0]), np.array([10.0, 10.0]), np.array([1.0, 1.0]))
    1.8
    """
    weight = exposure / inflation
    total = float(weight.sum())
    seen = exposure > 0
    mean = float((counts / inflation).sum()) / total if total > 0 else 0.0
    free = total - float((weight * weight).sum()) / total if total > 0 else 0.0
    if free <= 0:
        return 0.0
    rates = counts[seen] / exposure[seen]
    squares = float((weight[seen] * (rates - mean) ** 2).sum())
    return max((squares - (int(seen.sum()) - 1) * mean) / free, 0.0)


def prior_shape(relative_variance: float, streams: int) -> float:
    """Shape of the rates of a class whose relative variance was estimated from so many streams. [-]

    Few streams that happen to be alike are no proof that the next one is: Jeffreys' prior weighs
    as much as `PRIOR_STREAMS` of them.

    >>> prior_shape(0.0, 1), round(prior_shape(1.0, 1_000_000), 4)
    (0.5, 1.0)
    """
    free = max(streams - 1, 0)
    guess = PRIOR_STREAMS / LEAST_SHAPE
    return min((free + PRIOR_STREAMS) / (free * relative_variance + guess), MOST_SHAPE)


def gamma_prior(counts: FloatArray, exposure: FloatArray, inflation: FloatArray) -> Prior:
    """The prior of a class by moments: shape = mean^2 / variance, rate = shape / mean."""
    mean = pooled_rate(counts / inflation, exposure / inflation)
    if mean <= 0:
        return Prior(LEAST_SHAPE, 1.0)
    between = variance_between(counts, exposure, inflation)
    # without a file nothing shows how far streams differ, however many they are
    streams = int((exposure > 0).sum()) if counts.any() else 1
    shape = prior_shape(between / (mean * mean), streams)
    return Prior(shape, shape / mean)


def posterior(
    prior: Prior, counts: FloatArray, exposure: FloatArray, inflation: FloatArray
) -> Posterior:
    """The rate of each stream by the prior and by its own counts.

    >>> import numpy as np
    >>> told = posterior(Prior(2.0, 1.0), np.array([10.0]), np.array([5.0]), np.array([1.0]))
    >>> told.mean.tolist()
    [2.0]
    """
    return Posterior(prior.shape + counts / inflation, prior.rate + exposure / inflation)
