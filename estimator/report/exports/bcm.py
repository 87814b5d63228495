"""Usage lines for the API of AWS's own Pricing Calculator: AWS prices what is forecast here."""

from __future__ import annotations

import datetime
import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from estimator.forecasting import Forecast
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.forecasting.writes import are_exempt
from estimator.inventory import Inventory, load_inventory
from estimator.months import Months, read_months
from estimator.report.exports import Calls, Source, refuse_beside_forecast
from estimator.report.exports.usage_types import operation_of, usage_type
from estimator.volume import usage
from estimator.volume.model import Model
from estimator.volume.others import expected_others
from pricing.reading.problems import Problem, UsageError

KINDS = {
    "workload-estimate": "batch-create-workload-estimate-usage",
    "bill-scenario": "batch-create-bill-scenario-usage-modification",
}

# service model of bcm-pricing-calculator 2024-06-19: entries in a batch, and how it writes the
# service code of KMS ("for example, AmazonEC2 and AWSKMS")
BATCH = 25
SERVICE = "AWSKMS"

# stands where AWS's id of the estimate belongs
NO_ID = "00000000-0000-0000-0000-000000000000"
_ID = re.compile(r"[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}")

_GRAIN = ("month", "billed_account", "billed_region", "operation", "cause")
_LINE = ["billed_account", "billed_region", "operation", "unit"]


def export_bcm(
    inventory: Source,
    start: str | datetime.date | None = None,
    months: int = 1,
    kind: str = "workload-estimate",
    estimate_id: str | None = None,
) -> Calls:
    """Usage lines for the AWS BCM Pricing Calculator, in batches of 25.

    Parameters
    ----------
    inventory : Inventory, path or Forecast
        A forecast brings its own months.
    start : str or date, optional
        First month, as ``2026-11``. Default: the current month, UTC.
    months : int
        How many; a line of a workload estimate is one month's, its group. [month]
    kind : str
        ``workload-estimate`` or ``bill-scenario``.
    estimate_id : str, optional
        AWS's id of the estimate or scenario, which has to be there already.

    Returns
    -------
    Calls
        Amounts are all requests and key-months of a month; AWS takes off its free tier itself.

    Raises
    ------
    KmscostError
        The inventory or an option is wrong.
    """
    if kind not in KINDS:
        raise UsageError(Problem("kind", None, "", repr(kind), " or ".join(KINDS), ""))
    given = NO_ID if estimate_id is None else estimate_id
    if not _ID.fullmatch(given):
        expected = "an id such as 1234abcd-12ab-34cd-56ef-1234567890ab"
        raise UsageError(Problem("estimate_id", None, "", repr(given), expected, ""))
    estate, span = _inventory_and_months(inventory, start, months)
    used = _charged_usage(estate, span)
    build = _workload if kind == "workload-estimate" else _scenario
    inputs = tuple(build(used, given))
    command = f"aws bcm-pricing-calculator {KINDS[kind]}"
    return Calls(command, inputs, tuple(_notices(estate, span, given, used)))


def _inventory_and_months(
    source: Source, start: str | datetime.date | None, months: int
) -> tuple[Inventory, Months]:
    if isinstance(source, Forecast):
        refuse_beside_forecast(start=start)
        return source.inventory, source.months
    inventory = source if isinstance(source, Inventory) else load_inventory(source)
    return inventory, read_months(start, months)


def _charged_usage(inventory: Inventory, span: Months) -> pd.DataFrame:
    """Return the usage that is charged, by month, account, Region, operation and unit."""
    used = usage(Model(inventory, span), _GRAIN)
    used = used[~are_exempt(used, inventory)]
    groups = used.groupby(["month", *_LINE], observed=True, sort=False, as_index=False)
    summed: pd.DataFrame = groups[["quantity"]].sum()
    return summed[summed["quantity"] > 0]


def _line(row: Mapping[Hashable, Any], key: int) -> dict[str, Any]:
    return {
        "serviceCode": SERVICE,
        "usageType": usage_type(str(row["billed_region"]), str(row["unit"])),
        "operation": operation_of(str(row["operation"])),
        "key": f"l{key}",
        "group": "kmscost",
        "usageAccountId": str(row["billed_account"]),
    }


def _workload(used: pd.DataFrame, estimate: str) -> Iterator[dict[str, Any]]:
    lines = [
        {**_line(row, key), "group": str(row["month"]), "amount": row["quantity"]}
        for key, row in enumerate(used.to_dict("records"), start=1)
    ]
    for first in range(0, len(lines), BATCH):
        yield {"workloadEstimateId": estimate, "usage": lines[first : first + BATCH]}


def _scenario(used: pd.DataFrame, scenario: str) -> Iterator[dict[str, Any]]:
    lines = []
    groups = used.groupby(_LINE, observed=True, sort=False)
    for key, (_, rows) in enumerate(groups, start=1):
        amounts = [
            {"startHour": f"{month}-01T00:00:00Z", "amount": quantity}
            for month, quantity in zip(
                rows["month"].astype(str), rows["quantity"].tolist(), strict=True
            )
        ]
        lines.append({**_line(rows.iloc[0].to_dict(), key), "amounts": amounts})
    for first in range(0, len(lines), BATCH):
        yield {"billScenarioId": scenario, "usageModifications": lines[first : first + BATCH]}


def _notices(inventory: Inventory, span: Months, given: str, used: pd.DataFrame) -> Iterator[str]:
    yield from inventory.notices
    if given == NO_ID:
        yield "put AWS's id of your estimate in place of the zeros, or give it by --estimate-id"
    interpretation = inventory.cloudtrail_writes
    are = "are" if interpretation == "charged" else "are not"
    yield (
        f"{INTERPRETATION_WORDS[interpretation]}, says the inventory: they {are} among the lines"
    )
    others = expected_others(inventory, span).mean()
    if others:
        yield (
            f"the {others:,.0f} other KMS requests a month are not among the lines, so AWS's "
            "calculator gives the lines their part of the free tier too"
        )
    if span.count > 1:
        yield (
            f"{span.count} months: AWS's calculator may count the free tier once instead of "
            "each month"
        )
    if used.empty:
        yield "nothing is metered in these months: there is no call to make"
