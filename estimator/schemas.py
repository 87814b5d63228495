"""The JSON Schemas of the files that people write: for editors and other tools."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from estimator.inventory.sections import InventoryFile
from estimator.scenarios.scenario_files import ScenarioDocument
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

_MODELS: dict[str, type[BaseModel]] = {
    "inventory": InventoryFile,
    "rates": RateTable,
    "scenario": ScenarioDocument,
}


def schema(of: Literal["inventory", "rates", "scenario"] = "inventory") -> dict[str, Any]:
    """The JSON Schema of an inventory, of a rate table or of a scenario file."""
    if of not in _MODELS:
        expected = "inventory, rates or scenario"
        raise UsageError(Problem("schema", None, "", repr(of), expected, ""))
    document = _MODELS[of].model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
