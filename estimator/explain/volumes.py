"""From assumptions to requests: one section per driver and cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.explain.walk import Step
from estimator.figures import count, factor
from estimator.inventory import Inventory
from estimator.inventory.sections import EveryFile, Fixed, Query, Reader, Replication
from estimator.months import ALWAYS, NEVER, Months, ordinal
from estimator.volume import formulas, readers
from estimator.volume.model import Model
from estimator.volume.streams import Streams, streams_of
from pricing.regions import regions as known_regions

BoolArray = npt.NDArray[np.bool_]

_MOST = 12  # different kinds of streams written out before the rest is summed up

_ROTATIONS = "AWS KMS pricing: prorated by the hour; rotations one and two count, from 2024-05-01"
_PUTS = "AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS"


def volume_steps(
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
    for one in _records(rows, "check"):
        what = "config updates in this month, one GenerateDataKey each"
        yield Step(f"Trail {one['driver']}: checks", what, "", one["quantity"], "requests")
    for reader in inventory.readers:
        if wanted in (None, reader.name):
            yield from _reader(model, reader, full, mine)
    for one in _records(rows, "key"):
        month = float(months.days[0])
        key = inventory.key(one["key"])
        lived = float(model.life(ordinal(key.born, ALWAYS), ordinal(key.until, NEVER))[0])
        rotated = one["quantity"] * month - lived
        formula = f"({factor(lived)} days of the key + {factor(rotated)} days of its rotations)"
        formula += f" / {factor(month)} days of the month"
        what = "share of the month x (1 + rotations that count)"
        yield Step(f"Key {key.id}", what, formula, one["quantity"], "key-months", _ROTATIONS)


def _records(rows: pd.DataFrame, cause: str) -> list[dict[str, Any]]:
    found = rows.loc[rows["cause"] == cause, ["driver", "key", "quantity"]]
    return [{str(name): value for name, value in one.items()} for one in found.to_dict("records")]


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
    order = [pair for pair in order if pair[1]] or order  # not what does not live this month
    for position, (files, lived) in enumerate(order[:_MOST]):
        many = alike[files, lived]
        formula = (
            f"{factor(files)} files/day x {factor(lived)} days x "
            f"{count(many)} stream{'' if many == 1 else 's'}{times}"
        )
        put = files * lived * many * grown
        yield Step(section, "log files put", formula, put, "files", "" if position else _PUTS)
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
        grown = float(model.account_growth[0])
        formula += f" x growth of accounts {factor(grown)}" if grown != 1 else ""
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


def _reader(model: Model, reader: Reader, full: Streams, mine: BoolArray) -> Iterator[Step]:
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
            copies = readers.copies_written(model, reader, streams)[:, 0]
            under = f"Encrypt under {reader.destination_key}"
            yield _requests(section, under, float(copies[rows].sum()), 0.0)


def _chosen(streams: Streams, full: Streams, mine: BoolArray) -> BoolArray:
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
        share = (
            total / (reader.gets_per_day.mid * lived) if lived and reader.gets_per_day.mid else 0
        )
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
