"""`kmscost schema measurement` describes what measure writes, and refuses what a reader refuses."""

from __future__ import annotations

import json

import pytest

from estimator import (
    KmscostError,
    load_actuals,
    measure_access_logs,
    measure_athena,
    measure_bill,
    measure_cloudtrail,
    measure_s3_inventory,
    measure_s3_listing,
    schema,
)
from estimator.measurement import sources
from estimator.report.formats.json_and_csv import to_json
from tests.acceptance.commands import kmscost
from tests.acceptance.measure.logs import random_tree
from tests.acceptance.measure.samples import get, put
from tests.extras import needed
from tests.measurement.billing.bills import A_MONTH, FORMATS, write_file
from tests.measurement.measurement_files.test_round_trip import LOGS, save_json
from tests.measurement.s3.objects import Item, digest_name, log_name, write_inventory
from tests.measurement.s3.test_access_logs import line
from tests.real_data import DATA, ROOT, needs_data


@pytest.fixture(scope="module")
def validator():
    return needed("jsonschema").Draft202012Validator(schema("measurement"))


def measure_tree(folder):
    """Random logs, and a file among them that cannot be read."""
    random_tree(1).write(folder)
    (folder / "bad.json.gz").write_bytes(b"\x1f\x8bnothing")
    return measure_cloudtrail(folder, jobs=1)


def measure_listing(folder):
    """The names of two days, one of them of a digest."""
    names = [log_name("2026/11/01"), digest_name("2026/11/02")]
    text = "".join(f"2026-11-02 01:00:00 123 {name}\n" for name in names)
    return measure_s3_listing(write_file(folder / "names.txt", text.encode()))


def measure_inventory(folder):
    """An object under SSE-KMS, one under a Bucket Key: its quantity is null."""
    items = [Item(log_name(number=0)), Item(log_name(number=1), bucket_key="ENABLED")]
    return measure_s3_inventory(write_inventory(folder, items, "CSV"))


def measure_access(folder):
    """A GET of a log file."""
    return measure_access_logs(write_file(folder / "log", line().encode()))


def measure_a_bill(folder):
    """Requests, keys, a tax and a credit below zero."""
    return measure_bill(write_file(folder / "bill.csv", FORMATS["cur 2.0 csv"](A_MONTH)))


def measure_a_result(folder):
    """Athena's answer of a put and a get."""
    engine = pytest.importorskip("tests.measurement.athena.engine")
    return measure_athena(engine.write_answer([put(1), get(2)], folder / "result.csv"))


SOURCES = {
    "cloudtrail": measure_tree,
    "s3-listing": measure_listing,
    "s3-inventory": measure_inventory,
    "access-logs": measure_access,
    "bill": measure_a_bill,
    "athena": measure_a_result,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_measurement_of_each_source_keeps_the_schema(tmp_path, validator, source):
    """The JSON that measure writes is valid, and comes back."""
    (tmp_path / "in").mkdir()
    actuals = SOURCES[source](tmp_path / "in")
    path = save_json(actuals, tmp_path / "kept.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["source"] == source
    assert document["rows"]
    validator.validate(document)
    assert load_actuals(path).totals == actuals.totals


@needs_data
@pytest.mark.parametrize("kind", ["cur-legacy", "cur-2.0", "focus-1.0"])
def test_measurements_of_real_bills_keep_the_schema(validator, kind):
    """The real bills, whose credits are below zero and whose lines have kinds of their own."""
    validator.validate(json.loads(to_json(measure_bill(DATA / "bills" / kind).to_dict())))


def test_every_source_is_tried_and_documented():
    """A new source is measured here too, and docs/output.md names it."""
    assert set(SOURCES) == set(sources.SOURCES), "add it to SOURCES of this file"
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    (row,) = (text for text in page.splitlines() if text.startswith("| `source` |"))
    assert [name for name in sources.SOURCES if name not in row] == []


def put_value(place, value):
    """A change that puts a value at a place such as rows.0.quantity."""

    def change(document):
        *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        for part in path:
            document = document[part]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("sorce", "cloudtrail"),
        ("source", "cloudtrial"),
        ("files", -1),
        ("files", 1.5),
        ("files", True),
        ("totals.requests", "57"),
        ("totals.more", "57"),
        ("totals.by_cause", 57),
        ("skipped", [{"path": "x"}]),
        ("skipped_by_reason", {"empty file": -1}),
        ("coverage.streams.0.hours", "2"),
        ("coverage.streams.0.from", "2026-09-30T23:30Z"),
        ("coverage.streams.0.start", "2026-09-30T23:00Z"),
        ("coverage.months.0.share", "all"),
        ("failed.calls", "none"),
        ("notices", [1]),
        ("rows.0", []),
        ("rows.0.more", 1),
        ("rows.0.quantity", -1),
        ("rows.0.quantity", "7"),
        ("rows.0.account", 111122223333),
        ("rows.0.account", "12345678901"),
        ("rows.0.cause", "pit"),
        ("rows.0.day", "20260930"),
        ("rows.0.bucket_key", "no"),
        ("rows.0.coverage", None),
        ("rows.0.coverage", 1.5),
    ],
)
def test_the_schema_refuses_what_a_reader_refuses(tmp_path, validator, place, value):
    """One wrong value is no measurement for either."""
    document = measure_cloudtrail(LOGS).to_dict()
    put_value(place, value)(document)
    document = json.loads(json.dumps(document, default=str))
    assert not validator.is_valid(document)
    with pytest.raises(KmscostError):
        load_actuals(write_file(tmp_path / "kept.json", json.dumps(document).encode()))


@pytest.mark.parametrize("key", ["source", "totals", "rows", "coverage", "notices"])
def test_a_missing_key_is_named(tmp_path, validator, key):
    """The message names the key; the schema refuses the same."""
    document = measure_cloudtrail(LOGS).to_dict()
    # the first key tells what the file is: without it another one must
    document = {"coverage": None, **document}
    del document[key]
    assert not validator.is_valid(document)
    with pytest.raises(KmscostError, match=f"found no key '{key}'; expected the JSON of"):
        load_actuals(write_file(tmp_path / "kept.json", json.dumps(document).encode()))


def test_every_key_and_column_is_described(tmp_path, validator):
    """Each column with its meaning, each section with what it is."""
    printed = json.loads(kmscost("schema", "measurement", cwd=tmp_path).out)
    assert printed == validator.schema
    columns = printed["properties"]["rows"]["items"]["properties"]
    assert all(column["description"] for column in columns.values())
    assert all(section["description"] for section in printed["$defs"].values())
