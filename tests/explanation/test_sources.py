"""Each value has its own source: a line of the user's, AWS's own text, or a default."""

import csv
import io

import pytest

from estimator import explain, load_inventory
from estimator.inventory.assumptions import FILES_PER_DAY, Range
from estimator.volume.streams import files_assumption, streams_of
from pricing.regions import regions
from tests.acceptance.commands import kmscost, write
from tests.explanation.random_readers import random_readers
from tests.sampling import seeds

TEXT = """\
version: 1
regions: [us-east-1]
accounts:
  - {id: "111122223333"}
  - {id: "222222222222", files_per_day: 700}
  - {file: accounts.csv}
keys: [{id: k, account: "111122223333", region: us-east-1}]
trails:
  - name: org
    key: k
    bucket: {bucket_key: true}
    log_file_validation: true
  - name: own
    scope: account
    key: k
    files_per_day: {low: 250, high: 600, source: our own count of October}
    bucket:
      bucket_key: true
      bucket_key_saving: 0.5
readers:
  - name: siem
    kind: every-file
    trails: [org]
  - name: scan
    kind: query
    trails: [own]
    queries_per_month: 60
    days_scanned: 7
    gets_per_file: 2
growth: {files_per_year: 12%, as_of: 2025-11-01}
other_kms_requests_per_month: 12000
"""
AWS = "https://docs.aws.amazon.com/"


@pytest.fixture
def walk(tmp_path):
    (tmp_path / "accounts.csv").write_text(
        "id,files_per_day\n333333333333,\n444444444444,41\n", encoding="utf-8"
    )
    return explain(write(tmp_path, TEXT), "2026-11")


def values(walk, words):
    """The values of a walk that count the same, as JSON has them."""
    return [
        value
        for step in walk.to_dict()["steps"]
        for value in step["values"]
        if value["words"] == words
    ]


def test_a_range_names_its_ends_its_source_and_its_line(walk):
    """The root of 250 x 600 is 387.3: typical, as the user's source in line 16 has it."""
    path = f"{walk_path(walk)}:16"
    wanted = f"387.3 files/day (typical of 250 to 600; source: our own count of October; {path})"
    assert f"    source: {wanted}\n" in str(walk)
    value, *_ = [found for found in values(walk, "files/day") if found["low"] is not None]
    assert value["number"] == pytest.approx(150_000**0.5)
    assert (value["low"], value["high"]) == (250, 600)
    assert value["assumption"] == "trails[own].files_per_day"
    assert value["source"]["text"] == "our own count of October"
    assert value["source"]["line"] == 16


def walk_path(walk):
    (path,) = {
        value["source"]["path"]
        for value in values(walk, "files/day")
        if value["number"] == 700 and value["source"]
    }
    return path


def test_awss_name_stands_on_awss_number_alone(walk):
    """288 is AWS's; 700 is the user's, in line 5; 41 stands in line 3 of the CSV file."""
    found = {value["number"]: value["source"] for value in values(walk, "files/day")}
    assert found[288]["title"].startswith("AWS KMS Developer Guide, How AWS CloudTrail uses AWS")
    assert found[288]["url"].startswith(AWS)
    assert found[288]["checked"] == "2026-11-23"
    assert "title" not in found[700]
    assert (found[700]["path"], found[700]["line"]) == (walk_path(walk), 5)
    assert found[41]["path"].endswith("accounts.csv")
    assert found[41]["line"] == 3


def test_a_number_that_somebody_wrote_is_his_also_where_it_is_awss(tmp_path):
    """288 in the inventory and 288 by default are two lines, with a source each."""
    path = write(tmp_path, TEXT.replace("  - {file: accounts.csv}\n", "").replace("700", "288"))
    lines = [s for s in explain(path, "2026-11", trail="org").steps if s.what == "log files put"]
    assert [step.formula.split(" x ")[2] for step in lines] == ["1 stream", "1 stream"]
    sources = sorted(step.source for step in lines)
    assert sources[0].endswith("inventory.yaml:5)")
    assert "AWS KMS Developer Guide" in sources[1]


def test_savings_and_digests_have_their_own_sources(walk):
    """0.99 and 24 are AWS's, each out of its guide; 0.5 stands in line 19."""
    saved = {value["number"]: value["source"] for value in values(walk, "saved by the Bucket Key")}
    assert "S3 User Guide" in saved[0.99]["title"]
    assert "up to 99 percent" in saved[0.99]["title"]
    assert saved[0.99]["url"] == f"{AWS}AmazonS3/latest/userguide/bucket-key.html"
    assert saved[0.5]["line"] == 19
    (digests,) = values(walk, "digests/day")
    assert "Validating CloudTrail log file integrity" in digests["source"]["title"]


def test_other_values_have_the_line_that_they_stand_in(walk):
    """Queries, window, gets, growth, others: lines 27 to 31; a 1 that nobody wrote is a default."""
    lines = {
        "queries": 27,
        "days scanned": 28,
        "gets per file": 29,
        "a year": 30,
        "used by others first": 31,
    }
    for words, line in lines.items():
        assert [value["source"]["line"] for value in values(walk, words)] == [line]
    (default,) = values(walk, "get per file")
    assert default["source"] == {"text": "default of kmscost", "path": None, "line": None}
    assert "1 get per file (default)" in str(walk)


