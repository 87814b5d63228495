"""Real files, and those files damaged: a draft that passes check or a sentence, no traceback."""

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import KmscostError, discover_terraform
from tests.discovery.mutations import (
    DISCOVER,
    TEMPLATES,
    TERRAFORM,
    damage,
    discover_damaged,
    outcome,
    rich_plan,
)
from tests.discovery.plans import TRAIL, instance, plan
from tests.real_data import ROOT, needs_data
from tests.sampling import cases

DRAFTED = {
    "driftctl-aws_cloudtrail.tfstate": 1,
    "regula-issue355_infra.json": 1,
    "regula-log_file_validation_infra.json": 2,
    "regula-invalid_encryption.yaml": 1,
    "regula-valid_encryption.yaml": 1,
    "regula-valid_target.yaml": 1,
    "widdix-cloudtrail.yaml": 1,
}


@needs_data
@pytest.mark.parametrize("path", TERRAFORM + TEMPLATES, ids=lambda path: path.name)
def test_every_real_file(path, tmp_path):
    """The number of trails of each is known; the rest has a sentence."""
    draft = outcome("plan" if path in TERRAFORM else "template", path, tmp_path)
    if path.name in DRAFTED:
        assert len(draft.inventory.trails) == DRAFTED[path.name]
    else:
        assert draft is None or "nothing to draft" in draft.notices[-1]


@pytest.mark.parametrize("kind", DISCOVER)
@settings(max_examples=cases(60))
@given(seed=st.integers(0, 2**32))
def test_damaged_documents(kind, seed, tmp_path_factory):
    """Plans, templates and answers with odd, missing, renamed and repeated parts anywhere.

    `python -m tests.discovery.mutations --number 100000` tries more of the same.
    """
    discover_damaged(kind, seed, tmp_path_factory.mktemp(kind))


def test_names_that_are_no_text(tmp_path):
    """JSON that is no plan, with a name that is not UTF-8: refused so; it was a traceback."""
    path = tmp_path / "plan.json"
    path.write_bytes(b'{"a\x96": 1}')
    with pytest.raises(KmscostError, match="not UTF-8"):
        discover_terraform(path)


@settings(max_examples=cases(40))
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes(seed, tmp_path_factory):
    """Bytes cut, swapped and doubled: JSON and YAML that are none."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    data = bytearray(json.dumps(rich_plan()).encode())
    damage(data, chance)
    folder = tmp_path_factory.mktemp("bytes")
    for kind, name in (("plan", "plan.json"), ("template", "t.yaml"), ("answers", "a.json")):
        (folder / name).write_bytes(bytes(data))
        outcome(kind, folder / name, folder)


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
