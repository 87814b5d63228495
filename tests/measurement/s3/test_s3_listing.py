"""What a listing of a bucket tells, whichever tool wrote it."""

from __future__ import annotations

import gzip
import json
import tarfile
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.access_logs import measure_access_logs
from estimator.measurement.s3_listing import measure_s3_listing
from pricing.reading.problems import KmscostError
from tests.measurement.s3.objects import digest_name, log_name
from tests.sampling import cases

# by hand: 3 logs and 2 digests are CloudTrail's, 2 others are not
NAMES = [
    log_name(number=0, prefix="my logs/"),
    log_name(number=1, prefix="my logs/"),
    log_name("2023/10/18"),
    digest_name(hour=0),
    digest_name(hour=1),
    "photos/a b  c.jpg",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/10/17/",
]
LAST = "2023-10-18 06:30:00"


def text(names: list[str], size: str = "      1409") -> str:
    return "".join(f"2023-10-18 06:{n % 30:02d}:00 {size} {name}\n" for n, name in enumerate(names))


def page(names: list[str], **more: object) -> dict[str, object]:
    time = LAST.replace(" ", "T") + "+00:00"
    return {"Contents": [{"Key": n, "LastModified": time, "Size": 1} for n in names], **more}


def versions(names: list[str]) -> dict[str, object]:
    marker = {"Key": NAMES[0], "LastModified": "2023-10-18T06:30:00Z", "IsLatest": True}
    return {
        "Versions": [
            {"Key": n, "VersionId": "v", "LastModified": "2023-10-18T08:30:00.000+02:00"}
            for n in names
        ],
        "DeleteMarkers": [marker],
    }


def rows(names: list[str], line: str) -> str:
    """A line for each name; `{n}` is its number, for a minute."""
    return "".join(line.format(name=name, n=n) + "\n" for n, name in enumerate(names))


ALL = [*NAMES, "z"]
T = "2023-10-18T06:{n:02d}:00"
ETAG = '"70ee1738b6b21e2c8a43f3a5ab0eee71"'
S5CMD = {"etag": ETAG, "last_modified": "2023-10-18T06:30:00Z", "type": "file", "size": 1409}
MC = {"status": "success", "type": "file", "lastModified": "2023-10-18T08:30:00+02:00", "size": 9}
RCLONE = {"Size": 1409, "MimeType": "x", "ModTime": "2023-10-18T06:30:00.000000000Z"}
# s5cmd lists names below the wildcard, and so do rclone, mc and `aws s3 ls` below a prefix
BELOW = [name.removeprefix("my logs/AWSLogs/").removeprefix("AWSLogs/") for name in ALL]
# what tools of the world write of the same bucket
TOOLS = {
    "query of names": json.dumps(ALL, indent=4),
    "query of rows": json.dumps([[n, 1409, "2023-10-18T06:30:00+00:00", "STANDARD"] for n in ALL]),
    "query of rows, pages": json.dumps([["2023-10-18T06:30:00Z", n] for n in ALL[:3]])
    + json.dumps([["2023-10-18T06:30:00Z", n] for n in ALL[3:]], indent=2),
    "query of objects": json.dumps(
        [{"Key": n, "LastModified": "2023-10-18 06:30:00"} for n in ALL]
    ),
    "text of names": "\t".join(ALL) + "\nNone\n",
    "text of names, pages": "\t".join(ALL[:3]) + "\n" + "\t".join(ALL[3:]) + "\n",
    "text of rows": rows(ALL, "{name}\t1409\t" + T + "+00:00"),
    "text of rows, etag": rows(ALL, ETAG + "\t{name}\tSTANDARD"),
    "text": "None\n"
    + rows(ALL, f"CONTENTS\tFULL_OBJECT\t{ETAG}\t{{name}}\t{T}.000Z\t1409\tSTANDARD")
    + "OWNER\tme\t7009a8971cd660687538875e7c86c5b672fe116bd438f46db45460ddcd036c32\n",
    "s5cmd": rows(ALL, "2023/10/18 06:{n:02d}:00              1409 {name}"),
    "s5cmd, below": rows(BELOW, "2023/10/18 06:{n:02d}:00 G  4.2K {name}"),
    "s5cmd --etag": rows(ALL, "2023/10/18 06:{n:02d}:00   " + ETAG[1:-1] + "    1409 {name}"),
    "s5cmd --json": rows([json.dumps({"key": f"s3://logs/{n}"} | S5CMD) for n in ALL], "{name}"),
    "rclone lsl": rows(ALL, "     1409 2023-10-18 06:{n:02d}:00.000000000 {name}"),
    "rclone ls": rows(ALL, "     1409 {name}"),
    "rclone lsf": rows(ALL, "{name}"),
    "rclone lsf, rows": rows(ALL, "2023-10-18 06:{n:02d}:00;1409;{name}"),
    "rclone lsjson": json.dumps(
        [{"Path": n, "Name": n[-3:], "IsDir": False} | RCLONE for n in ALL]
    ),
    "mc ls": rows(ALL, "[2023-10-18 06:{n:02d}:00 UTC] 1.4KiB STANDARD {name}"),
    "mc ls, old": rows(BELOW, "[2023-10-18 06:{n:02d}:00 CEST] 1.4KiB {name}"),
    "mc --json": rows([json.dumps({"key": n} | MC) for n in ALL], "{name}"),
    "names": "\r\n".join(ALL),
    "names, whole": rows(ALL, "s3://example-logs/{name}"),
    "names, jq": rows([json.dumps(n) for n in ALL], "{name}"),
    "names, below": rows(BELOW, "{name}"),
    "files alone": rows([n.rpartition("/")[2] or n for n in ALL], "{name}"),
}


