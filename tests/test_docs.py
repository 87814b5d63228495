"""Documents that are generated are what the code says; the examples keep their schema."""

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

from estimator import compare, load_inventory, schema
from estimator.cli import app
from pricing.regions import TABLES
from tests.command_pages import all_commands
from tests.extras import needed
from tests.generate import PARTS, regenerate
from tests.real_data import ROOT


@pytest.mark.parametrize("path", PARTS)
def test_generated_parts_are_what_the_code_says(path):
    """Frames, commands and rate tables in docs/ are those of the code."""
    before, fresh = regenerate(path)
    assert before == fresh, f"{path} is out of date: run `python -m tests.generate`"


@pytest.mark.parametrize("command", list(all_commands()), ids=lambda command: command.name)
def test_the_help_of_a_command_is_documented(command):
    """docs/commands.md has what --help says of a command, and the same options."""
    answer = CliRunner().invoke(app, [*command.name.split(), "--help"], terminal_width=80)
    assert answer.exit_code == 0
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = re.split(r"^#{2,3} ", page, flags=re.MULTILINE)
    (own,) = [part for part in section if part.startswith(f"{command.name}\n")]
    if command.function is not None:
        option = r"(?<![\w-])--[a-z][a-z0-9-]*"
        assert set(re.findall(option, answer.output)) - {"--help"} == set(re.findall(option, own))
    assert "".join(command.help.split()) in "".join(answer.output.split())


def test_every_source_of_the_rate_tables_is_listed():
    """docs/sources.md names each source in pricing/tables with its url and day, read here anew."""
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for path in TABLES.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        days = re.findall(r"^ *checked: (\S+)$", text, re.MULTILINE)
        urls = re.findall(r"^ *url: (\S+)$", text, re.MULTILINE)
        assert len(days) == len(urls)
        assert path.name in page
        assert [word for word in (*days, *urls) if word not in page] == []


def test_the_schema_beside_the_examples_is_the_printed_one():
    """examples/*.schema.json are what `kmscost schema` prints."""
    for of in ("inventory", "scenario"):
        path = ROOT / "examples" / f"{of}.schema.json"
        printed = json.loads(path.read_text(encoding="utf-8"))
        assert keys_of(printed) == keys_of(schema(of))


def keys_of(document: dict) -> dict:
    """The keys of every section and which are needed: pydantic's versions word the rest anew."""
    sections = {**({"whole": document} if "properties" in document else {}), **document["$defs"]}
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
    needed("jsonschema").Draft202012Validator(schema(named[1])).validate(document)
    if named[1] == "inventory":
        assert load_inventory(path).summary()
    else:
        assert compare(path.with_name("organization.yaml"), path, "2026-11", 6).others


def test_shipped_rates_keep_their_schema():
    """The tables of rates are valid by `kmscost schema rates`."""
    for name in ("awskms", "cloudtrail"):
        text = (TABLES / f"{name}.yaml").read_text(encoding="utf-8")
        document = json.loads(json.dumps(yaml.safe_load(text), default=str))
        needed("jsonschema").Draft202012Validator(schema("rates")).validate(document)


def test_the_schema_refuses_what_check_refuses():
    """An editor that knows the schema marks an unknown key and an id that is a number."""
    good = {
        "version": 1,
        "accounts": [{"id": "111122223333"}],
        "keys": [{"id": "k", "region": "us-east-1"}],
        "trails": [{"name": "t", "key": "k"}],
    }
    validator = needed("jsonschema").Draft202012Validator(schema())
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
    validator = needed("jsonschema").Draft202012Validator(schema("scenario"))
    assert validator.is_valid([good])
    assert validator.is_valid({"version": 1, "scenarios": [{"name": "a", "changes": [good]}]})
    for more in ({"scale": 2}, {"form": "2027-01"}, {"from": "January"}):
        assert not validator.is_valid([{**good, **more}]), more
    assert not validator.is_valid([{"path": "payer"}])
    assert not validator.is_valid([])


def test_every_path_for_contributors_exists():
    """A recipe that names a file that has moved leads nowhere."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`(?:bash )?([\w.-]+/[\w./-]*|[\w-]+\.(?:md|toml))[ `]", prose)
    # what is beside a checkout, made by a command, or named by whoever adds it
    elsewhere = ("../shared/data", ".venv/bin/python", "estimator/cli/NAME.py")
    assert [path for path in named if not (ROOT / path).exists() and path not in elsewhere] == []
    beside = re.findall(r"`(\w+)`,?\s+(?:of|in)\s+`([\w./]+\.py)`", prose)
    assert len(beside) > 8
    missing = [pair for pair in beside if pair[0] not in (ROOT / pair[1]).read_text("utf-8")]
    assert missing == []


def test_nothing_is_left_unfinished():
    """No module is longer than about 350 lines, and none has a name that says nothing."""
    for folder in ("estimator", "pricing"):
        for path in (ROOT / folder).rglob("*.py"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path
            assert path.stem not in {"utils", "helpers", "common", "core", "base", "manager"}
