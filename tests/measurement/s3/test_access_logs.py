"""Who got CloudTrail's objects, as S3's server access logs tell it."""

from __future__ import annotations

import gzip
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.access_logs import measure_access_logs
from estimator.measurement.access_logs.lines import _LINE
from pricing.reading.problems import KmscostError
from tests.measurement.s3.objects import digest_name, log_name
from tests.real_data import DATA, needs_data
from tests.sampling import cases

OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
SIEM = "arn:aws:sts::222222222222:assumed-role/siem/i-0abc"
ROLE = "arn:aws:iam::222222222222:role/siem"


def line(
    key: str = "",
    operation: str = "REST.GET.OBJECT",
    status: str = "200",
    requester: str = SIEM,
    time: str = "18/Oct/2023:04:55:01",
    uri: str = "",
    agent: str = "aws-cli/2.0",
    more: str = "",
) -> str:
    key = key or log_name()
    uri = uri or f"GET /{key} HTTP/1.1"
    return (
        f"{OWNER} example-logs [{time} +0000] 192.0.2.3 {requester} 3E57427F3EXAMPLE {operation} "
        f'{key} "{uri}" {status} - 1409 1409 61 55 "-" "{agent}" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2= '
        f"SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader example-logs.s3.amazonaws.com TLSv1.2 -"
        f"{more}\n"
    )


def measure_lines(folder, *lines: str):
    (folder / "log").write_text("".join(lines), encoding="utf-8")
    return measure_access_logs(folder)


def test_replication_is_no_reader_and_no_delivery(tmp_path):
    """S3 replicates: one read of the source and one replica, as KMS's events of them say."""
    session = "arn:aws:sts::111122223333:assumed-role/copier/s3-replication"
    actuals = measure_lines(
        tmp_path,
        line(requester=session),
        line(operation="REST.PUT.OBJECT", requester=session),
        line(),
        line(operation="REST.PUT.OBJECT", requester="svc:cloudtrail.amazonaws.com"),
    )
    rows = actuals.measured[["cause", "operation", "driver", "billed_account", "quantity"]]
    role = "arn:aws:iam::111122223333:role/copier"
    assert sorted(map(tuple, rows.astype(object).to_numpy().tolist())) == [
        ("get", "Decrypt", ROLE, "222222222222", 1.0),
        ("put", "GenerateDataKey", "", "", 1.0),
        ("replication", "Decrypt", role, "111122223333", 1.0),
        ("replication", "Encrypt", role, "111122223333", 1.0),
    ]


def test_a_get_is_one_decrypt_of_its_requester(tmp_path):
    """Two GETs by two sessions of one role: two Decrypt in the role's account, reader the role."""
    actuals = measure_lines(
        tmp_path, line(), line(log_name(number=3), requester=SIEM.replace("0abc", "1"))
    )
    (row,) = actuals.rows.to_dict("records")
    assert row["quantity"] == row["files"] == 2
    assert (row["cause"], row["operation"]) == ("get", "Decrypt")
    assert row["reader"] == row["driver"] == ROLE
    assert row["billed_account"] == "222222222222"
    assert (row["account"], row["region"], row["folder"]) == (
        "111122223333", "eu-west-1", "CloudTrail",
    )  # fmt: skip
    # the day of the request, not of the file
    assert str(row["day"]) == "2023-10-18"
    assert actuals.records == 2
    assert actuals.source == row["source"] == "access-logs"


