"""Athena's query (run by DuckDB) and Spark give the truth of the made organization as well."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.attribution.answers import COLUMNS, expected, facts, measure
from tests.acceptance.attribution.organization import truth, write
from tests.acceptance.commands import kmscost
from tests.extras import needed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("organization")
    write(path)
    return path


def rows_of(answer: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    """All rows as they are spelled, without the source."""
    out: Counter[tuple[Any, ...]] = Counter()
    for row in answer["rows"]:
        out[tuple(row[name] for name in COLUMNS.split(","))] += row["quantity"]
    return out


def test_athena(folder: Path, tmp_path: Path) -> None:
    """One query over AWS's table, its CSV read back: the very rows of the files."""
    needed("duckdb")
    needed("pyarrow")
    needed("sqlglot")
    from tests.measurement.athena.engine import records_of, write_answer

    asked = kmscost("measure", "cloudtrail", "--athena-sql", cwd=tmp_path)
    assert asked.code == 0, asked.text
    write_answer(records_of(folder), tmp_path / "result.csv", asked.out)
    done = kmscost(
        "measure", "athena", "result.csv", "--by", COLUMNS, "--format", "json", cwd=tmp_path
    )
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert facts(answer) == expected(truth())
    assert rows_of(answer) == rows_of(measure(folder))


def test_spark(folder: Path) -> None:
    """The same counting function in Spark's tasks: the very rows of one machine."""
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    answer = measure(folder, COLUMNS, "--engine", "spark", "--master", "local[1]")
    assert facts(answer) == expected(truth())
    assert rows_of(answer) == rows_of(measure(folder))
