"""From assumptions to requests: one section per driver and cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.figures import count, noun_of
from estimator.inventory.sections import Key, Reader, Trail
from estimator.inventory.sources import DIGESTS_UNDER_KEY_SOURCE as _DIGESTS_RULE
from estimator.inventory.sources import KEY_MONTHS_SOURCE
from estimator.months import ALWAYS, ordinal
from estimator.volume import paid_periods, why_no_puts
from estimator.volume.equations import Equation, Expression, Pair, Product, Sum, Value, add_terms
from estimator.volume.file_equations import (
    files_equations,
    growth_value,
    origin_of,
    requests_equation,
    saving_value,
)
from estimator.volume.model import (
    DIGESTS_UNDER_KEY_FROM,
    Model,
    Written,
    digests_from,
    growth_factor,
    requests_left,
)
from estimator.volume.readers import build_reader_model
from estimator.volume.streams import Streams
from pricing.reading.validation import Source

BoolArray = npt.NDArray[np.bool_]
Part = tuple[str, Equation]

_DIGESTS_SINCE = DIGESTS_UNDER_KEY_FROM.isoformat()


def volume_parts(
    model: Model,
    only: dict[str, str],
    rows: pd.DataFrame,
    accounts: Sequence[str] | None = None,
) -> Iterator[Part]:
    """The equations from assumptions to requests, each with its section.

    Parameters
    ----------
    model : Model
        Of the one month.
    only : dict of str to str
        What to narrow it down to: account, region, driver.
    rows : DataFrame
        The forecast's charges of this choice.
    accounts : sequence of str, optional
        The accounts to narrow it down to. Default: all.
    """
    return _Volumes(model, only, rows, accounts).parts()


class _Volumes:
    """One month of an inventory, narrowed down to an account, a Region or a driver."""

    def __init__(
        self,
        model: Model,
        only: dict[str, str],
        rows: pd.DataFrame,
        accounts: Sequence[str] | None,
    ) -> None:
        self.model, self.rows = model, rows
        self.inventory, self.months = model.inventory, model.months
        self.wanted, self.only = only.get("driver"), only
        code = self.model.vocabulary.code["account"]
        self.accounts = None if accounts is None else [code[account] for account in accounts]
        # what stands in a section of a trail need not stand in those of its readers again
        self.shown: set[tuple[str, Equation]] = set()

    def parts(self) -> Iterator[Part]:
        if not len(self.rows):
            yield "Requests", Equation("nothing: no request and no key-month", 0.0, "requests")
        yield from self.growth()
        for number, trail in enumerate(self.inventory.trails):
            if self.wanted in (None, trail.name):
                yield from self.trail(number, trail)
        for reader in self.inventory.readers:
            if self.wanted in (None, reader.name):
                yield from self.reader(reader)
        keys = set(self.rows.loc[self.rows["cause"] == "key", "key"].unique())
        for key in self.inventory.keys:
            if key.id in keys:
                yield f"Key {key.id}", self.key(key)

    def growth(self) -> Iterator[Part]:
        section, factors = self.inventory.growth, []
        since = float(self.months.since(section.as_of)[0])
        words = {"accounts_per_year": "of accounts", "files_per_year": "of files"}
        for name, of in words.items():
            per_year = getattr(section, name).mid
            factor = float(growth_factor(per_year, np.array(since)))
            if factor == 1:
                continue
            factors.append(Value(factor, of))
            rate = Value(per_year, "a year", origin_of(self.inventory, "growth", section, name))
            formula = Pair(Sum((Value(1.0), rate)), "^", Pair(Value(since), "/", Value(12.0)))
            span = f"{count(since)} {noun_of(since, 'month')} since {section.as_of:%Y-%m}"
            what = f"growth {of} in {span}"
            yield "Growth", Equation(what, factor, "times", formula)
        if len(factors) > 1:
            factor = float(self.model.growths["logs"].factor[0])
            what = "growth of log files; that of digests is that of accounts"
            yield "Growth", Equation(what, factor, "times", Product(tuple(factors)))

    def choose(self, streams: Streams) -> BoolArray:
        """Mark the streams of the accounts and the Region that are asked for."""
        chosen = np.ones(len(streams), dtype=bool)
        if self.accounts is not None:
            chosen &= np.isin(streams.account, self.accounts)
        if "region" in self.only:
            chosen &= streams.region == self.model.vocabulary.code["region"][self.only["region"]]
        return chosen

    def trail(self, number: int, trail: Trail) -> Iterator[Part]:
        section = f"Trail {trail.name}: puts"
        if trail.key is None:
            if self.wanted or not len(self.rows):
                what = "nothing: SSE-S3 makes no KMS requests"
                yield section, Equation(what, 0.0, "requests")
            return
        every = self.model.streams
        streams = every.where(self.choose(every) & (every.trail == number))
        if not len(streams):
            if self.wanted:
                what = "nothing: it covers no account and Region of this choice"
                yield section, Equation(what, 0.0, "requests")
            yield from self.checks(trail)
            return
        yield from self.explain_files(section, trail, self.model.logs(streams), "log files put")
        if trail.log_file_validation and trail.digest_files != "sse-s3":
            section = f"Trail {trail.name}: digests"
            if digests_from(trail) >= self.months.end[0]:
                what = f"nothing: digest files are encrypted with SSE-S3 before {_DIGESTS_SINCE}"
                yield section, Equation(what, 0.0, "requests", rule=_DIGESTS_RULE)
            else:
                digests = self.model.digests(streams)
                if digests_from(trail) > self.months.begin[0]:
                    what, rule = f"digest files put from {_DIGESTS_SINCE} on", _DIGESTS_RULE
                else:
                    what, rule = "digest files put", None
                yield from self.explain_files(section, trail, digests, what, rule)
        yield from self.checks(trail)

    def explain_files(
        self,
        section: str,
        trail: Trail,
        written: Written,
        what: str,
        rule: Source | None = None,
    ) -> Iterator[Part]:
        """Files that a trail puts, and the requests of as many."""
        model = self.model
        days = model.days(written.streams)[:, 0]
        if not days.any():
            why = why_no_puts(model, trail, written.streams)
            yield section, Equation(f"nothing: {why}", 0.0, "requests")
            return
        growth = growth_value(float(written.growth.factor[0]))
        for line in files_equations(model, written, days, growth, what):
            self.shown.add((trail.name, line))
            yield section, replace(line, rule=rule)
        files = float(model.put(written).sum())
        saved = float(model.saving[model.trail_number[trail.name]])
        left = float(requests_left(np.array(files), saved))
        saving = saving_value(self.inventory, trail)
        yield section, requests_equation("GenerateDataKey", Value(files), left, saving)

    def checks(self, trail: Trail) -> Iterator[Part]:
        rows = self.rows[(self.rows["cause"] == "check") & (self.rows["driver"] == trail.name)]
        if not len(rows):
            return
        origin = origin_of(
            self.inventory, f"trails[{trail.name}]", trail, "config_updates_per_month"
        )
        rate = Value(trail.config_updates_per_month.mid, "a month", origin)
        writing = self.inventory.active.writing[trail.name]
        days = float(self.model.spans.days_within(writing.start, writing.end)[0])
        month = float(self.months.days[0])
        part = Pair(Value(days), "/", Value(month, "of the month's days"))
        formula: Expression = Product((rate, part)) if days < month else rate
        what = "config updates, one GenerateDataKey each"
        number = float(rows["quantity"].sum())
        yield f"Trail {trail.name}: checks", Equation(what, number, "requests", formula)

    def reader(self, reader: Reader) -> Iterator[Part]:
        """A reader's gets and requests, trail by trail."""
        each = build_reader_model(self.model, reader)
        section = f"Reader {reader.name}: {reader.kind}"
        # a reader may share its gets among all it reads, so the choice comes after the formula
        streams = each.streams(self.model.streams, by_account=True, by_region=True)
        chosen = self.choose(streams)
        files = each.files_to_read(streams)
        is_active = each.period.meets(self.months)
        if not is_active or not any(self.choose(written.streams).any() for written in files):
            if chosen.any() or self.wanted or not len(self.rows):
                why = each.why_none(streams.where(chosen))
                yield section, Equation(f"nothing: {why}", 0.0, "requests")
            return
        for number, trail in enumerate(self.inventory.trails):
            gets = []
            for written in files:
                rows = self.choose(written.streams) & (written.streams.trail == number)
                if not rows.any():
                    continue
                noun = "digest" if written.is_digest else "log"
                what = f"gets of {noun} files of {trail.name}" if len(files) > 1 else ""
                equations = list(each.explain_gets(written, rows, what or f"gets of {trail.name}"))
                for equation in equations[:-1]:
                    if (trail.name, equation) not in self.shown:
                        yield section, equation
                yield section, equations[-1]
                gets.append(equations[-1])
            if any(equation.formula is not None for equation in gets):
                for equation in each.explain_requests(gets, trail):
                    yield section, equation

    def key(self, key: Key) -> Equation:
        """Share of the month x (1 + rotations that count)."""
        rows = self.rows[(self.rows["cause"] == "key") & (self.rows["key"] == key.id)]
        month = float(self.months.days[0])
        rotations = [ordinal(day, ALWAYS) for day in key.rotations]
        days = [
            float(self.model.spans.days_within(period.start, period.end)[0])
            for period in paid_periods(self.inventory.active.key[key.id], rotations)
        ]
        rotated = sum(days[1:])
        terms = (
            Value(days[0], f"{noun_of(days[0], 'day')} of the key"),
            *((Value(rotated, "days of its rotations"),) if rotated else ()),
        )
        formula = Pair(add_terms(terms), "/", Value(month, "days of the month"))
        what = "share of the month x (1 + rotations that count)"
        number = float(rows["quantity"].sum())
        return Equation(what, number, "key-months", formula, rule=KEY_MONTHS_SOURCE)
