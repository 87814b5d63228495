"""Rows without one column of the events: what it told is named, or all is refused."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.answers import columns_as_json, sheet
from tests.acceptance.forms.form import lines
from tests.acceptance.forms.lakes import table
from tests.extras import needed


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    target = io.BytesIO()
    needed("pyarrow.parquet").write_table(needed("pyarrow").Table.from_pylist(rows), target)
    return target.getvalue()


KINDS: dict[str, Callable[[list[dict[str, Any]], str], bytes]] = {
    "csv": lambda events, column: sheet(
        [{k: v for k, v in columns_as_json(e).items() if k != column.lower()} for e in events]
    ).encode(),
    "jsonl": lambda events, column: lines(
        [{k: v for k, v in e.items() if k != column} for e in events]
    ),
    "parquet": lambda events, column: _parquet(
        table([{k: v for k, v in e.items() if k != column} for e in events])
    ),
}


def _measured(kind: str, column: str, folder: Path) -> tuple[Path, law.Outcome]:
    path = folder / f"events.{kind}"
    path.write_bytes(KINDS[kind](known_log.events(), column))
    return path, law.log(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["requestID", "eventCategory", "eventVersion"])
def test_columns_that_nothing_needs(column: str, kind: str, tmp_path: Path) -> None:
    """Without these the counts are the same."""
    _, outcome = _measured(kind, column, tmp_path)
    law.assert_exact(outcome)


@pytest.mark.parametrize("kind", KINDS)
def test_copies_without_their_id(kind: str, tmp_path: Path) -> None:
    """Copies are told by eventID: without it the counts are the same, or all is refused."""
    path, outcome = _measured(kind, "eventID", tmp_path)
    law.assert_lawful(outcome, path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["eventSource", "eventName", "requestParameters"])
def test_columns_that_counting_needs(column: str, kind: str, tmp_path: Path) -> None:
    """Without these nobody can tell what was asked of whom: refused."""
    path, outcome = _measured(kind, column, tmp_path)
    law.assert_refused(outcome, path)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("errorCode", "csv"),
        ("errorCode", "parquet"),
        ("eventType", "csv"),
        ("eventType", "jsonl"),
        ("eventType", "parquet"),
        ("eventTime", "csv"),
        ("eventTime", "jsonl"),
        ("eventTime", "parquet"),
    ],
)
def test_columns_that_tell_requests_apart(column: str, kind: str, tmp_path: Path) -> None:
    """Without these a failed call, or a deed of KMS's own, looks like a request: that is named.

    In JSON an event without an error has no errorCode, so there its absence tells nothing.
    """
    path, outcome = _measured(kind, column, tmp_path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        words = {"eventTime": "day"}.get(column, column)
        assert any(words.lower() in notice.lower() for notice in outcome.answer["notices"])
