"""The columns by which kmscost knows its own CSV files again, whichever reader is given one."""

from __future__ import annotations

# columns that every CSV of `kmscost measure` has
MEASURE_COLUMNS = frozenset({"unit", "source", "coverage"})

# a column that only the CSV of `kmscost forecast` has
FORECAST_COLUMN = "cost_other_reading"
