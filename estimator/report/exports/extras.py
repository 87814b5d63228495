"""Libraries that only some need."""

from __future__ import annotations

import importlib
from typing import Any

from pricing.reading.problems import KmscostError, Problem


def import_extra(module: str, extra: str, form: str) -> Any:
    """The module of an optional library.

    Raises
    ------
    KmscostError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        found = f"{form}, which needs {library} to be written"
        fix = f"pip install 'kms-cost-estimator[{extra}]'"
        raise KmscostError(
            Problem("form", None, "", found, f"{library} installed, or another format", fix)
        ) from None
