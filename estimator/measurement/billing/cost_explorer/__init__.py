"""Cost Explorer: the JSON of `aws ce get-cost-and-usage` and its CSV, as lines of a bill.

Both become entries: one for each period and group. A file may hold the costs and another one the
usage of the same groups; they are put together.
"""

from __future__ import annotations

from estimator.measurement.billing.cost_explorer.answers import (
    MissingPageError,
    is_cost_explorer,
    read_answers,
)
from estimator.measurement.billing.cost_explorer.download import (
    is_cost_explorer_csv,
    read_download,
)
from estimator.measurement.billing.cost_explorer.entries import (
    COLUMNS,
    LAYOUT,
    Entry,
    close_periods,
    combine,
    lines_of,
    notices,
)

__all__ = [
    "COLUMNS",
    "LAYOUT",
    "Entry",
    "MissingPageError",
    "close_periods",
    "combine",
    "is_cost_explorer",
    "is_cost_explorer_csv",
    "lines_of",
    "notices",
    "read_answers",
    "read_download",
]
