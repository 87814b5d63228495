"""AWS Price List offer files and the Pricing Calculator's feed, both JSON.

Offer file: AWS Billing guide, "Reading the service price list file for an AWS service", checked
2026-11-24: formatVersion, offerCode, version, publicationDate, products by SKU, terms by kind and
SKU. The feed: manifest, then Regions by name, each with prices by name and again by a hash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from pricing.offers.offer import Offer, Price, Product
from pricing.offers.source import Source, open_source
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown
from pricing.usage_types import FEED_NAMES, FEED_SERVICES

MOST_TEXT = 4 << 20  # of one value: a product or its terms are about 1 KB
_ON_DEMAND = "OnDemand"
_CODES = ("rateCode", "RegionlessRateCode")


def _stream(source: Source) -> JsonStream:
    return JsonStream(source.text(), source.path, "an AWS price list", MOST_TEXT)


def read_json(source: Source, offer: Offer) -> None:
    """Read an offer file or a feed.

    Raises
    ------
    DocumentError
        It is damaged, or something else.
    """
    walk = _Walk(_stream(source), offer)
    walk.document()
    # a JSON object has no order; holding all terms until the products come would hold the file
    if walk.terms_too_early:
        with open_source(source.path) as again:
            second = _Walk(_stream(again), offer, walk.skus)
            second.document()
            walk.strangers = second.strangers
    walk.finish()


class _Walk:
    """One pass over the document; a second one knows the products already."""

    def __init__(self, stream: JsonStream, offer: Offer, skus: set[str] | None = None) -> None:
        self.stream, self.offer = stream, offer
        self.header: dict[str, Any] = {}
        self.is_second = skus is not None
        self.skus: set[str] = skus or set()
        self.strangers = 0
        self.terms_too_early = False

    def document(self) -> None:
        """Everything, once; terms before their products ask for a second pass."""
        walkers: dict[str, Callable[[], None]] = {
            "products": self.products,
            "terms": self.terms,
            "regions": self.feed_regions,
        }
        for key in self.stream.members():
            if key in walkers and self.stream.peek() != "{":
                line, found = self.stream.line, shown(self.stream.value())
                self.offer.refuse(line, key, found, "an object", "download it again")
            elif key in walkers:
                walkers[key]()
            else:
                line = self.stream.line
                self.header[key] = self.stream.value()
                if not self.is_second:
                    self.read_header(key, line)
        self.stream.end()

    def read_header(self, key: str, line: int) -> None:
        """Refuse a wrong file as soon as it says what it is."""
        value = self.header[key]
        if key == "offerCode":
            self.offer.is_of(value, line)
        elif key == "manifest" and isinstance(value, dict):
            self.offer.is_feed = True
            service = value.get("serviceId")
            self.offer.is_of(FEED_SERVICES.get(str(service), service), line)
        elif key == "formatVersion" and value != "v1.0":
            expected = "v1.0, the format of AWS Price List offer files"
            self.offer.refuse(line, key, shown(value), expected)
        elif key in ("offers", "currentVersion", "versions"):
            self.stop(line, "an index of price lists", "download the file that it points to")
        elif key in ("PriceList", "priceList"):
            self.query_answer(value, line)
        elif key == "NextToken" and value:
            self.offer.notices.append("one page of several: the prices of the others are missing")

    def stop(self, line: int | None, found: str, fix: str) -> NoReturn:
        """Give up on what is no file of prices."""
        expected = "an AWS Price List offer file or the AWS Pricing Calculator's feed"
        raise DocumentError(Problem(self.offer.path, line, "", found, expected, fix))

    def products(self) -> None:
        """The products that have a meter; the others are counted."""
        self.know_service("products")
        for sku in self.stream.members():
            line = self.stream.line
            product = self.stream.value()
            if not self.is_second:
                self.product(sku, product, line)

    def product(self, sku: str, product: Any, line: int | None) -> None:
        """One product, taken where it has a meter."""
        self.skus.add(sku)
        attributes = product.get("attributes") if isinstance(product, dict) else None
        if not isinstance(attributes, dict):
            found = shown(attributes if isinstance(product, dict) else product)
            self.offer.refuse(line, f"products.{sku}.attributes", found, "an object")
            return
        texts = {key.lower(): value for key, value in attributes.items() if isinstance(value, str)}
        texts.setdefault("productfamily", str(product.get("productFamily") or ""))
        self.offer.take_product(sku, texts, line)

    def query_answer(self, listed: Any, line: int | None) -> None:
        """The products of `aws pricing get-products`: each a text, with its own terms and day.

        AWS Price List Query API, GetProducts, checked 2026-11-28: PriceList holds JSON as text.
        """
        if not isinstance(listed, list) or not listed:
            found = "an answer of the Price List Query API without products"
            self.stop(line, found, "download the offer file of the service instead")
        for number, text in enumerate(listed):
            at = f"PriceList[{number}]"
            entry = _decode_entry(text)
            product = entry.get("product")
            sku = product.get("sku") if isinstance(product, dict) else None
            if not isinstance(sku, str):
                self.offer.refuse(line, at, "no product with a sku", "a product as JSON text")
                continue
            self.offer.is_of(entry.get("serviceCode"), line)
            self.product(sku, product, line)
            terms = entry.get("terms")
            offered = terms.get(_ON_DEMAND) if isinstance(terms, dict) else None
            if sku in self.offer.products and offered is not None:
                self.prices(sku, offered, line)
            # each product has a day of its own: the newest is that of the answer
            for key in ("publicationDate", "version"):
                self.header[key] = max(str(self.header.get(key) or ""), str(entry.get(key) or ""))

    def know_service(self, key: str) -> None:
        if not self.offer.service:
            line = self.stream.line
            self.stop(line, f"`{key}` before any offerCode or manifest", "download it again")

    def terms(self) -> None:
        """The OnDemand prices of the products that have a meter."""
        self.terms_too_early = not self.skus
        for kind in self.stream.members():
            if self.stream.peek() != "{":
                line, found = self.stream.line, shown(self.stream.value())
                self.offer.refuse(line, f"terms.{kind}", found, "an object")
                continue
            for sku in self.stream.members():
                line = self.stream.line
                offered = self.stream.value()
                if kind != _ON_DEMAND or self.terms_too_early:
                    continue
                if sku in self.offer.products:
                    self.prices(sku, offered, line)
                elif sku not in self.skus:
                    self.strangers += 1

    def prices(self, sku: str, terms: Any, line: int | None) -> None:
        """Every price dimension of every term of one product."""
        at = f"terms.OnDemand.{sku}"
        for code, term in _objects(self.offer, terms, line, at):
            for rate, dimension in _objects(
                self.offer, term.get("priceDimensions"), line, f"{at}.{code}"
            ):
                amounts = dimension.get("pricePerUnit")
                if not isinstance(amounts, dict) or len(amounts) != 1:
                    found = "no price" if not amounts else shown(amounts)
                    if isinstance(amounts, dict) and amounts:
                        found = f"prices in {', '.join(map(shown, sorted(amounts)))}"
                    where = f"{at}.{code}.{rate}.pricePerUnit"
                    self.offer.refuse(line, where, found, "a price in one currency")
                    continue
                ((currency, amount),) = amounts.items()
                price = Price(
                    code,
                    term.get("effectiveDate"),
                    dimension.get("unit"),
                    dimension.get("beginRange", dimension.get("startingRange")),
                    dimension.get("endRange", dimension.get("endingRange")),
                    amount,
                    currency,
                    line,
                )
                self.offer.price(sku, price)

    def feed_regions(self) -> None:
        """A feed's prices; each stands there twice, by its name and by a hash."""
        manifest = self.header.get("manifest")
        if not isinstance(manifest, dict):
            # a Region index has `regions` too
            fix = "download the file that it points to"
            self.stop(self.stream.line, "an index of price lists", fix)
        self.know_service("regions")
        names = FEED_NAMES[self.offer.service]
        published, currency = manifest.get("hawkFilePublicationDate"), manifest.get("currencyCode")
        for region in self.stream.members():
            line = self.stream.line
            at = f"regions.{region}"
            entries = dict(_objects(self.offer, self.stream.value(), line, at))
            # the codes are looked up in a set, which a list or a mapping cannot be
            for name, entry in list(entries.items()):
                codes = {code: entry.get(code) or "" for code in _CODES}
                odd = [code for code, value in codes.items() if not isinstance(value, str)]
                for code in odd:
                    self.offer.refuse(line, f"{at}.{name}.{code}", shown(codes[code]), "text")
                if odd:
                    del entries[name]
            named = {
                entry.get("rateCode")
                for name, entry in entries.items()
                if name != entry.get("RegionlessRateCode")
            }
            for name, entry in entries.items():
                # the copy under its hash: counted once, by its name
                if name == entry.get("RegionlessRateCode"):
                    if entry.get("rateCode") not in named:
                        self.offer.count("a price without a name")
                    continue
                meter = names.get(name)
                if meter is None:
                    self.offer.count(name)
                    continue
                sku = f"{region}: {name}"
                self.offer.add(Product(sku, meter, name, "", region, "", line))
                price = Price("", published, None, None, None, entry.get("price"), currency, line)
                self.offer.price(sku, price)

    def finish(self) -> None:
        """Take over who published what when."""
        header = self.header
        if self.offer.is_feed:
            manifest = header["manifest"]
            self.offer.published = str(manifest.get("hawkFilePublicationDate") or "")
        else:
            if not self.offer.service:
                self.stop(None, "no offerCode", "download it again")
            self.offer.published = str(header.get("publicationDate") or "")
            self.offer.version = str(header.get("version") or "")
        if self.strangers:
            notice = (
                f"{self.strangers:,} OnDemand terms are of products that the file does not have"
            )
            self.offer.notices.append(notice)


def _decode_entry(text: Any) -> dict[str, Any]:
    """An entry of a price list: an object, or its text; nothing where it is neither."""
    try:
        entry = msgspec.json.decode(text) if isinstance(text, str) else text
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _objects(offer: Offer, value: Any, line: int | None, at: str) -> list[tuple[str, Any]]:
    """The members of an object that are objects themselves; all else is noted as a problem."""
    if not isinstance(value, dict):
        offer.refuse(line, at, shown(value), "an object", "download it again")
        return []
    for key, member in value.items():
        if not isinstance(member, dict):
            offer.refuse(line, f"{at}.{key}", shown(member), "an object", "download it again")
    return [(key, member) for key, member in value.items() if isinstance(member, dict)]
