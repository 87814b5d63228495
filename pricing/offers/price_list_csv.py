"""AWS Price List offer files as CSV: five lines about the file, a header, a line per price.

AWS Billing guide, "Reading the service price list file for an AWS service", checked 2026-11-24.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from pricing.offers.offer import Offer, Price
from pricing.offers.source import Source
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown
from pricing.usage_types import meter_of

_LONGEST_LINE = 1 << 20
_FIRST = ("0", "")  # where the first tier begins
_MOST_ABOUT = 20  # lines before the header

# columns that are needed, in small letters without spaces, and what they are called in the file
_NEEDED = {
    "sku": "SKU",
    "termtype": "TermType",
    "effectivedate": "EffectiveDate",
    "startingrange": "StartingRange",
    "endingrange": "EndingRange",
    "unit": "Unit",
    "priceperunit": "PricePerUnit",
    "currency": "Currency",
    "usagetype": "usageType",
}


def read_csv(source: Source, offer: Offer) -> None:
    """Read an offer file.

    Raises
    ------
    DocumentError
        It is damaged, or something else.
    """
    lines = csv.reader(_lines(source), strict=True)
    try:
        columns = _about(lines, offer)
        width = len(columns)
        place = {name: at for at, name in enumerate(columns)}
        for row in lines:
            if len(row) == width:
                _take(offer, {name: row[at] for name, at in place.items()}, lines.line_num)
            elif row:
                found, expected = (
                    f"{len(row)} cell{'s' * (len(row) != 1)}",
                    f"{width}, as the header has",
                )
                offer.refuse(lines.line_num, "", found, expected, "download it again")
    except csv.Error as error:
        found = f"text that is not CSV ({error})"
        raise DocumentError(
            Problem(offer.path, lines.line_num, "", found, "CSV", "download it again")
        ) from None


def _lines(source: Source) -> Iterator[str]:
    text = source.text()
    number = 0
    while True:
        try:
            line = text.readline(_LONGEST_LINE)
        except UnicodeDecodeError as error:
            found = f"the byte 0x{error.object[error.start]:02x}, which is not UTF-8"
            problem = Problem(source.path, number + 1, "", found, "text in UTF-8", "")
            raise DocumentError(problem) from None
        if not line:
            return
        number += 1
        if len(line) >= _LONGEST_LINE:
            found = f"a line of more than {_LONGEST_LINE >> 20} MB"
            raise DocumentError(Problem(source.path, number, "", found, "a price list", ""))
        yield line


def _about(lines: Iterator[list[str]], offer: Offer) -> list[str]:
    """Take the lines about the file itself; returns the columns of the header after them."""
    number = 0
    for number, row in enumerate(lines, 1):
        names = [_plain(cell) for cell in row]
        if names and names[0] == "sku":
            _check_header(offer, names, number)
            return names
        key, value = names[0] if names else "", row[1] if len(row) > 1 else ""
        if key == "formatversion" and value != "v1.0":
            expected = "v1.0, the format of AWS Price List offer files"
            offer.refuse(number, "FormatVersion", shown(value), expected)
        elif key == "publicationdate":
            offer.published = value
        elif key == "version":
            offer.version = value
        elif key == "offercode":
            offer.is_of(value, number)
        if number >= _MOST_ABOUT:
            break
    found, fix = "no header that begins with SKU", "download it again"
    raise DocumentError(Problem(offer.path, number or 1, "", found, "a price list in CSV", fix))


def _check_header(offer: Offer, names: list[str], line: int) -> None:
    missing = [columns for name, columns in _NEEDED.items() if name not in names]
    if "location" not in names and "regioncode" not in names:
        missing.append("Location or Region Code")
    if missing:
        found, fix = f"no column {', '.join(missing)}", "download it again"
        raise DocumentError(Problem(offer.path, line, "", found, "a price list in CSV", fix))
    twice = sorted({name for name in names if name in _NEEDED and names.count(name) > 1})
    if twice:
        columns = ", ".join(_NEEDED[name] for name in twice)
        problem = Problem(offer.path, line, "", f"two columns {columns}", "each column once", "")
        raise DocumentError(problem)


def _take(offer: Offer, row: dict[str, str], line: int) -> None:
    """One price, and the product that it is of."""
    if not offer.service:
        offer.is_of(row.get("servicecode"), line)
    sku = row["sku"]
    known = offer.products.get(sku)
    if known is None:
        if meter_of(offer.service, row["usagetype"])[0] or row["startingrange"] in _FIRST:
            offer.take_product(sku, row, line)  # one without a meter counts by its first tier
        if sku not in offer.products:
            return
    elif known.usage_type != row["usagetype"]:
        found = f"{shown(row['usagetype'])} for a SKU that was {shown(known.usage_type)} before"
        offer.refuse(line, sku, found, "one usage type for a SKU", "download it again")
        return
    if row["termtype"] != "OnDemand":
        return
    price = Price(
        row.get("offertermcode", ""),
        row["effectivedate"],
        row["unit"],
        row["startingrange"],
        row["endingrange"],
        row["priceperunit"],
        row["currency"],
        line,
    )
    offer.price(sku, price)


def _plain(name: str) -> str:
    """A column's name in small letters without spaces."""
    return "".join(name.split()).lower()
