"""The command against the slow reference, on random trees of log files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import estimator
from tests.acceptance.measure.answers import (
    apart_from_checks,
    assert_equal,
    assert_whole,
    by,
    measure,
    rows_of,
    run,
)
from tests.acceptance.measure.events import Row
from tests.acceptance.measure.logs import random_tree
from tests.acceptance.measure.reference import count
from tests.sampling import seeds

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_command_equals_the_reference(tmp_path: Path, seed: int) -> None:
    """Each row of a random tree, its failed calls, copies and files, as the reference counts."""
    tree = random_tree(seed)
    tree.write(tmp_path)
    answer = measure(tmp_path)
    assert_equal(answer, count(tmp_path))
    assert apart_from_checks(rows_of(answer)) == apart_from_checks(tree.requests)


@pytest.mark.parametrize("seed", seeds(5))
@pytest.mark.parametrize(
    "columns",
    [
        ("cause",),
        ("day", "cause"),
        ("account", "region"),
        ("billed_account", "billed_region", "operation"),
        ("trail", "reader"),
        ("key", "folder", "bucket_key"),
    ],
)
def test_by_chooses_columns(tmp_path: Path, seed: int, columns: tuple[str, ...]) -> None:
    """--by tells requests apart by the columns it names, and the totals stay the same."""
    tree = random_tree(seed)
    tree.write(tmp_path)
    answer = measure(tmp_path, "--by", ",".join(columns))
    want: Counter[tuple[str, ...]] = Counter()
    for row, number in tree.requests.items():
        values = row._replace(account="") if "account" in columns and row.cause == "check" else row
        want[tuple(getattr(values, name) for name in columns)] += number
    got: Counter[tuple[str, ...]] = Counter()
    checks = 0
    for row in answer["rows"]:
        got[tuple(row[name] for name in columns)] += row["quantity"]
    if columns == ("account", "region"):  # the account of a check is asked for elsewhere
        checks = sum(number for row, number in tree.requests.items() if row.cause == "check")
    assert (got - want).total() <= checks
    assert (want - got).total() <= checks
    assert answer["totals"]["requests"] == tree.requests.total()


@pytest.mark.parametrize("seed", seeds(5))
def test_totals_do_not_depend_on_the_grain(tmp_path: Path, seed: int) -> None:
    """With or without --by, the totals, files and coverage are the same."""
    random_tree(seed).write(tmp_path)
    done = run(tmp_path, ".", "--format", "json")
    assert done.code == 0, done.text
    short, full = json.loads(done.out), measure(tmp_path)
    assert_whole(short)
    for name in ("totals", "failed", "files", "records", "duplicates", "skipped", "coverage"):
        assert short[name] == full[name], name
    assert len(short["rows"]) <= len(full["rows"])


def test_columns_with_hyphens(tmp_path: Path) -> None:
    """--by takes billed-account as it takes billed_account, as the forecast does."""
    random_tree(1).write(tmp_path)
    hyphens = measure(tmp_path, "--by", "billed-account,billed-region")
    under = measure(tmp_path, "--by", "billed_account,billed_region")
    assert hyphens["rows"] == under["rows"]


@pytest.mark.parametrize("seed", seeds(4))
def test_the_function_is_the_commands_twin(tmp_path: Path, seed: int) -> None:
    """`estimator.measure_cloudtrail` gives the command's own answer, and a frame of its rows."""
    tree = random_tree(seed)
    tree.write(tmp_path)
    actuals = estimator.measure_cloudtrail([tmp_path], by="all")
    answer = measure(tmp_path, paths=(str(tmp_path),))
    assert json.loads(json.dumps(actuals.to_dict())) == answer
    assert actuals.rows["quantity"].sum() == tree.requests.total()
    assert set(Row._fields) <= set(actuals.rows.columns)
    assert actuals.totals["requests"] == tree.requests.total()
    assert (actuals.files, actuals.records) == (answer["files"], answer["records"])
    assert actuals.duplicates == tree.duplicates
    assert len(actuals.skipped) == 0


@pytest.mark.parametrize("jobs", ["1", "2", "5"])
def test_the_number_of_jobs_changes_nothing(tmp_path: Path, jobs: str) -> None:
    """One process or five: the same answer, byte for byte."""
    for seed in range(3):
        random_tree(seed).write(tmp_path / str(seed))
    plain = run(tmp_path, ".", "--format", "json", "--by", "all")
    other = run(tmp_path, ".", "--format", "json", "--by", "all", "--jobs", jobs)
    assert plain.code == other.code == 0, other.text
    assert plain.out == other.out


def test_several_trees_are_the_sum_of_each(tmp_path: Path) -> None:
    """Folders without common events add up, given one by one or together."""
    want: Counter[str] = Counter()
    for seed in range(4):
        tree = random_tree(seed)
        tree.write(tmp_path / str(seed))
        for row, number in tree.requests.items():
            want[row.cause] += number
    together = measure(tmp_path)
    apart = measure(tmp_path, paths=("0", "1", "2", "3"))
    assert by(together, "cause") == by(apart, "cause") == want
    assert together["files"] == apart["files"]
