"""The JSON Schemas of assumptions: a number, or a mapping with its ends."""

from __future__ import annotations

from typing import Any

from pricing.reading.json_schemas import TEXT_SCHEMA, number_schema, percent_pattern
from pricing.regions import REGION_PATTERN


def _range_schema(number: dict[str, Any]) -> dict[str, Any]:
    ends = dict.fromkeys(("low", "high", "mid"), number)
    whole = {
        "type": "object",
        "properties": {**ends, "source": TEXT_SCHEMA},
        "additionalProperties": False,
        "dependentRequired": {"low": ["high"], "high": ["low"]},
        "anyOf": [{"required": ["low"]}, {"required": ["mid"]}],
    }
    return {"anyOf": [*number["anyOf"], whole]}


_SHARE = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": percent_pattern(100, below_zero=False)},
    ]
}
_GROWTH = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": -1, "maximum": 1},
        {"type": "string", "pattern": percent_pattern(1000, below_zero=True)},
    ]
}
QUANTITY_SCHEMA = _range_schema(number_schema(0))
FILES_SCHEMA = {
    "anyOf": [
        *QUANTITY_SCHEMA["anyOf"],
        {
            "type": "object",
            "description": "a Region each, and `other`",
            "patternProperties": {f"{REGION_PATTERN}|^other$": QUANTITY_SCHEMA},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
SECONDS_SCHEMA = _range_schema(number_schema(1))
SHARE_SCHEMA = _range_schema(_SHARE)
GROWTH_SCHEMA = _range_schema(_GROWTH)
