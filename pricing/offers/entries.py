"""A product and its prices, checked: one meter's tiers in one Region from a day on."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.meters import Meter
from pricing.offers.offer import Offer, Price, Product, day_of
from pricing.reading.words import shown
from pricing.regions import is_region, region_names
from pricing.usage_types import FREE, FREE_METER, GLOBAL, UNITS, region_and_meter

_NUMBER = re.compile(r"\d{1,20}(\.\d{0,30})?([eE][+-]?\d{1,2})?|\.\d{1,30}")
_AGAIN = "download it again"
_OPEN = Decimal("Infinity")  # the end of a tier that has none

Step = tuple[Decimal | None, Decimal]


@dataclass(frozen=True)
class Entry:
    """The price of a meter in a Region from a day on.

    Attributes
    ----------
    meter, region, start : str, str, date
        The meter; its Region, nothing for the free quantity of all Regions; the effective date.
    steps : tuple of (upper bound or None, price)
        Graduated tiers of the units that are charged. [unit], [currency/unit]
    free : Decimal or None
        Units a month that the product itself gives free, before its tiers. [unit/month]
    currency, offer, at : str, Offer, str
        In which currency; which file says so, and where.
    """

    meter: str
    region: str
    start: datetime.date
    steps: tuple[Step, ...]
    free: Decimal | None
    currency: str
    offer: Offer
    product: Product


def entries_of(offer: Offer, meters: dict[str, Meter]) -> list[Entry]:
    """Every product of the file that has a meter; what is wrong is noted in the file's problems."""
    found = []
    for product in offer.products.values():
        region = _region(offer, product)
        if region is None:
            continue
        entry = _entry(offer, product, region, meters)
        if entry is not None:
            found.append(entry)
    return found


def _region(offer: Offer, product: Product) -> str | None:
    """The Region's code; nothing for what is sold in all of them; None where it is none."""
    if product.meter == FREE:
        return ""
    hint = region_and_meter(product.usage_type)[0] if not offer.is_feed else ""
    codes = {
        product.region_code: "regionCode",
        region_names().get(product.location, ""): "location",
        hint or "": "usagetype",
    }
    known = {code: where for code, where in codes.items() if is_region(code)}
    # a file that contradicts itself would price one Region with the rate of another
    if len(known) > 1:
        found = " and ".join(f"{code} in {where}" for code, where in known.items())
        offer.refuse(product.line, product.at, found, "one Region for a product", _AGAIN)
        return None
    is_sold = product.location_type in ("", "AWS Region")
    if not known or not is_sold or (product.region_code and product.region_code not in known):
        place = product.location or product.region_code or "nowhere"
        offer.count(f"{region_and_meter(product.usage_type)[1]} in {place}, no Region known here")
        return None
    return next(iter(known))


def _entry(offer: Offer, product: Product, region: str, meters: dict[str, Meter]) -> Entry | None:
    prices = offer.prices.get(product.sku, [])
    before = len(offer.problems)
    if not prices:
        expected = "one: never a silent zero"
        offer.refuse(product.line, product.at, "no OnDemand price", expected, _AGAIN)
        return None
    # two terms are two prices, and nothing tells which of them is in force
    if len({price.term for price in prices}) > 1 or len({str(p.effective) for p in prices}) > 1:
        terms = sorted({f"{price.term} from {price.effective}" for price in prices})
        found = f"{len(terms)} OnDemand terms: {', '.join(terms)[:120]}"
        fix = "keep the one that is in force"
        offer.refuse(prices[0].line, product.at, found, "one term and effective date", fix)
        return None
    start = _start(offer, product, prices[0])
    currency = _currency(offer, product, prices)
    meter = meters[FREE_METER if product.meter == FREE else product.meter]
    if not offer.is_feed:
        _check_units(offer, product, prices, meter.unit)
    steps = _steps(offer, product, prices)
    if len(offer.problems) > before or start is None or not steps:
        return None
    free, steps = _free(offer, product, steps)
    if len(offer.problems) > before:
        return None
    return Entry(product.meter, region, start, steps, free, currency, offer, product)


def _start(offer: Offer, product: Product, price: Price) -> datetime.date | None:
    day = day_of(price.effective)
    if day is None:
        found, expected = shown(price.effective), "a day such as 2025-08-01T00:00:00Z"
        offer.refuse(price.line, f"{product.at}: effectiveDate", found, expected)
    return day


def _currency(offer: Offer, product: Product, prices: list[Price]) -> str:
    code = prices[0].currency
    for price in prices:
        currency = price.currency
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
            found, expected = shown(currency), "the code of a currency such as USD or CNY"
            offer.refuse(price.line, f"{product.at}: currency", found, expected)
        elif currency != code:
            found = f"{shown(code)} and {shown(currency)}"
            offer.refuse(price.line, f"{product.at}: currency", found, "one currency")
    return str(code)


