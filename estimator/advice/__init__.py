"""Advice: what an expert would change, applied and forecast again, the most saving first."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

from estimator.advice.baseline import Baseline
from estimator.advice.evaluation import Evaluator
from estimator.advice.key_ledger import UNUSED, UNUSED_DAYS, KeyLedger, keep_ledger
from estimator.advice.ranking import rank_proposals
from estimator.advice.result import Advice
from estimator.bucket_keys import measure_bucket_keys
from estimator.bucket_keys.result import MeasuredBucketKeys
from estimator.discovery.aws_responses.saved import read_responses
from estimator.forecasting import Forecast, compute_forecast
from estimator.inventory import Inventory, load_inventory
from estimator.inventory.changes import document_of
from estimator.measurement.measurement_files import load_actuals
from estimator.measurement.paths import Progress
from estimator.months import read_months
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import Problem, UsageError

__all__ = ["Advice", "advise", "advise_on"]


def advise(
    inventory: Inventory | str | Path,
    start: str | datetime.date | None = None,
    months: int = 12,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    actuals: str | Path | Sequence[str | Path] | None = None,
    responses: str | Path | Sequence[str | Path] | None = None,
    unused_days: int = UNUSED_DAYS,
    progress: Progress | None = None,
    *,
    at_means: bool = False,
) -> Advice:
    """Rank what would save money, with what it loses, how to do it, and who says so.

    Everything is applied to the inventory and forecast again; nothing is estimated. What changes
    holds for all of the months.

    Parameters
    ----------
    inventory : path or Inventory
        Its YAML file, or what `estimator.load_inventory` returned: advice changes the document.
    start, months, rates, discount
        As for `estimator.forecast`.
    actuals : path or sequence of paths, optional
        CloudTrail's log files, folders of them, or what `measure cloudtrail` wrote of them: the S3
        Bucket Key of each bucket in them is replayed, and what it would save takes the place of
        what the inventory assumes.
    responses : path or sequence of paths, optional
        Saved responses of AWS about keys (describe-key, list-aliases, list-key-rotations,
        get-key-rotation-status, get-key-last-usage), or folders of them. With these or with logs
        there is a ledger of all keys.
    unused_days : int
        So long without use makes a key one that can go. [day]
    progress : callable, optional
        Called with files and bytes of the logs done so far. [file], [byte]
    at_means : bool
        Each range is at its mean, as in a report, which speaks of what is expected; else at its
        typical value, as in a forecast.

    Returns
    -------
    Advice
        Recommendations ranked by what they save a month, each with its changes for
        `estimator.compare`, and what all that go together save.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or the inventory was put together in Python, without a document;
        or nothing of the logs could be read.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    if isinstance(unused_days, bool) or unused_days < 1:  # True is an int in Python
        expected = "one day or more"
        raise UsageError(Problem("unused_days", None, "", str(unused_days), expected, ""))
    document_of(inventory)  # refused before the forecast, which may take long
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    span = read_months(start, months)
    model = Model(inventory, span)
    means = model.at_means()
    whole = compute_forecast(means if at_means else model, table, discount, means=means)
    path = None if rates is None or isinstance(rates, RateTable) else str(rates)
    counted = measured = ledger = None
    if actuals is not None:
        counted = load_actuals(actuals, progress, bucket_keys=True)
        measured = measure_bucket_keys(counted, span, table, discount, inventory)
        measured = dataclasses.replace(measured, notices=(*counted.notices, *measured.notices))
    if actuals is not None or responses is not None:
        estate = None if responses is None else read_responses(responses)[0]
        ledger = keep_ledger(inventory, span, table, discount, counted, estate, unused_days)
    return advise_on(inventory, whole, path, measured, ledger, at_means=at_means)


def advise_on(
    inventory: Inventory,
    forecast: Forecast,
    rates: str | None = None,
    measured: MeasuredBucketKeys | None = None,
    ledger: KeyLedger | None = None,
    *,
    at_means: bool,
) -> Advice:
    """As `advise`, of an inventory that is forecast already.

    Parameters
    ----------
    inventory : Inventory
        As it was read: changes are made to its document.
    forecast : Forecast
        Its forecast, with each range at its mean if `at_means`.
    rates, measured, ledger
        As `Advice` has them.
    """
    # a key that was used is no unused one, even where nobody knows of the time since
    records = ledger.records if ledger else ()
    used = frozenset(each.id for each in records if each.last_use and each.verdict != UNUSED)
    baseline = Baseline(forecast, measured.savings if measured else {}, used)
    evaluator = Evaluator(inventory, forecast, at_means=at_means)
    ranking = rank_proposals(baseline, evaluator)
    return Advice.from_ranking(forecast, ranking, evaluator, rates, measured, ledger)
