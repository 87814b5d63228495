"""What the tools of a page and of a notebook are: their data, markup, style and script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from estimator.attribution import Attribution
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.months import month_in_words
from estimator.report.monthly.interactive.accounts import (
    accounts_csv,
    group_month,
    group_services,
)
from estimator.report.monthly.interactive.what_if import model_what_if

SERVICES = "service (by logs)"
_FOLDER = Path(__file__).parent


def tool_data(
    forecast: Forecast,
    breakdown: Mapping[str, pd.DataFrame],
    attribution: Attribution | None = None,
    means: Inventory | None = None,
) -> dict[str, Any]:
    """Return what `tools.js` works on, as JSON has it.

    Parameters
    ----------
    forecast : Forecast
        What the sliders begin with.
    breakdown : mapping
        Its first month, as `break_down` returns it.
    attribution : Attribution, optional
        Whose the requests of that month are, by its logs.
    means : Inventory, optional
        As of `model_what_if`.

    Returns
    -------
    dict
        ``csv``: every account; ``groups``: the month by what does not hang on the account;
        ``notes``: what a group is of, where it is not of the forecast; ``unit``: the currency;
        ``what_if``: as `model_what_if`, None where it has none.
    """
    groups, notes = group_month(forecast, breakdown), {}
    if attribution is not None:
        groups[SERVICES] = group_services(attribution)
        whole = "of the bill" if attribution.with_bill else "in the logs"
        notes[SERVICES] = (
            f"Every KMS request {whole} of {month_in_words(forecast.months.labels[0])}, "
            "CloudTrail's and all others', by the service that asked for it; no forecast."
        )
    return {
        "csv": accounts_csv(forecast, breakdown),
        "groups": groups,
        "notes": notes,
        "unit": forecast.currency,
        "what_if": model_what_if(forecast, means),
    }


def write_tools(forecast: Forecast, *, has_sliders: bool, center: str, is_open: bool) -> Markup:
    """Write the markup that `tools.js` fills.

    Parameters
    ----------
    forecast : Forecast
    has_sliders : bool
        Whether there is a what-if.
    center : str
        The value of each range that it stands on: mean or typical value. Empty without ranges.
    is_open : bool
        Whether the sliders are unfolded.
    """
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


def template_environment(folder: Path) -> Environment:
    """Return Jinja for the templates of a folder: every text escaped, unknown names refused."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def read_text(name: str) -> str:
    """Return a file of this folder: ``tools.js`` or ``tools.css``."""
    return (_FOLDER / name).read_text(encoding="utf-8")