SUMMARY = "\nTotal Objects: 7\n   Total Size: 9.6 KiB\n"
LISTINGS = {
    "text": text(NAMES) + f"{LAST}          0 z\n",
    "human": text(NAMES, "   1.4 KiB") + text(["z"], "   0 Bytes") + SUMMARY,
    "windows": (text(NAMES) + text(["z"])).replace("\n", "\r\n"),
    "page": json.dumps(page([*NAMES, "z"]), indent=4),
    "pages": json.dumps(page(NAMES[:3], IsTruncated=True), indent=2)
    + json.dumps(page([*NAMES[3:], "z"], IsTruncated=False)),
    "lines": "\n".join(json.dumps(page([name])) for name in [*NAMES, "z"]),
    "list": json.dumps([page(NAMES), page([]), page(["z"])]),
    "contents": json.dumps(page([*NAMES, "z"])["Contents"]),
}


def check(actuals):
    assert actuals.totals["requests"] == 5
    assert actuals.totals["by_cause"]["put"] == 3
    assert actuals.totals["by_cause"]["digest"] == 2
    assert actuals.details["objects"]["other"] == 3
    assert actuals.details["objects"]["cloudtrail"] == 5
    assert actuals.records == 8
    assert not actuals.skipped


@pytest.mark.parametrize("kind", TOOLS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_other_tools_write_gives_the_same_counts(tmp_path, kind, encoding):
    """s3api with --query, s5cmd, rclone, mc, names one a line: the same 3 logs and 2 digests."""
    path = tmp_path / "listing"
    path.write_bytes(TOOLS[kind].encode(encoding))
    actuals = measure_s3_listing(path, strict=False)
    check(actuals)
    days = actuals.rows.groupby(actuals.rows["day"].astype(str))["quantity"].sum()
    assert days.to_dict() == {"2023-10-17": 4, "2023-10-18": 1}
    assert actuals.coverage.to_dict()["streams"][0]["from"] == "2023-10-17T00:00Z"


def test_names_alone_cover_no_more_than_they_tell(tmp_path):
    """The last file's name is of 00:00 on the 18th: a day, and no hour of the next is covered."""
    path = tmp_path / "listing"
    path.write_text(TOOLS["names"], encoding="utf-8")
    actuals = measure_s3_listing(path)
    (stream,) = actuals.coverage.to_dict()["streams"]
    assert stream["hours"] == 24
    assert any("names alone" in notice for notice in actuals.notices)
    # below a prefix, the files' own names tell the folders
    path.write_text(TOOLS["names, below"], encoding="utf-8")
    assert any(
        notice.startswith("5 names begin below") for notice in measure_s3_listing(path).notices
    )


def test_names_below_other_folders_are_not_cloudtrails(tmp_path):
    """A file under folders that contradict its own name was not put there by CloudTrail."""
    file = log_name().rpartition("/")[2]
    path = tmp_path / "listing"
    path.write_text(
        f"{file}\nflat/{file}\nx2023/10/17/{file}\neu-west-2/2023/10/17/{file}\n", encoding="utf-8"
    )
    actuals = measure_s3_listing(path)
    assert actuals.totals["requests"] == 1
    assert actuals.details["objects"]["other"] == 3


def test_long_lines_of_names_are_read_whole(tmp_path):
    """--query writes a page of names into one line of 100 KB and more: none is cut in two."""
    names = [log_name(number=n) for n in range(2000)]
    path = tmp_path / "listing"
    path.write_text("\t".join(names) + "\n" + "\t".join(names), encoding="utf-8")
    actuals = measure_s3_listing(path)
    assert actuals.totals["requests"] == actuals.records == 4000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Contents:\n- ETag: x\n  Key: a\n", "a listing as YAML"),
        ("- Contents:\n  - Key: a\n", "a listing as YAML"),
        ("-----------------\n|  ListObjectsV2  |\n", "the table of --output table"),
        ("<?xml version='1.0'?><ListBucketResult>", "XML of S3's API"),
        (f'"logs","{log_name()}","1409"\n', "data file of an S3 Inventory"),
        ('["a", "b"]', "no listing of a bucket"),
        ("null", "no listing of a bucket"),
        ('{"status":"error","error":{"message":"denied"}}', "no listing of a bucket"),
        ("version: 1\naccounts: []\n", "an inventory of kmscost"),
    ],
)
def test_other_forms_are_refused_by_their_names(tmp_path, data, message):
    """YAML, tables, XML, inventories: what it is and how to list instead, never a zero."""
    path = tmp_path / "listing"
    path.write_text(data, encoding="utf-8")
    with pytest.raises(KmscostError, match=message):
        measure_s3_listing(path)


