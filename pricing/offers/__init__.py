"""AWS's own files of prices to a rate table: the whole way on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pricing.changes import big_moves, changes
from pricing.meters import Meter
from pricing.notebook import NotebookResult
from pricing.offers.entries import entries_of
from pricing.offers.offer import Offer
from pricing.offers.price_list_csv import read_csv
from pricing.offers.price_list_json import read_json
from pricing.offers.rate_file import format_rates
from pricing.offers.source import open_source
from pricing.offers.table import describe_offer, table_of
from pricing.rates import RateTable, load_cloudtrail_rates, load_rates
from pricing.reading.document import parse_document
from pricing.reading.files import is_price_list
from pricing.reading.problems import DocumentError, Problem, UsageError, printable
from pricing.reading.validation import validate
from pricing.usage_types import SERVICES

__all__ = ["ImportedRates", "load_any_rates", "rates_import"]

_MOST_KINDS = 12
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ImportedRates(NotebookResult):
    """Rates out of AWS's own files.

    Attributes
    ----------
    table : RateTable
        Ready for `rates=` of a forecast.
    yaml : str
        The same as a file for ``--rates``.
    notices : tuple of str
        What was read, what was not, and what to look at twice.
    """

    table: RateTable
    yaml: str
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<ImportedRates {repr(self.table)[len('<RateTable ') : -1]}>"


def rates_import(file: str | Path | Sequence[str | Path]) -> ImportedRates:
    """A rate table out of AWS Price List offer files, or of the Pricing Calculator's feed.

    Parameters
    ----------
    file : path or paths
        Offer files of awskms and AWSCloudTrail, JSON or CSV, gzipped or not, of all Regions or of
        one, or answers of `aws pricing get-products`; several become one table. A rate is in force
        from its term's effective date.

    Raises
    ------
    DocumentError
        A file is damaged or something else, or says something that no table can hold.
    """
    files = [file] if isinstance(file, str | Path) else list(file)
    if not files:
        raise UsageError(Problem("FILE", None, "", "no file", "one file or more", ""))
    meters = _meters()
    offers = [_read(path) for path in files]
    entries = [entry for offer in offers for entry in entries_of(offer, meters)]
    problems = [problem for offer in offers for problem in offer.problems]
    if not entries and not problems:
        found = f"no product that is priced ({', '.join(_kinds(offers)) or 'no products at all'})"
        expected = f"KMS requests or keys, or further copies of events ({', '.join(SERVICES)})"
        problems = [Problem(str(files[0]), None, "", found, expected, "check the file")]
    if problems:
        raise DocumentError(problems)

    notices: list[str] = []
    root = table_of(entries, meters, notices)
    heading = (
        "AWS's own prices, by `kmscost rates import`. Use: kmscost forecast ... --rates THIS-FILE"
    )
    about = [f"{describe_offer(offer)}, sha256 {offer.sha256}" for offer in offers]
    text = format_rates(root, [heading, *sorted(set(about))])
    # read back from its own text: what the file says is what is used
    table = _check_table(text, ", ".join(str(path) for path in files))
    return ImportedRates(
        table, text, (*_read_from(offers, table), *dict.fromkeys(notices), *_doubts(table))
    )


def load_any_rates(path: str | Path) -> RateTable:
    """A rate table, or one of AWS's files as one."""
    with open_source(path) as source:
        is_aws = is_price_list(source.begins())
    return rates_import(path).table if is_aws else load_rates(path)


def _read(path: str | Path) -> Offer:
    offer = Offer(str(path))
    with open_source(path) as source:
        start = source.begins()
        begins = start.removeprefix(_BOM).lstrip()
        if not begins and len(start) < 4096:
            found, expected = "an empty file", "an AWS Price List offer file"
            raise DocumentError(Problem(str(path), 1, "", found, expected, "download it again"))
        read = read_json if begins[:1] in (b"", b"{", b"[") else read_csv
        read(source, offer)
        offer.sha256 = source.sha256()
    _ = offer.day  # a problem where it is none
    return offer


def _meters() -> dict[str, Meter]:
    """The shipped meters by name: a price list does not know KMS's operations."""
    tables = (load_rates(), load_cloudtrail_rates())
    return {meter.name: meter for table in tables for meter in table.meters}


def _check_table(text: str, path: str) -> RateTable:
    """The table as its own file reads."""
    root, problems = parse_document(text, path)
    table, more, _ = validate(RateTable, root, path)
    if table is None or problems:
        raise DocumentError([*problems, *more])
    return table.read_from(path)


def _read_from(offers: list[Offer], table: RateTable) -> list[str]:
    """Notices of what was read, of products without a meter, of meters without a price."""
    codes = {
        code
        for meter in table.meters
        for version in meter.versions
        for rate in version.rates
        for code in rate.regions
    }
    days = sorted({version.start for meter in table.meters for version in meter.versions})
    span = f"from {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]} on"
    files = "; ".join(dict.fromkeys(describe_offer(offer) for offer in offers))
    regions = f"{len(codes)} Region{'s' * (len(codes) != 1)}"
    if len(codes) <= 3:
        regions = ", ".join(sorted(codes))
    meters = f"{len(table.meters)} meter{'s' * (len(table.meters) != 1)}"
    notices = [f"{files}: {meters} in {regions}, {table.currency}, in force {span}"]
    notices += [notice for offer in offers for notice in offer.notices]
    kinds = _kinds(offers)
    if kinds:
        more = f" and {len(kinds) - _MOST_KINDS} more kinds" if len(kinds) > _MOST_KINDS else ""
        notices.append(f"not imported, no meter for it: {', '.join(kinds[:_MOST_KINDS])}{more}")
    services = {offer.service for offer in offers}
    wanted = [
        name for service in SERVICES if service in services for name in SERVICES[service].values()
    ]
    have = {meter.name for meter in table.meters}
    missing = [name for name in wanted if name not in have]
    if missing:
        notices.append(f"no price in the file for {', '.join(missing)}: the table is without them")
    return notices


def _kinds(offers: list[Offer]) -> list[str]:
    """The kinds of products that have no meter, each with its number."""
    counts: dict[str, int] = {}
    for offer in offers:
        for kind, number in offer.others.items():
            counts[kind] = counts.get(kind, 0) + number
    return [f"{printable(kind)} ({number:,})" for kind, number in sorted(counts.items())]


def _doubts(table: RateTable) -> list[str]:
    """Rates that are more than half away from what is shipped: a price seldom moves so far."""
    doubts: list[str] = []
    for shipped in (load_rates(), load_cloudtrail_rates()):
        if shipped.currency == table.currency:
            moves = big_moves(changes(shipped, table), table.currency)
            doubts += [
                f"{move}: more than half away from the shipped rate; check it" for move in moves
            ]
    return doubts
