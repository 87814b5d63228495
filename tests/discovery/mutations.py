"""Damaged plans, templates and answers: what nobody means to give to `discover`, and somebody does.

The suite draws a few. Many at once, with the figures that matter:

    python -m tests.discovery.mutations --number 100000
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from estimator import (
    KmscostError,
    discover_aws_responses,
    discover_cloudformation,
    discover_terraform,
    load_inventory,
)
from tests.discovery.plans import TRAIL, instance, plan
from tests.real_data import DATA

CONFIG = DATA / "config"
TERRAFORM = sorted(path for path in (CONFIG / "terraform").rglob("*") if path.is_file())
TEMPLATES = sorted((CONFIG / "cloudformation").glob("*"))
_CASES = DATA.parent / "cases" / "discover"
_LARGEST = 60_000  # larger documents are slow to write a thousand times [bytes]
DISCOVER = {
    "plan": discover_terraform,
    "template": discover_cloudformation,
    "answers": discover_aws_responses,
    "forms": discover_aws_responses,
    "stacks": discover_terraform,
    "nested": discover_cloudformation,
}
# stands for a number of 5,000 digits, which json does not write
_DIGITS = "@5000 digits@"
# odd letters for any place of a text
_LETTERS = [
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
# odd values for any place of a document
ODD: list[Any] = [
    *(None, True, False, 0, -1, 5, 1e308, _DIGITS, "", " ", "\x00", "\ud7ff\u2028", "a" * 5000),
    *([], {}, [[]], [{}], [None], {"": ""}, {"Ref": "x"}, {"Fn::Sub": []}, {"Fn::If": ["C", 1]}),
    *("true", "us-gov-west-1", "mars-1", "111122223333", "9" * 12, "2026-02-30", "${x}", "alias/x"),
    *("arn:aws:kms:us-east-1:111122223333:key/x", "arn:aws-cn:kms::1:key/", "arn:::::", "::"),
    *("0001-01-01T00:00:00-23:59", "9999-12-31T23:59:59+00:00", 1e12, -1e12, "aws_kms_key.k"),
]


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place inside of a document."""
    yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, part in items:
        yield from places_of(part, (*path, key))


def mutate(document: Any, chance: random.Random) -> Any:
    """Return the document with odd, missing, renamed, swapped and repeated parts in some places."""
    document = json.loads(json.dumps(document, default=str))
    places = [place for place in places_of(document) if place]
    for place in chance.sample(places, min(len(places), chance.randint(1, 6))):
        try:
            inside, key = _part(document, place[:-1]), place[-1]
            kind = chance.random()
            if kind < 0.15:
                del inside[key]
            elif kind < 0.25 and isinstance(inside, dict):
                inside[chance.choice(("x", "", str(key) + "s", str(key).swapcase()))] = inside.pop(
                    key
                )
            elif kind < 0.4:  # a part of another place: another type where one is expected
                inside[key] = copy.deepcopy(_part(document, chance.choice(places)))
            elif kind < 0.5:
                inside[key] = [copy.deepcopy(inside[key])] * chance.randint(1, 3)
            else:
                inside[key] = copy.deepcopy(chance.choice(ODD))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return document