def test_folders_that_were_not_listed_are_named(tmp_path):
    """Folders without anything below them, in each tool's words: the listing is not whole."""
    file = log_name().rpartition("/")[2]
    lists = {
        "s5cmd": f"2023/10/18 06:00:00    1409 {file}\n" + " " * 34 + "DIR more/\n",
        "mc": f"[2023-10-18 06:00:00 UTC] 9B {file}\n[2023-10-18 06:00:00 UTC]     0B more/\n",
        "mc --json": json.dumps(MC | {"key": file})
        + json.dumps({"status": "success", "type": "folder", "key": "more/"}),
        "s5cmd --json": json.dumps({"key": "s3://b/more/", "type": "directory"})
        + json.dumps(S5CMD | {"key": f"s3://b/{file}"}),
        "list-objects-v2 --delimiter": json.dumps(
            page([log_name()], CommonPrefixes=[{"Prefix": "AWSLogs/222222222222/"}])
        ),
        "the same as text": 'CONTENTS\t"e"\t'
        + log_name()
        + "\t2023-10-18T06:00:00+00:00\t1409\tSTANDARD\n"
        "COMMONPREFIXES\tAWSLogs/222222222222/\n",
        "rclone lsf": f"{file}\nmore/\n",
        "rclone lsjson": json.dumps([{"Path": file}, {"Path": "more", "IsDir": True}]),
    }
    for name, data in lists.items():
        path = tmp_path / name
        path.write_text(data, encoding="utf-8")
        skipped = measure_s3_listing(path).skipped
        assert skipped.by_reason == {"folder that was not listed: list with --recursive": 1}, name
    # rclone names folders beside all that is below them
    path.write_text(
        json.dumps([{"Path": log_name()}, {"Path": "AWSLogs", "IsDir": True}]), encoding="utf-8"
    )
    assert not measure_s3_listing(path).skipped


