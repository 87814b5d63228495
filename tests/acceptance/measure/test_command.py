"""The command itself: formats, --output, --strict, paths that lead nowhere, wrong options."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import estimator
from tests.acceptance.commands import kmscost_process
from tests.acceptance.measure.answers import measure, run
from tests.acceptance.measure.samples import GOOD, get, put, save_good, save_records

JSON = ("--format", "json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five puts and two gets; a name without a `.json` of its own."""
    save_records(tmp_path, *(put(at) for at in range(5)), get(1), get(2))
    return tmp_path


def test_csv_is_the_rows(folder: Path) -> None:
    """CSV has a header and the rows of the JSON; quantities add up to the total of 7."""
    done = run(folder, ".", "--format", "csv", "--by", "all")
    assert done.code == 0, done.text
    rows = list(csv.DictReader(io.StringIO(done.out)))
    answer = measure(folder)
    assert len(rows) == len(answer["rows"]) == 2
    assert sum(float(row["quantity"]) for row in rows) == 7
    for got, want in zip(rows, answer["rows"], strict=True):
        assert set(got) == set(want)
        for name in ("day", "account", "region", "key", "trail", "reader", "cause", "operation"):
            assert got[name] == want[name], name


def test_account_ids_keep_their_zeros(tmp_path: Path) -> None:
    """An account such as 012345678901 keeps its first digit in every format."""
    account = "012345678901"
    arn = f"arn:aws:iam::{account}:user/alice"
    save_records(tmp_path, get(1, userIdentity={"type": "IAMUser", "arn": arn}))
    assert measure(tmp_path)["rows"][0]["billed_account"] == account
    for form in ("csv", "markdown", "json"):
        done = run(tmp_path, ".", "--format", form, "--by", "billed_account")
        assert done.code == 0, done.text
        assert account in done.out


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_tables_show_the_numbers(folder: Path, form: str) -> None:
    """Both tables show each operation with its count, and how many requests there are."""
    done = run(folder, ".", "--format", form)
    assert done.code == 0, done.text
    for word in ("GenerateDataKey", "Decrypt", "put", "get", "5", "2", "7"):
        assert word in done.out, word
    assert all(len(line) <= 80 for line in done.out.splitlines()) or form == "markdown"
    assert form == "table" or "|" in done.out


def test_notices_leave_stdout_to_the_data(tmp_path: Path) -> None:
    """Skipped files and failed calls are said, in JSON as values; stdout stays JSON."""
    save_good(tmp_path)
    save_records(tmp_path, put(1, errorCode="AccessDenied"), name="failed.json.gz")
    (tmp_path / "bad.json").write_bytes(b"{")
    answer = json.loads(run(tmp_path, ".", *JSON).out)
    assert answer["notices"]
    for form in ("table", "csv"):
        done = run(tmp_path, ".", "--format", form)
        assert "skipped" in done.text
        assert form == "table" or "skipped" in done.err


def test_strict_leaves_no_output(tmp_path: Path) -> None:
    """--strict with a skipped file writes neither stdout nor --output."""
    save_good(tmp_path)
    (tmp_path / "bad.json").write_bytes(b"{")
    done = run(tmp_path, ".", *JSON, "--strict", "--output", "out.json")
    assert (done.code, done.out) == (1, "")
    assert not (tmp_path / "out.json").exists()


def test_output_where_nothing_can_be_written(folder: Path) -> None:
    """A folder that does not exist: exit 1, and the message names it."""
    done = run(folder, ".", *JSON, "--output", "no/such/out.json")
    assert done.code == 1
    assert "no/such/out.json" in done.err


def test_strict(tmp_path: Path) -> None:
    """--strict is silent where all is well, and exit 1 with the file and reason where not."""
    save_good(tmp_path)
    assert measure(tmp_path, "--strict")["totals"]["requests"] == GOOD
    (tmp_path / "bad.json").write_bytes(b"{")
    assert measure(tmp_path)["totals"]["requests"] == GOOD
    done = run(tmp_path, ".", *JSON, "--strict")
    assert (done.code, done.out) == (1, "")
    assert "bad.json" in done.err