def _check_units(offer: Offer, product: Product, prices: list[Price], unit: str) -> None:
    allowed = UNITS[unit]
    for price in prices:
        unit_name = re.sub("[ -]", "", price.unit).lower() if isinstance(price.unit, str) else None
        if unit_name not in allowed:
            expected = f"{allowed[0].capitalize()}: the meter counts {unit}s"
            offer.refuse(price.line, f"{product.at}: unit", shown(price.unit), expected)


def _steps(offer: Offer, product: Product, prices: list[Price]) -> tuple[Step, ...]:
    """Tiers in their order, from 0 without a gap to the last, which is open."""
    rows: list[tuple[Decimal, Decimal, Decimal, int | None]] = []
    flat = len(prices) == 1
    for price in prices:
        begin = _bound(offer, product, price, "beginRange", Decimal(0), flat=flat)
        end = _bound(offer, product, price, "endRange", _OPEN, flat=flat)
        amount = _decimal(offer, product, price, price.amount, "pricePerUnit")
        if amount is None or begin is None or end is None:
            return ()
        rows.append((begin, end, amount, price.line))
    rows.sort()
    reached = Decimal(0)
    for begin, end, _, line in rows:
        # `to 20,000, then from 20,000` and `to 20,000, then from 20,001` both occur
        if begin != reached and not (reached and begin == reached + 1):
            kind = "a gap" if begin > reached else "an overlap"
            found = (
                f"{kind}: tiers to {_format_bound(reached)}, then one from {_format_bound(begin)}"
            )
            offer.refuse(line, product.at, found, "tiers from 0, each where the last ends", _AGAIN)
            return ()
        if end <= begin:
            found = f"a tier from {_format_bound(begin)} to {_format_bound(end)}"
            offer.refuse(line, product.at, found, "an end after its beginning", _AGAIN)
            return ()
        reached = end
    if reached != _OPEN and product.meter != FREE:
        found = f"a last tier that ends at {_format_bound(reached)}"
        offer.refuse(prices[0].line, product.at, found, "one without end (Inf)", _AGAIN)
        return ()
    return tuple((None if end == _OPEN else end, amount) for _, end, amount, _ in rows)


def _free(
    offer: Offer, product: Product, steps: tuple[Step, ...]
) -> tuple[Decimal | None, tuple[Step, ...]]:
    """The units that the first tier gives free, and the tiers of what is charged after them."""
    bound, first = steps[0]
    line = product.line
    if product.meter == FREE:
        if first:
            found = f"{first:f} a request in {GLOBAL}"
            offer.refuse(line, product.at, found, "0: it is the free quantity", _AGAIN)
        return bound, ()
    # only symmetric requests have a free tier (F13)
    free = bound if product.meter == FREE_METER and not first else None
    charged = steps if free is None else steps[1:]
    if any(not amount for _, amount in charged) or not charged:
        expected = "a price: only the free tier of symmetric requests is 0"
        offer.refuse(line, product.at, "a price of 0", expected, _AGAIN)
    if free is None:
        return None, charged
    # tiers of a rate table count what is billable, those of the product all of it
    return free, tuple((None if end is None else end - free, amount) for end, amount in charged)


def _decimal(offer: Offer, product: Product, price: Price, value: Any, name: str) -> Decimal | None:
    """A number that a price or a bound may be, None with a problem noted where it is not."""
    text = f"{value:f}" if isinstance(value, Decimal) and abs(value.adjusted()) < 50 else value
    at = f"{product.at}: {name}"
    if text is None or text == "":
        offer.refuse(price.line, at, "nothing", "a number", _AGAIN)
    elif isinstance(text, str) and re.fullmatch(rf"-\s*(?:{_NUMBER.pattern})", text.strip()):
        offer.refuse(price.line, at, f"{shown(text)}, which is negative", "zero or more", _AGAIN)
    elif not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        offer.refuse(price.line, at, shown(value), "a number such as 0.0000030000", _AGAIN)
    else:
        number = Decimal(text.strip())
        if number <= Decimal("1e12"):
            return number
        offer.refuse(price.line, at, shown(value), "at most 1e12", _AGAIN)
    return None


def _bound(
    offer: Offer, product: Product, price: Price, name: str, absent: Decimal, *, flat: bool
) -> Decimal | None:
    """The begin or end of a tier, None with a problem noted where that is no number."""
    value = price.begin if name == "beginRange" else price.end
    if flat and (value is None or value == ""):
        return absent
    if isinstance(value, str) and value.strip().lower() in ("inf", "infinity"):
        return _OPEN
    return _decimal(offer, product, price, value, name)


def _format_bound(bound: Decimal) -> str:
    return "Inf" if bound == _OPEN else f"{bound:f}"