@pytest.mark.parametrize(
    "document",
    [
        {"CommonPrefixes": [{"Prefix": "AWSLogs/"}], "IsTruncated": False, "KeyCount": 1},
        {"IsTruncated": True, "NextContinuationToken": "x", "KeyCount": 0},
    ],
)
def test_a_page_that_lists_no_object_and_is_not_whole_is_no_listing(tmp_path, document):
    """Folders alone, or a page before the first object: no count is no zero. An empty bucket is."""
    path = tmp_path / "page.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(KmscostError, match="no listing of a bucket"):
        measure_s3_listing(path)
    path.write_text(json.dumps({"IsTruncated": False, "KeyCount": 0}), encoding="utf-8")
    assert measure_s3_listing(path).totals["requests"] == 0


@pytest.mark.parametrize("kind", ["rclone lsf", "s5cmd", "text of rows", "mc ls, old", "names"])
@pytest.mark.parametrize("cut", [9, 40, 70])
def test_a_listing_that_is_cut_off_is_named(tmp_path, kind, cut):
    """Half of a name of CloudTrail's at the end: a skipped line, and no hour is covered."""
    head = TOOLS[kind].replace("\r", "").splitlines(keepends=True)[:3]
    path = tmp_path / "list"
    path.write_text("".join(head)[: -cut - 30 * (kind == "text of rows")], encoding="utf-8")
    actuals = measure_s3_listing(path)
    assert actuals.totals["requests"] == 2
    assert actuals.skipped.by_reason in (
        {"line that is cut off: the listing is not whole": 1},
        {"line that lists no object": 1},
    )
    assert actuals.coverage.months() == {}


def test_odd_names_in_cloudtrails_folders_are_said(tmp_path):
    """Objects that somebody put there are others, and one of them is named."""
    path = tmp_path / "list"
    odd = log_name().replace(".json.gz", ".parquet")
    path.write_text(text([*NAMES, odd, log_name() + ".bak"]), encoding="utf-8")
    actuals = measure_s3_listing(path)
    assert actuals.totals["requests"] == 5
    (notice,) = (line for line in actuals.notices if "not as CloudTrail writes" in line)
    assert notice.startswith("2 names ")
    assert notice.endswith(odd)


@pytest.mark.parametrize("form", ["w", "w:gz", "zip"])
def test_archives_are_refused_by_their_name(tmp_path, form):
    """Members of an archive that packs nothing would be lines behind a header."""
    (tmp_path / "list").write_text(LISTINGS["text"], encoding="utf-8")
    path = tmp_path / "archive"
    if form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "list", "list")
    else:
        with tarfile.open(path, form) as archive:
            archive.add(tmp_path / "list", "list")
    for measure in (measure_s3_listing, measure_access_logs):
        with pytest.raises(KmscostError, match=r"a (zip|tar) archive of files"):
            measure(path)


def test_errors_among_objects_are_named(tmp_path):
    """An error that mc wrote into its list is no object and is named."""
    path = tmp_path / "list"
    path.write_text(TOOLS["mc --json"] + '{"status":"error","error":{}}\n', encoding="utf-8")
    actuals = measure_s3_listing(path)
    check_counts = actuals.totals["requests"], list(actuals.skipped.by_reason.values())
    assert check_counts == (5, [1])