def test_a_preset_has_its_own_source_and_the_line_that_names_it(tmp_path):
    """`preset: splunk` in line 28 gives the gets per file; the share of files stays a default."""
    text = TEXT.replace("  - {file: accounts.csv}\n", "").replace(
        "    gets_per_file: 2\n", "    preset: splunk\n"
    )
    walk = explain(write(tmp_path, text), "2026-11", trail="scan")
    (gets,) = values(walk, "gets per file") or values(walk, "get per file")
    assert gets["assumption"] == "readers[scan].preset"
    assert gets["source"]["line"] == 28
    assert "no source was found" in gets["source"]["text"]
    assert not values(walk, "of them")


def test_rates_and_the_free_tier_have_the_address_of_their_source(walk):
    """Every dated rate names title, address and the day on which it was read."""
    for value in (*values(walk, "USD"), *values(walk, "free")):
        assert value["source"].keys() == {"title", "url", "checked"}
        assert value["source"]["url"].startswith("https://")
    (free,) = values(walk, "free")
    assert "20,000 requests a month" in free["source"]["title"]
    (step,) = [step for step in walk.to_dict()["steps"] if step["unit"] == "key-months"]
    assert step["rule"]["url"] == "https://aws.amazon.com/kms/pricing/"


def test_a_source_stands_in_the_text_once_and_in_the_data_everywhere(walk):
    """The text names a source where it says something new; JSON and CSV have it on each line."""
    text = str(walk)
    assert text.count("How AWS CloudTrail uses AWS KMS") == 1
    assert text.count("files/day (typical of 250 to 600") == 1
    steps = walk.to_dict()["steps"]
    named = [step for step in steps if "387" in step["formula"] and step["section"][0] == "T"]
    assert all("our own count of October" in step["source"] for step in named)


def test_the_same_number_of_many_accounts_is_one_line(tmp_path):
    """Three accounts with 41 files a day: one line, whose source names the first and two more."""
    lines = "id,files_per_day\n" + "".join(f"{n}33333333333,41\n" for n in (3, 4, 5))
    (tmp_path / "accounts.csv").write_text(lines, encoding="utf-8")
    walk = explain(write(tmp_path, TEXT), "2026-11", trail="org")
    (step,) = [step for step in walk.steps if step.formula.startswith("41 files/day")]
    assert "x 3 streams" in step.formula
    assert "accounts.csv:2 and 2 more lines)" in step.source
    value, *_ = values(walk, "files/day")
    more = [value for value in values(walk, "files/day") if value["number"] == 41]
    assert [place["line"] for place in more[0]["source"]["also"]] == [3, 4]
    assert value["number"] == 700


def test_a_mapping_of_regions_has_a_line_for_each(tmp_path):
    """Each Region's number has its own line, and what `other` covers has that of `other`."""
    text = """\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{id: "111122223333"}]
keys: [{id: k, region: us-east-1}]
trails:
  - name: t
    key: k
    files_per_day:
      us-east-1: 900
      other: 3
"""
    walk = explain(write(tmp_path, text), "2026-11")
    found = {value["number"]: value for value in values(walk, "files/day")}
    assert found[900]["source"]["line"] == 9
    assert found[900]["assumption"] == "trails[t].files_per_day.us-east-1"
    assert found[3]["source"]["line"] == 10


@pytest.mark.parametrize("seed", seeds(20))
def test_the_source_of_files_is_the_one_that_the_forecast_uses(tmp_path, seed):
    """Whatever an account, a trail and its Regions say: the named assumption is what counts."""
    inventory = load_inventory(write(tmp_path, random_readers(seed)))
    streams, names = streams_of(inventory), list(regions())
    for row in range(len(streams)):
        found = files_assumption(
            inventory.trails[streams.trail[row]],
            inventory.accounts[streams.account[row]],
            names[streams.region[row]],
        )
        assumption = Range.exactly(FILES_PER_DAY) if found is None else found[1]
        assert streams.files[row] == assumption.mid
        assert found is None or found[0] in inventory.places


def test_csv_has_the_whole_source_on_each_row(tmp_path):
    """A row of the CSV stands alone: 288's source is on both trails' puts."""
    text = TEXT.replace("  - {file: accounts.csv}\n", "")
    write(
        tmp_path,
        text.replace(
            "    files_per_day: {low: 250, high: 600, source: our own count of October}\n", ""
        ),
    )
    run = kmscost(
        "explain", "inventory.yaml", "--month", "2026-11", "--format", "csv", cwd=tmp_path
    )
    rows = [row for row in csv.DictReader(io.StringIO(run.out)) if row["formula"].startswith("288")]
    assert len(rows) == 2
    assert all("AWS KMS Developer Guide" in row["source"] for row in rows)