def _part(document: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        document = document[key]
    return document


def text_of(document: Any, chance: random.Random) -> bytes:
    """Return a document as bytes, one in ten of them damaged."""
    text = json.dumps(document).replace(json.dumps(_DIGITS), "7" * 5000)
    data = bytearray(text.encode())
    if chance.random() < 0.1:
        damage(data, chance)
    return bytes(data)


def damage(data: bytearray, chance: random.Random) -> None:
    """Cut, swap and double a few bytes."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(max(1, len(data)))
        new = bytes(chance.randrange(256) for _ in range(chance.randint(0, 4)))
        data[at : at + chance.randint(0, 4)] = new
    if chance.random() < 0.2:
        del data[chance.randrange(max(1, len(data))) :]


def outcome(kind: str, path: Path | list[Path], folder: Path) -> Any:
    """Return the draft, its text loaded as a file; None where a sentence says why there is none."""
    draft, problems = None, ()
    try:
        draft = DISCOVER[kind](path)
    except KmscostError as error:
        problems = error.problems
    assert all(problem.found for problem in problems)
    if draft is None:
        assert problems
        return None
    assert draft.notices
    if draft.inventory is not None:
        saved = folder / "draft.yaml"
        saved.write_text(draft.text, encoding="utf-8")
        assert load_inventory(saved).streams() == draft.inventory.streams()
    return draft


class Loader(yaml.SafeLoader):
    """Reads templates for the sake of having something to damage."""


def _forms(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {"Ref": node.value}
    if isinstance(node, yaml.SequenceNode):
        return {"Fn::If": loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {"Fn::If": loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _forms)  # type: ignore[no-untyped-call]  # PyYAML's stubs


def rich_plan() -> Any:
    """Return a plan with everything in it, for checkouts without the real files."""
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    rule = {
        "bucket_key_enabled": True,
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}],
    }
    bucket = {
        "bucket": "example-logs",
        "server_side_encryption_configuration": [{"rule": [rule]}],
    }
    return plan(
        [
            instance("aws_cloudtrail.a", {**TRAIL, "kms_key_id": key}),
            instance("aws_cloudtrail.b", {**TRAIL, "event_selector": [{"read_write_type": "All"}]}),
            instance("aws_kms_key.k", {"arn": key, "rotation_period_in_days": 90}),
            instance("aws_s3_bucket.s", bucket),
            instance("aws_organizations_account.x", {"id": "222222222222", "name": "prod"}),
        ],
        providers={"aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}}},
    )


_TEMPLATE: dict[str, Any] = {
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


@functools.cache
def documents(kind: str) -> tuple[Any, ...]:
    """Return what is damaged of a kind: real files where they are, and documents of our own."""
    if kind == "plan":
        paths = [*TERRAFORM, *sorted(_CASES.glob("plan_*.json")), *_CASES.glob("*.tfstate")]
        return (*filter(None, map(_read_json, paths)), *[rich_plan()] * 3)
    if kind == "template":
        small = [path for path in [*TEMPLATES, *_CASES.glob("*.yaml")] if _is_small(path)]
        read = [yaml.load(path.read_text(encoding="utf-8"), Loader) for path in small]  # noqa: S506 (a safe one)
        return (*read, _TEMPLATE, _TEMPLATE)
    if kind in ("forms", "stacks", "nested"):
        return tuple(_other_documents(kind))
    from tests.discovery.test_saved import RESPONSES

    recorded = sorted((CONFIG / "aws-responses").rglob("*.json"))
    real = [answer for answer in map(_read_json, recorded) if answer is not None]
    return (RESPONSES, RESPONSES, *({"real.json": answer} for answer in real))


def _other_documents(kind: str) -> Iterator[Any]:
    """Forms of other tools, stacks of Pulumi, and templates that nest one another."""
    if kind == "forms":
        from tests.discovery import test_other_forms as forms

        shared = forms.write_all(forms.organization()) | dict(forms.FINDINGS)
        shared |= {"manifest.yaml": yaml.safe_dump(forms.MANIFEST)}
        shared |= {"Organization_accounts.csv": forms.CONSOLE}
        yield from ({**shared, **forms.files_of(form)} for form in forms.FORMS)
    elif kind == "stacks":
        from tests.discovery.test_pulumi import resources

        states = resources()
        steps = [{"op": "same", "oldState": state, "newState": state} for state in states]
        steps.append({"op": "delete", "oldState": states[1]})
        yield {"version": 3, "deployment": {"resources": states, "pending_operations": []}}
        yield {"config": {}, "steps": steps}
    else:
        from tests.discovery import test_nested_stacks as nested

        texts = {"parent": nested.PARENT.replace("    CONDITION\n", "")}
        texts |= {"keys": nested.KEYS, "trail": nested.TRAIL}
        yield {name: yaml.load(text, Loader) for name, text in texts.items()}  # noqa: S506 (a safe one)


def _damage_text(text: str, chance: random.Random) -> bytes:
    """A text with odd values in its JSON, else with odd letters."""
    if text[:1] in ("{", "[") and text.count("\n") < 2:
        return text_of(mutate(json.loads(text), chance), chance)
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters))
        letters[at : at + chance.randint(0, 9)] = chance.choice(_LETTERS)
    return "".join(letters).encode("utf-8", "replace")


def _is_small(path: Path) -> bool:
    return path.stat().st_size < _LARGEST


def _read_json(path: Path) -> Any:
    if path.suffix not in (".json", ".tfstate") or not _is_small(path):
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None


def discover_damaged(kind: str, seed: int, folder: Path) -> Any:
    """Damage a document of a kind, and discover what it says; raises where that is a crash."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    document = chance.choice(documents(kind))
    if kind == "nested":
        paths = [folder / f"{name}.yaml" for name in document]
        for file, template in zip(paths, document.values(), strict=True):
            file.write_bytes(text_of(mutate(template, chance), chance))
        return outcome(kind, paths, folder)
    if kind not in ("answers", "forms"):
        path = folder / f"{kind}.json"
        path.write_bytes(text_of(mutate(document, chance), chance))
        return outcome(kind, path, folder)
    path = folder / "in"
    path.mkdir(exist_ok=True)
    for old in path.iterdir():
        old.unlink()
    for name, text in document.items() if kind == "forms" else ():
        if chance.random() < 0.7:
            is_odd = chance.random() < 0.6
            (path / name).write_bytes(_damage_text(text, chance) if is_odd else text.encode())
    for name, answer in document.items() if kind == "answers" else ():
        odd = mutate(answer, chance) if len(document) == 1 or chance.random() < 0.5 else answer
        (path / name).write_bytes(text_of(odd, chance))
    return outcome(kind, path, folder)


def main() -> int:
    """Damage so many documents, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    options = parser.parse_args()
    kinds, came, crashes = list(DISCOVER), Counter[str](), 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.start, options.start + options.number):
            kind = kinds[seed % len(kinds)]
            try:
                draft = discover_damaged(kind, seed, Path(folder))
            except Exception:  # noqa: BLE001 (a crash is what is looked for)
                crashes += 1
                sys.stderr.write(f"{kind} {seed}:\n{traceback.format_exc()}\n")
                continue
            end = "refused" if draft is None else "drafted" if draft.inventory else "nothing"
            came[f"{kind} {end}"] += 1
            if (seed + 1) % max(1, options.number // 10) == 0:
                sys.stdout.write(f"{_figures(seed + 1 - options.start, begin)}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{_figures(options.number, begin)}; {crashes} crashes; {dict(came)}\n")
    return 1 if crashes else 0


def _figures(number: int, begin: float) -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{number:,} documents, {time.monotonic() - begin:,.0f} s, peak {peak:,.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