@pytest.mark.parametrize(
    ("operation", "status", "requests"),
    [
        ("REST.GET.OBJECT", "200", 1),
        ("REST.GET.OBJECT", "206", 1),
        ("REST.GET.OBJECT", "304", 0),
        ("REST.GET.OBJECT", "403", 0),
        ("REST.GET.OBJECT", "404", 0),
        ("REST.GET.OBJECT", "-", 0),
        ("REST.COPY.OBJECT_GET", "200", 1),
        ("REST.COPY.PART_GET", "206", 1),
        ("REST.COPY.PART_GET", "200", 1),
        ("REST.COPY.PART_GET", "404", 0),
        ("WEBSITE.GET.OBJECT", "200", 1),
        ("WEBSITE.GET.OBJECT", "304", 0),
        ("WEBSITE.HEAD.OBJECT", "200", 0),
        ("REST.POST.SELECT", "200", 1),
        ("REST.GET.OBJECT_TORRENT", "200", 0),
        ("REST.GET.OBJECT_ATTRIBUTES", "200", 0),
        ("REST.POST.RESTORE", "202", 0),
        ("BATCH.DELETE.OBJECT", "204", 0),
        ("S3.TRANSITION_GIR.OBJECT", "-", 0),
        ("REST.HEAD.OBJECT", "200", 0),
        ("REST.GET.OBJECT_TAGGING", "200", 0),
        ("REST.GET.ACL", "200", 0),
        ("REST.PUT.OBJECT", "200", 1),
        ("REST.PUT.OBJECT", "503", 0),
        ("S3.EXPIRE.OBJECT", "-", 0),
    ],
)
def test_only_requests_that_returned_or_stored_bytes_count(tmp_path, operation, status, requests):
    """GET and the read of a copy with 200 or 206, PUT with 200: all else asks KMS nothing."""
    actuals = measure_lines(tmp_path, line(operation=operation, status=status))
    assert actuals.totals["requests"] == requests
    assert actuals.records == 1
    assert not actuals.skipped
    assert not any("not counted" in notice or "not known" in notice for notice in actuals.notices)


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        (
            ["REST.COPY.OBJECT", "REST.COPY.OBJECT"],
            "2 lines of REST.COPY.OBJECT: copies or uploads",
        ),
        (["REST.PUT.PART"], "1 line of REST.PUT.PART: copies or uploads"),
        (["SOAP.GetObject"], "1 line of SOAP.GetObject: it is not known"),
        (
            ["BATCH.GET.OBJECT", "REST.QUERY.OBJECT", "BATCH.GET.OBJECT"],
            "3 lines of BATCH.GET.OBJECT, REST.QUERY.OBJECT: it is not known",
        ),
    ],
)
def test_what_no_row_counts_is_named_with_its_lines(tmp_path, operations, words):
    """Copies that others write, and operations that nobody here knows, are counted in a notice."""
    lines = [line(operation=operation) for operation in operations]
    actuals = measure_lines(tmp_path, *lines, line(), line(operation="SOAP.New", status="403"))
    assert actuals.totals["by_cause"]["get"] == actuals.totals["requests"] == 1
    assert [notice for notice in actuals.notices if " of REST." in notice or "known" in notice] == [
        next(notice for notice in actuals.notices if notice.startswith(words))
    ]
    # other objects' lines are not looked at
    others = measure_lines(tmp_path, line("photos/CloudTrail.jpg", operation="SOAP.GetObject"))
    assert not any("known" in notice for notice in others.notices)


def test_windows_copies_as_utf_16(tmp_path):
    """A log that PowerShell's > wrote again is the same log."""
    (tmp_path / "log").write_bytes((line() * 3).encode("utf-16"))
    assert measure_access_logs(tmp_path).totals["requests"] == 3


def test_deliveries_are_puts_and_digests(tmp_path):
    """CloudTrail's own PUTs: put for logs, digest for digests with their trail, no reader."""
    service = "svc:cloudtrail.amazonaws.com"
    actuals = measure_lines(
        tmp_path,
        line(operation="REST.PUT.OBJECT", requester=service),
        line(digest_name(), operation="REST.PUT.OBJECT", requester=service),
        line(digest_name()),
    )
    assert {
        (r["cause"], r["operation"], r["reader"], r["trail"], r["driver"], r["quantity"])
        for r in actuals.rows.to_dict("records")
    } == {
        ("put", "GenerateDataKey", "", "", "", 1),
        ("digest", "GenerateDataKey", "", "org", "org", 1),
        ("get", "Decrypt", ROLE, "org", ROLE, 1),
    }


def test_odd_names_in_cloudtrails_folders_are_said(tmp_path):
    """A read of what somebody else put there is no get of a log file, and is named."""
    actuals = measure_lines(tmp_path, line(), line(log_name() + ".bak"), line(log_name()[:-20]))
    assert actuals.totals["requests"] == 1
    assert any(
        notice.startswith("2 reads of objects with CloudTrail") for notice in actuals.notices
    )


