"""What a file is, by its beginning: every known form is its own command's, or nobody's."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from estimator import (
    measure_access_logs,
    measure_athena,
    measure_bill,
    measure_cloudtrail,
    measure_s3_inventory,
    measure_s3_listing,
)
from estimator.measurement.recognition import kind_of_file
from estimator.measurement.sources import SOURCES
from pricing.reading.problems import KmscostError
from tests.acceptance.forms import bill_forms, test_forms

READERS = {
    "cloudtrail": measure_cloudtrail,
    "bill": measure_bill,
    "athena": measure_athena,
    "s3-listing": measure_s3_listing,
    "s3-inventory": measure_s3_inventory,
    "access-logs": measure_access_logs,
}
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
# S3 User Guide, "Amazon S3 server access log format": its own example
ACCESS_LOG = (
    f"{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {OWNER} "
    '3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - '
    '113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76 SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader '
    "amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -\n"
)
FILES = {
    "cloudtrail": '{"Records": [{"eventVersion": "1.11", "eventSource": "a", "eventName": "b"}]}',
    "athena": '"what","recorder","callerArn"\n',
    "access-logs": ACCESS_LOG,
    "s3-listing": "2026-10-01 00:05:12     4711 AWSLogs/111122223333/CloudTrail/a.json.gz\n",
    "s3-inventory": json.dumps({"sourceBucket": "logs", "fileSchema": "Bucket, Key", "files": []}),
    "bill": json.dumps({"ResultsByTime": [], "GroupDefinitions": []}),
}


def test_every_source_is_recognized():
    """A new source has a form in recognition.py, which other readers name with its command."""
    assert set(READERS) == set(FILES) == set(SOURCES), "add it to FILES and READERS of this file"


@pytest.mark.parametrize("name", test_forms.FORMS)
def test_no_form_of_logs_is_taken_for_another_commands(name, tmp_path):
    form = test_forms.FORMS[name]()
    path = tmp_path / form.file
    path.write_bytes(form.content)
    kind = kind_of_file(str(path))
    assert kind is None or kind.command in ("measure cloudtrail", "")


@pytest.mark.parametrize("name", bill_forms.FORMS)
def test_no_form_of_bills_is_taken_for_another_commands(name, tmp_path):
    form = bill_forms.FORMS[name]()
    path = tmp_path / form.file
    path.write_bytes(form.content)
    kind = kind_of_file(str(path))
    assert kind is None or kind.command == "measure bill" or "kmscost" in kind.words


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("owner", FILES)
@pytest.mark.parametrize("reader", READERS)
def test_a_file_of_another_reader_is_named_with_the_command_that_reads_it(
    reader, owner, packed, tmp_path
):
    if reader == owner:
        return
    path = tmp_path / "export.txt"
    data = FILES[owner].encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    with pytest.raises(KmscostError) as raised:
        READERS[reader](path)
    assert f"`kmscost measure {owner}` reads it" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: 1\npayer: '111122223333'\n", "an inventory of kmscost"),
        ("# made by hand\nversion: 1\n", "an inventory of kmscost"),
        ('{"format_version": "1.2", "terraform_version": "1.9.0"}', "a plan or state of Terraform"),
        ("AWSTemplateFormatVersion: 2010-09-09\n", "a template of CloudFormation"),
        ('{"offerCode": "awskms", "products": {}}', "a price list of AWS"),
        ("%PDF-1.7\n", "a PDF"),
        ("<!DOCTYPE html><title>Sign in</title>", "a web page"),
    ],
)
def test_what_no_measurement_reads_is_named(text, words, tmp_path):
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    for read in READERS.values():
        with pytest.raises(KmscostError, match=words):
            read(path)


def test_another_readers_file_beside_logs_is_skipped_by_its_name(tmp_path):
    log = {"Records": [{"eventSource": "s3.amazonaws.com", "eventTime": "2026-10-01T00:00:00Z"}]}
    (tmp_path / "log.json").write_text(json.dumps(log), encoding="utf-8")
    (tmp_path / "access").write_text(ACCESS_LOG, encoding="utf-8")
    (tmp_path / "manifest.json").write_text(FILES["s3-inventory"], encoding="utf-8")
    reasons = {Path(file.path).name: file.reason for file in measure_cloudtrail(tmp_path).skipped}
    assert "`kmscost measure access-logs` reads it" in reasons["access"]
    assert "`kmscost measure s3-inventory` reads it" in reasons["manifest.json"]
