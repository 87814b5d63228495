"""Rate tables, as the users of `estimator` meet them: `pricing` has them, this hands them on."""

from __future__ import annotations

from pricing.in_force import rates_show
from pricing.offers import ImportedRates, rates_import
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import KmscostError

__all__ = ["ImportedRates", "KmscostError", "RateTable", "load_rates", "rates_import", "rates_show"]
