"""Advice as it leaves the pipeline."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.advice.evaluation import DRAWS, Evaluator, Saving
from estimator.advice.key_ledger import UNUSED, KeyLedger
from estimator.advice.ranking import Ranking, Recommendation, go_together
from estimator.bucket_keys.result import KIND, SMALLEST, MeasuredBucketKey, MeasuredBucketKeys
from estimator.figures import SEVERAL, listed, money, plain
from estimator.forecasting import Forecast
from estimator.frames import ADVICE, KEY_COLUMNS
from estimator.simulation.draws import SEED
from pricing.notebook import NotebookResult

TOGETHER = "all that go together"


def _of_logs(measured: MeasuredBucketKeys | None) -> tuple[str, ...]:
    if measured is None or measured.buckets or measured.missing:
        return () if measured is None else measured.notices
    nothing = (
        "no request in the logs names an object or a bucket of S3 in its encryption context: there "
        "is no Bucket Key to replay"
    )
    return (*measured.notices, nothing)


@dataclass(frozen=True, eq=False, repr=False)
class Advice(NotebookResult):
    """Changes that would save money, the most first.

    Attributes
    ----------
    forecast : Forecast
        The forecast of the inventory as it is.
    recommendations : tuple of Recommendation
        Trade-offs, which give up security or audit, stand last.
    small : tuple of Recommendation
        What was evaluated and saves less than a cent a month.
    together : Saving or None
        What all that go together save, computed, not added up; None for fewer than two.
    notices : tuple of str
    rates : str or None
        The file of the rates; None for the shipped ones, or a table that was read already.
    measured : MeasuredBucketKeys or None
        What Bucket Keys would save by the logs; None where no logs were given.
    ledger : KeyLedger or None
        Every key that is known; None where neither logs nor responses of AWS were given.
    """

    forecast: Forecast
    recommendations: tuple[Recommendation, ...]
    small: tuple[Recommendation, ...]
    together: Saving | None
    notices: tuple[str, ...]
    rates: str | None = None
    measured: MeasuredBucketKeys | None = None
    ledger: KeyLedger | None = None

    @classmethod
    def from_ranking(
        cls,
        forecast: Forecast,
        ranking: Ranking,
        evaluator: Evaluator,
        rates: str | None = None,
        measured: MeasuredBucketKeys | None = None,
        ledger: KeyLedger | None = None,
    ) -> Advice:
        """Put a ranking into words: with notices, and the file of the rates for commands."""
        events = forecast.totals[f"{evaluator.cost}_cloudtrail_events"]
        notices = (*forecast.notices, *ranking.notices, *_of_logs(measured))
        notices += ledger.notices if ledger else ()
        if math.isnan(events):
            notices += ("what copies of KMS events cost is not known: no advice on them",)
        return cls(
            forecast,
            ranking.recommendations,
            ranking.small,
            ranking.together,
            notices,
            rates,
            measured,
            ledger,
        )

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.forecast.currency

    @property
    def cost(self) -> str:
        """The name of the cost in totals: `cost_usd`."""
        return f"cost_{self.currency.lower()}"

    def per_month(self, total: float) -> float:
        """A sum over all months, a month. [1/month]"""
        return total / self.forecast.months.count

    def saves(self, saving: Saving) -> dict[str, float]:
        """The parts of a saving, a month. [request/month, currency/month]"""
        name, totals = f"saves_{self.currency.lower()}", saving.totals
        whole = {
            "saves_requests": totals["requests"],
            name: totals[self.cost],
            f"{name}_low": saving.quantiles[0],
            f"{name}_median": saving.quantiles[1],
            f"{name}_high": saving.quantiles[2],
            f"{name}_writes_charged": totals[f"{self.cost}_writes_charged"],
            f"{name}_writes_exempt": totals[f"{self.cost}_writes_exempt"],
            **self._copies(saving),
        }
        return {key: self.per_month(value) for key, value in whole.items()}

    def _copies(self, saving: Saving) -> dict[str, float]:
        """The parts of a saving on CloudTrail's bill, over all months. [currency]"""
        name, copies = f"saves_{self.currency.lower()}_cloudtrail_events", saving.copies
        return {
            name: math.nan if copies is None else copies.least,
            f"{name}_others": math.nan if copies is None else copies.others,
            f"{name}_high": math.nan if copies is None else copies.most,
        }

    def command(self, recommendation: Recommendation) -> str:
        """The `kmscost compare` that shows a saving; empty where no file holds the inventory."""
        months, inventory = self.forecast.months, self.forecast.inventory
        if inventory.is_changed:
            return ""
        words = ["kmscost", "compare", inventory.path, "--from", months.labels[0]]
        words += ["--months", str(months.count)]
        words += ["--rates", self.rates] if self.rates else []
        words += ["--discount", f"{self.forecast.discount!r}"] if self.forecast.discount else []
        return f"{shlex.join(words)} {recommendation.proposal.options}"

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The frame `estimator.frames.ADVICE`: a row for each piece, then for each known key."""
        code = self.currency.lower()
        rows = [
            {
                "rank": rank,
                "kind": recommendation.proposal.kind,
                "advice": recommendation.proposal.title,
                **self.saves(recommendation.saving),
                f"saves_{code}_on_top": (
                    math.nan if recommendation.on_top is None else recommendation.on_top
                ),
                "what_if": recommendation.proposal.what_if,
                "trade_off": recommendation.proposal.trade_off,
                "loses": recommendation.proposal.loses,
                "how": recommendation.proposal.how,
                "commands": "\n".join(recommendation.proposal.commands),
                "source": recommendation.proposal.source,
                "compare": self.command(recommendation),
            }
            for rank, recommendation in enumerate(self.recommendations, start=1)
        ]
        rows += self._measured_rows(len(rows) + 1)
        rows += self._key_rows(len(rows) + 1)
        types = {
            column.name.replace("_usd", f"_{code}"): column.dtype
            for column in ADVICE
            if self.ledger is not None or column.name not in KEY_COLUMNS
        }
        # a piece is of no key, and a key of no change: numbers are not known, texts empty
        nothing = {name: "" if dtype == "object" else math.nan for name, dtype in types.items()}
        return pd.DataFrame([nothing | row for row in rows], columns=list(types)).astype(types)

    def _key_rows(self, rank: int) -> list[dict[str, Any]]:
        """The rows of the keys ledger; what its end would save only where it can go."""
        code = self.currency.lower()
        rows: list[dict[str, Any]] = []
        for place, record in enumerate(self.ledger.records if self.ledger is not None else ()):
            is_unused = record.verdict == UNUSED
            breaks = listed(record.used_by, SEVERAL) or "nothing that is known"
            row = {
                "rank": rank + place,
                "kind": "key",
                "advice": f"end key {record.name}" if is_unused else f"key {record.name}",
                f"saves_{code}": record.cost if is_unused else None,
                "what_if": False,
                "trade_off": is_unused,
                "loses": f"{breaks}, and what is encrypted under it" if is_unused else "",
                **record.to_row(self.currency),
            }
            rows.append({name: cell for name, cell in row.items() if cell is not None})
        return rows

    @property
    def bucket_keys(self) -> tuple[MeasuredBucketKey, ...]:
        """The buckets of the logs whose Bucket Key would save enough, the most first."""
        other = self.forecast.other_interpretation
        return () if self.measured is None else self.measured.worth(other)

    def _measured_rows(self, rank: int) -> list[dict[str, Any]]:
        """The rows of what was replayed, after what was tried on the inventory."""
        name, other = f"saves_{self.currency.lower()}", self.forecast.other_interpretation
        return [
            {
                "rank": rank + place,
                "kind": KIND,
                "advice": bucket.title,
                "saves_requests": bucket.requests - bucket.left_at_most,
                name: bucket.saves(other).at_least,
                f"{name}_low": bucket.saves(other).low,
                f"{name}_high": bucket.saves(other).high,
                f"{name}_writes_charged": bucket.charged.at_least,
                f"{name}_writes_exempt": bucket.exempt.at_least,
                "what_if": False,
                "trade_off": False,
                "loses": bucket.loses,
                "how": bucket.how,
                "commands": "\n".join(bucket.commands),
                "source": bucket.source,
                "compare": "",
            }
            for place, bucket in enumerate(self.bucket_keys)
        ]

    @property
    def scenarios(self) -> dict[str, Any] | None:
        """A scenario file of each change, and of all that go together; None without any."""
        scenarios = [recommendation.proposal.scenario() for recommendation in self.recommendations]
        plan = go_together(self.recommendations)
        if len(plan) > 1:
            changes = [change for proposal in plan for change in proposal.scenario()["changes"]]
            scenarios.append({"name": TOGETHER, "changes": changes})
        return {"version": 1, "scenarios": scenarios} if scenarios else None

    def to_dict(self) -> dict[str, Any]:
        """The advice as documented JSON."""
        forecast, plan = self.forecast, go_together(self.recommendations)
        together = None
        if self.together is not None:
            together = {
                "names": [proposal.name for proposal in plan],
                **plain(self.saves(self.together)),
                "saving": plain(self.together.totals),
                "set": [text for proposal in plan for text in proposal.set],
            }
        return {
            "inventory": forecast.inventory.path,
            "from": forecast.months.labels[0],
            "months": forecast.months.count,
            "totals": plain(forecast.totals),
            "advice": [
                self._recommendation(rank, recommendation)
                for rank, recommendation in enumerate(self.recommendations, start=1)
            ],
            "together": together,
            "too_small": [
                {"name": small.proposal.name, **plain(self.saves(small.saving))}
                for small in self.small
            ],
            "smallest": SMALLEST,
            **self._measured(),
            "scenarios": self.scenarios,
            "draws": DRAWS,
            "seed": SEED,
            "notices": [*self.notices, forecast.other_interpretation_line],
            "rates": {
                "table": forecast.table.service,
                "currency": self.currency,
                "discount": forecast.discount,
            },
        }

    def _measured(self) -> dict[str, Any]:
        """The JSON of the keys and of what was replayed; nothing where it was not asked for."""
        keys: dict[str, Any] = {}
        if self.ledger is not None:
            keys["keys"] = [record.to_dict(self.currency) for record in self.ledger.records]
            keys["unused_days"] = self.ledger.unused_days
        if self.measured is None:
            return keys
        other = self.forecast.other_interpretation
        return {**keys, **self.measured.to_dict(other)}

    def _recommendation(self, rank: int, recommendation: Recommendation) -> dict[str, Any]:
        proposal = recommendation.proposal
        return {
            "rank": rank,
            "kind": proposal.kind,
            "name": proposal.name,
            "advice": proposal.title,
            **plain(self.saves(recommendation.saving)),
            f"saves_{self.currency.lower()}_on_top": recommendation.on_top,
            "what_if": proposal.what_if,
            "trade_off": proposal.trade_off,
            "loses": proposal.loses,
            "how": proposal.how,
            "commands": list(proposal.commands),
            "source": proposal.source,
            "set": list(proposal.set),
            "saving": plain(recommendation.saving.totals),
        }

    def __repr__(self) -> str:
        savings = ", ".join(
            f"{recommendation.proposal.name} "
            f"{money(self.per_month(recommendation.saving.totals[self.cost]))}"
            for recommendation in self.recommendations[:5]
        )
        path = self.forecast.inventory.path
        return f"<Advice on {path}: {self.currency} a month {savings or 'nothing'}>"
