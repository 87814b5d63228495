"""exp, log, powers and normal scores out of additions, multiplications and divisions alone.

Those give the same bits on every machine, while the library's own exp and log differ in the last
bit from processor to processor: the same seed must give the same bytes everywhere.
"""

from __future__ import annotations

import math

import numpy as np

from estimator.months import FloatArray

# ln 2 in two parts, the first with zeros at its end, so that k x LN2_HIGH is exact
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_EXP_TERMS = [1.0 / math.factorial(n) for n in range(13, -1, -1)]
_LOG_TERMS = [1.0 / n for n in range(23, 0, -2)]

# Wichura (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied
# Statistics 37(3), 477-484: numerator and denominator near the middle and further out
_MIDDLE = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_OUTER = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)


def _polynomial(terms: list[float] | tuple[float, ...], x: FloatArray) -> FloatArray:
    # Horner's form, in place: the fewest products, and no array for each term
    value = np.full_like(x, terms[0])
    for term in terms[1:]:
        value *= x
        value += term
    return value


def exp(x: FloatArray) -> FloatArray:
    """The exponential of x, the same bits everywhere.

    >>> exp(np.array([0.0, 1.0])).round(14).tolist()
    [1.0, 2.71828182845905]
    """
    power = np.rint(x * (1.0 / math.log(2)))
    # in two steps: the first product is exact, so that the rest keeps its last bits
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    return np.ldexp(_polynomial(_EXP_TERMS, rest), power.astype(np.int32))


def log(x: FloatArray) -> FloatArray:
    """The natural logarithm of x > 0, the same bits everywhere.

    >>> log(np.array([1.0, math.e])).round(15).tolist()
    [0.0, 1.0]
    """
    part, power = np.frexp(x)
    small = part < math.sqrt(0.5)
    # between 0.71 and 1.41, where the series in s needs the fewest terms
    part, power = np.where(small, part * 2.0, part), power - small
    s = (part - 1.0) / (part + 1.0)
    return power * _LN2_HIGH + (2.0 * s * _polynomial(_LOG_TERMS, s * s) + power * _LN2_LOW)


def whole_power(base: FloatArray, exponent: int) -> FloatArray:
    """A whole power, by squaring: the same bits everywhere.

    >>> whole_power(np.array([2.0, 3.0]), 5).tolist()
    [32.0, 243.0]
    """
    result = np.ones_like(base)
    while exponent:
        if exponent & 1:
            result = result * base
        base, exponent = base * base, exponent >> 1
    return result


def normal_scores(count: int) -> FloatArray:
    """The quantiles of the standard normal at (i + 1/2) / count, i from 0, for up to 1e10 of them.

    >>> normal_scores(4).round(4).tolist()
    [-1.1503, -0.3186, 0.3186, 1.1503]
    """
    lower = (np.arange((count + 1) // 2) + 0.5) / count
    q = lower - 0.5
    middle = _polynomial(_MIDDLE[0], 0.180625 - q * q) * q
    middle /= _polynomial(_MIDDLE[1], 0.180625 - q * q)
    r = np.sqrt(-log(lower)) - 1.6
    outer = -_polynomial(_OUTER[0], r) / _polynomial(_OUTER[1], r)
    score = np.where(q >= -0.425, middle, outer)
    # the upper half is the lower one mirrored: exactly its negative
    return np.concatenate([score, -score[::-1][count % 2 :]])