@pytest.mark.parametrize("cut", [3, 60, 150, 330, 480])
def test_a_line_that_is_cut_off_is_named(tmp_path, cut):
    """A log that breaks off in a line, wherever: what is whole counts, the rest is skipped."""
    (tmp_path / "log").write_text((line() * 3)[:-cut], encoding="utf-8")
    actuals = measure_access_logs(tmp_path)
    # a request may be whole where its line is not
    assert actuals.totals["requests"] + len(actuals.skipped) in (3, 4)
    assert actuals.skipped
    # all but the last line's end, and less than its object's name
    assert actuals.totals["requests"] == {3: 3, 330: 2}.get(cut, actuals.totals["requests"])
    # a line that counts is no line of another log
    if actuals.totals["requests"] == 3:
        assert set(actuals.skipped.by_reason) == {"line that is cut off: the log is not whole"}


def test_cloudtrail_is_no_reader_of_its_files(tmp_path):
    """A GET of CloudTrail's own is a Decrypt, but no reader's get."""
    actuals = measure_lines(tmp_path, line(requester="svc:cloudtrail.amazonaws.com"), line())
    assert (actuals.totals["by_cause"]["get"], actuals.totals["by_cause"]["other"]) == (1, 1)
    assert actuals.totals["by_operation"] == {"Decrypt": 2}


@pytest.mark.parametrize(
    ("requester", "reader", "account"),
    [
        ("arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:user/a", "123456789012"),
        ("arn:aws-cn:iam::123456789012:root", "arn:aws-cn:iam::123456789012:root", "123456789012"),
        (OWNER, OWNER, ""),
        ("svc:guardduty.amazonaws.com", "guardduty.amazonaws.com", ""),
        ("-", "", ""),
    ],
)  # fmt: skip
def test_who_read_it(tmp_path, requester, reader, account):
    """A user, a root, a canonical id, a service, nobody: the reader and its account."""
    (row,) = measure_lines(tmp_path, line(requester=requester)).rows.to_dict("records")
    assert (row["reader"], row["billed_account"]) == (reader, account)


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": '"Mozilla/5.0 (Windows; "x" 200 - 1 1 1 1 )'},
        {"agent": ""},
        {"uri": f'GET /{log_name()}?response-content-disposition=filename="a.gz"&x=" HTTP/1.1'},
        {"uri": "-"},
        {"more": " -"},
        {"more": ' AccessPointArn - "new field" us-east-1'},
        {"key": log_name(prefix="p%2520q/")},
        {"key": log_name().replace("/", "%252F")},
        {"requester": f" {SIEM}"},
    ],
)
def test_odd_lines_of_the_real_world_count(tmp_path, changes):
    """Quotes nobody escaped, fields to come, names encoded twice, a space too many: one GET."""
    actuals = measure_lines(tmp_path, line(**changes))
    assert actuals.totals["requests"] == 1
    assert not actuals.skipped


def test_each_part_of_an_object_is_a_request(tmp_path):
    """Three range GETs of one object: three Decrypt."""
    assert measure_lines(tmp_path, line(status="206") * 3).totals["by_operation"] == {"Decrypt": 3}


def test_others_objects_are_lines_and_nothing_more(tmp_path):
    """Requests for other objects, even of a like name, count as records only."""
    actuals = measure_lines(
        tmp_path,
        line("photos/1.jpg"),
        line("docs/CloudTrail/guide.pdf"),
        line("-", operation="REST.GET.BUCKET", uri="GET /?prefix=AWSLogs/1/CloudTrail/ HTTP/1.1"),
    )
    assert actuals.totals["requests"] == 0
    assert actuals.records == 3
    assert len(actuals.rows) == 0
    assert any("no line is about" in notice for notice in actuals.notices)


