"""Actuals -> assumptions: the inventory with what was measured in it."""

from __future__ import annotations

import codecs
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.calibration.evidence import name_of, read_evidence
from estimator.calibration.files_per_day import find_files_per_day
from estimator.calibration.measured import Measured
from estimator.calibration.other_requests import (
    bucket_key_savings,
    config_updates,
    digest_notices,
    find_other_requests,
)
from estimator.calibration.quality import (
    covered_share,
    hidden_days,
    lay_out_measured,
    nothing_covered,
    nothing_placed,
    refusals,
    unlisted,
    unread,
)
from estimator.calibration.reader_assumptions import find_readers
from estimator.calibration.recorded_days import Window
from estimator.calibration.stream_rates import files_rates
from estimator.calibration.writing import Found, Writer
from estimator.figures import plain, significant
from estimator.inventory import Inventory
from estimator.inventory.load import InventorySource, parse_inventory, read_yaml
from estimator.measurement.measurement_files import LOST
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from pricing.notebook import NotebookResult
from pricing.reading.document import parse_document
from pricing.reading.files import decode
from pricing.reading.problems import KmscostError

__all__ = ["Calibration", "calibrate", "calibrate_text"]


def calibrate(
    inventory: InventorySource,
    actuals: Actuals | str | Path | Sequence[str | Path],
    force: bool = False,
) -> Calibration:
    """The inventory with its assumptions replaced by measured ranges, their source noted.

    Parameters
    ----------
    inventory : path, str or Inventory
        The YAML to calibrate, or what `estimator.load_inventory` read from a file; it is read,
        never written.
    actuals : Actuals or path or paths
        What `measure` counted: its JSON or CSV, or the log files themselves.
    force : bool
        Whether data that is not good enough is used all the same.

    Returns
    -------
    Calibration
        The new YAML (`text`), each change, and what could not be placed.

    Raises
    ------
    KmscostError
        The inventory is wrong, nothing measured belongs to it, or the data is not good enough: too
        few days, gaps, hours not covered, files skipped (all of it at once).
    """
    place = name_of(actuals)
    data, path = read_yaml(inventory)
    actuals_read = actuals if isinstance(actuals, Actuals) else read_evidence(actuals)
    calibration = calibrate_text(decode(path, data), path, actuals_read, force, place)
    if data.startswith(codecs.BOM_UTF8):  # some editors of Windows look for it
        return dataclasses.replace(
            calibration, text=f"\N{ZERO WIDTH NO-BREAK SPACE}{calibration.text}"
        )
    return calibration


def calibrate_text(
    text: str, path: str, actuals: Actuals, force: bool = False, place: str = "ACTUALS"
) -> Calibration:
    """As `calibrate`, of a text; files of accounts are looked for beside `path`."""
    inventory = parse_inventory(text, path)
    measured = lay_out_measured(inventory, actuals, place)
    window = measured.window
    # where no put has a place there is nothing to force
    lost = nothing_placed(measured, place) or nothing_covered(actuals, measured, place)
    problems = refusals(actuals, measured, place)
    if lost or (problems and not force):
        raise KmscostError([*([lost] if lost else []), *problems])

    days = float(covered_share(measured).sum())
    source = _source(measured, days)
    writer = Writer(inventory, parse_document(text, path)[0], text)
    rates = files_rates(measured)
    files = find_files_per_day(measured, rates, writer.in_other_files, source)
    sources = [SOURCES[name] for name in actuals.measured["source"].unique() if name in SOURCES]
    tells_gets = any(each.tells("get") for each in sources)
    readers = find_readers(measured, rates, source, tells_gets=tells_gets)
    savings, more = bucket_key_savings(measured, source)
    other, unsure = find_other_requests(measured, source)
    # growth counts from the middle of the window, the day of which its means are true
    middle = window.first + datetime.timedelta(days=window.days // 2)
    found = Found(
        files=files,
        readers=readers,
        savings=savings,
        checks=config_updates(measured, source),
        other=other,
        as_of=middle.replace(day=1),
    )
    written = writer.write(found)
    forced = [f"not good enough, used all the same: {problem.found}" for problem in problems]
    return Calibration(
        text=written,
        changes=writer.changes(),
        # read back: text that is no inventory must not leave
        inventory=parse_inventory(written, path),
        window=window,
        days=days,
        statistics={**rates.to_dict(measured), "accounts_with_own": len(files.accounts)},
        notices=(
            *forced,
            *([] if forced else unread(actuals)),
            *(line for line in actuals.notices if line == LOST),
            *measured.notices,
            *hidden_days(measured),
            *unlisted(measured),
            *files.notices,
            *readers.notices,
            *more,
            *unsure,
            *digest_notices(measured),
            *_not_seen(measured),
        ),
    )


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(NotebookResult):
    """An inventory whose assumptions are what was measured.

    Attributes
    ----------
    text : str
        The inventory's YAML with measured ranges in it, comments and order as they were.
    changes : DataFrame
        The frame of `estimator.frames.CHANGES`: each assumption that was replaced or added.
    inventory : Inventory
        What `text` says.
    window : Window
        The days that were looked at.
    days : float
        Days of them that were covered. [day]
    statistics : mapping
        What was estimated on the way: streams, classes of Regions, overdispersion, weekdays.
    notices : tuple of str
        What could not be placed, was left as it was, or should be known.
    """

    text: str
    changes: pd.DataFrame
    inventory: Inventory
    window: Window
    days: float
    statistics: Mapping[str, Any]
    notices: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The number of assumptions and the days behind them, in one sentence."""
        count = len(self.changes)
        s = "s" * (count != 1)
        span = f"from {self.window.first} until {self.window.until}"
        return f"{count:,} assumption{s} measured {span}, {significant(self.days, 3)} days covered"

    def to_dict(self) -> dict[str, Any]:
        """The calibration as documented JSON."""
        return {
            "from": self.window.first.isoformat(),
            "until": self.window.until.isoformat(),
            "days": self.days,
            "statistics": dict(self.statistics),
            "changes": [plain(row) for row in self.changes.to_dict("records")],
            "notices": list(self.notices),
            "text": self.text,
        }

    def __repr__(self) -> str:
        span = f"{self.window.first} until {self.window.until}"
        return f"<Calibration {span}: {len(self.changes):,} assumptions measured>"


def _source(measured: Measured, days: float) -> str:
    first, until = measured.window.first, measured.window.until
    return f"measured by {measured.source} from {first} until {until}, {significant(days, 3)} days"


def _not_seen(measured: Measured) -> list[str]:
    return [
        f"trail {trail.name}: no put of it was measured: files_per_day unchanged"
        for number, trail in enumerate(measured.inventory.trails)
        if trail.key is not None and not measured.with_puts[number]
    ]
