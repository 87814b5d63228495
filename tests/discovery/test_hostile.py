"""Real files, and those files damaged: a draft that passes check or a sentence, no traceback."""

import copy
import json
import random
import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import (
    KmscostError,
    discover_aws_responses,
    discover_cloudformation,
    discover_terraform,
    load_inventory,
)
from tests.discovery.plans import TRAIL, instance, plan
from tests.real_data import DATA, ROOT, needs_data
from tests.sampling import cases

CONFIG = DATA / "config"
TERRAFORM = sorted(path for path in (CONFIG / "terraform").rglob("*") if path.is_file())
TEMPLATES = sorted((CONFIG / "cloudformation").glob("*"))
DRAFTED = {
    "driftctl-aws_cloudtrail.tfstate": 1,
    "regula-issue355_infra.json": 1,
    "regula-log_file_validation_infra.json": 2,
    "regula-invalid_encryption.yaml": 1,
    "regula-valid_encryption.yaml": 1,
    "regula-valid_target.yaml": 1,
    "widdix-cloudtrail.yaml": 1,
}
# odd values for any place of a document
ODD = [
    None,
    True,
    False,
    0,
    -1,
    1e308,
    "",
    " ",
    "\x00",
    "\ud7ff\u2028",
    "a" * 5000,
    [],
    {},
    [[]],
    [{}],
]
ODD += [
    {"Ref": "x"},
    "arn:aws:kms:us-east-1:111122223333:key/x",
    "us-gov-west-1",
    "mars-1",
    "true",
    5,
]


def outcome(discover, path, tmp_path):
    """The draft, its text loaded as a file; None where a sentence says why there is none."""
    try:
        draft = discover(path)
    except KmscostError as error:
        problems = error.problems
        draft = None
    if draft is None:
        assert all(problem.found for problem in problems)
        return None
    assert draft.notices
    if draft.inventory is not None:
        saved = tmp_path / "draft.yaml"
        saved.write_text(draft.text, encoding="utf-8")
        assert load_inventory(saved).streams() == draft.inventory.streams()
    return draft


@needs_data
@pytest.mark.parametrize("path", TERRAFORM + TEMPLATES, ids=lambda path: path.name)
def test_every_real_file(path, tmp_path):
    """The number of trails of each is known; the rest has a sentence."""
    discover = discover_terraform if path in TERRAFORM else discover_cloudformation
    draft = outcome(discover, path, tmp_path)
    if path.name in DRAFTED:
        assert len(draft.inventory.trails) == DRAFTED[path.name]
    else:
        assert draft is None or "nothing to draft" in draft.notices[-1]


def places_of(value, path=()):
    """Every place inside of a document."""
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in items:
        yield from places_of(part, (*path, key))


def mutate(document, chance):
    """The document with odd values, missing parts and repeated parts in some places."""
    document = json.loads(json.dumps(document, default=str))
    places = [place for place in places_of(document) if place]
    for place in chance.sample(places, min(len(places), chance.randint(1, 6))):
        inside = document
        try:
            for part in place[:-1]:
                inside = inside[part]
            if chance.random() < 0.2:
                del inside[place[-1]]
            else:
                inside[place[-1]] = copy.deepcopy(chance.choice(ODD))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return document


def real_documents(paths):
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".json", ".tfstate"):
            yield json.loads(text)


def forms(loader, tag, node):
    del tag
    if isinstance(node, yaml.ScalarNode):
        return {"Ref": node.value}
    build = (
        loader.construct_sequence
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping
    )
    return {"Fn::If": build(node, deep=True)}


class Loader(yaml.SafeLoader):
    """Reads templates for the sake of having something to damage."""


Loader.add_multi_constructor("!", forms)


def rich_plan():
    """A plan with everything in it, for checkouts without the real files."""
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    rule = {
        "bucket_key_enabled": True,
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}],
    }
    return plan(
        [
            instance("aws_cloudtrail.a", {**TRAIL, "kms_key_id": key}),
            instance("aws_cloudtrail.b", {**TRAIL, "event_selector": [{"read_write_type": "All"}]}),
            instance("aws_kms_key.k", {"arn": key}),
            instance(
                "aws_s3_bucket.s",
                {
                    "bucket": "example-logs",
                    "server_side_encryption_configuration": [{"rule": [rule]}],
                },
            ),
            instance("aws_organizations_account.x", {"id": "222222222222", "name": "prod"}),
        ],
        providers={"aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}}},
    )


@settings(max_examples=cases(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_plans_and_states(seed, tmp_path_factory):
    """Plans and states with odd values anywhere."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    documents = [*real_documents(p for p in TERRAFORM), rich_plan(), rich_plan(), rich_plan()]
    folder = tmp_path_factory.mktemp("plan")
    path = folder / "plan.json"
    path.write_text(json.dumps(mutate(chance.choice(documents), chance)), encoding="utf-8")
    outcome(discover_terraform, path, folder)


@settings(max_examples=cases(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_templates(seed, tmp_path_factory):
    """Templates with odd values anywhere."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    own = {
        "Parameters": {"P": {"Type": "String", "Default": "x"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
        "Resources": {
            "K": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True}},
            "B": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": True}]
                    }
                },
            },
            "T": {
                "Type": "AWS::CloudTrail::Trail",
                "Condition": "C",
                "Properties": {
                    "KMSKeyId": {"Ref": "K"},
                    "S3BucketName": {"Ref": "B"},
                    "IsMultiRegionTrail": True,
                },
            },
        },
    }
    small = [path for path in TEMPLATES if path.stat().st_size < 50_000]
    documents = [yaml.load(path.read_text(encoding="utf-8"), Loader) for path in small]  # noqa: S506 (a safe one)
    folder = tmp_path_factory.mktemp("template")
    path = folder / "t.json"
    path.write_text(
        json.dumps(mutate(chance.choice([*documents, own, own]), chance)), encoding="utf-8"
    )
    outcome(discover_cloudformation, path, folder)


