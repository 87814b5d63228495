"""kmscost: what KMS will cost because of CloudTrail, who pays, and whether the forecast was right.

    from estimator import load_inventory, forecast, explain

Each command of `kmscost` calls one of these functions, with the same name and parameters. They are
loaded when first used, so that `import estimator` stays light.
"""

import lazy_loader

__version__ = "0.1.0"

# the names and where they are defined: __init__.pyi, which type checkers and editors read too
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
