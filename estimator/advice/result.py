"""Advice as it leaves the pipeline."""

from __future__ import annotations

import html
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.advice.evaluation import DRAWS, Saving, Trial
from estimator.advice.ranking import SMALLEST, Piece, Ranked, chosen
from estimator.figures import money
from estimator.forecasting import Forecast
from estimator.frames import ADVICE
from estimator.simulation.options import SEED

TOGETHER = "all that go together"


@dataclass(frozen=True, eq=False, repr=False)
class Advice:
    """What would save money, the most first.

    Attributes
    ----------
    told : Forecast
        The forecast of the inventory as it is.
    pieces : tuple of Piece
        Advice; trade-offs, which give up security or audit, last.
    small : tuple of Piece
        What was tried and saves less than a cent a month.
    together : Saving or None
        What all pieces that go together save, computed, not added up; None for fewer than two.
    notices : tuple of str
    rates : str or None
        The file of the rates; None for the shipped ones, or a table that was read already.
    """

    told: Forecast
    pieces: tuple[Piece, ...]
    small: tuple[Piece, ...]
    together: Saving | None
    notices: tuple[str, ...]
    rates: str | None = None

    @classmethod
    def of(cls, told: Forecast, ranked: Ranked, trial: Trial, rates: str | None = None) -> Advice:
        """What was tried, put into order."""
        events = told.totals[f"{trial.cost}_cloudtrail_events"]
        notices = (*told.notices, *ranked.notices)
        if math.isnan(events):
            notices += ("what copies of KMS events cost is not known: no advice on them",)
        return cls(told, ranked.pieces, ranked.small, ranked.together, notices, rates)

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.told.currency

    @property
    def cost(self) -> str:
        """The name of the cost in totals: `cost_usd`."""
        return f"cost_{self.currency.lower()}"

    def per_month(self, total: float) -> float:
        """A sum over all months, a month. [1/month]"""
        return total / self.told.months.count

    def saves(self, saving: Saving) -> dict[str, float]:
        """What something saves a month. [request/month, currency/month]"""
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
        """What something saves on CloudTrail's bill, over all months. [currency]"""
        name, copies = f"saves_{self.currency.lower()}_cloudtrail_events", saving.copies
        return {
            name: math.nan if copies is None else copies.least,
            f"{name}_others": math.nan if copies is None else copies.others,
            f"{name}_high": math.nan if copies is None else copies.most,
        }

    def command(self, piece: Piece) -> str:
        """The `kmscost compare` that shows what a piece saves."""
        months, path = self.told.months, self.told.inventory.path
        words = ["kmscost", "compare", path, "--from", months.labels[0]]
        words += ["--months", str(months.count)]
        words += ["--rates", self.rates] if self.rates else []
        words += ["--discount", f"{self.told.discount!r}"] if self.told.discount else []
        return f"{shlex.join(words)} {piece.proposal.options}"

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The frame `estimator.frames.ADVICE`: a row for each piece."""
        code = self.currency.lower()
        found = [
            {
                "rank": rank,
                "kind": piece.proposal.kind,
                "advice": piece.proposal.title,
                **self.saves(piece.saving),
                f"saves_{code}_on_top": math.nan if piece.on_top is None else piece.on_top,
                "what_if": piece.proposal.what_if,
                "trade_off": piece.proposal.trade_off,
                "loses": piece.proposal.loses,
                "how": piece.proposal.how,
                "source": piece.proposal.source,
                "compare": self.command(piece),
            }
            for rank, piece in enumerate(self.pieces, start=1)
        ]
        types = {one.name.replace("_usd", f"_{code}"): one.dtype for one in ADVICE}
        return pd.DataFrame(found, columns=list(types)).astype(types)

    @property
    def scenarios(self) -> dict[str, Any] | None:
        """A scenario file of all pieces, and of all that go together; None without any."""
        found = [piece.proposal.scenario() for piece in self.pieces]
        plan = chosen(self.pieces)
        if len(plan) > 1:
            changes = [change for one in plan for change in one.scenario()["changes"]]
            found.append({"name": TOGETHER, "changes": changes})
        return {"version": 1, "scenarios": found} if found else None

    def to_dict(self) -> dict[str, Any]:
        """The advice as documented JSON."""
        told, plan = self.told, chosen(self.pieces)
        together = None
        if self.together is not None:
            together = {
                "names": [one.name for one in plan],
                **_known(self.saves(self.together)),
                "saving": _known(self.together.totals),
                "set": [text for one in plan for text in one.set],
            }
        return {
            "inventory": told.inventory.path,
            "from": told.months.labels[0],
            "months": told.months.count,
            "totals": _known(told.totals),
            "advice": [self._piece(rank, one) for rank, one in enumerate(self.pieces, start=1)],
            "together": together,
            "too_small": [
                {"name": one.proposal.name, **_known(self.saves(one.saving))} for one in self.small
            ],
            "smallest": SMALLEST,
            "scenarios": self.scenarios,
            "draws": DRAWS,
            "seed": SEED,
            "notices": [*self.notices, told.other_interpretation_line],
            "rates": {
                "table": told.table.service,
                "currency": self.currency,
                "discount": told.discount,
            },
        }

    def _piece(self, rank: int, piece: Piece) -> dict[str, Any]:
        one = piece.proposal
        return {
            "rank": rank,
            "kind": one.kind,
            "name": one.name,
            "advice": one.title,
            **_known(self.saves(piece.saving)),
            f"saves_{self.currency.lower()}_on_top": piece.on_top,
            "what_if": one.what_if,
            "trade_off": one.trade_off,
            "loses": one.loses,
            "how": one.how,
            "source": one.source,
            "set": list(one.set),
            "saving": _known(piece.saving.totals),
        }

    def __repr__(self) -> str:
        said = ", ".join(
            f"{one.proposal.name} {money(self.per_month(one.saving.totals[self.cost]))}"
            for one in self.pieces[:5]
        )
        return (
            f"<Advice on {self.told.inventory.path}: {self.currency} a month {said or 'nothing'}>"
        )

    def _repr_html_(self) -> str:
        shown = self.rows.drop(columns=["kind", "what_if", "trade_off"]).to_html(index=False)
        said = "".join(f"<p>Note: {html.escape(notice)}</p>" for notice in self.notices)
        return f"{shown}<p>{html.escape(self.told.other_interpretation_line)}</p>{said}"


def _known(values: Mapping[str, float]) -> dict[str, float | None]:
    """What is not known becomes null, never NaN, which JSON does not have."""
    return {name: None if math.isnan(value) else value for name, value in values.items()}
