"""The manifest of an S3 Inventory: its mistakes are named, and it leads nobody astray."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from estimator.measurement.s3_inventory import measure_s3_inventory
from pricing.reading.problems import KmscostError
from tests.measurement.s3.objects import change_manifest, write_inventory
from tests.measurement.s3.test_s3_inventory import ITEMS
from tests.real_data import DATA, needs_data


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fileFormat": "AVRO"}, "fileFormat: found 'AVRO'"),
        ({"fileSchema": "Bucket, Size"}, "fileSchema: found 'Bucket, Size'"),
        ({"creationTimestamp": "today"}, "creationTimestamp: found 'today'"),
        ({"creationTimestamp": "1697716800"}, "creationTimestamp: found '1697716800'"),
        ({"files": []}, "files: found no data files"),
        ({"files": [{"key": "a"}, {"key": "a"}]}, r"files\[1\].key: found a data file"),
        ({"files": [{"size": 3}]}, r"files\[0\]: found no key"),
    ],
)
def test_a_wrong_manifest_says_what_is_wrong(tmp_path, changes, message):
    """Each mistake of a manifest by its key, with what was expected."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV")
    change_manifest(manifest, **changes)
    with pytest.raises(KmscostError, match=message):
        measure_s3_inventory(manifest)


@pytest.mark.parametrize("text", ["", "[1]", '{"a": 1}', "{", "\0\1\2"])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    """Anything but a manifest is an error about the user's file, never a traceback."""
    path = tmp_path / "manifest.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError, match=r"manifest\.json"):
        measure_s3_inventory(path)
    with pytest.raises(KmscostError, match="no such file"):
        measure_s3_inventory(tmp_path / "other.json")


@pytest.mark.parametrize("key", ["x" * 5_000, "a\0b", "/", "..", "é" * 300 + "/b.csv.gz"])
def test_a_hostile_key_is_a_missing_file(tmp_path, key):
    """Whatever a manifest names, what cannot be there is missing, never a traceback."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV", files=2)
    document = json.loads(manifest.read_text(encoding="utf-8"))
    document["files"][0]["key"] = key
    change_manifest(manifest, **document)
    assert measure_s3_inventory(manifest).skipped.by_reason == {"data file that is not there": 1}
    with pytest.raises(KmscostError):
        measure_s3_inventory(tmp_path / ("m" * 5_000))


def test_keys_cannot_lead_out_of_the_folders(tmp_path):
    """A key with dots in it is a name below the folders, whatever it tries."""
    manifest = write_inventory(tmp_path / "deep", ITEMS, "CSV")
    (tmp_path / "secret.csv.gz").write_bytes(gzip.compress(b"1"))
    change_manifest(manifest, files=[{"key": "/../../../../secret.txt"}])
    with pytest.raises(KmscostError, match="none of the 1 data files"):
        measure_s3_inventory(manifest)


def test_a_manifest_that_was_changed_is_said(tmp_path):
    """S3 writes the manifest's MD5 beside it: where they differ, a notice says so."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV")
    beside = manifest.with_name("manifest.checksum")
    md5 = hashlib.md5(manifest.read_bytes(), usedforsecurity=False).hexdigest()
    beside.write_text(md5 + "\n", encoding="ascii")
    message = "manifest.json is not the file that manifest.checksum beside it is about"
    assert message not in measure_s3_inventory(manifest).notices
    beside.write_text("0" * 32, encoding="ascii")
    assert message in measure_s3_inventory(manifest).notices


@needs_data
def test_the_real_manifest_is_read_up_to_its_data_files():
    """A real manifest, whose data file nobody published: the error says which and where."""
    path = Path(DATA) / "s3/inventory/manifest.json"
    with pytest.raises(KmscostError, match=r"939c6d46.*files/939c6d46"):
        measure_s3_inventory(path)