def test_a_size_of_5000_digits_is_named(tmp_path):
    """JSON with a number that no object has: the file is refused, and the number is said."""
    path = tmp_path / "list.json"
    text = json.dumps(page(NAMES)).replace('"Size": 1', '"Size": ' + "9" * 5000, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError, match="a number of 5,000 digits"):
        measure_s3_listing(path)


@pytest.mark.parametrize("kind", LISTINGS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_way_to_list_gives_the_same_counts(tmp_path, kind, packed):
    """Text and JSON of every shape, gzip or not, whatever the file is called: 3 logs, 2 digests."""
    data = LISTINGS[kind].encode()
    path = tmp_path / "listing.dat"
    path.write_bytes(gzip.compress(data) if packed else data)
    actuals = measure_s3_listing(path)
    check(actuals)
    assert "bucket_key" not in actuals.rows
    assert set(actuals.rows["source"]) == {"s3-listing"}
    digests = actuals.rows[actuals.rows["cause"] == "digest"]
    assert list(digests["trail"].astype(str)) == ["org"]
    assert any("cannot tell objects under SSE-KMS" in notice for notice in actuals.notices)


def test_windows_writes_utf_16(tmp_path):
    """PowerShell's > writes UTF-16 with its mark; a mark of UTF-8 is no harm either."""
    for encoding in ("utf-16", "utf-8-sig"):
        for kind in ("text", "page"):
            path = tmp_path / f"{encoding}-{kind}"
            path.write_bytes(LISTINGS[kind].encode(encoding))
            check(measure_s3_listing(path))


def test_versions_are_puts_and_delete_markers_are_not_objects(tmp_path):
    """Each version was put once; a delete marker has no bytes to encrypt."""
    path = tmp_path / "versions.json"
    path.write_text(json.dumps(versions([*NAMES, NAMES[0]])), encoding="utf-8")
    actuals = measure_s3_listing(path)
    # one version more than names, one marker
    assert actuals.totals["requests"] == 6
    assert actuals.records == 9
    assert actuals.details["objects"]["delete_markers"] == 1
    assert actuals.details["objects"]["other"] == 2


def test_coverage_ends_with_the_last_object(tmp_path):
    """From the 17th to 06:30 of the 18th, any zone: 24 + 7 hours begun."""
    for number, data in enumerate((json.dumps(versions(NAMES)), text(["z"]) + LISTINGS["text"])):
        path = tmp_path / f"{number}"
        path.write_text(data, encoding="utf-8")
        actuals = measure_s3_listing(path)
        (stream,) = actuals.coverage.to_dict()["streams"]
        assert (stream["from"], stream["hours"]) == ("2023-10-17T00:00Z", 31)
        day = actuals.rows[actuals.rows["day"].astype(str) == "2023-10-18"]
        assert list(day["coverage"]) == [7 / 24]
        local = [notice for notice in actuals.notices if "taken as UTC" in notice]
        assert len(local) == number


def test_unreadable_lines_are_named_and_strict_refuses(tmp_path):
    """A line that lists nothing is skipped by file and line; a listing without --recursive too."""
    path = tmp_path / "listing.txt"
    path.write_text(
        text(NAMES[:1]) + "An error occurred\n" + text(NAMES[1:]) + " " * 27 + "PRE AWSLogs/\n",
        encoding="utf-8",
    )
    actuals = measure_s3_listing(path)
    assert actuals.totals["requests"] == 5
    assert [(file.path, file.reason) for file in actuals.skipped] == [
        (f"{path}:2", "line that lists no object"),
        (f"{path}:9", "folder that was not listed: list with --recursive"),
    ]
    with pytest.raises(KmscostError, match=r"listing\.txt:2"):
        measure_s3_listing(path, strict=True)


def test_a_page_that_names_a_next_one_is_said(tmp_path):
    """IsTruncated in the last page: the listing is not whole."""
    for number, more in enumerate(({"IsTruncated": True}, {"NextToken": "x"})):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(page(NAMES, **more)), encoding="utf-8")
        (file,) = measure_s3_listing(path).skipped
        assert file.reason == "page that names a next one, which is not there"


