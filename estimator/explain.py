"""One number from assumption to dollar: every formula with its values, every rate with its source."""

from __future__ import annotations

import dataclasses
import datetime
import html
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import count, factor, money
from estimator.forecast import Forecast, forecast
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory, load_inventory
from estimator.inventory.sections import EveryFile, Fixed, Query, Reader, Replication
from estimator.months import ALWAYS, NEVER, Months, ordinal, parse_month
from estimator.volume import formulas, readers
from estimator.volume.causes import Model
from estimator.volume.streams import Streams, streams_of
from pricing.bill import price_column
from pricing.document import nearest
from pricing.errors import Problem, UsageError
from pricing.rates import RateTable
from pricing.regions import partition_of
from pricing.regions import regions as known_regions

_MOST = 12  # different kinds of streams written out before the rest is summed up


@dataclass(frozen=True)
class Step:
    """One line of the walk: what is computed, the formula with its values, the result."""

    section: str
    what: str
    formula: str
    result: float
    unit: str
    source: str = ""


@dataclass(frozen=True)
class Explanation:
    """A walk from assumptions to the figure that the forecast prints.

    Attributes
    ----------
    month : str
    only : mapping
        What the walk was narrowed down to: account, region, trail.
    steps : tuple of Step
    requests, cost : float
        The forecast's own figures for this month and choice. [request, currency]
    currency : str
    other_reading : str
        The line with what the same costs under the other reading.
    """

    month: str
    only: dict[str, str]
    steps: tuple[Step, ...]
    requests: float
    cost: float
    currency: str
    other_reading: str

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        lines, section = [f"{self.title}:"], ""
        for step in self.steps:
            if step.section != section:
                section = step.section
                lines += ["", section]
            formula = f"{step.formula} = " if step.formula else ""
            shown = money(step.result) if step.unit == self.currency else count(step.result)
            lines.append(f"  {step.what}: {formula}{shown} {step.unit}")
            if step.source:
                lines.append(f"    source: {step.source}")
        lines += ["", self.other_reading]
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """What is explained."""
        only = ", ".join(f"{name} {value}" for name, value in self.only.items())
        return f"KMS because of CloudTrail in {self.month}" + (f", {only}" if only else "")

    def _repr_html_(self) -> str:
        frame = pd.DataFrame([dataclasses.asdict(step) for step in self.steps])
        table = frame.to_html(index=False, float_format=lambda value: f"{value:,.6g}")
        return f"{table}<p>{html.escape(self.other_reading)}</p>"


