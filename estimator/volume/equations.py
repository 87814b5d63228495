"""Formulas with their values, as people read them: worked out as they stand, each gives its number.

A formula is a tree of sums, products and values. It is shown with as few digits as will do: numbers
that are short stand in full, and all others have as many digits as the number behind the equals
sign needs to come out.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from estimator.figures import count
from estimator.inventory import Range
from pricing.reading.validation import Source

_FEWEST, _MOST = 4, 17  # significant digits; 17 are all that a double has
_SHORT = 7  # a number with as many digits is shown in full
_HUGE = 1e15  # beyond it a double holds no single units


@dataclass(frozen=True)
class Assumption:
    """The place in an inventory that a value comes from.

    Attributes
    ----------
    range : Range
    paths : tuple of str
        What it is called in the inventory: several where it is written several times. Empty where
        no file has it.
    is_default : bool
        Whether it is a default of this program.
    """

    range: Range
    paths: tuple[str, ...] = ()
    is_default: bool = False


class Expression(ABC):
    """A formula, or a part of one."""

    is_sum = False

    @abstractmethod
    def text(self, digits: int, bare: bool = False) -> str:
        """The formula, its longer numbers with so many digits; `bare` leaves the words out."""

    @abstractmethod
    def result(self, digits: int) -> float:
        """The number of the formula when it is worked out as `text` shows it."""

    @abstractmethod
    def values(self) -> Iterator[Value]:
        """Its numbers, in order, each with the numbers that it is worked out of before it."""

    def inner(self, digits: int, bare: bool) -> str:
        """The formula as a part of another one."""
        text = self.text(digits, bare)
        return f"({text})" if self.is_sum else text


@dataclass(frozen=True)
class Value(Expression):
    """A number in a formula.

    Attributes
    ----------
    number : float
    words : str
        What it counts; stands behind it.
    origin : Assumption or Source, optional
        Where it comes from; None for what is counted or worked out.
    before : str
        Words in front of it.
    note : str
        What is to know of it; stands in parentheses behind the words.
    working : Expression, optional
        How it comes about; stands behind the note, without words.
    is_average : bool
        Whether the working gives it on average.
    """

    number: float
    words: str = ""
    origin: Assumption | Source | None = None
    before: str = ""
    note: str = ""
    working: Expression | None = None
    is_average: bool = False

    def name(self, digits: int) -> str:
        """The number and its words.

        >>> Value(387.2983346, "files/day").name(4)
        '387.3 files/day'
        """
        return " ".join(filter(None, (self.before, operand(self.number, digits), self.words)))

    def text(self, digits: int, bare: bool = False) -> str:
        """The number with its words, its note and its working."""
        if bare:
            return " ".join(filter(None, (self.before, operand(self.number, digits))))
        remarks = [self.note] if self.note else []
        if self.working is not None:
            working = f"{self.working.text(digits, True)} = {operand(self.number, digits)}"
            remarks.append(f"on average {working}" if self.is_average else working)
        elif self.is_average:
            remarks.append("on average")
        remark = f" ({'; '.join(remarks)})" if remarks else ""
        return self.name(digits) + remark

    def result(self, digits: int) -> float:
        """The number as it is shown."""
        return _read(operand(self.number, digits))

    def values(self) -> Iterator[Value]:
        """The values that it is worked out of, and itself."""
        if self.working is not None:
            yield from self.working.values()
        yield self


@dataclass(frozen=True)
class Product(Expression):
    """Factors multiplied."""

    factors: tuple[Expression, ...]

    def text(self, digits: int, bare: bool = False) -> str:
        """The factors with x between them."""
        return " x ".join(factor.inner(digits, bare) for factor in self.factors)

    def result(self, digits: int) -> float:
        """The product."""
        return math.prod(factor.result(digits) for factor in self.factors)

    def values(self) -> Iterator[Value]:
        """Those of all factors."""
        for factor in self.factors:
            yield from factor.values()


@dataclass(frozen=True)
class Sum(Expression):
    """Terms added up."""

    terms: tuple[Expression, ...]
    is_sum = True

    def text(self, digits: int, bare: bool = False) -> str:
        """The terms with + between them."""
        return " + ".join(term.text(digits, bare) for term in self.terms)

    def result(self, digits: int) -> float:
        """The sum."""
        return math.fsum(term.result(digits) for term in self.terms)

    def values(self) -> Iterator[Value]:
        """Those of all terms."""
        for term in self.terms:
            yield from term.values()


def add_terms(terms: Sequence[Expression]) -> Expression:
    """The sum of some terms; one alone is its own sum."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


