"""The distributions of the method page in closed form, out of the standard library alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

STANDARD = NormalDist()
Z95 = STANDARD.inv_cdf(0.95)


@dataclass(frozen=True)
class Lognormal:
    """A positive quantity whose 5th and 95th percentile are low and high."""

    low: float
    high: float

    @property
    def mu(self) -> float:
        return (math.log(self.low) + math.log(self.high)) / 2

    @property
    def sigma(self) -> float:
        return (math.log(self.high) - math.log(self.low)) / (2 * Z95)

    @property
    def median(self) -> float:
        return math.exp(self.mu)

    @property
    def mean(self) -> float:
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        return self.mean**2 * math.expm1(self.sigma**2)

    def quantile(self, share: float) -> float:
        return math.exp(self.mu + self.sigma * STANDARD.inv_cdf(share))

    def above(self, value: float) -> float:
        """The probability of more than a value."""
        return 1 - STANDARD.cdf((math.log(value) - self.mu) / self.sigma)

    def mean_beyond(self, value: float) -> float:
        """E[max(x - value, 0)], the formula of Black and Scholes without interest."""
        d1 = (self.mu + self.sigma**2 - math.log(value)) / self.sigma
        return self.mean * STANDARD.cdf(d1) - value * STANDARD.cdf(d1 - self.sigma)


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def share_quantile(low: float, high: float, share: float) -> float:
    """A quantile of a logit-normal share with these 5th and 95th percentiles."""
    middle, half = (logit(low) + logit(high)) / 2, (logit(high) - logit(low)) / 2
    return 1 / (1 + math.exp(-(middle + half / Z95 * STANDARD.inv_cdf(share))))


def poisson_quantile(mean: float, share: float) -> int:
    """The least count whose probability of not being passed reaches the share."""
    count, term = 0, math.exp(-mean)
    reached = term
    while reached < share:
        count += 1
        term *= mean / count
        reached += term
    return count
