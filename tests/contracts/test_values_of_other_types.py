"""A value of another type anywhere in a file of others is a problem that names it, no traceback.

An unrendered template gives lists and mappings where text is meant, and a damaged export anything.
"""

import json
import random

import pytest
import yaml

from estimator import (
    check,
    load_actuals,
    measure_athena,
    measure_cloudtrail,
    measure_s3_inventory,
    measure_s3_listing,
    rates_import,
)
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import KmscostError
from tests.acceptance.commands import kmscost
from tests.acceptance.measure.samples import get, put
from tests.contracts.commands import ORGANIZATION
from tests.documents import replaced
from tests.measurement.athena.engine import write_answer
from tests.measurement.athena.test_results import as_json, rows_of
from tests.measurement.s3.objects import Item, log_name, write_inventory
from tests.pricing.offers.offer_files import everywhere, kms, offer
from tests.real_data import CASES, needs_cases

# not 1e400: the standard library reads it as infinity, which JSON cannot write again
VALUES = (["a"], {"a": 1}, 7, None, "", True, -1, 10**60, "\ud800x", "9" * 5000, "\0", 0.5)


def places_of(document, at=()):
    """Every place in a document, the whole of it too."""
    parts = document.items() if isinstance(document, dict) else ()
    parts = enumerate(document) if isinstance(document, list) else parts
    for key, part in parts:
        yield from places_of(part, (*at, key))
    yield at


def feed():
    price = {"rateCode": "A.B.C", "price": "0.0000030000", "RegionlessRateCode": "hash"}
    manifest = {
        "serviceId": "kms",
        "hawkFilePublicationDate": "2025-08-28T15:39:13Z",
        "currencyCode": "USD",
    }
    regions = {"US East (Ohio)": {"API request - Non Free Tier": price, "hash": dict(price)}}
    return {"manifest": manifest, "sets": {}, "regions": regions}


def listing():
    contents = [{"Key": log_name(), "LastModified": "2023-10-18T06:30:00+00:00", "Size": 1409}]
    marker = {"Key": "x", "IsLatest": True, "LastModified": "2023-10-18T06:30:00+00:00"}
    return {"Contents": contents, "DeleteMarkers": [marker], "IsTruncated": False, "Prefix": ""}


def manifest(folder):
    return json.loads(write_inventory(folder, [Item(log_name())], "CSV").read_text())


def measurement(folder):
    (folder / "log.json").write_text(json.dumps({"Records": [put(0), get(0)]}), encoding="utf-8")
    return json.loads(to_json(measure_cloudtrail(folder / "log.json").to_dict()))


def result(folder):
    return as_json(rows_of(write_answer([put(0), get(0)], folder / "result.csv")))


def inventory():
    return json.loads(json.dumps(yaml.safe_load(ORGANIZATION), default=str))


READERS = {
    "price list": (lambda _: offer([*kms("us-east-1"), everywhere()]), rates_import),
    "feed": (lambda _: feed(), rates_import),
    "listing": (lambda _: listing(), measure_s3_listing),
    "manifest": (manifest, measure_s3_inventory),
    "measurement": (measurement, load_actuals),
    "result of Athena": (result, measure_athena),
    "inventory": (lambda _: inventory(), check),
}


@pytest.mark.parametrize("name", READERS)
def test_any_value_of_another_type_is_read_or_refused(tmp_path, name):
    """Whatever stands in a place: an answer, or an error that names the file."""
    make, read = READERS[name]
    document = make(tmp_path)
    found = list(tmp_path.rglob("manifest.json"))
    path = found[0] if found else tmp_path / "file"
    every = [(at, value) for at in places_of(document) for value in VALUES]
    dice = random.Random(14)  # noqa: S311
    read_at_all, refused = 0, []
    for at, value in dice.sample(every, min(90, len(every))):
        changed = replaced(document, at, value)
        path.write_text(json.dumps(changed), encoding="utf-8")
        try:
            read(path)
            read_at_all += 1
        except KmscostError as error:
            refused.append(error)
    assert read_at_all
    for error in refused:
        assert all(problem.path for problem in error.problems)
        str(error).encode()  # what is shown can be written


@needs_cases
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("check reader_name_list.yaml", "reader_name_list.yaml:7: readers[0].name: found a list"),
        ("rates import feed_ratecode_mapping.json", ".rateCode: found a mapping; expected text"),
        ("measure s3-inventory bignum.json", "files[0].size: found a number of 5,000 digits"),
        ("measure s3-listing v2_bignum.json", "a number of 5,000 digits"),
        ("measure s3-inventory surr.json", "files[0].key: found \\ud800a; expected text"),
    ],
)
def test_faults_are_refused_with_their_place(command, words):
    """The cases of faults: exit 1, and the place is named."""
    *names, file = command.split()
    answer = kmscost(*names, file, cwd=CASES / "faults")
    assert answer.code == 1
    assert words in answer.text
