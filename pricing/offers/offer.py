"""What a file of prices says, before anything of it is believed."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown
from pricing.usage_types import SERVICES, meter_of

_MOST_PROBLEMS = 1_000
_MOST_KINDS = 1_000
_MOST_PRICED = 10_000  # products, and prices of one: every Region has seven meters
_LONGEST = 200


@dataclass(frozen=True)
class Product:
    """Something that is sold in one place, and the meter of it."""

    sku: str
    meter: str
    usage_type: str
    region_code: str
    location: str
    location_type: str
    line: int | None

    @property
    def at(self) -> str:
        """Its place, in the words of an error."""
        return f"{self.sku} ({self.usage_type}, {self.location or self.region_code})"


@dataclass(frozen=True)
class Price:
    """One price dimension as it stands in the file, unchecked."""

    term: str
    effective: Any
    unit: Any
    begin: Any
    end: Any
    amount: Any
    currency: Any
    line: int | None


class Offer:
    """One file: who published what when, its products that have a meter, and their prices."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.is_feed = False
        self.service = ""
        self.version = ""
        self.published = ""
        self.sha256 = ""
        self.products: dict[str, Product] = {}
        self.prices: dict[str, list[Price]] = {}
        self.others: Counter[str] = Counter()  # products without a meter, by what they are
        self.notices: list[str] = []
        self.problems: list[Problem] = []

    def refuse(self, line: int | None, at: str, found: str, expected: str, fix: str = "") -> None:
        """Note a problem; a file that is nothing but problems is given up."""
        at = at if len(at) <= _LONGEST else f"{at[:_LONGEST]}..."
        self.problems.append(Problem(self.path, line, at, found, expected, fix))
        # a wrong file has a problem in every line, and nobody reads a million
        if len(self.problems) >= _MOST_PROBLEMS:
            raise DocumentError(self.problems)

    def is_of(self, service: Any, line: int | None) -> None:
        """Take the file's own word for its service, which must be one that has meters."""
        known = {name.lower(): name for name in SERVICES}
        if not isinstance(service, str) or service.lower() not in known:
            found = f"the price list of {shown(service)}"
            expected = f"that of {' or '.join(SERVICES)}"
            fix = "download the file of that service"
            raise DocumentError(Problem(self.path, line, "", found, expected, fix))
        self.service = known[service.lower()]

    def take_product(self, sku: str, attributes: dict[str, str], line: int | None) -> None:
        """Keep a product that has a meter, count one that has none."""
        usage_type = attributes.get("usagetype", "")
        meter, kind = meter_of(self.service, usage_type)
        if not meter:
            self.count(
                kind or attributes.get("productfamily", "") or "a product without usage type"
            )
            return
        code, location = attributes.get("regioncode", ""), attributes.get("location", "")
        kind_of_place = attributes.get("locationtype", "")
        self.add(Product(sku, meter, usage_type, code, location, kind_of_place, line))

    def add(self, product: Product) -> None:
        """Keep a product that has a meter."""
        self.products[product.sku] = product
        if len(self.products) > _MOST_PRICED:
            self.too_much(product.line, f"more than {_MOST_PRICED:,} products with a meter")

    def price(self, sku: str, price: Price) -> None:
        """Keep a price of such a product."""
        prices = self.prices.setdefault(sku, [])
        prices.append(price)
        if len(prices) > _MOST_PRICED:
            self.too_much(price.line, f"more than {_MOST_PRICED:,} prices of {shown(sku)}")

    def too_much(self, line: int | None, found: str) -> NoReturn:
        """Give up on a file with more than any price list has."""
        expected, fix = "the price list of one service", "check the file"
        raise DocumentError(Problem(self.path, line, "", found, expected, fix))

    def count(self, kind: str) -> None:
        """A product that nothing is priced with."""
        kind = kind if len(kind) <= 80 else f"{kind[:77]}..."
        # kinds come from the file: they must not fill the memory
        known = kind in self.others or len(self.others) < _MOST_KINDS
        self.others[kind if known else "others"] += 1

    @property
    def day(self) -> datetime.date | None:
        """The day of publication; noted as a problem where it is none."""
        day = day_of(self.published)
        if day is None:
            found = shown(self.published) if self.published else "no publication date"
            self.refuse(None, "publicationDate", found, "a day such as 2025-08-28T15:39:13Z")
        return day


def day_of(value: Any) -> datetime.date | None:
    """The day of a date or of a moment in UTC, None where it is neither.

    >>> day_of("2016-01-07T00:00:00Z"), day_of("2016-01-07"), day_of("yesterday")
    (datetime.date(2016, 1, 7), datetime.date(2016, 1, 7), None)
    """
    if not isinstance(value, str) or not value.isascii():
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC)
    return moment.date()