@settings(max_examples=cases(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_answers(seed, tmp_path_factory):
    """Answers of AWS with odd values anywhere."""
    from tests.discovery.test_saved import RESPONSES

    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    folder = tmp_path_factory.mktemp("answers")
    (folder / "in").mkdir()
    for name, response in RESPONSES.items():
        content = mutate(response, chance) if chance.random() < 0.5 else response
        (folder / "in" / name).write_text(json.dumps(content), encoding="utf-8")
    outcome(discover_aws_responses, folder / "in", folder)


@settings(max_examples=cases(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_other_forms(seed, tmp_path_factory):
    """AWS Config, rows, findings, landing zones, trees, YAML and CSV with odd values anywhere."""
    from tests.discovery import test_other_forms as forms

    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    folder = tmp_path_factory.mktemp("forms")
    files = forms.files_of(chance.choice(forms.FORMS))
    files |= forms.write_all(forms.organization())
    files |= {**forms.FINDINGS, "manifest.yaml": yaml.safe_dump(forms.MANIFEST)}
    files["Organization_accounts.csv"] = forms.CONSOLE
    for name, text in files.items():
        if chance.random() < 0.3:
            continue
        content = damage_text(text, chance) if chance.random() < 0.6 else text
        path = folder / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode("utf-8", "replace"))
    (folder / "in").mkdir(exist_ok=True)
    outcome(discover_aws_responses, folder / "in", folder)


LETTERS = [
    "",
    '"',
    ",",
    "\n",
    ";",
    ":",
    "[",
    "{",
    "\x00",
    "é",
    "'",
    "- ",
    "&a",
    "*a",
    "!x",
    "9" * 50,
]


def damage_text(text, chance):
    """A text with odd values in its JSON, else with odd letters."""
    if text[:1] in ("{", "[") and text.count("\n") < 2:
        return json.dumps(mutate(json.loads(text), chance))
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters))
        letters[at : at + chance.randint(0, 9)] = chance.choice(LETTERS)
    return "".join(letters)


@settings(max_examples=cases(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_stacks(seed, tmp_path_factory):
    """Stacks and previews of Pulumi, and templates that nest one another."""
    from tests.discovery import test_nested_stacks as nested
    from tests.discovery import test_pulumi as pulumi

    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    folder = tmp_path_factory.mktemp("stacks")
    path = folder / "stack.json"
    states = pulumi.resources()
    steps = [{"op": "same", "oldState": each, "newState": each} for each in states]
    steps += [{"op": "delete", "oldState": states[1]}]
    stack = {"version": 3, "deployment": {"resources": states, "pending_operations": []}}
    document = chance.choice([stack, {"config": {}, "steps": steps}])
    path.write_text(json.dumps(mutate(document, chance)), encoding="utf-8")
    outcome(discover_terraform, path, folder)
    texts = {"parent": nested.PARENT, "keys": nested.KEYS, "trail": nested.TRAIL}
    for name, text in texts.items():
        template = yaml.load(text.replace("    CONDITION\n", ""), Loader)  # noqa: S506 (a safe one)
        content = json.dumps(mutate(template, chance), default=str)
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    outcome(discover_cloudformation, [folder / f"{name}.yaml" for name in texts], folder)


@settings(max_examples=cases(40), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes(seed, tmp_path_factory):
    """Bytes cut, swapped and doubled: JSON and YAML that are none."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    data = bytearray(json.dumps(rich_plan()).encode())
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data))
        data[at : at + chance.randint(0, 4)] = bytes(
            chance.randrange(256) for _ in range(chance.randint(0, 4))
        )
    folder = tmp_path_factory.mktemp("bytes")
    for name, discover in (
        ("plan.json", discover_terraform),
        ("t.yaml", discover_cloudformation),
        ("a.json", discover_aws_responses),
    ):
        (folder / name).write_bytes(bytes(data))
        outcome(discover, folder / name, folder)


def test_a_plan_of_200_mb_takes_bounded_memory(tmp_path):
    """A plan with 60,000 other resources around one trail: found, in less memory than the file."""
    path = tmp_path / "plan.json"
    other = instance("aws_s3_object.x", {"content": "x" * 3300, "tags": {"a": "b"}})
    small = json.dumps(plan([instance("aws_cloudtrail.org", TRAIL), "OTHERS"]))
    head, tail = small.split('"OTHERS"')
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for number in range(60_000):
            file.write(
                ("," if number else "")
                + json.dumps({**other, "address": f"aws_s3_object.x[{number}]"})
            )
        file.write(tail)
    size = path.stat().st_size
    assert size > 200e6
    code = (
        "import resource, sys\n"
        "from estimator import discover_terraform\n"
        "def own():\n"
        "    text = open('/proc/self/status').read()\n"
        "    return int(text.partition('RssAnon:')[2].split()[0]) * 1024\n"
        "before = own()\n"
        "draft = discover_terraform(sys.argv[1])\n"
        "print(len(draft.inventory.trails), own() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    trails, grown = map(int, done.stdout.split())
    assert trails == 1
    assert grown < size / 3
