"""Two hands, one specification: the product forecasts random inventories as the calculator does.

`KMSCOST_ORACLE_SEED` is the first seed and `KMSCOST_ORACLE_COUNT` how many: other ones than the
gate's, on request. A failure names its seed; `draw_inventory(seed).text` is its YAML.
"""

import os
from pathlib import Path

import pytest

from tests.oracle.calculator import Calculation
from tests.oracle.comparison import compare_all
from tests.oracle.coverage import list_drawn_keys, list_schema_keys
from tests.oracle.drawing import read_schema
from tests.oracle.product import run_product
from tests.oracle.random_inventories import draw_inventory

SEED = int(os.environ.get("KMSCOST_ORACLE_SEED", "0"))
COUNT = int(os.environ.get("KMSCOST_ORACLE_COUNT", "360"))
CHUNKS = 20
SHOWN = 12


def find_differences(seed: int, folder: Path) -> str | None:
    """The YAML of a seed with its first differences; None where both hands agree."""
    folder.mkdir()
    drawing = draw_inventory(seed)
    path = drawing.write(folder)
    calculation = Calculation(
        drawing.document, drawing.start, drawing.months, drawing.discount, folder
    )
    command = f"seed {seed}: --from {drawing.start} --months {drawing.months}"
    command += f" --discount {drawing.discount} --fail-over {drawing.fail_over}"
    try:
        forecast = run_product(
            path, drawing.start, drawing.months, drawing.discount, drawing.fail_over
        )
        differences = compare_all(calculation, forecast, drawing.fail_over)
    except Exception as error:  # noqa: BLE001 - a traceback of the product is a difference too
        differences = [f"{type(error).__name__}: {error}"]
    if not differences:
        return None
    files = [f"# {name}\n{text}" for name, text in drawing.files.items()]
    shown = [*differences[:SHOWN], f"({len(differences)} differences)"]
    return "\n".join([command, drawing.text, *files, *shown])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_both_hands_forecast_the_same(chunk: int, tmp_path: Path) -> None:
    """Usage, cost, copies of events, requests per second and budgets are the calculator's."""
    seeds = range(SEED + chunk, SEED + COUNT, CHUNKS)
    found = {seed: find_differences(seed, tmp_path / str(seed)) for seed in seeds}
    differences = [text for text in found.values() if text is not None]
    # the shortest YAML is the quickest to understand
    shortest = min(differences, key=len, default="")
    assert not differences, f"{len(differences)} of {len(found)} inventories differ; {shortest}"


def test_every_key_of_the_schema_is_drawn() -> None:
    """A key that no inventory of the gate has would be a key that nobody checks."""
    schema = read_schema()
    drawn = set().union(*(list_drawn_keys(draw_inventory(i).document, schema) for i in range(360)))
    # which preset it is does not matter: the gets_per_file that is written beside it wins
    missing = [key for key in list_schema_keys(schema) - drawn if key[1:2] != ("preset",)]
    assert sorted(missing) == []
    assert any(key[1:2] == ("preset",) for key in drawn)


def test_an_inventory_is_the_same_each_time() -> None:
    """A failure can be repeated by its seed."""
    assert draw_inventory(7).text == draw_inventory(7).text


def test_a_difference_is_seen(tmp_path: Path) -> None:
    """A gate that cannot fail proves nothing: a discount that only one hand has is in every sum."""
    drawing = draw_inventory(1)
    forecast = run_product(drawing.write(tmp_path), drawing.start, drawing.months, discount=0.5)
    calculation = Calculation(drawing.document, drawing.start, drawing.months, 0.0, tmp_path)
    differences = " ".join(compare_all(calculation, forecast, None))
    assert "row " in differences
    assert "totals: cost_usd " in differences
