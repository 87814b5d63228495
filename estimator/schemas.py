"""The JSON Schemas of the files that people and kmscost write: for editors and other tools."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from estimator.inventory.sections import InventoryFile
from estimator.measurement.measurement_files.models import MeasurementFile
from estimator.scenarios.scenario_files import ScenarioDocument
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

_MODELS: dict[str, type[BaseModel]] = {
    "inventory": InventoryFile,
    "rates": RateTable,
    "scenario": ScenarioDocument,
    "measurement": MeasurementFile,
}


def schema(
    of: Literal["inventory", "rates", "scenario", "measurement"] = "inventory",
) -> dict[str, Any]:
    """The JSON Schema of an inventory, of a rate table, a scenario file or a measurement."""
    if of not in _MODELS:
        expected = "inventory, rates, scenario or measurement"
        raise UsageError(Problem("schema", None, "", repr(of), expected, ""))
    document = _MODELS[of].model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
