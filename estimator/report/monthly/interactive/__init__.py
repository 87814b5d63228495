"""Search, sort, group and what-if: one script for the page of a report and for a notebook.

Here are the data that it works on, and its markup. `tools.js`, `tools.css` and
`tools.html` lie beside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from estimator.attribution import Attribution
from estimator.attribution.result import LOGGED, NOT_IN_LOGS
from estimator.figures import without_noise
from estimator.forecasting import Forecast
from estimator.months import month_in_words
from estimator.report.answers import AccountNames
from estimator.report.answers.attribution_lines import line_names, part_name
from estimator.report.blocks import safe_cell
from estimator.report.formats.html import template_environment
from estimator.report.monthly.interactive.what_if import model_what_if
from estimator.report.monthly.words import IF_WORDS
from estimator.volume.model import Model
from pricing.reading.problems import printable

_SERVICES = "service (by logs)"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False, repr=False)
class Tools:
    """What a reader may try out: sliders, and a table to search.

    Attributes
    ----------
    data : dict
        What `tools.js` works on, as JSON has it. ``csv``: every account; ``groups``: the month by
        what does not hang on the account; ``notes``: what a group is of, where it is not of the
        forecast; ``unit``: the currency; ``what_if``: as `model_what_if`, None where it has none.
    markup : Markup
        What `tools.js` fills.
    style, script : str
        ``tools.css`` and ``tools.js``.
    """

    data: dict[str, Any]
    markup: Markup
    style: str
    script: str


def build_tools(
    forecast: Forecast,
    model: Model,
    breakdown: Mapping[str, pd.DataFrame],
    *,
    center: str,
    attribution: Attribution | None = None,
    is_open: bool = False,
) -> Tools:
    """Count what the sliders move, and write what shows it.

    Parameters
    ----------
    forecast : Forecast
        What the sliders begin with.
    model : Model
        As of `model_what_if`.
    breakdown : mapping
        Its first month, as `break_down` returns it.
    center : str
        The value of each range that it stands on: mean or typical value. Empty without ranges.
    attribution : Attribution, optional
        Whose the requests of that month are, by its logs.
    is_open : bool
        Whether the sliders are unfolded.
    """
    groups, notes = _group_month(forecast, breakdown), {}
    if attribution is not None:
        groups[_SERVICES] = _group_services(attribution)
        whole = "of the bill" if attribution.with_bill else "in the logs"
        notes[_SERVICES] = (
            f"Every KMS request {whole} of {month_in_words(forecast.months.labels[0])}, "
            "CloudTrail's and all others', by the service that asked for it; no forecast."
        )
    what_if = model_what_if(forecast, model)
    data = {
        "csv": _accounts_csv(forecast, breakdown),
        "groups": groups,
        "notes": notes,
        "unit": forecast.currency,
        "what_if": what_if,
    }
    markup = _write_markup(forecast, what_if is not None, center, is_open)
    return Tools(data, markup, read_text("tools.css"), read_text("tools.js"))


def _accounts_csv(forecast: Forecast, breakdown: Mapping[str, pd.DataFrame]) -> str:
    """Return the month's forecast of every account, the most expensive first.

    Columns are account, name, ou and each tag where any account has one, requests, cost, and the
    cost under the other interpretation.
    """
    rows = breakdown["drivers"]
    sums = _sum(rows, rows["account"])
    unit = forecast.currency
    accounts = forecast.inventory.accounts_by_id
    has_ou = any(getattr(account, "ou", None) for account in accounts.values())
    tags = sorted({tag for account in accounts.values() for tag in _tags(account)})
    header = ["account", "name", *(["OU"] if has_ou else []), *(f"tag {tag}" for tag in tags)]
    header += [unit, "requests", f"{unit} {IF_WORDS[forecast.other_interpretation]}"]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    for number, cost, requests, other in sums.itertuples(index=True):
        account = accounts.get(str(number))
        words = [str(number), (account and account.name) or ""]
        words += [str(getattr(account, "ou", None) or "")] if has_ou else []
        words += [_tags(account).get(tag, "") for tag in tags]
        numbers = [f"{_exact(value):f}" for value in (cost, requests, other)]
        # a line break of a name would part a row for whoever splits lines
        writer.writerow([*map(_shown, words), *numbers])
    return stream.getvalue()


def _group_month(
    forecast: Forecast, breakdown: Mapping[str, pd.DataFrame]
) -> dict[str, list[list[Any]]]:
    """Return the month by what does not hang on the account alone: name, cost, requests, other."""
    rows, regions = breakdown["drivers"], breakdown["regions"]
    is_key = (rows["cause"] == "key").to_numpy()
    driver = rows["driver"].astype(object)
    billed = rows["billed_account"].astype(str).map(AccountNames.of(forecast.inventory).label)
    found = {
        "Region": _sum(regions, regions["region"]),
        "trail, reader or key": _sum(rows, driver.where(~is_key, "key " + driver)),
        "account that is billed": _sum(rows, billed),
        "cause": _sum(rows, rows["cause"]),
    }
    return {
        name: [
            [_shown(group), *map(_number, sizes)] for group, *sizes in sums.itertuples(index=True)
        ]
        for name, sums in found.items()
    }


def _group_services(attribution: Attribution) -> list[list[Any]]:
    """Return the whole use of KMS by the service that asked for it, as `_group_month` does.

    The forecast knows one service alone, CloudTrail; the logs of a month know all of them.
    """
    lines = attribution.lines("service")
    rows = lines[(lines["quantity"] > 0) | (lines["cost"] != 0)].to_dict("records")
    logged = [row for row in rows if row["part"] == LOGGED]
    apart = [row for row in rows if row["part"] != LOGGED]
    names = [*line_names("service", logged), *map(part_name, apart)]
    return [
        [
            _shown(name),
            _number(row["cost"]),
            # the month of a key is no request
            _number(row["quantity"]) if row["part"] in (LOGGED, NOT_IN_LOGS) else 0.0,
            _number(row["cost_other_reading"]),
        ]
        for name, row in zip(names, [*logged, *apart], strict=True)
    ]


def _shown(word: object) -> str:
    """A name that is safe to save, and to copy out of the page, into a spreadsheet."""
    return safe_cell(printable(str(word)))


def _sum(rows: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Cost, requests and the cost under the other interpretation; the most expensive first."""
    is_request = (rows["unit"] == "request").to_numpy()
    frame = pd.DataFrame(
        {
            "cost": rows["cost"].to_numpy(),
            "requests": np.where(is_request, rows["quantity"].to_numpy(), 0.0),
            "other": rows["cost_other_reading"].to_numpy(),
        }
    )
    sums = frame.groupby(by.astype(str).to_numpy()).sum()
    return sums.sort_values(["cost", "requests"], ascending=False, kind="stable")