def test_coverage_is_the_hours_that_have_lines(tmp_path):
    """Lines of 04:55, 04:59 and 06:00, whatever object they are about: 2 of the day's 24 hours."""
    actuals = measure_lines(
        tmp_path,
        line(),
        line("x", time="18/Oct/2023:04:59:59"),
        line("x", time="18/Oct/2023:06:00:00"),
    )
    assert list(actuals.rows["coverage"]) == [2 / 24]
    (stream,) = actuals.coverage.to_dict()["streams"]
    assert (stream["hours"], stream["of_hours"]) == (2, 3)


def test_notices_say_what_access_logs_cannot_tell(tmp_path):
    """SSE-KMS is not to be seen, and delivery is best effort: both are said each time."""
    notices = measure_lines(tmp_path, line()).notices
    assert any("cannot tell objects under SSE-KMS" in notice for notice in notices)
    assert any("best-effort" in notice for notice in notices)


def test_bad_lines_are_named_and_strict_refuses(tmp_path):
    """A line that breaks off is skipped by file and line number; the others count."""
    broken = line()[:250] + "\n"
    actuals = measure_lines(
        tmp_path, line(), broken, "\n", line(), "no log line\n", "x [31/Foo/2023:01\n"
    )
    assert actuals.totals["requests"] == 2
    assert actuals.records == 2
    path = tmp_path / "log"
    assert [(file.path, file.reason) for file in actuals.skipped] == [
        (f"{path}:{number}", "line that is no S3 server access log's") for number in (2, 5, 6)
    ]
    with pytest.raises(KmscostError, match="log:2"):
        measure_access_logs(path, strict=True)


def test_bad_lines_beyond_number_are_counted_not_listed(tmp_path):
    """12,000 bad lines: all are counted, the first 10,000 named."""
    actuals = measure_lines(tmp_path, line(), "bad\n" * 12_000)
    assert len(actuals.skipped) == 12_000
    assert len(list(actuals.skipped)) == 10_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b'{"Records": []}\n', "JSON, no S3 server access log"),
        (b'{"Resources": []}\n', "JSON, no S3 server access log"),
        (b'{"request_time": "2026-10-01T00:00:00Z", "operation": "x"}\n', "as CloudWatch Logs"),
        (b"\0" * 3_000_000, "no S3 server access log"),
        (gzip.compress(line().encode() * 3)[:-9], "ends too early"),
        (b"\x1f\x8bjunk", "ends too early"),
    ],
)
def test_files_that_are_no_access_logs_are_skipped(tmp_path, data, message):
    """Skipped with the reason among others; an error where there is nothing else."""
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(KmscostError, match=message):
        measure_access_logs(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "good.gz").write_bytes(gzip.compress(line().encode()))
    actuals = measure_access_logs(tmp_path)
    assert (actuals.files, actuals.totals["requests"]) == (1, 1)
    ((reason, count),) = actuals.skipped.by_reason.items()
    assert (message in reason, count) == (True, 1)


def test_an_empty_folder_is_an_error(tmp_path):
    """No file at all is said, not counted as zero."""
    with pytest.raises(KmscostError, match="no file"):
        measure_access_logs(tmp_path)


LINES = [
    *(line(log_name(number=n), time=f"18/Oct/2023:{n:02d}:00:00") for n in range(6)),
    *(line(digest_name(hour=n), requester=OWNER) for n in range(3)),
    line(operation="REST.PUT.OBJECT", requester="svc:cloudtrail.amazonaws.com"),
    line("photos/1.jpg", time="20/Oct/2023:00:00:00"),
]


def test_lines_that_stand_twice_are_named(tmp_path):
    """Two files of which one line is in both: 3 lines are counted, and one of them is named."""
    (tmp_path / "a").write_text(line())
    (tmp_path / "b").write_text(line() + line(time="18/Oct/2023:05:00:00"))
    actuals = measure_access_logs(tmp_path)
    assert actuals.totals["requests"] == 3
    assert any(notice.startswith("1 line is there a second time") for notice in actuals.notices)


@pytest.mark.parametrize("end", ["\n", ""])
def test_lines_about_other_objects_are_not_called_cloudtrails(tmp_path, end):
    """The first line, and one without an end, are looked at whatever they are about: 1 get."""
    other = line("index.html")
    assert "CloudTrail" not in other
    (tmp_path / "a").write_text(other + line() + other.rstrip("\n") + end)
    actuals = measure_access_logs(tmp_path)
    assert actuals.totals["requests"] == 1
    assert not any("CloudTrail in their names" in notice for notice in actuals.notices)


