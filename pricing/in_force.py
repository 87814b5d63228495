"""The rates in force on a day, a row each, as `kmscost rates show` prints them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pricing.meters import Meter
from pricing.notebook import NotebookResult
from pricing.rates import RateTable, load_cloudtrail_rates, load_rates
from pricing.reading.problems import RateError
from pricing.reading.written_days import read_day_option
from pricing.regions import check_region_option, partition_of


class RatesInForce(list[dict[str, Any]], NotebookResult):
    """The rates in force on a day: a list of one dict per meter and rate."""


def rates_show(
    on: str | datetime.date | None = None,
    region: str | None = None,
    rates: RateTable | str | Path | None = None,
) -> RatesInForce:
    """The rates in force on a day, and why.

    Parameters
    ----------
    on : str or date, optional
        Such as ``2026-11-01``. Default: today, UTC.
    region : str, optional
        Only this Region. Default: all of them.
    rates : RateTable or path, optional
        A table of your own. Default: the shipped AWS KMS and CloudTrail tables.

    Returns
    -------
    RatesInForce
        A list of dict, one per meter and rate: meter, title, regions, tiers [currency per `per`
        units], currency, per, unit, free [unit/month], from, confirmed, source; free_quantities: of
        each partition of these Regions the quantity, from, confirmed and source.

    Raises
    ------
    UsageError
        `on` is no day, or `region` no Region.
    RateError
        Nothing is in force on the day, or there is no rate for the Region.
    """
    day = read_day_option(on) or datetime.datetime.now(datetime.UTC).date()
    if region is not None:
        check_region_option("region", region, "a Region's code")
    if rates is None:
        tables = [load_rates(), load_cloudtrail_rates()]
    else:
        tables = [rates if isinstance(rates, RateTable) else load_rates(rates)]
    rows = RatesInForce()
    missing: list[RateError] = []
    for table in tables:
        for meter in table.meters:
            # a day may lie before the first version of one table and not of the other
            try:
                rows += _in_force(table, meter, day, region)
            except RateError as error:
                missing.append(error)
    if not rows:
        raise missing[0]
    return rows


def _in_force(
    table: RateTable, meter: Meter, day: datetime.date, region: str | None
) -> Iterator[dict[str, Any]]:
    version = table.in_force(meter, day)
    pool = version.free.pool if version.free else None
    for rate in [table.rate(meter, region, day)[1]] if region else version.rates:
        codes = [region] if region else list(rate.regions)
        yield {
            "service": table.service,
            "meter": meter.name,
            "title": meter.title,
            "regions": codes,
            "tiers": [{"up_to": None if math.isinf(b) else b, "rate": r} for b, r in rate.steps],
            "currency": table.currency,
            "per": meter.per,
            "unit": meter.unit,
            "free": version.free.quantity if version.free else 0.0,
            "free_quantities": [
                {"partition": partition, **free.model_dump(mode="json", by_alias=True)}
                for partition in dict.fromkeys(partition_of(code) for code in codes)
                if pool and (free := table.free_in_force(pool, partition, day))
            ],
            "from": version.start.isoformat(),
            "confirmed": version.confirmed,
            "source": version.source.model_dump(mode="json"),
        }
