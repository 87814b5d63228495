"""kmscost: what KMS will cost because of CloudTrail, who pays, and whether the forecast was right.

    from estimator import load_inventory, forecast, explain

Each command of `kmscost` calls one of these functions, with the same name and parameters. They are
loaded when first used, so that `import estimator` stays light.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from estimator.actuals.access_logs import measure_access_logs as measure_access_logs
    from estimator.actuals.athena import athena_sql as athena_sql
    from estimator.actuals.athena import measure_athena as measure_athena
    from estimator.actuals.bill import measure_bill as measure_bill
    from estimator.actuals.cloudtrail import measure_cloudtrail as measure_cloudtrail
    from estimator.actuals.result import Actuals as Actuals
    from estimator.actuals.s3_inventory import measure_s3_inventory as measure_s3_inventory
    from estimator.actuals.s3_listing import measure_s3_listing as measure_s3_listing
    from estimator.actuals.stored import load_actuals as load_actuals
    from estimator.advise import Advice as Advice
    from estimator.advise import advise as advise
    from estimator.backtest import Backtest as Backtest
    from estimator.backtest import backtest as backtest
    from estimator.calibrate import Calibration as Calibration
    from estimator.calibrate import calibrate as calibrate
    from estimator.explain import Explanation as Explanation
    from estimator.explain import explain as explain
    from estimator.forecast import Forecast as Forecast
    from estimator.forecast import forecast as forecast
    from estimator.inventory import Inventory as Inventory
    from estimator.inventory import InventoryError as InventoryError
    from estimator.inventory import Range as Range
    from estimator.inventory import check as check
    from estimator.inventory import init as init
    from estimator.inventory import load_inventory as load_inventory
    from estimator.rates_diff import RatesDiff as RatesDiff
    from estimator.rates_diff import rates_diff as rates_diff
    from estimator.reconcile import Reconciliation as Reconciliation
    from estimator.reconcile import reconcile as reconcile
    from estimator.scenarios import Comparison as Comparison
    from estimator.scenarios import compare as compare
    from estimator.schemas import schema as schema
    from estimator.uncertainty import Simulation as Simulation
    from estimator.uncertainty import simulate as simulate
    from pricing.errors import KmscostError as KmscostError
    from pricing.offers import ImportedRates as ImportedRates
    from pricing.offers import rates_import as rates_import
    from pricing.rates import RateTable as RateTable
    from pricing.rates import load_rates as load_rates
    from pricing.rates import rates_show as rates_show

_PUBLIC = {
    "Actuals": "estimator.actuals.result",
    "measure_access_logs": "estimator.actuals.access_logs",
    "athena_sql": "estimator.actuals.athena",
    "measure_athena": "estimator.actuals.athena",
    "measure_bill": "estimator.actuals.bill",
    "measure_cloudtrail": "estimator.actuals.cloudtrail",
    "measure_s3_inventory": "estimator.actuals.s3_inventory",
    "measure_s3_listing": "estimator.actuals.s3_listing",
    "load_actuals": "estimator.actuals.stored",
    "Advice": "estimator.advise",
    "advise": "estimator.advise",
    "Backtest": "estimator.backtest",
    "backtest": "estimator.backtest",
    "Calibration": "estimator.calibrate",
    "calibrate": "estimator.calibrate",
    "Explanation": "estimator.explain",
    "explain": "estimator.explain",
    "Forecast": "estimator.forecast",
    "forecast": "estimator.forecast",
    "Inventory": "estimator.inventory",
    "InventoryError": "estimator.inventory",
    "Range": "estimator.inventory",
    "check": "estimator.inventory",
    "init": "estimator.inventory",
    "load_inventory": "estimator.inventory",
    "Simulation": "estimator.uncertainty",
    "simulate": "estimator.uncertainty",
    "Reconciliation": "estimator.reconcile",
    "reconcile": "estimator.reconcile",
    "Comparison": "estimator.scenarios",
    "compare": "estimator.scenarios",
    "schema": "estimator.schemas",
    "RatesDiff": "estimator.rates_diff",
    "rates_diff": "estimator.rates_diff",
    "KmscostError": "pricing.errors",
    "ImportedRates": "pricing.offers",
    "rates_import": "pricing.offers",
    "RateTable": "pricing.rates",
    "load_rates": "pricing.rates",
    "rates_show": "pricing.rates",
}

__all__ = [
    "Actuals",
    "Advice",
    "Backtest",
    "Calibration",
    "Comparison",
    "Explanation",
    "Forecast",
    "ImportedRates",
    "Inventory",
    "InventoryError",
    "KmscostError",
    "Range",
    "RateTable",
    "RatesDiff",
    "Reconciliation",
    "Simulation",
    "advise",
    "athena_sql",
    "backtest",
    "calibrate",
    "check",
    "compare",
    "explain",
    "forecast",
    "init",
    "load_actuals",
    "load_inventory",
    "load_rates",
    "measure_access_logs",
    "measure_athena",
    "measure_bill",
    "measure_cloudtrail",
    "measure_s3_inventory",
    "measure_s3_listing",
    "rates_diff",
    "rates_import",
    "rates_show",
    "reconcile",
    "schema",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps `estimator.forecast` the function, whoever imports the submodule of that name first."""

    def __setattr__(self, name: str, value: Any) -> None:
        # the import system binds each submodule to its package; for these names the function wins
        if name in _PUBLIC and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
