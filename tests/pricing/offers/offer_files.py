"""AWS Price List offer files as the tests make them: one list of products, every shape of a file.

The shape is that of AWS Billing guide, "Reading the service price list file for an AWS service",
and of files quoted in public code; prices and Regions are the tests' own.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pricing.regions import regions

TERM = "JRTCKXETXF"
DISCLAIMER = (
    "This pricing list is for informational purposes only. All prices are subject to the "
    "additional terms included in the pricing pages on http://aws.amazon.com."
)


@dataclass
class Product:
    """One product with its tiers (begin, end, price of one unit)."""

    usage_type: str
    region: str
    tiers: list[tuple[str, str, str]]
    unit: str = "Requests"
    family: str = "API Request"
    effective: str = "2025-08-01T00:00:00Z"
    attributes: dict[str, str] = field(default_factory=dict)


def flat(kind: str, region: str, price: str, unit: str = "Requests", **more: Any) -> Product:
    """A product with one price, its usage type with the Region's full name as KMS has it."""
    return Product(f"{region}-{kind}", region, [("0", "Inf", price)], unit, **more)


def everywhere(quantity: str = "20000", **more: Any) -> Product:
    """The free quantity of all Regions."""
    return Product("Global-KMS-Requests", "", [("0", quantity, "0.0000000000")], **more)


def kms(*codes: str, request: str = "0.0000030000", **more: Any) -> list[Product]:
    """The products that KMS sells in some Regions today."""
    return [
        product
        for code in codes
        for product in (
            flat("KMS-Requests", code, request, **more),
            flat("KMS-Keys", code, "1.0000000000", "Keys", **more),
            flat("KMS-Requests-Asymmetric", code, "0.0000150000", **more),
            flat("KMS-Requests-Asymmetric-RSA_2048", code, request, **more),
            flat("KMS-Requests-GenerateDatakeyPair-ECC", code, "0.0000100000", **more),
            flat("KMS-Requests-GenerateDatakeyPair-RSA", code, "0.0012000000", **more),
        )
    ]


def offer(
    products: list[Product],
    service: str = "awskms",
    currency: str = "USD",
    old: bool = False,
    published: str = "2025-08-28T15:39:13Z",
    version: str = "20250828153913",
) -> dict[str, Any]:
    """The file as JSON; an `old` one has no regionCode, names places only, and no servicename."""
    listed: dict[str, Any] = {}
    on_demand: dict[str, Any] = {}
    for number, product in enumerate(products):
        sku = f"SKU{number:013d}"
        listed[sku] = {
            "sku": sku,
            "productFamily": product.family,
            "attributes": {
                "servicecode": service,
                "location": regions()[product.region].name if product.region else "Any",
                "locationType": "AWS Region" if product.region else "Other",
                "usagetype": product.usage_type,
                "operation": "",
                **({} if old else {"regionCode": product.region, "servicename": "AWS KMS"}),
                **product.attributes,
            },
        }
        dimensions = {
            f"{sku}.{TERM}.RATE{tier}": {
                "rateCode": f"{sku}.{TERM}.RATE{tier}",
                "description": "a price",
                "beginRange": begin,
                "endRange": end,
                "unit": product.unit,
                "pricePerUnit": {currency: price},
                "appliesTo": [],
            }
            for tier, (begin, end, price) in enumerate(product.tiers)
        }
        on_demand[sku] = {
            f"{sku}.{TERM}": {
                "offerTermCode": TERM,
                "sku": sku,
                "effectiveDate": product.effective,
                "priceDimensions": dimensions,
                "termAttributes": {},
            }
        }
    return {
        "formatVersion": "v1.0",
        "disclaimer": DISCLAIMER,
        "offerCode": service,
        "version": version,
        "publicationDate": published,
        "products": listed,
        "terms": {"OnDemand": on_demand} if old else {"OnDemand": on_demand, "Reserved": {}},
    }


def as_csv(file: dict[str, Any]) -> str:
    """The same file as AWS writes it in CSV: dates without a time, columns with capitals."""
    stream = io.StringIO()
    write = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
    write(["FormatVersion", file["formatVersion"]])
    write(["Disclaimer", file["disclaimer"]])
    write(["Publication Date", file["publicationDate"]])
    write(["Version", file["version"]])
    write(["OfferCode", file["offerCode"]])
    old = all("regionCode" not in product["attributes"] for product in file["products"].values())
    write(
        "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,"
        "Unit,PricePerUnit,Currency,Product Family,serviceCode,Location,Location Type,usageType,"
        f"operation{'' if old else ',Region Code,serviceName'}".split(",")
    )
    for sku, product in file["products"].items():
        attributes = product["attributes"]
        for code, term in file["terms"]["OnDemand"][sku].items():
            for rate, dimension in term["priceDimensions"].items():
                ((currency, price),) = dimension["pricePerUnit"].items()
                row = [
                    *(sku, code.split(".")[1], rate, "OnDemand", dimension["description"]),
                    *(
                        term["effectiveDate"][:10],
                        dimension["beginRange"],
                        dimension["endRange"],
                        dimension["unit"],
                    ),
                    *(price, currency, product["productFamily"], attributes["servicecode"]),
                    *(
                        attributes["location"],
                        attributes["locationType"],
                        attributes["usagetype"],
                        "",
                    ),
                ]
                write(row if old else [*row, attributes["regionCode"], attributes["servicename"]])
    return stream.getvalue()


def write_file(path: Path, file: dict[str, Any] | str, packed: bool = False) -> Path:
    """The file on disk, as JSON where it is no text, gzipped or not."""
    text = file if isinstance(file, str) else json.dumps(file, indent=2)
    data = text.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return path
