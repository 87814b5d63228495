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
    from estimator.importers.answers.saved import discover_aws_responses as discover_aws_responses
    from estimator.importers.aws import aws_policy as aws_policy
    from estimator.importers.aws import discover_aws as discover_aws
    from estimator.importers.cloudformation import (
        discover_cloudformation as discover_cloudformation,
    )
    from estimator.importers.drafting import Draft as Draft
    from estimator.importers.terraform import discover_terraform as discover_terraform
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
    from estimator.report.exports.bcm import export_bcm as export_bcm
    from estimator.report.exports.budgets import export_aws_budgets as export_aws_budgets
    from estimator.report.exports.focus import export_focus as export_focus
    from estimator.report.exports.frame import export_frame as export_frame
    from estimator.report.exports.openmetrics import export_prometheus as export_prometheus
    from estimator.report.monthly import MonthlyReport as MonthlyReport
    from estimator.report.monthly import report as report
    from estimator.report.plots import plot as plot
    from estimator.scenarios import Comparison as Comparison
    from estimator.scenarios import compare as compare
    from estimator.schemas import schema as schema
    from estimator.uncertainty import Simulation as Simulation
    from estimator.uncertainty import simulate as simulate
    from pricing.errors import KmscostError as KmscostError
    from pricing.in_force import rates_show as rates_show
    from pricing.offers import ImportedRates as ImportedRates
    from pricing.offers import rates_import as rates_import
    from pricing.rates import RateTable as RateTable
    from pricing.rates import load_rates as load_rates

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
    "Draft": "estimator.importers.drafting",
    "aws_policy": "estimator.importers.aws",
    "discover_aws": "estimator.importers.aws",
    "discover_aws_responses": "estimator.importers.answers.saved",
    "discover_cloudformation": "estimator.importers.cloudformation",
    "discover_terraform": "estimator.importers.terraform",
    "Inventory": "estimator.inventory",
    "InventoryError": "estimator.inventory",
    "Range": "estimator.inventory",
    "check": "estimator.inventory",
    "init": "estimator.inventory",
    "load_inventory": "estimator.inventory",
    "export_aws_budgets": "estimator.report.exports.budgets",
    "export_bcm": "estimator.report.exports.bcm",
    "export_focus": "estimator.report.exports.focus",
    "export_frame": "estimator.report.exports.frame",
    "export_prometheus": "estimator.report.exports.openmetrics",
    "Simulation": "estimator.uncertainty",
    "simulate": "estimator.uncertainty",
    "Reconciliation": "estimator.reconcile",
    "reconcile": "estimator.reconcile",
    "MonthlyReport": "estimator.report.monthly",
    "report": "estimator.report.monthly",
    "plot": "estimator.report.plots",
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
    "rates_show": "pricing.in_force",
}

__all__ = [
    "Actuals",
    "Advice",
    "Backtest",
    "Calibration",
    "Comparison",
    "Draft",
    "Explanation",
    "Forecast",
    "ImportedRates",
    "Inventory",
    "InventoryError",
    "KmscostError",
    "MonthlyReport",
    "Range",
    "RateTable",
    "RatesDiff",
    "Reconciliation",
    "Simulation",
    "advise",
    "athena_sql",
    "aws_policy",
    "backtest",
    "calibrate",
    "check",
    "compare",
    "discover_aws",
    "discover_aws_responses",
    "discover_cloudformation",
    "discover_terraform",
    "explain",
    "export_aws_budgets",
    "export_bcm",
    "export_focus",
    "export_frame",
    "export_prometheus",
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
    "plot",
    "rates_diff",
    "rates_import",
    "rates_show",
    "reconcile",
    "report",
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