@pytest.mark.parametrize("cut", [1, 40, 300, 700])
def test_json_that_breaks_off_counts_nothing(tmp_path, cut):
    """Half a page is not counted as a whole one: the file is skipped, with the line."""
    (tmp_path / "good.txt").write_text(LISTINGS["text"], encoding="utf-8")
    (tmp_path / "bad.json").write_text(LISTINGS["page"][:-cut], encoding="utf-8")
    actuals = measure_s3_listing(tmp_path)
    check_counts = actuals.totals["requests"], actuals.files, len(actuals.skipped)
    assert check_counts == (5, 1, 1)
    (reason,) = actuals.skipped.by_reason
    assert reason.startswith("JSON that breaks off or is malformed")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"hello\nworld\n", "no listing of a bucket"),
        (b'{"Records": []}', "no listing of a bucket"),
        (b"[1, 2]", "no listing of a bucket"),
        (b"[{}", "breaks off"),
        (b"\x1f\x8b\x08\x00junk", "ends too early"),
        (gzip.compress(LISTINGS["text"].encode())[:-9], "ends too early"),
        (b"\0" * 100_000, "no listing of a bucket"),
    ],
)
def test_what_is_no_listing_is_an_error(tmp_path, data, message):
    """Nothing recognised: an error that names the file and what it is, never a silent zero."""
    path = tmp_path / "listing"
    path.write_bytes(data)
    with pytest.raises(KmscostError, match=message):
        measure_s3_listing(path)


def test_an_empty_bucket_is_a_listing(tmp_path):
    """No objects is an answer, not an error."""
    for number, data in enumerate(('{"RequestCharged": null}', "\nTotal Objects: 0\n")):
        path = tmp_path / f"{number}"
        path.write_text(data, encoding="utf-8")
        actuals = measure_s3_listing(path)
        assert actuals.totals["requests"] == 0
        assert "no object has a name as CloudTrail writes it" in actuals.notices


def test_a_missing_path_is_an_error(tmp_path):
    """A path that is not there, or an empty folder, is said."""
    with pytest.raises(KmscostError, match="no such file"):
        measure_s3_listing(tmp_path / "none")
    with pytest.raises(KmscostError, match="no file"):
        measure_s3_listing(tmp_path)


@settings(max_examples=cases(15))
@given(st.permutations([*NAMES, "z"]), st.integers(0, 8), st.sampled_from(["text", "page"]))
def test_splitting_and_reordering_change_nothing(tmp_path_factory, names, cut, kind):
    """However the names are dealt out to files and ordered, the counts are equal."""
    write = text if kind == "text" else lambda part: json.dumps(page(part))
    first, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    (first / "a").write_text(write([*NAMES, "z"]), encoding="utf-8")
    for name, part in (("a", names[:cut]), ("b", names[cut:])):
        if part:
            (two / name).write_text(write(part), encoding="utf-8")
    whole, parts = measure_s3_listing(first), measure_s3_listing(two)
    pd.testing.assert_frame_equal(
        parts.rows.drop(columns="coverage"), whole.rows.drop(columns="coverage")
    )
    assert parts.totals == whole.totals
    check(parts)


@pytest.mark.parametrize("write", [text, lambda names: json.dumps(page(names))])
def test_two_trails_below_two_prefixes(tmp_path, write):
    """One bucket, two trails, the same account, Region and day: 2 files of one and 3 of the other.

    Their folders differ, `AWSLogs/` and `AWSLogs/o-a1b2c3/`; what they tell does not: 5 puts.
    """
    own = [log_name(number=number) for number in range(2)]
    of_organization = [
        log_name(number=number).replace("AWSLogs/", "AWSLogs/o-a1b2c3/") for number in range(2, 5)
    ]
    (tmp_path / "list").write_text(write([*own, *of_organization]))
    actuals = measure_s3_listing(tmp_path / "list")
    assert actuals.totals["by_cause"]["put"] == 5
    assert actuals.details["objects"]["cloudtrail"] == 5


