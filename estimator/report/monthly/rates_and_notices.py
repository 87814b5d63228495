"""The free tier's use, both readings of F5, the rates used, notices and what was not read."""

from __future__ import annotations

from estimator.figures import count, factor, money, share, signed
from estimator.forecasting.result import INTERPRETATIONS
from estimator.report.blocks import Sheet
from estimator.report.monthly.document import Block, Said, Section
from estimator.report.monthly.inputs import Computed
from estimator.report.monthly.words import part

_MOST = 10
_MOST_NOTICES = 60


def free_section(told: Computed) -> Section:
    """Who used the free requests of the month."""
    pools = told.forecast.pools
    pools = pools[pools["month"].astype(str) == told.month]
    order = pools["used"].sort_values(ascending=False, kind="stable").index
    rows: list[tuple[str, ...]] = [
        (
            str(row["payer"]),
            str(row["partition"]),
            count(row["quantity_free"]),
            count(row["used_by_others"]),
            count(row["used"]),
            count(row["left"]),
            part(row["used"] / row["requests"]) if row["requests"] else "-",
        )
        for row in pools.loc[order[:_MOST]].to_dict("records")
    ]
    more = len(pools) - _MOST
    if more > 0:
        rest = pools.loc[order[_MOST:]]
        sums = (count(rest[name].sum()) for name in _POOL)
        rows.append((f"{more:,} more", "", *sums, ""))
    header: tuple[str, ...] = (
        "payer",
        "partition",
        "free requests",
        "others use first",
        "used here",
        "left",
    )
    header = (*header, "of these requests")
    sheet = Sheet(
        f"Free requests, {told.month}", header, tuple(rows), numbers=5, sums=int(more > 0)
    )
    source = told.forecast.free_source
    said = "One pool for each payer and partition, over all its accounts and Regions; what "
    said += "everything else uses (other_kms_requests_per_month) uses it first."
    said += f" Source: {source}." if source else ""
    nothing = Said((f"Nothing is requested in {told.month}: all of it is left.",))
    return Section("free", "The free tier", (Said((said,)), sheet if rows else nothing))


_POOL = ("quantity_free", "used_by_others", "used", "left")


def readings_section(told: Computed) -> Section:
    """Who pays for CloudTrail's own writes: both readings, and what the bill follows."""
    own = told.inventory.cloudtrail_writes
    spans = [(told.month, told.of_month)]
    if told.forecast.months.count > 1:
        spans.append(("months ahead", told.of_ahead))
    rows = []
    for name, totals in spans:
        charged, exempt = (totals[f"{told.cost}_writes_{one}"] for one in ("charged", "exempt"))
        rows.append((name, money(charged), money(exempt), signed(money(exempt - charged))))
    unit = told.currency
    header = ("span", f"charged {unit}", f"exempt {unit}", f"difference {unit}")
    sheet = Sheet("The forecast under both readings", header, tuple(rows), numbers=3)
    lines = [f"cloudtrail_writes: {name}: {source}." for name, source in INTERPRETATIONS.items()]
    lines.append(f"The inventory chooses {own}; every cost of this report follows it.")
    for one in told.reconciliation.readings[:4] if told.reconciliation else ():
        what = f"The bill of payer {one.payer}"
        if one.reading is None:
            lines.append(f"{what} does not tell which it follows: {one.why}.")
        else:
            lines.append(f"{what} follows {one.reading} ({one.strength} evidence): {one.why}.")
    said = "AWS's texts disagree on whether CloudTrail's own GenerateDataKey requests, made when "
    said += "it writes its files, are charged for. Both answers are exact."
    blocks: tuple[Block, ...] = (Said((said,)), sheet, Said(tuple(lines), is_list=True))
    return Section("readings", "Who pays for CloudTrail's writes", blocks)


def rates_section(told: Computed) -> Section:
    """Each rate that made a charge in the month, and who said so."""
    rows = told.forecast.rows
    rows = rows[rows["month"].astype(str) == told.month]
    meters = {meter.name: meter for meter, _ in told.forecast.versions}
    used = rows[["meter", "billed_region", "rate_from"]].astype(str).drop_duplicates()
    groups: dict[tuple[str, ...], list[str]] = {}
    sources: dict[str, str] = {}
    for row in used.to_dict("records"):
        meter = meters[row["meter"]]
        version, rate = told.forecast.table.rate(
            meter, row["billed_region"], told.forecast.months.firsts[0]
        )
        tiers = ", then ".join(factor(step[1]) for step in rate.steps)
        per = f"{count(meter.per)} {meter.unit}s" if meter.per != 1 else f"1 {meter.unit}"
        doubt = "yes" if version.confirmed else "no"
        key = (meter.name, per, row["rate_from"], doubt, tiers)
        groups.setdefault(key, []).append(row["billed_region"])
        source = version.source
        sources[meter.name] = f"{source.title}, {source.url}, checked {source.checked}"
    cells = [
        (name, _regions(regions), since, doubt, per, tiers)
        for (name, per, since, doubt, tiers), regions in groups.items()
    ]
    unit = told.currency
    header = ("meter", "Regions", "in force since", "confirmed", "per", f"rate {unit}")
    sheet = Sheet(f"Rates of {told.month}", header, tuple(cells), numbers=1)
    lines = [f"{name}: {source}." for name, source in sources.items()]
    if told.forecast.discount:
        lines.append(f"{share(told.forecast.discount)} are taken off every rate.")
    if not cells:
        lines.append(f"Nothing is metered in {told.month}: no rate is used.")
    used_rates: tuple[Block, ...] = (sheet,) if cells else ()
    return Section("rates", "Rates used", (*used_rates, Said(tuple(lines), is_list=True)))


def _regions(regions: list[str]) -> str:
    more = len(regions) - 3
    return ", ".join(sorted(regions)[:3]) + (f" and {more} more" if more > 0 else "")


def notices_section(told: Computed) -> Section:
    """What to know before believing it, and what could not be read."""
    said = [*told.forecast.notices, *told.simulation.notices]
    said += told.actuals.notices if told.actuals is not None else ()
    said += told.reconciliation.notices if told.reconciliation is not None else ()
    said = list(dict.fromkeys(said))
    more = len(said) - _MOST_NOTICES
    listed = said[:_MOST_NOTICES] + ([f"and {more:,} more"] if more > 0 else [])
    blocks: list[Block] = [Said(tuple(listed) or ("Nothing.",), is_list=bool(listed))]
    if told.unread:
        blocks.append(Said(told.unread[:_MOST], is_list=True, title="Not read"))
    elif told.actuals is not None or told.reconciliation is not None:
        blocks.append(Said(("Every file that was given was read.",)))
    else:
        blocks.append(Said(("No measurement and no bill was given: this is a forecast only.",)))
    return Section("notices", "Notices, and what was not read", tuple(blocks))
