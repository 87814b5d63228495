"""The reference itself: against the truth that the generator knows, and numbers by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.measure.logs import random_tree
from tests.acceptance.measure.packing import log_file
from tests.acceptance.measure.reference import count
from tests.real_data import DATA, needs_data
from tests.sampling import seeds


@pytest.mark.parametrize("seed", seeds(60))
def test_the_reference_finds_what_was_put_in(tmp_path: Path, seed: int) -> None:
    """Reading a random tree back gives what its generator wrote down."""
    tree = random_tree(seed)
    tree.write(tmp_path)
    counts = count(tmp_path)
    assert counts.requests == tree.requests
    assert counts.failed == tree.failed
    assert counts.duplicates == tree.duplicates
    assert counts.records == tree.records
    assert counts.files == len(tree.files) + len(tree.documents)
    assert counts.skipped == []


def test_the_random_trees_reach_everything() -> None:
    """The generator is worth its name: each cause, kind of reader, version and copy occurs."""
    trees = [random_tree(seed) for seed in range(60)]
    rows = {row for tree in trees for row in tree.requests}
    assert {row.cause for row in rows} == {"put", "check", "digest", "get", "replication", "other"}
    assert {row.folder for row in rows} >= {"CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight"}
    assert {row.bucket_key for row in rows} == {True, False}
    readers = {row.reader for row in rows}
    assert {"config.amazonaws.com", "444455556666", ""} < readers
    assert {name.split(":")[2] for name in readers if name.startswith("arn:")} == {"iam"}
    assert any(row.billed_account == "" for row in rows)
    assert any(row.key == "" for row in rows)
    versions = {event["eventVersion"] for tree in trees for event in tree.events()}
    assert versions >= {"1.0", "1.01", "1.02", "1.03", "1.11"}
    text = "".join(log_file(tree.events()).decode() for tree in trees)
    for word in ("sharedEventID", '"arn":"arn:aws:kms', "errorCode", "086441151436", "Insight"):
        assert word in text, word
    names = "".join(name for tree in trees for name in tree.files)
    assert "AWSLogs/o-abcd012345/" in names
    assert "team/logs/AWSLogs/" in names
    assert any(tree.duplicates for tree in trees)
    assert any(tree.documents for tree in trees)


@needs_data
@pytest.mark.parametrize(
    ("folder", "causes", "records"),
    [("coralogix", {"put": 6, "get": 7}, 20), ("boogy", {"other": 1044}, 1679)],
)
def test_the_reference_knows_the_real_numbers(
    folder: str, causes: dict[str, int], records: int
) -> None:
    """The real files' numbers stand in the data's README; the reference finds them."""
    counts = count(DATA / "cloudtrail" / folder)
    assert counts.by("cause") == causes
    assert (counts.files, counts.records, counts.duplicates) == (1, records, 0)


def test_copies_that_chain_are_one(tmp_path: Path) -> None:
    """Three records, the first and last alike only through the middle one, are one request."""
    event = {"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}
    three = [
        {**event, "eventID": "1"},
        {**event, "eventID": "2", "sharedEventID": "s"},
        {**event, "eventID": "1", "sharedEventID": "s"},
    ]
    (tmp_path / "a.json").write_text(json.dumps({"Records": three}), encoding="utf-8")
    counts = count(tmp_path)
    assert (counts.requests.total(), counts.duplicates) == (1, 2)