def test_two_listings_of_one_bucket(tmp_path):
    """Of yesterday and of today: 3 files of yesterday stand in both, 2 of today in one.

    3 + 5 = 8 puts are counted, 3 of them named, and no hour is covered: nothing is calibrated.
    """
    files = [log_name(number=number) for number in range(5)]
    (tmp_path / "monday").write_text(text(files[:3]))
    (tmp_path / "tuesday").write_text(json.dumps(page(files)))
    actuals = measure_s3_listing(tmp_path)
    assert actuals.totals["by_cause"]["put"] == 8
    assert any(notice.startswith("3 objects listed a second time") for notice in actuals.notices)
    assert not actuals.coverage.hours


def test_versions_of_one_name_are_no_second_listing(tmp_path):
    """Two versions of an object were two puts, and nothing is named."""
    (tmp_path / "a").write_text(
        json.dumps({"Versions": [{"Key": NAMES[2], "VersionId": v} for v in "ab"]})
    )
    actuals = measure_s3_listing(tmp_path)
    assert actuals.totals["by_cause"]["put"] == 2
    assert not any("second time" in notice for notice in actuals.notices)


def test_a_summary_of_more_objects_than_are_listed(tmp_path):
    """3 of 7 objects went through grep, the summary of 7 as well: 4 are missing, on any day."""
    whole = text(NAMES) + f"\nTotal Objects: {len(NAMES)}\n   Total Size: 1234\n"
    (tmp_path / "whole").write_text(whole)
    assert measure_s3_listing(tmp_path / "whole", strict=True).coverage.hours
    lines = [line for line in whole.splitlines() if "_CloudTrail_" in line or "Total" in line]
    (tmp_path / "some").write_text("\n".join(lines) + "\n")
    actuals = measure_s3_listing(tmp_path / "some")
    assert actuals.records == 3
    ((place, reason),) = [(s.path, s.reason) for s in actuals.skipped]
    assert place.endswith("some:4")
    assert reason == "summary of more objects than are listed"
    assert not actuals.coverage.hours


def test_a_page_with_fewer_objects_than_its_key_count(tmp_path):
    """3 of 7 went through jq, `KeyCount` of 7 as well; folders count in it and are no objects."""
    folders = {"CommonPrefixes": [{"Prefix": "a/"}], "IsTruncated": False}
    (tmp_path / "whole").write_text(json.dumps(page(NAMES, KeyCount=len(NAMES))))
    assert not measure_s3_listing(tmp_path / "whole", strict=True).skipped
    (tmp_path / "folder").write_text(json.dumps(page(ALL, KeyCount=len(ALL) + 1, **folders)))
    actuals = measure_s3_listing(tmp_path / "folder")
    assert [s.reason for s in actuals.skipped] == [
        "folder that was not listed: list with --recursive"
    ]
    (tmp_path / "some").write_text(json.dumps(page(NAMES[:3], KeyCount=len(NAMES))))
    actuals = measure_s3_listing(tmp_path / "some")
    assert [s.reason for s in actuals.skipped] == ["summary of more objects than are listed"]
    assert not actuals.coverage.hours


def test_a_copy_counts_once_packed_or_not(tmp_path):
    """The listing and its packed copy in one folder."""
    text = f"2026-10-02 00:05:12     4711 {log_name()}\n".encode()
    (tmp_path / "a.txt").write_bytes(text)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(text, mtime=0))
    actuals = measure_s3_listing(tmp_path)
    assert actuals.totals["requests"] == 1
    (notice,) = (notice for notice in actuals.notices if "counted once" in notice)
    assert "a.txt" in notice
    assert "b.txt.gz" in notice
