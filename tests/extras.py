"""Libraries that only extras bring: without one, the tests that want it are skipped and say so."""

import importlib.util
import re
from typing import Any

import pytest

# what an extra of ours stands for, as `pip install 'kms-cost-estimator[parquet]'` in our messages
MODULES = {
    "parquet": "pyarrow",
    "xlsx": "xlsxwriter",
    "aws": "boto3",
    "spark": "pyspark",
    "zstd": "zstandard",
    "jupyter": "anywidget",
}


def needed(module: str) -> Any:
    """The module; where it is not installed, the test or the file that asks for it is skipped."""
    return pytest.importorskip(module, reason=f"{module.partition('.')[0]} is not installed")


def skip_without_extra(stderr: str | None) -> None:
    """Skip where a command asked for an extra, and its library is truly not installed."""
    asked = re.search(r"pip install 'kms-cost-estimator\[(\w+)\]'", stderr or "")
    if asked and importlib.util.find_spec(MODULES[asked[1]]) is None:
        pytest.skip(f"{MODULES[asked[1]]} is not installed")
