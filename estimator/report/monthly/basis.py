"""What the numbers rest on: free tier, both interpretations of F5, assumptions, rates, notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

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
from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay, Range
from estimator.inventory.units import SHARE, UNITS, is_pace
from estimator.report.answers.simulation import first_lines
from estimator.report.blocks import Lines, Sheet, write_paragraphs
from estimator.report.charts.bars import drivers_chart
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs

_MOST = 10
_MOST_ASSUMPTIONS = 25
_MOST_NOTICES = 60
_POOL = ("quantity_free", "used_by_others", "used", "left")
_CERTAIN = (
    "No assumption is a range, so nothing says how sure the numbers are: write low and high for "
    "what is not known, or put measured ranges there by kmscost calibrate."
)
_UNMOVED = (
    "No range of the inventory changes the cost of these months: it is the same wherever the "
    "numbers lie in their ranges."
)
_RULE = "rule of thumb: AWS KMS Developer Guide, 2017-11-15 to 2021-09-11"


def price_sections(inputs: ReportInputs) -> tuple[Section, ...]:
    """Return what decides on the price of a request: the free tier, and who pays for writes."""
    return _free(inputs), _interpretations(inputs)


def basis_sections(inputs: ReportInputs) -> tuple[Section, ...]:
    """Return what the numbers rest on: assumptions, rates, notices."""
    return _assumptions(inputs), _rates(inputs), _notices(inputs)


def _free(inputs: ReportInputs) -> Section:
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


def _interpretations(inputs: ReportInputs) -> Section:
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


def _assumptions(inputs: ReportInputs) -> Section:
    """Return every assumption that a number rests on, the most important for the spread first."""
    drivers = inputs.simulation.drivers
    column = f"share_{inputs.simulation.cost}"
    shares = dict(zip(drivers["assumption"], drivers[column], strict=True))
    found = list(_ranges(inputs))
    found.sort(key=lambda assumption: -shares.get(assumption[0], -1.0))
    given = _given(inputs)
    rows: list[tuple[str, ...]] = [
        (
            path,
            value.source or given.get(path, "-"),
            _unit(path),
            # text: units differ from row to row, so the column has no number of decimals of its own
            _as_written(value.mid) if value.is_number else str(count(value.mid)),
            "-" if value.is_number else f"{count(value.low)} to {count(value.high)}",
            share(round(float(shares[path]), 4)) if path in shares else "-",
        )
        for path, value in found[:_MOST_ASSUMPTIONS]
    ]
    more = len(found) - _MOST_ASSUMPTIONS
    if more > 0:
        rows.append((f"{more:,} more", *[""] * 5))
    header = ("assumption", "source", "unit", "value", "5 % to 95 %", "of the spread")
    sheet = Sheet("Assumptions", header, tuple(rows), numbers=3, sums=int(more > 0))
    blocks: list[Block] = []
    if not inputs.has_ranges:
        blocks.append(write_paragraphs(_UNMOVED if len(drivers) else _CERTAIN))
    else:
        blocks.append(write_paragraphs(*first_lines(inputs.simulation)))
        # a single bar of a chart says what the line above it says
        if (drivers[column] > 0).sum() > 1:
            blocks.append(drivers_chart(inputs.simulation))
    return Section("assumptions", "Assumptions, and what to find out first", (*blocks, sheet))


def _unit(path: str) -> str:
    """The unit of an assumption by its name; a Region may stand behind it.

    >>> _unit("trails[org].files_per_day.eu-west-1")
    'file/day'
    """
    names = reversed(path.split("."))
    unit = next((UNITS[name] for name in names if name in UNITS), "")
    return "0-1" if unit == SHARE else unit


def _as_written(value: float) -> str:
    """Write a number as somebody gave it: every digit, its thousands apart.

    >>> _as_written(0.985), _as_written(12000.0), _as_written(12345.6)
    ('0.985', '12,000', '12,345.6')
    """
    return f"{Decimal(factor(value)):,f}"


def _given(inputs: ReportInputs) -> dict[str, str]:
    """Sources of what the program itself assumes."""
    plain = [trail for trail in inputs.inventory.trails if trail.files_per_day is None]
    return {f"trails[{trail.name}].files_per_day": _RULE for trail in plain}


def _ranges(inputs: ReportInputs) -> Iterator[tuple[str, Range]]:
    inventory = inputs.inventory
    for trail in inventory.trails:
        path = f"trails[{trail.name}]"
        if trail.files_per_day is None:
            yield f"{path}.files_per_day", Range.exactly(FILES_PER_DAY)
        else:
            yield from _files(path, trail.files_per_day)
        yield f"{path}.config_updates_per_month", trail.config_updates_per_month
        if trail.bucket.bucket_key:
            yield f"{path}.bucket.bucket_key_saving", trail.bucket.bucket_key_saving
        if trail.bucket.retention_days is not None:
            yield f"{path}.bucket.retention_days", trail.bucket.retention_days
    for reader in inventory.readers:
        for name, value in reader:
            if isinstance(value, Range) and not is_pace(name):
                yield f"readers[{reader.name}].{name}", value
    yield from inventory.other_kms_requests_per_month.ranges()
    yield "growth.accounts_per_year", inventory.growth.accounts_per_year
    yield "growth.files_per_year", inventory.growth.files_per_year
    for account in inventory.accounts:
        if account.files_per_day is not None:
            yield from _files(f"accounts[{account.id}]", account.files_per_day)


def _files(owner: str, files: FilesPerDay) -> Iterator[tuple[str, Range]]:
    for region, value in files.by_region.items():
        yield files.path(owner, region), value
    if files.other is not None:
        yield files.path(owner, "other"), files.other


def _rates(inputs: ReportInputs) -> Section:
    """Return each rate that made a charge in the month, with its source."""
    rows = inputs.month_rows
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


def _notices(inputs: ReportInputs) -> Section:
    """Return what to know before believing the report, and what could not be read."""
    notices = [*inputs.forecast.notices, *inputs.simulation.notices]
    notices += inputs.actuals.notices if inputs.actuals is not None else ()
    notices += inputs.reconciliation.notices if inputs.reconciliation is not None else ()
    # forecast and simulation read the same inventory, and say the same of it
    notices = list(dict.fromkeys(notices))
    lines = _first(notices, _MOST_NOTICES)
    blocks: list[Block] = [Lines("", lines) if lines else write_paragraphs("Nothing.")]
    if inputs.unread:
        blocks.append(Lines("Not read", _first(inputs.unread, _MOST)))
    elif inputs.actuals is not None or inputs.reconciliation is not None:
        blocks.append(write_paragraphs("Every file that was given was read."))
    else:
        blocks.append(
            write_paragraphs("No measurement and no bill was given: this is a forecast only.")
        )
    return Section("notices", "Notices, and what was not read", tuple(blocks))


def _first(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """Lines one below the other; of many the first ones, and how many there are besides."""
    more = len(lines) - most
    return (*lines[:most], *([f"and {more:,} more"] if more > 0 else ()))
