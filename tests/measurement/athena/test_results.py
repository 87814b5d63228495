"""A result that is wrong, cut off, edited or of another query is refused, with its line."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import KmscostError, measure_athena, measure_cloudtrail
from estimator.measurement.athena.answer import read_answer
from estimator.measurement.athena.rows import COLUMNS
from estimator.measurement.cloudtrail_logs import folding
from tests.acceptance.commands import kmscost
from tests.acceptance.measure import packing
from tests.acceptance.measure.logs import random_tree, save
from tests.acceptance.measure.samples import get, put
from tests.measurement.athena.engine import as_comparable, write_answer, write_csv
from tests.sampling import seeds

Rows = list[list[str]]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five puts, two gets and a failed call: three groups, and one of hours."""
    events = [*(put(at) for at in range(5)), get(1), get(2), put(9, errorCode="AccessDenied")]
    return write_answer(events, tmp_path_factory.mktemp("athena") / "result.csv")


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_changed(path: Path, out: Path, change: Callable[[Rows], object]) -> Path:
    """A copy of a result with a change to its rows."""
    rows = rows_of(path)
    change(rows)
    return write_csv(out, rows)


def cell(name: str, value: str, what: str = "request") -> Callable[[Rows], None]:
    """A change of one cell of the first row of a kind."""

    def change(rows: Rows) -> None:
        row = next(row for row in rows if row[0] == what)
        row[rows[0].index(name)] = value

    return change


def without(name: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        at = rows[0].index(name)
        for row in rows:
            del row[at]

    return change


def refusal(path: Path) -> str:
    """The message of a result that is refused; the command says the same and exits with 1."""
    with pytest.raises(KmscostError) as caught:
        measure_athena(path)
    done = kmscost("measure", "athena", path.name, "--format", "json", cwd=path.parent)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) >= len(caught.value.problems)
    return str(caught.value)


def test_the_good_one(good: Path) -> None:
    """By hand: 5 puts and 2 gets are 7 requests, 1 call failed, 8 events in one hour."""
    actuals = measure_athena(good)
    assert actuals.totals["requests"] == 7
    assert actuals.totals["by_cause"]["put"] == 5
    assert actuals.totals["by_operation"] == {"Decrypt": 2, "GenerateDataKey": 5}
    assert actuals.to_dict()["failed"] == {"calls": 1, "by_error": {"AccessDenied": 1}}
    assert (actuals.records, actuals.files, actuals.duplicates) == (8, 1, 0)
    assert [stream["hours"] for stream in actuals.coverage.to_dict()["streams"]] == [1]
    assert len(rows_of(good)) == 5


