"""Works out a formula as it is printed. Knows nothing of how the program makes it."""

import re
from fractions import Fraction

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
_SIGN = re.compile(r" ([x+/-]) ")


def number(text: str) -> Fraction:
    """A number as it is printed."""
    return Fraction(text.replace(",", ""))


def rounding(text: str) -> Fraction:
    """Half of the unit in the last place of a number as it is printed."""
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return Fraction(10) ** (int(exponent or 0) - decimals) / 2


class Formula:
    """A printed formula: numbers with words about them, x + - / ^ and parentheses.

    The first number of a part counts, what follows are words. Parentheses behind words are a
    remark; where one says `a = b` that must hold too, and is in `remarks`.
    """

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.remarks: list[tuple[str, str]] = []
        self.value = self._sum()
        assert self.at == len(text), f"{text!r} ends at {text[: self.at]!r}"

    def _sum(self) -> Fraction:
        value = self._product()
        while (sign := self._sign("+-")) is not None:
            right = self._product()
            value = value + right if sign == "+" else value - right
        return value

    def _product(self) -> Fraction:
        value = self._power()
        while (sign := self._sign("x/")) is not None:
            right = self._power()
            value = value * right if sign == "x" else value / right
        return value

    def _power(self) -> Fraction:
        base = self._atom()
        if not self.text.startswith("^(", self.at):
            return base
        self.at += 1
        exponent = self._group()
        return Fraction(float(base) ** float(exponent))

    def _sign(self, signs: str) -> str | None:
        match = _SIGN.match(self.text, self.at)
        if match is None or match[1] not in signs:
            return None
        self.at = match.end()
        return match[1]

    def _group(self) -> Fraction:
        self.at += 1
        value = self._sum()
        assert self.text[self.at] == ")", self.text[self.at :]
        self.at += 1
        return value

    def _atom(self) -> Fraction:
        if self.text[self.at] == "(":
            return self._group()
        end = self.at
        while end < len(self.text) and not (
            _SIGN.match(self.text, end)
            or self.text[end] == ")"
            or self.text.startswith((" (", "^("), end)
        ):
            end += 1
        found = _NUMBER.search(self.text[self.at : end])
        assert found, f"no number in {self.text[self.at : end]!r} of {self.text!r}"
        self.at = end
        if self.text.startswith(" (", end):
            close = self.text.index(")", end)
            for remark in self.text[end + 2 : close].split("; "):
                left, equals, right = remark.partition(" = ")
                if equals:
                    self.remarks.append((left, right))
            self.at = close + 1
        return number(found[0])


def holds(formula: str, result: str) -> bool:
    """True where a formula, worked out, gives its result to within the rounding printed.

    Half a unit in the last place of the result, and a billionth of that for the machine's own.
    """
    read = Formula(formula)
    slack = rounding(result) * (1 + Fraction(1, 10**9))
    slack += abs(number(result)) / 10**15
    if abs(read.value - number(result)) > slack:
        return False
    return all(holds(left, right) for left, right in read.remarks)


def remark_fits(formula: str) -> bool:
    """True where a remark gives the number that it stands behind."""
    return all(f"{right} " in formula for _, right in Formula(formula).remarks)
