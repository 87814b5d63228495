"""Run `kmscost measure cloudtrail` and read its answer as counts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.acceptance.commands import Run, kmscost
from tests.acceptance.measure.events import Row
from tests.acceptance.measure.reference import Count

Answer = dict[str, Any]

CAUSES = {"put", "check", "digest", "get", "replication", "other"}
ALL = ("--by", "all")


def run(folder: Path, *args: str) -> Run:
    """`kmscost measure cloudtrail ARGS` in `folder`."""
    return kmscost("measure", "cloudtrail", *args, cwd=folder)


def measure(folder: Path, *args: str, paths: tuple[str, ...] = (".",)) -> Answer:
    """The JSON of a run that must succeed, in full detail, its sums agreeing with each other."""
    by = () if "--by" in args else ALL
    done = run(folder, *paths, "--format", "json", *by, *args)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    assert_whole(answer)
    return answer


def assert_whole(answer: Answer) -> None:
    """Assert what holds in every answer: its parts add up."""
    totals = answer["totals"]
    assert answer["source"] == "cloudtrail"
    assert set(totals["by_cause"]) == CAUSES
    assert sum(totals["by_cause"].values()) == totals["requests"]
    assert sum(totals["by_operation"].values()) == totals["requests"]
    assert sum(row["quantity"] for row in answer["rows"]) == totals["requests"]
    assert sum(answer["skipped_by_reason"].values()) == len(answer["skipped"])
    assert sum(answer["failed"]["by_error"].values()) == answer["failed"]["calls"]
    assert all(file["path"] and file["reason"] for file in answer["skipped"])
    for row in answer["rows"]:
        assert row["unit"] == "request"
        assert row["quantity"] > 0
        assert row["quantity"] == int(row["quantity"])
        if {"day", "month"} <= set(row):
            assert row["month"] == row["day"][:7]
        if {"driver", "reader", "trail"} <= set(row):
            assert row["driver"] == (row["reader"] or row["trail"])


def rows_of(answer: Answer) -> Counter[Row]:
    """The rows of an answer `--by all`, as the reference counts them."""
    out: Counter[Row] = Counter()
    for row in answer["rows"]:
        values = {name: row[name] for name in Row._fields} | {"bucket_key": bool(row["bucket_key"])}
        out[Row(**values)] += row["quantity"]
    return out


def apart_from_checks(rows: Counter[Row]) -> Counter[Row]:
    """The rows without the account of a check's folder: a test of its own asks for that."""
    out: Counter[Row] = Counter()
    for row, number in rows.items():
        out[row._replace(account="") if row.cause == "check" else row] += number
    return out


def by(answer: Answer, *names: str) -> Counter[Any]:
    """The requests by some columns; by one column, without a tuple around it."""
    out: Counter[Any] = Counter()
    for row in answer["rows"]:
        values = tuple(row[name] for name in names)
        out[values[0] if len(names) == 1 else values] += row["quantity"]
    return out


def assert_equal(answer: Answer, counts: Count) -> None:
    """The command counts what the reference counts: each row, failed calls, copies and files."""
    assert apart_from_checks(rows_of(answer)) == apart_from_checks(counts.requests)
    causes = {cause: number for cause, number in answer["totals"]["by_cause"].items() if number}
    assert causes == dict(counts.by("cause"))
    assert answer["totals"]["by_operation"] == dict(counts.by("operation"))
    assert answer["failed"] == {"calls": counts.failed.total(), "by_error": dict(counts.failed)}
    for name in ("files", "records", "duplicates"):
        assert answer[name] == getattr(counts, name), name
    skipped = sorted(file["path"].rpartition("/")[2] for file in answer["skipped"])
    assert skipped == sorted(name.rpartition("/")[2] for name in counts.skipped)


def counts(answer: Answer) -> tuple[Any, ...]:
    """All of an answer that copies, order and packing of files must not change."""
    return (answer["totals"], answer["failed"], rows_of(answer))


def skipped_reasons(answer: Answer) -> dict[str, str]:
    """Reasons by the last part of the skipped path."""
    return {file["path"].rpartition("/")[2]: file["reason"] for file in answer["skipped"]}