def _tags(account: Any) -> dict[str, str]:
    tags = getattr(account, "tags", None) or {}
    return {str(key): str(value) for key, value in dict(tags).items()}


def _exact(value: float) -> Decimal:
    """A number for the script, which rounds it where it prints it: rounded twice it would move.

    >>> _exact(44708.46849999999), _exact(3e-15)  # one decimal, 44,708.5, would become 44,709
    (Decimal('44708.4685'), Decimal('0'))
    """
    return without_noise(round(value, 12))


def _number(value: float) -> float:
    return float(_exact(value))


def _write_markup(forecast: Forecast, has_sliders: bool, center: str, is_open: bool) -> Markup:
    """Write the markup that `tools.js` fills; without a what-if it has no sliders."""
    labels = forecast.months.labels
    first, last = month_in_words(labels[0]), month_in_words(labels[-1])
    span = first if len(labels) == 1 else f"{first} to {last}"
    ranges = f", with each range at its {center}" if center else ""
    note = (
        f"The forecast of {span}, moved as kmscost compare would{ranges}; the free requests of "
        "each month are part of it."
    )
    return Markup(  # noqa: S704 (rendered with every text escaped)
        template_environment(_FOLDER)
        .get_template("tools.html")
        .render(note=note if has_sliders else "", month=month_in_words(labels[0]), is_open=is_open)
    )


def read_text(name: str) -> str:
    """Return a file of this folder: ``tools.js`` or ``tools.css``."""
    return (_FOLDER / name).read_text(encoding="utf-8")
