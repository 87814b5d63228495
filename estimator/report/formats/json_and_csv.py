"""JSON and CSV: for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.report.blocks import safe_cell

if TYPE_CHECKING:  # else JSON of a measurement would wait for pandas and the whole model
    import pandas as pd


def to_json(value: Mapping[str, Any]) -> str:
    """JSON text, a line for each item of a long list; what is not known is null, never NaN.

    >>> print(to_json({"totals": {"requests": 1.0}, "rows": [{"cost": 2.0}]}), end="")
    {
      "totals": {
        "requests": 1.0
      },
      "rows": [
        {"cost": 2.0}
      ]
    }
    """
    return f"{_members(value, '')}\n"


def _members(value: Mapping[str, Any], indent: str) -> str:
    parts = []
    inner = f"{indent}  "
    for key, item in value.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            # without indent json runs in C: a large organization has rows by the 100,000
            lines = ",\n".join(f"{inner}  {_ENCODED(row)}" for row in item)
            text = f"[\n{lines}\n{inner}]"
        elif isinstance(item, dict) and any(isinstance(member, list) for member in item.values()):
            text = _members(item, inner)
        else:
            text = _dumps(item, indent=2).replace("\n", f"\n{inner}")
        parts.append(f"{inner}{_dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + f"\n{indent}}}"


def _dumps(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    # a number of numpy's
    return value.item() if hasattr(value, "item") else str(value)


# made once: json.dumps would make one for each row
_ENCODED = json.JSONEncoder(allow_nan=False, default=_plain).encode


def frame_csv(rows: pd.DataFrame) -> str:
    """Any frame: what is not known is an empty cell."""
    import pandas as pd

    text = rows.copy()
    for name in rows.columns:
        # a negative number begins with a sign of a formula, and is none
        if rows[name].dtype.kind not in "fiu":
            text[name] = ["" if pd.isna(cell) else safe_cell(str(cell)) for cell in rows[name]]
    return text.to_csv(index=False, lineterminator="\n")
