"""From requests to money: free tier, rate, total."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from estimator.explain.walk import Step
from estimator.figures import count, factor
from estimator.forecast import WRITES, Forecast
from pricing.bill import price_column
from pricing.regions import partition_of


def price_steps(told: Forecast, rows: pd.DataFrame) -> Iterator[Step]:
    """The steps from requests to money: free tier, rate, total."""
    price = price_column(told.currency)
    requests = rows[rows["unit"] == "request"]
    quantity = float(requests["quantity"].sum())
    yield Step("Requests", "all of these", "", quantity, "requests")
    if told.inventory.cloudtrail_writes == "exempt":
        writes = requests[requests["cause"].isin(WRITES)]
        what = "never charged with cloudtrail_writes: exempt"
        yield Step("Requests", what, "", float(writes["quantity"].sum()), "requests")
        requests = requests[~requests["cause"].isin(WRITES)]
    partitions = requests["billed_region"].astype(str).map(partition_of)
    for pool in told.pools.to_dict("records"):
        payer, partition = pool["payer"], pool["partition"]
        mine = requests[(requests["payer"] == payer) & (partitions == partition)]
        if not len(mine):
            continue
        section = f"Free tier of payer {payer}, partition {partition}"
        size, others = pool["quantity_free"], pool["used_by_others"]
        formula = f"{count(size)} - {count(others)} used by others first"
        yield Step(
            section, "free requests left", formula, size - others, "requests", told.free_source
        )
        what = f"shared among {count(pool['requests'])} requests in proportion; free of these"
        yield Step(section, what, "", float(mine["free"].sum()), "requests")
    sources = {(m.name, v.start.isoformat()): (m, v) for m, v in told.versions}
    keys = ["meter", "billed_region", "rate_from", price]
    for kind, part in rows.groupby(keys, observed=True, sort=False):
        meter, region, since, rate = (str(value) for value in kind)
        _, version = sources[meter, since]
        billable, unit = float(part["billable"].sum()), str(part["unit"].iloc[0])
        less = f" (discount {factor(told.discount)} taken off)" if told.discount else ""
        confirmed = "" if version.confirmed else ", not confirmed"
        yield Step(
            "Cost",
            f"{meter} in {region}",
            f"{count(billable)} {unit}s x {told.currency} {factor(float(rate))}{less}",
            float(part["cost"].sum()),
            told.currency,
            f"{version.source.title}, in force from {since}{confirmed}",
        )
    yield Step("Cost", "total", "", float(rows["cost"].sum()), told.currency)