@dataclass(frozen=True)
class Pair(Expression):
    """Two parts with a sign between them: - or / or ^."""

    first: Expression
    sign: str
    second: Expression

    @property
    def is_sum(self) -> bool:  # type: ignore[override]
        """True where it needs parentheses inside another formula."""
        return self.sign == "-"

    def text(self, digits: int, bare: bool = False) -> str:
        """Both parts with the sign between them."""
        first, second = self.first.inner(digits, bare), self.second.text(digits, bare)
        # an exponent stands in parentheses already, so it needs none of its own
        if self.sign == "^":
            return f"{first}^({second})"
        return f"{first} {self.sign} {self.second.inner(digits, bare)}"

    def result(self, digits: int) -> float:
        """The number that the sign makes of both."""
        first, second = self.first.result(digits), self.second.result(digits)
        if self.sign == "-":
            return first - second
        return first / second if self.sign == "/" else math.pow(first, second)

    def values(self) -> Iterator[Value]:
        """Those of both."""
        yield from self.first.values()
        yield from self.second.values()


@dataclass(frozen=True)
class Equation:
    """A formula in words and values, and the number that the model gives.

    Attributes
    ----------
    what : str
    number : float
        What the model itself computes.
    unit : str
    formula : Expression, optional
        None for a sum of what stands above, and for what there is nothing to say of.
    also : tuple of Value
        What the formula rests on beside its own numbers.
    rule : Source, optional
        Who says that it is worked out so.
    figure : callable
        How the number is shown.
    """

    what: str
    number: float
    unit: str
    formula: Expression | None = None
    also: tuple[Value, ...] = ()
    rule: Source | None = None
    figure: Callable[[float], str] = count

    @cached_property
    def digits(self) -> int:
        """The fewest digits with which the formula, as it is shown, gives the number shown."""
        # no rule tells how many digits a formula needs: each number of them is worked out
        for digits in range(_FEWEST, _MOST):
            if self._holds(digits):
                return digits
        return _MOST

    @property
    def text(self) -> str:
        """The formula as it is shown; empty without one."""
        return "" if self.formula is None else self.formula.text(self.digits)

    @property
    def values(self) -> tuple[Value, ...]:
        """Every number that it rests on."""
        own = () if self.formula is None else tuple(self.formula.values())
        return (*own, *self.also)

    def _holds(self, digits: int) -> bool:
        if self.formula is None:
            return True
        # the number must come out of the formula as it is printed, and each working beside it too
        shown = [(self.formula.result(digits), self.figure(self.number))]
        shown += [
            (value.working.result(digits), operand(value.number, digits))
            for value in self.formula.values()
            if value.working is not None
        ]
        return all(abs(result - _read(text)) <= half_unit(text) for result, text in shown)


def operand(number: float, digits: int) -> str:
    """A number in a formula: in full where it is short, else with so many significant digits.

    >>> operand(50000.0, 4), operand(0.1 + 0.2, 4), operand(387.2983346, 4), operand(2711.0883, 6)
    ('50,000', '0.3', '387.3', '2,711.09')
    """
    if not math.isfinite(number):
        return "unknown"
    if number == int(number) or abs(number) >= _HUGE:
        return f"{number:,.0f}"
    value = Decimal(f"{number:.12g}")  # without the noise of binary fractions
    if len(value.normalize().as_tuple().digits) > _SHORT:
        # repr has the digits of the double; a Decimal of the float itself has its binary noise too
        value = Decimal(repr(float(number)))
        places = max(digits - 1 - value.adjusted(), 0)
        value = value.quantize(Decimal(1).scaleb(-places))
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def half_unit(text: str) -> float:
    """Half of the unit in the last place of a number as it is shown: its rounding.

    >>> half_unit("51,840"), half_unit("0.0955"), half_unit("4.5e+15")
    (0.5, 5e-05, 50000000000000.0)
    """
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def _read(text: str) -> float:
    """The number of a text that `operand` or a figure wrote."""
    return float(re.sub(",", "", text)) if text != "unknown" else math.nan
