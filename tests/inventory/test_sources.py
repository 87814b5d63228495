"""An inventory out of a file, out of text, and out of a mapping of Python."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest
import yaml

from estimator import forecast, load_inventory
from estimator.inventory import InventoryError
from tests.inventory.files import INVENTORY, PAYER

DOCUMENT = {
    "version": 1,
    "accounts": [{"id": PAYER, "regions": ["us-east-1"]}],
    "keys": [{"id": "k", "region": "us-east-1"}],
    "trails": [{"name": "org", "key": "k"}],
}


def test_file_text_and_mapping_are_the_same_inventory(tmp_path):
    """The same accounts, keys and trails, and so the same forecast."""
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    sources = (path, str(path), INVENTORY, DOCUMENT, yaml.safe_load(INVENTORY))
    totals = [forecast(source, "2026-11", 2).totals for source in sources]
    assert all(total == totals[0] for total in totals)
    assert load_inventory(INVENTORY).path == "<text>"
    assert load_inventory(DOCUMENT).path == "<mapping>"
    inventory = load_inventory(DOCUMENT)
    assert load_inventory(inventory) is inventory


def test_errors_in_text_have_lines():
    """`<text>` takes the place of the path, with the line."""
    with pytest.raises(InventoryError, match=r"^<text>:4: keys\[0\]\.region: "):
        load_inventory(
            INVENTORY.replace("accounts:", "# a comment\naccounts:").replace(
                "us-east-1}]\ntrails", "us}]\ntrails"
            )
        )


def test_errors_in_a_mapping_have_none():
    """All of them at once, with their places; nothing pretends to be a line."""
    wrong = {
        **DOCUMENT,
        "keys": [{"id": "k", "region": "us-east-1"}, {"id": "k", "region": "us-east-1"}],
        "trails": [{"name": "org", "key": "k", "from": "soon"}, {"name": "b", "key": "no"}],
    }
    with pytest.raises(InventoryError) as caught:
        load_inventory(wrong)
    problems = caught.value.problems
    assert [problem.at for problem in problems] == ["keys[1].id", "trails[0].from", "trails[1].key"]
    assert {(problem.path, problem.line) for problem in problems} == {("<mapping>", None)}
    assert not any(" line " in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"other_kms_requests_per_month": {int(PAYER): 5}}, "a text key"),
        ({"growth": math.nan}, "a mapping"),
        ({"accounts": [{"id": int(PAYER)}]}, "in quotes"),
        ({"accounts": "accounts.csv"}, "a list"),
    ],
)
def test_a_mapping_is_read_as_strictly_as_yaml(change, place):
    """Keys are text, ids are text, and each kind of value is what the format says."""
    with pytest.raises(InventoryError, match=place):
        load_inventory({**DOCUMENT, **change})


def test_a_mapping_inside_itself_is_refused():
    """It has no end."""
    document = dict(DOCUMENT)
    document["growth"] = document
    with pytest.raises(InventoryError, match="nested without end"):
        load_inventory(document)


def test_values_of_numpy_and_pandas_are_taken():
    """As the rows of a DataFrame have them: numbers, and moments that are midnights."""
    (trail,) = load_inventory(
        {
            **DOCUMENT,
            "trails": (
                {
                    "name": "org",
                    "key": "k",
                    "files_per_day": np.int64(300),
                    "from": pd.Timestamp("2026-11-01"),
                },
            ),
        }
    ).trails
    assert trail.start == datetime.date(2026, 11, 1)
    assert trail.files_per_day.other.mid == 300


def test_accounts_of_text_are_looked_for_in_the_working_directory(tmp_path, monkeypatch):
    """Text has no folder of its own."""
    (tmp_path / "accounts.csv").write_text(f'id\n"{PAYER}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = INVENTORY.replace(f'{{id: "{PAYER}", regions: [us-east-1]}}', "{file: accounts.csv}")
    assert [account.id for account in load_inventory(text).accounts] == [PAYER]