WRONG: dict[str, tuple[Callable[[Rows], object], str]] = {
    "text": (cell("requests", "five"), "requests: found 'five'"),
    "negative": (cell("requests", "-5"), "requests: found '-5'"),
    "fraction": (cell("events", "5.5"), "events: found '5.5'"),
    "no count": (cell("events", ""), "events: found ''"),
    "infinite": (cell("requests", "inf"), "requests: found 'inf'"),
    "beyond all counts": (cell("requests", "9" * 30), "requests: found '999"),
    "other digits": (cell("requests", "\u0665"), "requests: found"),
    "thousands": (cell("requests", "1,000"), "requests: found '1,000'"),
    "none": (cell("requests", "0"), "0 requests in"),
    "more requests than events": (cell("requests", "999"), "999 requests in"),
    "day of a spreadsheet": (cell("day", "10/17/2023"), "day: found '10/17/2023'"),
    "account of a spreadsheet": (cell("recorder", "1.11122E+11"), "recorder: found '1.11122E+11'"),
    "account without zeros": (cell("caller_account", "12345"), "caller_account: found '12345'"),
    "no key": (cell("key", "arn:aws:kms"), "key: found 'arn:aws:kms'"),
    "hours": (cell("hours", "4 o'clock", "hours"), 'hours: found "4 o\'clock"'),
    "hour 24": (cell("hours", "24", "hours"), "hours: found '24'"),
    "kind of row": (cell("what", "other"), "what: found 'other'"),
    "size": (cell("rows_in_all", "9"), "rows_in_all: found 4 rows where the query gave 4 or 9"),
    "a row less": (lambda rows: rows.pop(2), "found 3 rows where the query gave 4"),
    "a row twice": (
        lambda rows: rows.append(next(row for row in rows if row[0] == "request")),
        "found 5 rows where the query gave 4",
    ),
    "first rows only": (lambda rows: rows.__delitem__(slice(3, None)), "found 2 rows where"),
    "two results in one": (lambda rows: rows.extend(list(rows)), "found 'what'"),
    "a cell too many": (lambda rows: rows[2].append(""), "26 cells where the header has 25"),
    "a cell too few": (lambda rows: rows[2].pop(), "24 cells where the header has 25"),
    "no header": (lambda rows: rows.pop(0), "no single column what"),
    "foreign": (lambda rows: rows.__setitem__(slice(None), [["a"], ["1"]]), "no single column"),
    "header only": (lambda rows: rows.__delitem__(slice(1, None)), "no event of any kind"),
    "nothing": (lambda rows: rows.clear(), "an empty file"),
    "column twice": (lambda rows: [row.append(row[0]) for row in rows], "no single column what"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_result(good: Path, tmp_path: Path, name: str) -> None:
    """Each is refused and the message says where and what."""
    change, expected = WRONG[name]
    message = refusal(write_changed(good, tmp_path / "wrong.csv", change))
    assert expected in message
    assert "wrong.csv:" in message


@pytest.mark.parametrize("name", COLUMNS)
def test_a_missing_column(good: Path, tmp_path: Path, name: str) -> None:
    """Whichever column is missing, it is named and the line is that of the header."""
    message = refusal(write_changed(good, tmp_path / "wrong.csv", without(name)))
    assert f"wrong.csv:1: found no single column {name}" in message


def test_the_line_is_right(good: Path, tmp_path: Path) -> None:
    """All mistakes are told at once: of lines 2 and 4 here; a text may go over lines before."""

    def change(rows: Rows) -> None:
        at = rows[0].index("requests")
        # a query without ORDER BY gives its rows in any order: the row of hours, whose "0" is
        # right, goes last
        rows[1:] = sorted(rows[1:], reverse=True)
        for row in rows:
            row[at] = row[at] if row[0] == "what" else "0"
        rows[1][0], rows[2][0], rows[3][0] = "x", "request", "x\ny"

    message = refusal(write_changed(good, tmp_path / "wrong.csv", change))
    assert [f"wrong.csv:{line}:" in message for line in range(1, 8)] == [
        *(False, True, True, False, True, False, False),
    ]


@pytest.mark.parametrize("seed", seeds(20))
def test_cut_anywhere(good: Path, tmp_path: Path, seed: int) -> None:
    """A result cut after any byte but its last is refused: no part counts as all of it."""
    raw = good.read_bytes()
    cut = tmp_path / "cut.csv"
    cut.write_bytes(raw[: random.Random(seed).randrange(len(raw) - 1)])  # noqa: S311  no secrets
    assert "cut.csv" in refusal(cut)


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00", b"\x1f\x8b\x08", b"PK\x03\x04", b"\0" * 99, b"{}"]
)
def test_no_csv_at_all(tmp_path: Path, raw: bytes) -> None:
    """Other kinds of files are refused without a traceback."""
    path = tmp_path / "odd.csv"
    path.write_bytes(raw)
    assert "odd.csv" in refusal(path)


def test_what_still_is_the_same_result(good: Path, tmp_path: Path) -> None:
    """Columns in another order or case, more of them, a byte order mark, CRLF, no quotes, gzip."""
    want = as_comparable(measure_athena(good))
    rows = rows_of(good)
    turned = write_csv(tmp_path / "a.csv", [row[::-1] for row in rows])
    more = write_csv(tmp_path / "b.csv", [[*row, "x"] for row in rows])
    upper = write_csv(tmp_path / "c.csv", [[name.upper() for name in rows[0]], *rows[1:]])
    windows = tmp_path / "d.csv"
    windows.write_bytes(b"\xef\xbb\xbf" + good.read_bytes().replace(b"\n", b"\r\n"))
    plain = tmp_path / "e.csv"
    plain.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    packed = tmp_path / "f.csv.gz"
    packed.write_bytes(gzip.compress(good.read_bytes()))
    for path in (turned, more, upper, windows, plain, packed):
        assert as_comparable(measure_athena(path)) == want, path.name


def test_order_of_rows(tmp_path: Path) -> None:
    """Athena gives rows in any order: the answer is the same."""
    path = write_answer(random_tree(7).events(), tmp_path / "a.csv")
    rows = rows_of(path)
    turned = write_csv(tmp_path / "b.csv", [rows[0], *rows[:0:-1]])
    assert as_comparable(measure_athena(turned)) == as_comparable(measure_athena(path))


def test_months_apart(tmp_path: Path) -> None:
    """Two results of two months add up to what the log files of both give."""
    events = [put(at, eventTime=f"2023-{10 + at % 2}-17T04:53:24Z") for at in range(9)]
    save(tmp_path / "logs" / "a.json", packing.log_file(events))
    paths = [write_answer(events[at::2], tmp_path / f"{at}.csv") for at in (0, 1)]
    actuals = measure_athena(paths)
    assert actuals.files == 2
    assert as_comparable(actuals) == as_comparable(measure_cloudtrail(tmp_path / "logs"))


def test_the_same_hours_twice(good: Path, tmp_path: Path) -> None:
    """A result beside its copy would count all twice: refused; a path named twice is one file."""
    (tmp_path / "copy.csv").write_bytes(good.read_bytes())
    with pytest.raises(KmscostError, match="another result has"):
        measure_athena([good, tmp_path / "copy.csv"])
    assert measure_athena([good, good]).totals["requests"] == 7


def test_a_wrong_one_beside_a_good_one(good: Path, tmp_path: Path) -> None:
    """The wrong one is skipped with line and reason; with --strict it is an error."""
    bad = write_changed(good, tmp_path / "bad.csv", cell("requests", "many"))
    actuals = measure_athena([good, bad])
    assert actuals.totals["requests"] == 7
    (skipped,) = actuals.skipped
    assert skipped.path.startswith(f"{bad}:")
    assert skipped.reason == "requests: 'many'"
    assert any("skipped 1 file" in notice for notice in actuals.notices)
    with pytest.raises(KmscostError, match="many"):
        measure_athena([good, bad], strict=True)


def test_no_request_is_said(tmp_path: Path) -> None:
    """Events, but none of KMS: no requests, and a note that says why that may be."""
    events = [put(at, eventSource="ec2.amazonaws.com") for at in range(3)]
    actuals = measure_athena(write_answer(events, tmp_path / "result.csv"))
    assert actuals.totals["requests"] == 0
    assert actuals.notices[0].startswith("none of 3 events is a request to KMS")


def test_an_empty_table(tmp_path: Path) -> None:
    """No event at all: Athena answers with a header only, and that is no zero."""
    assert "check the table" in refusal(write_answer([], tmp_path / "result.csv"))


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_the_command(good: Path, form: str) -> None:
    """`measure athena` writes every format, with the numbers of the function."""
    done = kmscost("measure", "athena", good.name, "--format", form, cwd=good.parent)
    assert done.code == 0, done.text
    if form == "json":
        assert json.loads(done.out) == json.loads(json.dumps(measure_athena(good).to_dict()))
    elif form != "csv":
        assert "a result of Athena" in done.out
        assert "7" in done.out


def test_grain(good: Path) -> None:
    """--by chooses columns, and totals stay."""
    by_cause = measure_athena(good, by="cause")
    assert list(by_cause.rows["quantity"]) == [2, 5]
    assert by_cause.totals == measure_athena(good).totals
    done = kmscost("measure", "athena", good.name, "--by", "planet", cwd=good.parent)
    assert done.code == 2


def as_json(rows: Rows, **more: object) -> dict[str, object]:
    """Rows as `aws athena get-query-results` answers them: an empty cell has no value."""
    data = [{"Data": [{"VarCharValue": cell} if cell else {} for cell in row]} for row in rows]
    return {"UpdateCount": 0, "ResultSet": {"Rows": data, "ResultSetMetadata": {}}, **more}


def results_as_json(rows: Rows) -> dict[str, str]:
    first, rest = as_json(rows[:3], NextToken="x"), as_json(rows[3:])
    return {
        "whole": json.dumps(as_json(rows), indent=4),
        "pages": json.dumps(first) + json.dumps(rest, indent=2),
        "lines": json.dumps(first) + "\n" + json.dumps(rest),
        "list": json.dumps([first, rest]),
        "result set": json.dumps(as_json(rows)["ResultSet"]),
        "rows": json.dumps(as_json(rows)["ResultSet"]["Rows"]),  # type: ignore[index]
    }


def test_many_resources_are_folded_while_they_are_read(tmp_path, good, monkeypatch):
    """Seven buckets where three are told apart: one request is held, and all seven are counted."""
    monkeypatch.setattr(folding, "MOST_RESOURCES", 3)
    rows = rows_of(good)
    header, at = rows[0], rows[0].index
    row = ["" for _ in header]
    for name, value in {"what": "request", "day": "2026-10-01", "operation": "Decrypt"}.items():
        row[at(name)] = value
    row[at("requests")] = row[at("events")] = "2"
    row[at("context")], row[at("rows_in_all")] = "aws:s3:arn", "7"
    buckets = [[*row] for _ in range(7)]
    for number, each in enumerate(buckets):
        each[at("resource")] = f"arn:aws:s3:::bucket-{number}"
    answer = read_answer(str(write_csv(tmp_path / "many.csv", [header, *buckets])))
    assert [(each.resource, count) for each, count in answer.requests.items()] == [("*", 14)]


@pytest.mark.parametrize("form", results_as_json([[], [], [], []]))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_get_query_results_is_the_same_result(tmp_path, good, form, encoding):
    """JSON of the API, whole, in pages or with --query: the counts of the CSV."""
    path = tmp_path / "result.json"
    path.write_text(results_as_json(rows_of(good))[form], encoding=encoding)
    assert as_comparable(measure_athena(path)) == as_comparable(measure_athena(good))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: as_json(rows, NextToken="x"), "a page that names a next one"),
        (lambda rows: as_json(rows[:-1]), "3 rows where the query gave 4"),
        (lambda rows: as_json(rows[2:]), "no single column"),
        (lambda rows: as_json([row[:-1] for row in rows[:1]] + rows[1:]), "no single column"),
        (lambda rows: as_json([*rows[:1], rows[1][:-1], *rows[2:]]), "cells where the header has"),
        (lambda _rows: {"ResultSet": {"Rows": ["x"]}}, "a row without Data"),
        (lambda rows: [cell for row in rows for cell in row], "JSON that holds no rows"),
        (lambda _rows: {"QueryExecution": {"QueryExecutionId": "x"}}, "JSON that holds no rows"),
    ],
)
def test_a_part_of_get_query_results_is_refused(tmp_path, good, change, words):
    """A page alone, rows without their cells, other JSON: never fewer requests than there are."""
    path = tmp_path / "result.json"
    path.write_text(json.dumps(change(rows_of(good))), encoding="utf-8")
    with pytest.raises(KmscostError, match=words):
        measure_athena(path)


def test_the_metadata_beside_a_result_is_known(tmp_path, good):
    """A folder as Athena leaves it is measured with --strict; the metadata alone is named."""
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "1.csv").write_bytes(good.read_bytes())
    beside = folder / "1.csv.metadata"
    beside.write_bytes(b"\n\x0b\x08\x01\x12\xff\x80")
    assert not measure_athena(folder, strict=True).skipped
    with pytest.raises(KmscostError, match="the metadata that Athena writes beside a result"):
        measure_athena(beside)
