"""Documents that are generated are what the code says; the examples keep their schema."""

import json
import re

import jsonschema
import pytest
import yaml

from estimator import compare, load_inventory, schema
from estimator.frames import FRAMES
from pricing.regions import TABLES
from tests.real_data import ROOT


def frames_in_words() -> str:
    """The columns of every frame as Markdown."""
    parts = []
    for name, columns in FRAMES.items():
        rows = "\n".join(
            f"| {one.name} | {one.dtype} | {one.unit} | {one.meaning} |" for one in columns
        )
        parts.append(
            f"**{name}**\n\n| column | dtype | unit | meaning |\n|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def test_frames_are_documented():
    """docs/output.md lists every column with its unit, as estimator/frames.py declares it."""
    text = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    said = re.search(r"<!-- frames:.*?-->\n(.*)<!-- end of frames -->", text, re.DOTALL)
    assert said is not None
    assert said[1].strip() == frames_in_words().strip()


def test_the_schema_beside_the_examples_is_the_printed_one():
    """examples/*.schema.json are what `kmscost schema` prints."""
    for of in ("inventory", "scenario"):
        path = ROOT / "examples" / f"{of}.schema.json"
        kept = json.loads(path.read_text(encoding="utf-8"))
        assert keys_of(kept) == keys_of(schema(of))


def keys_of(said: dict) -> dict:
    """The keys of every section and which are needed: pydantic's versions word the rest anew."""
    sections = {**({"whole": said} if "properties" in said else {}), **said["$defs"]}
    return {
        name: (sorted(section["properties"]), sorted(section.get("required", [])))
        for name, section in sections.items()
    }


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.name)
def test_examples_keep_their_schema(path):
    """Every example is valid by the JSON Schema that it names for editors, and loads."""
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=./(\w+)\.schema\.json\n", text)
    assert named is not None
    document = json.loads(json.dumps(yaml.safe_load(text), default=str))
    jsonschema.Draft202012Validator(schema(named[1])).validate(document)
    if named[1] == "inventory":
        assert load_inventory(path).summary()
    else:
        assert compare(path.with_name("organization.yaml"), path, "2026-11", 6).others


def test_shipped_rates_keep_their_schema():
    """The tables of rates are valid by `kmscost schema rates`."""
    for name in ("awskms", "cloudtrail"):
        text = (TABLES / f"{name}.yaml").read_text(encoding="utf-8")
        document = json.loads(json.dumps(yaml.safe_load(text), default=str))
        jsonschema.Draft202012Validator(schema("rates")).validate(document)


def test_the_schema_refuses_what_check_refuses():
    """An editor that knows the schema marks an unknown key and an id that is a number."""
    good = {
        "version": 1,
        "accounts": [{"id": "111122223333"}],
        "keys": [{"id": "k", "region": "us-east-1"}],
        "trails": [{"name": "t", "key": "k"}],
    }
    validator = jsonschema.Draft202012Validator(schema())
    assert validator.is_valid(good)
    for bad in (
        {**good, "acounts": []},
        {**good, "accounts": [{"id": 111122223333}]},
        {**good, "trails": [{"name": "t"}]},
        {**good, "readers": [{"name": "r", "kind": "nothing"}]},
    ):
        assert not validator.is_valid(bad), bad


def test_the_scenario_schema_refuses_what_compare_refuses():
    """An editor marks two operations at once, none, an unknown key and a wrong month."""
    good = {"path": "trails[org].key", "value": None, "from": "2027-01"}
    validator = jsonschema.Draft202012Validator(schema("scenario"))
    assert validator.is_valid([good])
    assert validator.is_valid({"version": 1, "scenarios": [{"name": "a", "changes": [good]}]})
    for more in ({"scale": 2}, {"form": "2027-01"}, {"from": "January"}):
        assert not validator.is_valid([{**good, **more}]), more
    assert not validator.is_valid([{"path": "payer"}])
    assert not validator.is_valid([])


def test_nothing_is_left_unfinished():
    """No module is longer than about 350 lines, and none has a name that says nothing."""
    for folder in ("estimator", "pricing"):
        for path in (ROOT / folder).rglob("*.py"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path
            assert path.stem not in {"utils", "helpers", "common", "core", "base", "manager"}