def test_a_missing_path(folder: Path) -> None:
    """A path that does not exist is an error even beside one that does."""
    for paths in (("nowhere",), (".", "nowhere"), ("nowhere", ".")):
        done = run(folder, *paths, *JSON)
        assert (done.code, done.out) == (1, ""), done.text
        assert "nowhere" in done.err


def test_an_empty_folder(tmp_path: Path) -> None:
    """No file at all: exit 1 and a message that names the folder; never zero requests."""
    (tmp_path / "logs" / "deep" / "down").mkdir(parents=True)
    done = run(tmp_path, "logs", *JSON)
    assert (done.code, done.out) == (1, "")
    assert "logs" in done.err


def test_a_folder_where_all_is_bad(tmp_path: Path) -> None:
    """All files skipped: exit 1, and the message says how many and why."""
    for at in range(4):
        (tmp_path / f"{at}.json.gz").write_bytes(b"\x1f\x8b")
    done = run(tmp_path, ".", *JSON)
    assert (done.code, done.out) == (1, "")
    assert "4" in done.err
    with pytest.raises(estimator.KmscostError):
        estimator.measure_cloudtrail([tmp_path])


@pytest.mark.parametrize(
    "options",
    [
        (),
        (".", "--by", "planet"),
        (".", "--by", ""),
        (".", "--by", "cause,"),
        (".", "--format", "html5"),
        (".", "--engine", "steam"),
        (".", "--jobs", "0"),
        (".", "--jobs", "-1"),
        (".", "--jobs", "many"),
        (".", "--no-such-option"),
    ],
)
def test_wrong_options(folder: Path, options: tuple[str, ...]) -> None:
    """A wrong option is exit 2, with a message and nothing on stdout."""
    done = run(folder, *options)
    assert (done.code, done.out) == (2, ""), done.text
    assert done.err.strip()
    if options[1:2] == ("--by",) and options[2] == "planet":
        assert "planet" in done.err
        assert "billed" in done.err, "it says what could be named instead"


@pytest.mark.parametrize(
    "wrong",
    [{"by": "planet"}, {"engine": "steam"}, {"jobs": 0}, {"paths": ["no/where"]}, {"paths": []}],
    ids=str,
)
def test_wrong_arguments_of_the_function(folder: Path, wrong: dict[str, object]) -> None:
    """The function refuses as the command does, by an error of ours."""
    with pytest.raises(estimator.KmscostError):
        estimator.measure_cloudtrail(**{"paths": [folder], **wrong})


def test_files_and_folders_mix(folder: Path) -> None:
    """Several paths, files and folders, relative and absolute."""
    save_records(folder / "more", put(50), get(51))
    answer = measure(folder, paths=("log.json.gz", "more", str(folder / "more")))
    assert answer["totals"]["requests"] == 9


def test_the_query_for_athena(tmp_path: Path) -> None:
    """--athena-sql needs no path: it prints one query for AWS's table and reads nothing."""
    done = run(tmp_path, "--athena-sql")
    assert done.code == 0, done.text
    words = done.out.lower()
    assert all(word in words for word in ("select", "cloudtrail_logs", "kms.amazonaws.com"))
    assert done.out.strip() == estimator.athena_sql().strip()


def test_in_a_process_of_its_own(folder: Path) -> None:
    """`python -m estimator measure cloudtrail` without a terminal: data only, no progress bar."""
    done = kmscost_process("measure", "cloudtrail", ".", *JSON, cwd=folder)
    assert done.code == 0, done.text
    assert json.loads(done.out)["totals"]["requests"] == 7
    assert "%" not in done.err
    assert "\r" not in done.err


def test_help_names_the_options(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    assert done.code == 0
    for word in ("--by", "--strict", "--format", "--output", "--engine", "--jobs", "--athena-sql"):
        assert word in done.out, word
