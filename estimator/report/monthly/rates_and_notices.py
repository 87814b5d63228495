"""Free tier used, both interpretations of F5, the rates used, notices and what was not read."""

from __future__ import annotations

from estimator.figures import (
    FEW,
    count,
    difference,
    factor,
    listed,
    money,
    money_like,
    share,
    signed,
)
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.report.blocks import Lines, Sheet, write_paragraphs
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs

_MOST = 10
_MOST_NOTICES = 60


def free_section(inputs: ReportInputs) -> Section:
    """Return the pools of free requests in the month, and who used them."""
    pools = inputs.forecast.pools
    pools = pools[pools["month"].astype(str) == inputs.month]
    order = pools["used"].sort_values(ascending=False, kind="stable").index
    rows: list[tuple[str, ...]] = [
        (
            str(row["payer"]),
            str(row["partition"]),
            count(row["quantity_free"]),
            count(row["used_by_others"]),
            count(row["used"]),
            count(row["left"]),
            share(row["used"] / row["requests"]) if row["requests"] else "-",
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
        f"Free requests, {inputs.month}", header, tuple(rows), numbers=5, sums=int(more > 0)
    )
    source = inputs.forecast.free_source
    line = "One pool for each payer and partition, over all its accounts and Regions; what "
    line += "everything else uses (other_kms_requests_per_month) uses it first."
    line += f" Source: {source}." if source else ""
    nothing = write_paragraphs(f"Nothing is requested in {inputs.month}: all of it is left.")
    return Section("free", "The free tier", (write_paragraphs(line), sheet if rows else nothing))


_POOL = ("quantity_free", "used_by_others", "used", "left")


def interpretations_section(inputs: ReportInputs) -> Section:
    """Return both billing interpretations of CloudTrail's writes, and the one the bill follows."""
    own = inputs.inventory.cloudtrail_writes
    spans = [(inputs.month, inputs.month_totals)]
    if inputs.forecast.months.count > 1:
        spans.append(("months ahead", inputs.outlook_totals))
    rows = []
    for name, totals in spans:
        charged, exempt = (
            totals[f"{inputs.cost}_writes_{interpretation}"]
            for interpretation in ("charged", "exempt")
        )
        more = money_like(difference(charged, exempt), max(charged, exempt))
        rows.append((name, money(charged), money(exempt), signed(more)))
    unit = inputs.currency
    header = ("span", f"charged {unit}", f"exempt {unit}", f"difference {unit}")
    sheet = Sheet("The forecast under both interpretations", header, tuple(rows), numbers=3)
    lines = [
        f"{name}: {INTERPRETATION_WORDS[name]}. Source: {source}."
        for name, source in INTERPRETATIONS.items()
    ]
    lines.append(f"The inventory chooses {own}; every cost of this report follows it.")
    for bill in inputs.reconciliation.interpretations[:4] if inputs.reconciliation else ():
        what = f"The bill of payer {bill.payer}"
        if bill.answer is None:
            lines.append(f"{what} does not tell which it follows: {bill.why}.")
        else:
            lines.append(f"{what} follows {bill.answer} ({bill.strength} evidence): {bill.why}.")
    line = "AWS's texts disagree on whether CloudTrail's own GenerateDataKey requests, made when "
    line += "it writes its files, are charged for. Both answers are exact."
    blocks: tuple[Block, ...] = (write_paragraphs(line), sheet, Lines("", tuple(lines)))
    return Section("readings", "Who pays for CloudTrail's writes", blocks)


def rates_section(inputs: ReportInputs) -> Section:
    """Return each rate that made a charge in the month, with its source."""
    rows = inputs.forecast.rows
    rows = rows[rows["month"].astype(str) == inputs.month]
    meters = {meter.name: meter for meter, _ in inputs.forecast.versions}
    used = rows[["meter", "billed_region", "rate_from"]].astype(str).drop_duplicates()
    groups: dict[tuple[str, ...], list[str]] = {}
    sources: dict[str, dict[str, None]] = {}
    for row in used.to_dict("records"):
        meter = meters[row["meter"]]
        version, rate = inputs.forecast.table.rate(
            meter, row["billed_region"], inputs.forecast.months.firsts[0]
        )
        tiers = ", then ".join(factor(step[1]) for step in rate.steps)
        per = f"{count(meter.per)} {meter.unit}s" if meter.per != 1 else f"1 {meter.unit}"
        doubt = "yes" if version.confirmed else "no"
        key = (meter.name, per, row["rate_from"], doubt, tiers)
        groups.setdefault(key, []).append(row["billed_region"])
        source = version.source
        text = f"{source.title}, {source.url}, checked {source.checked}"
        sources.setdefault(text, {})[meter.name] = None
    cells = [
        (name, listed(sorted(regions), FEW), since, doubt, per, tiers)
        for (name, per, since, doubt, tiers), regions in groups.items()
    ]
    unit = inputs.currency
    header = ("meter", "Regions", "in force since", "confirmed", "per", f"rate {unit}")
    sheet = Sheet(f"Rates of {inputs.month}", header, tuple(cells), numbers=1)
    lines = [f"{listed(names)}: {source}." for source, names in sources.items()]
    if inputs.forecast.discount:
        lines.append(f"{share(inputs.forecast.discount)} are taken off every rate.")
    if not cells:
        lines.append(f"Nothing is metered in {inputs.month}: no rate is used.")
    used_rates: tuple[Block, ...] = (sheet,) if cells else ()
    return Section("rates", "Rates used", (*used_rates, Lines("", tuple(lines))))


def notices_section(inputs: ReportInputs) -> Section:
    """Return what to know before believing the report, and what could not be read."""
    notices = [*inputs.forecast.notices, *inputs.simulation.notices]
    notices += inputs.actuals.notices if inputs.actuals is not None else ()
    notices += inputs.reconciliation.notices if inputs.reconciliation is not None else ()
    # forecast and simulation read the same inventory, and say the same of it
    notices = list(dict.fromkeys(notices))
    more = len(notices) - _MOST_NOTICES
    lines = notices[:_MOST_NOTICES] + ([f"and {more:,} more"] if more > 0 else [])
    blocks: list[Block] = [Lines("", tuple(lines)) if lines else write_paragraphs("Nothing.")]
    if inputs.unread:
        blocks.append(Lines("Not read", inputs.unread[:_MOST]))
    elif inputs.actuals is not None or inputs.reconciliation is not None:
        blocks.append(write_paragraphs("Every file that was given was read."))
    else:
        blocks.append(
            write_paragraphs("No measurement and no bill was given: this is a forecast only.")
        )
    return Section("notices", "Notices, and what was not read", tuple(blocks))