def test_two_lines_joined_without_a_line_end(tmp_path):
    """A file without a last line end, joined with the next: the second line is named, not lost."""
    (tmp_path / "a").write_text(line().rstrip("\n") + line(log_name(number=1)))
    actuals = measure_access_logs(tmp_path)
    assert actuals.totals["requests"] == 1
    ((place, reason),) = [(entry.path, entry.reason) for entry in actuals.skipped]
    assert place.endswith("a:1")
    assert "another one behind it" in reason


def test_another_servers_log_is_none_of_s3s(tmp_path):
    """Web servers write the time in brackets too: refused, and no hour without a get is covered."""
    combined = '127.0.0.1 - - [17/Oct/2023:05:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"\n'
    (tmp_path / "a").write_text(combined * 3)
    with pytest.raises(KmscostError, match="no S3 server access log"):
        measure_access_logs(tmp_path)
    (tmp_path / "b").write_text(line())
    actuals = measure_access_logs(tmp_path)
    assert (actuals.totals["requests"], len(actuals.skipped)) == (1, 1)


@settings(max_examples=cases(15))
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_splitting_and_reordering_change_nothing(tmp_path_factory, order: random.Random, files):
    """However the lines are dealt out to files and ordered, everything is equal."""
    whole = measure_lines(tmp_path_factory.mktemp("one"), *LINES)
    lines = order.sample(LINES, len(LINES))
    folder = tmp_path_factory.mktemp("many")
    for number in range(files):
        data = "".join(lines[number::files]).encode()
        (folder / f"{number}").write_bytes(gzip.compress(data) if number % 2 else data)
    parts = measure_access_logs(folder)
    pd.testing.assert_frame_equal(parts.rows, whole.rows)
    assert parts.totals == whole.totals
    assert parts.totals["by_cause"]["get"] == 9
    assert parts.coverage.to_dict() == whole.coverage.to_dict()


@needs_data
def test_real_lines_are_read():
    """Ten real lines about other objects: ten records in nine hours, no request, none skipped."""
    actuals = measure_access_logs(DATA / "s3/access-logs")
    assert (actuals.records, actuals.files, actuals.totals["requests"]) == (10, 2, 0)
    assert not actuals.skipped
    hours = sum(stream["hours"] for stream in actuals.coverage.to_dict()["streams"])
    assert hours == 9  # two of the lines are of one second


@needs_data
def test_real_lines_about_cloudtrails_objects(tmp_path):
    """The same real lines, names those of a log file: 7 answered with bytes, 304 and 404 not."""
    lines = []
    for path in sorted((DATA / "s3/access-logs/dandi").iterdir()):
        for text in path.read_text(encoding="utf-8").splitlines(keepends=True):
            found = _LINE.match(text.encode())
            assert found is not None, text
            key = found["key"].decode()
            lines.append(text.replace(f" {key} ", f" {log_name()} ", 1))
    actuals = measure_lines(tmp_path, *lines)
    assert not actuals.skipped
    # 206, 200, 200, 200, 404, 304, 200, 304, 200, 206
    assert actuals.totals["by_operation"] == {"Decrypt": 7}
    assert set(actuals.rows["reader"].astype(str)) == {"", "arn:aws:iam::123:user/dandi-api-heroku"}


def test_a_copy_counts_once_packed_or_not(tmp_path):
    """A backup beside the log: its requests are not made twice."""
    text = (line() + line(time="18/Oct/2023:05:00:00")).encode()
    (tmp_path / "log").write_bytes(text)
    (tmp_path / "log.gz").write_bytes(gzip.compress(text, mtime=0))
    (tmp_path / "next").write_text(line() + line(time="18/Oct/2023:05:00:01"), encoding="utf-8")
    actuals = measure_access_logs(tmp_path)
    assert actuals.totals["requests"] == 4
    assert actuals.files == 2
    (notice,) = (notice for notice in actuals.notices if "counted once" in notice)
    assert "log.gz" in notice
