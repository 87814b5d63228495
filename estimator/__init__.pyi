from .advice import Advice as Advice
from .advice import advise as advise
from .attribution import Attribution as Attribution
from .attribution import attribute as attribute
from .backtesting import Backtest as Backtest
from .backtesting import backtest as backtest
from .calibration import Calibration as Calibration
from .calibration import calibrate as calibrate
from .discovery.aws import discover_aws as discover_aws
from .discovery.aws.calls import aws_policy as aws_policy
from .discovery.aws_responses.saved import (
    discover_aws_responses as discover_aws_responses,
)
from .discovery.cloudformation import (
    discover_cloudformation as discover_cloudformation,
)
from .discovery.drafting import Draft as Draft
from .discovery.terraform import discover_terraform as discover_terraform
from .explanation import Explanation as Explanation
from .explanation import explain as explain
from .forecasting import Forecast as Forecast
from .forecasting import forecast as forecast
from .inventory import Inventory as Inventory
from .inventory import InventoryError as InventoryError
from .inventory import Range as Range
from .inventory import check as check
from .inventory import init as init
from .inventory import load_inventory as load_inventory
from .measurement.access_logs import measure_access_logs as measure_access_logs
from .measurement.athena import athena_sql as athena_sql
from .measurement.athena import measure_athena as measure_athena
from .measurement.billing import measure_bill as measure_bill
from .measurement.cloudtrail_logs import measure_cloudtrail as measure_cloudtrail
from .measurement.measurement_files import load_actuals as load_actuals
from .measurement.result import Actuals as Actuals
from .measurement.s3_inventory import measure_s3_inventory as measure_s3_inventory
from .measurement.s3_listing import measure_s3_listing as measure_s3_listing
from .rates import ImportedRates as ImportedRates
from .rates import KmscostError as KmscostError
from .rates import RateTable as RateTable
from .rates import load_rates as load_rates
from .rates import rates_import as rates_import
from .rates import rates_show as rates_show
from .rates.comparison import RatesDiff as RatesDiff
from .rates.comparison import rates_diff as rates_diff
from .reconciliation import Reconciliation as Reconciliation
from .reconciliation import reconcile as reconcile
from .report import report as report
from .report.charts import plot as plot
from .report.exports.bcm import export_bcm as export_bcm
from .report.exports.budgets import export_aws_budgets as export_aws_budgets
from .report.exports.focus import export_focus as export_focus
from .report.exports.frame import export_frame as export_frame
from .report.exports.openmetrics import export_prometheus as export_prometheus
from .report.monthly import MonthlyReport as MonthlyReport
from .report.monthly.interactive.explorer import explore as explore
from .scenarios import Comparison as Comparison
from .scenarios import compare as compare
from .schemas import schema as schema
from .simulation import Simulation as Simulation
from .simulation import simulate as simulate

__version__: str

__all__ = [
    "Actuals",
    "Advice",
    "Attribution",
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
    "attribute",
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
    "explore",
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
