"""`check` and the JSON Schema take the same inventories, but for what a schema cannot say."""

import re

import pytest

from estimator import schema
from estimator.inventory import _STARTER
from pricing.regions import regions
from tests.extras import needed
from tests.inventory.editor import marks, read_in_editor
from tests.inventory.files import INVENTORY, read, refusals
from tests.inventory.mutations import draw_mutated
from tests.real_data import ROOT
from tests.sampling import seeds

# what `check` refuses and a schema cannot say, by what was expected there
UNSAID = {
    "names that must exist": r"^one of (accounts|keys|trails|readers|payers): ",
    "names once": r"^each (account|id|name) once$|^a name of its own$",
    "one partition": r"partition|^a Region of aws|where the trails are$",
    "what a trail covers": r"^Regions that an account it covers has|^at least one stream$",
    "the Region of key and bucket": r"the key's Region$|, as the key says$",
    "days in order": r"^a day (after|before|on which)",
    "ends in order": r"^at most high|^from low to high|^more than 0 as 5th|^less than 1 as 95th",
    "thresholds in order": r"^more than the share before it",
    "Regions that `default` has": r"^each Region once$",
    "files beside the inventory": r"^a file that exists$|^at least one account$",
    "all that lies there": r"^days, or `from` or bucket.retention_days",
    # how it is written: an editor sees neither that "12_000" stands in quotes nor that a name of
    # digits and underscores, or one that is a day, does not
    "quotes": r"^a number$|^text$",
}
# Nor does a schema know .nan, 0x10 (a number to YAML 1.2, text to `check`), or whether 1_0 in
# seconds is as much as one. These are not drawn.


def test_check_and_schema_agree_on_mutated_inventories(tmp_path):
    """300 inventories with up to three mistakes: taken by both, refused by both, or unsaid."""
    taken = refused = 0
    for seed in seeds(300):
        text, files = draw_mutated(seed)
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        problems = refusals(tmp_path, text)
        assert all(problem.line for problem in problems), f"seed {seed}: {problems}\n{text}"
        marked = marks(text)
        if not problems:
            assert not marked, f"seed {seed}: {marked}\n{text}"
        for problem in [] if marked else problems:
            known = any(re.search(words, problem.expected) for words in UNSAID.values())
            assert known, f"seed {seed}: {problem}\n{text}"
        taken += not problems
        refused += bool(marked)
    assert taken
    assert refused


@pytest.mark.parametrize("code", [*regions(), "eu-west-9", "xx-north-1", "eusc-fr-west-1"])
def test_the_schema_takes_the_regions_that_check_takes(tmp_path, code):
    """Those of the table, and newer ones."""
    text = INVENTORY.replace("us-east-1", code)
    assert read(tmp_path, text).regions() == (code,)
    assert marks(text) == []


@pytest.mark.parametrize(
    "change",
    [
        ("us-east-1", "us-eest-1"),
        ("us-east-1", "moon-1"),
        ("[us-east-1]", "[all]"),
        ("region: us-east-1", "region: default"),
        ("key: k", "key: k, files_per_day: {us-eest-1: 1}"),
        ("key: k", "key: k, files_per_day: {low: 1}"),
        ("key: k", "key: k, files_per_day: -1"),
        ("key: k", "key: k, files_per_day: 1e16"),
        ("key: k", "key: k, from: 2026-02-30"),
        ("name: org", 'name: " "'),
        ("region: us-east-1", "region: us-east-1, created: 2026-01-01, from: 2026-01-01"),
        ("region: us-east-1", "region: us-east-1, arn: alias/logs"),
        ("key: k", "key: k, bucket: {bucket_key_saving: 101%}"),
    ],
)
def test_an_editor_marks_what_check_refuses(tmp_path, change):
    """Regions, percentages, days, ranges and pairs of keys that exclude each other."""
    text = INVENTORY.replace(*change)
    assert text != INVENTORY
    assert refusals(tmp_path, text)
    assert marks(text)


@pytest.mark.parametrize("number", ["12_000", "1_0.5", "3e-6", "1e3", ".5", "10.", "+1", "0"])
def test_numbers_of_both_yamls(tmp_path, number):
    """12_000 is a text to YAML 1.2, and no mistake."""
    text = INVENTORY + f"other_kms_requests_per_month: {number}\n"
    read(tmp_path, text)
    assert marks(text) == []


def test_shipped_files_are_clean_in_an_editor():
    """The starter of `init` and the examples, each under the schema that it names."""
    starter = _STARTER.read_text(encoding="utf-8").format(name="inventory.yaml")
    assert marks(starter) == []
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        named = re.match(r"# yaml-language-server: \$schema=./(\w+)\.schema\.json\n", text)
        assert named
        validator = needed("jsonschema").Draft202012Validator(schema(named[1]))
        errors = [error.message for error in validator.iter_errors(read_in_editor(text))]
        assert errors == [], path.name
