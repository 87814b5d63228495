"""kmscost: what KMS will cost because of CloudTrail, who pays, and whether the forecast was right.

    from estimator import load_inventory, forecast, explain

Each command of `kmscost` calls one of these functions, with the same name and parameters. They are
loaded when first used, so that `import estimator` stays light.
"""

import lazy_loader

from pricing.notebook import show_results_with

__version__ = "0.1.0"

# the names and where they are defined: __init__.pyi, which type checkers and editors read too
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def _show(result: object) -> str:
    """Lay a result out for a notebook; what does that stands above all results."""
    from estimator.report.notebook import result_html

    return result_html(result)


show_results_with(_show)