def explain(
    inventory: Inventory | str | Path,
    month: str | datetime.date | None = None,
    account: str | None = None,
    region: str | None = None,
    trail: str | None = None,
    start: str | datetime.date | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Explanation:
    """Walk one month's number from assumption to dollar.

    Parameters
    ----------
    inventory, rates, discount
        As for `estimator.forecast`.
    month : str or date, optional
        As ``2026-11``. Default: the current month, UTC.
    account, region : str, optional
        Only what events of this account, in this Region, cause.
    trail : str, optional
        Only this trail, or this reader or key.
    start : str or date, optional
        First month of the forecast that is explained, from which growth without `as_of` counts.
        Default: the current month, or `month` where that is earlier.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or the account, Region or trail is not in the inventory.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    only = {"account": account, "region": region, "driver": trail}
    only = {name: value for name, value in only.items() if value is not None}
    _check(inventory, only)
    first = _month(month) or datetime.datetime.now(datetime.UTC).date().replace(day=1)
    begin = _month(start) or min(first, datetime.datetime.now(datetime.UTC).date())
    growth = inventory.growth
    if growth.as_of is None:
        growth = growth.model_copy(update={"as_of": begin})
        inventory = dataclasses.replace(inventory, growth=growth)
    told = forecast(
        inventory, first, 1, by=(*DEFAULT_GRAIN, *only), rates=rates, discount=discount
    )
    rows = told.rows
    for name, value in only.items():
        rows = rows[rows[name] == value]
    steps = (*_volume(inventory, told.months, only, rows), *_price(told, rows))
    words = {("trail" if name == "driver" else name): value for name, value in only.items()}
    return Explanation(
        month=told.months.labels[0],
        only=words,
        steps=steps,
        requests=float(rows["quantity"][rows["unit"] == "request"].sum()),
        cost=float(rows["cost"].sum()),
        currency=told.currency,
        other_reading=told.other_reading_said(float(rows["cost_other_reading"].sum())),
    )


def _month(text: str | datetime.date | None) -> datetime.date | None:
    try:
        return parse_month(text) if isinstance(text, str) else text
    except ValueError:
        raise UsageError(
            Problem("--month", None, "", repr(text), "a month such as 2026-11", "")
        ) from None


def _check(inventory: Inventory, only: dict[str, str]) -> None:
    drivers = [one.name for one in (*inventory.trails, *inventory.readers)]
    drivers += [key.id for key in inventory.keys]
    known = {
        "account": [account.id for account in inventory.accounts],
        "region": list(dict.fromkeys([*inventory.regions(), *(k.region for k in inventory.keys)])),
        "driver": drivers,
    }
    for name, value in only.items():
        if value not in known[name]:
            option = "--trail" if name == "driver" else f"--{name}"
            close = nearest(value, known[name])
            fix = f"did you mean {close}?" if close else f"see `kmscost check {inventory.path}`"
            expected = f"one of {', '.join(known[name][:8])}"
            raise UsageError(Problem(option, None, "", repr(value), expected, fix))


def _volume(
    inventory: Inventory, months: Months, only: dict[str, str], rows: pd.DataFrame
) -> Iterator[Step]:
    """The steps from assumptions to requests, one section per driver and cause."""
    model = Model(inventory, months)
    full = streams_of(inventory)
    mine = np.ones(len(full), dtype=bool)
    if "account" in only:
        mine &= full.account == model.vocabulary.code["account"][only["account"]]
    if "region" in only:
        mine &= full.region == list(known_regions()).index(only["region"])
    wanted = only.get("driver")
    if not model.account_growth[0] == model.file_growth[0] == 1.0:
        yield _growth(model)
    for number, trail in enumerate(inventory.trails):
        streams = full.where(mine & (full.trail == number))
        if wanted in (None, trail.name) and len(streams):
            yield from _trail(model, trail.name, number, streams)
    for one in rows[rows["cause"] == "check"].itertuples():
        what = "config updates in this month, one GenerateDataKey each"
        yield Step(f"Trail {one.driver}: checks", what, "", one.quantity, "requests")
    for reader in inventory.readers:
        if wanted in (None, reader.name):
            yield from _reader(model, reader, full, mine)
    for one in rows[rows["cause"] == "key"].itertuples():
        month = float(months.days[0])
        key = inventory.key(str(one.key))
        lived = float(model.life(ordinal(key.born, ALWAYS), ordinal(key.until, NEVER))[0])
        rotated = one.quantity * month - lived
        formula = f"({factor(lived)} days of the key + {factor(rotated)} days of its rotations)"
        formula += f" / {factor(month)} days of the month"
        what = "share of the month x (1 + rotations that count)"
        yield Step(f"Key {one.driver}", what, formula, one.quantity, "key-months", _ROTATIONS)


_ROTATIONS = "AWS KMS pricing: prorated by the hour; rotations one and two count, from 2024-05-01"
_PUTS = "AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS"


def _growth(model: Model) -> Step:
    growth = model.inventory.growth
    since = model.months.since(growth.as_of)[0]
    formula = (
        f"(1 + {factor(growth.accounts_per_year.mid)})^({factor(since)}/12) x "
        f"(1 + {factor(growth.files_per_year.mid)})^({factor(since)}/12)"
    )
    what = f"growth in {factor(since)} months since {growth.as_of}"
    return Step("Growth", what, formula, float(model.growth[0]), "times")


def _trail(model: Model, name: str, number: int, streams: Streams) -> Iterator[Step]:
    section = f"Trail {name}: puts"
    grown = float(model.growth[0])
    times = f" x growth {factor(grown)}" if grown != 1 else ""
    days = model.days(streams)[:, 0]
    alike: dict[tuple[float, float], int] = {}
    for pair in zip(streams.files.tolist(), days.tolist(), strict=True):
        alike[pair] = alike.get(pair, 0) + 1
    order = sorted(alike, key=lambda pair: -pair[0] * pair[1] * alike[pair])
    for files, lived in order[:_MOST]:
        many = alike[files, lived]
        formula = (
            f"{factor(files)} files/day x {factor(lived)} days x "
            f"{count(many)} stream{'' if many == 1 else 's'}{times}"
        )
        yield Step(section, "log files put", formula, files * lived * many * grown, "files", _PUTS)
    rest = order[_MOST:]
    if rest:
        put = sum(files * lived * alike[files, lived] for files, lived in rest) * grown
        what = f"log files put by {count(sum(alike[pair] for pair in rest))} other streams"
        yield Step(section, what, "", put, "files")
    files = float(formulas.puts(streams.files, days, np.array(grown)).sum())
    saving = float(model.saving[number])
    yield _requests(section, "GenerateDataKey", files, saving)
    if model.digests_under_key[number]:
        lived = float(days.sum())
        formula = f"24 a day x {count(lived)} stream-days"
        formula += f" x growth of accounts {factor(float(model.account_growth[0]))}" if times else ""
        made = formulas.DIGESTS_PER_DAY * lived * float(model.account_growth[0])
        section = f"Trail {name}: digests"
        yield Step(section, "digest files put", formula, made, "files")
        yield _requests(section, "GenerateDataKey", made, saving)


def _requests(section: str, operation: str, calls: float, saving: float) -> Step:
    formula = count(calls)
    if saving:
        formula += f" x (1 - {factor(saving)} saved by the Bucket Key)"
    left = float(formulas.requests_left(np.array(calls), saving))
    return Step(section, operation, formula, left, "requests")


def _reader(model: Model, reader: Reader, full: Streams, mine: np.ndarray) -> Iterator[Step]:
    """A reader's gets, one step per trail that it reads."""
    # a fixed reader shares its gets among all it reads, so the choice comes after the formula
    streams = readers.read_by(model, reader, full, full, by_account=True, by_region=True)
    if not len(streams):
        return
    gets = readers.KINDS[type(reader)](model, reader, streams)[:, 0]
    chosen = _chosen(streams, full, mine)
    savings = readers.reader_saving(model, reader)
    section = f"Reader {reader.name}: {reader.kind}"
    for number, trail in enumerate(model.inventory.trails):
        rows = chosen & (streams.trail == number)
        if not rows.any():
            continue
        total = float(gets[rows].sum())
        yield Step(section, f"gets of {trail.name}", _gets(model, reader, total), total, "gets")
        yield _requests(section, "Decrypt", total, float(savings[number]))
        if isinstance(reader, Replication):
            yield _requests(section, f"Encrypt under {reader.destination_key}", total, 0.0)


def _chosen(streams: Streams, full: Streams, mine: np.ndarray) -> np.ndarray:
    """Which of the streams are among the chosen ones of `full`."""
    size = len(known_regions())
    wanted = np.unique(full.account[mine] * size + full.region[mine])
    return np.isin(streams.account * size + streams.region, wanted)


def _gets(model: Model, reader: Reader, total: float) -> str:
    """The formula of a reader's gets with its values; files are what the total leaves for them."""
    if isinstance(reader, EveryFile):
        per_file = reader.gets_per_file.mid
        return f"{_files(total, per_file)} files put x {factor(per_file)} gets per file"
    if isinstance(reader, Replication):
        return f"{count(total)} files put"
    start, end = readers.life_of(reader)
    lived = model.life(start, end)[0]
    if isinstance(reader, Fixed):
        share = total / (reader.gets_per_day.mid * lived) if lived and reader.gets_per_day.mid else 0
        said = f"{factor(reader.gets_per_day.mid)} gets a day x {factor(lived)} days"
        return said if share == 1 else f"{said} x {factor(share)} share of the files it reads"
    part = lived / model.months.days[0]
    if isinstance(reader, Query):
        runs, per_file = reader.queries_per_month.mid * part, reader.gets_per_file.mid
        each = runs * per_file * reader.share_of_files.mid
        return (
            f"{factor(runs)} queries x {_files(total, each)} files in the last "
            f"{factor(reader.days_scanned.mid)} days x {factor(reader.share_of_files.mid)} of them "
            f"x {factor(per_file)} gets per file"
        )
    runs = reader.runs_per_month.mid * part
    files = _files(total, runs)
    return f"{factor(runs)} runs x {files} log and digest files of {factor(reader.days.mid)} days"


def _files(total: float, each: float) -> str:
    return count(total / each) if each else "0"


def _price(told: Forecast, rows: pd.DataFrame) -> Iterator[Step]:
    """The steps from requests to money: free tier, rate, total."""
    price = price_column(told.currency)
    requests = rows[rows["unit"] == "request"]
    quantity = float(requests["quantity"].sum())
    yield Step("Requests", "all of these", "", quantity, "requests")
    partitions = requests["billed_region"].astype(str).map(partition_of)
    if told.inventory.cloudtrail_writes == "exempt":
        writes = requests[requests["cause"].isin(("put", "digest"))]
        what = "never charged with cloudtrail_writes: exempt"
        yield Step("Requests", what, "", float(writes["quantity"].sum()), "requests")
    for pool in told.pools.itertuples():
        mine = requests[(requests["payer"] == pool.payer) & (partitions == pool.partition)]
        if not len(mine):
            continue
        section = f"Free tier of payer {pool.payer}, partition {pool.partition}"
        left = pool.quantity_free - pool.used_by_others
        formula = f"{count(pool.quantity_free)} - {count(pool.used_by_others)} used by others first"
        yield Step(section, "free requests left", formula, left, "requests", told.free_source)
        what = f"shared among {count(pool.requests)} requests in proportion; free of these"
        yield Step(section, what, "", float(mine["free"].sum()), "requests")
    sources = {(m.name, v.start.isoformat()): (m, v) for m, v in told.versions}
    keys = ["meter", "billed_region", "rate_from", price]
    for (meter, region, since, rate), part in rows.groupby(keys, observed=True, sort=False):
        _, version = sources[str(meter), str(since)]
        billable, unit = float(part["billable"].sum()), str(part["unit"].iloc[0])
        less = f" (discount {factor(told.discount)} taken off)" if told.discount else ""
        confirmed = "" if version.confirmed else ", not confirmed"
        yield Step(
            "Cost",
            f"{meter} in {region}",
            f"{count(billable)} {unit}s x {told.currency} {factor(rate)}{less}",
            float(part["cost"].sum()),
            told.currency,
            f"{version.source.title}, in force from {since}{confirmed}",
        )
    yield Step("Cost", "total", "", float(rows["cost"].sum()), told.currency)
