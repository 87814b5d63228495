"""Answers that say themselves that they are not whole: what they lack is named, never silent."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from estimator.calibration.quality import unread
from estimator.measurement.cloudtrail_logs import measure_cloudtrail
from estimator.measurement.doubts import find_doubts
from estimator.measurement.measurement_files import load_actuals
from estimator.measurement.result import Actuals
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import KmscostError
from tests.measurement.envelopes.events import put

TEXTS = [json.dumps(put(number)) for number in range(4)]
EVENTS = [json.loads(text) for text in TEXTS]
LOOKED_UP = [{"EventName": "GenerateDataKey", "CloudTrailEvent": text} for text in TEXTS]
MESSAGES = [{"timestamp": 1, "message": text} for text in TEXTS]
FOUND = [{"_index": "x", "_source": event} for event in EVENTS]
RECORDS = [[{"field": "@message", "value": text}] for text in TEXTS]
LAKE = [[{"eventJson": text}] for text in TEXTS]
FOUR = {"TotalResultsCount": 4}
ROWS = [{"Data": [{"VarCharValue": text}]} for text in ("event", *TEXTS)]
DATA = [{"Data": base64.b64encode(text.encode()).decode()} for text in TEXTS]
NAMED, CELLS = [{"name": "message", "type": "text"}], [[text] for text in TEXTS]
STORED = [{"id": "x", "attributes": {"attributes": event}} for event in EVENTS]


def measure(folder: Path, *documents: Any, strict: bool = False) -> Actuals:
    """Measure documents in a row, each of which holds events of the same four puts."""
    text = "\n".join(json.dumps(document) for document in documents)
    (folder / "answers.json").write_text(text)
    return measure_cloudtrail(folder / "answers.json", strict=strict)


ELSEWHERE = {
    "lookup-events": {"Events": LOOKED_UP, "NextToken": "x"},
    "filter-log-events": {"events": MESSAGES, "nextToken": "x"},
    "CloudTrail Lake": {
        "QueryStatus": "FINISHED", "QueryResultRows": LAKE, "NextToken": "x"
    },
    "Elasticsearch, 4 of 60": {"hits": {"total": {"value": 60}, "hits": FOUND}},
    "Insights, 4 of 90": {
        "status": "Complete", "results": RECORDS, "statistics": {"recordsMatched": 90.0}
    },
    "Elasticsearch before 7": {"hits": {"total": 60, "hits": FOUND}},
    "Elasticsearch, 4 or more": {"hits": {"total": {"value": 4, "relation": "gte"}, "hits": FOUND}},
    "two searches, 1 of 2 and 3 of 3": {
        "responses": [
            {"hits": {"total": {"value": 2}, "hits": FOUND[:1]}},
            {"hits": {"total": {"value": 3}, "hits": FOUND[1:]}},
        ]
    },
    "CloudTrail Lake, 4 of 90": {
        "QueryStatus": "FINISHED", "QueryStatistics": {"TotalResultsCount": 90},
        "QueryResultRows": LAKE,
    },
    "Athena": {"ResultSet": {"Rows": ROWS}, "NextToken": "x"},
    "Kinesis, behind the latest": {"Records": DATA, "MillisBehindLatest": 5},
    "OpenSearch, 4 of 60": {"schema": NAMED, "datarows": CELLS, "total": 60, "size": 4},
    "OpenSearch, a cursor": {"schema": NAMED, "datarows": CELLS, "total": 4, "cursor": "x"},
    "Datadog": {"data": STORED, "links": {"next": "https://x"}},
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_rest_may_be_in_another_file(name: str, tmp_path: Path) -> None:
    """Four puts count, and a notice says that there are more."""
    actuals = measure(tmp_path, ELSEWHERE[name])
    assert actuals.totals["by_cause"]["put"] == 4
    assert not actuals.skipped
    (notice,) = (text for text in actuals.notices if "another file" in text)
    assert notice.startswith("1 answer ")


WHOLE: dict[str, list[Any]] = {
    "lookup-events": [
        {"Events": LOOKED_UP[:2], "NextToken": "x"}, {"Events": LOOKED_UP[2:]}
    ],
    "filter-log-events": [{"events": MESSAGES, "nextToken": None}],
    "pages of a search": [
        {"hits": {"total": {"value": 4}, "hits": FOUND[:2]}},
        {"hits": {"total": {"value": 4}, "hits": FOUND[2:]}},
    ],
    "Insights": [
        {"status": "Complete", "results": RECORDS, "statistics": {"recordsMatched": 4.0}}
    ],
    "Insights, two pages": [
        {"status": "Complete", "results": RECORDS[:3], "statistics": {"recordsMatched": 4.0},
         "nextToken": "x"},
        {"status": "Complete", "results": RECORDS[3:], "statistics": {"recordsMatched": 4.0}},
    ],
    "CloudTrail Lake": [{"QueryStatus": "FINISHED", "QueryResultRows": LAKE}],
    "Lake, two pages": [
        {"QueryStatistics": FOUR, "QueryResultRows": LAKE[:3], "NextToken": "x"},
        {"QueryStatistics": FOUR, "QueryResultRows": LAKE[3:]},
    ],
    "pages of a search to its end": [
        {"hits": {"total": {"value": 2, "relation": "gte"}, "hits": FOUND[:3]}},
        {"hits": {"total": {"value": 2, "relation": "gte"}, "hits": FOUND[3:]}},
    ],
    "Kinesis": [{"Records": DATA, "NextShardIterator": "x", "MillisBehindLatest": 0}],
    "Datadog": [{"data": STORED, "meta": {"status": "done"}}],
    "Splunk": [{"preview": False, "results": [{"_raw": text} for text in TEXTS]}],
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_the_last_page_is_there(name: str, tmp_path: Path) -> None:
    """Nothing is missing, and nothing is said."""
    actuals = measure(tmp_path, *WHOLE[name], strict=True)
    assert actuals.totals["by_cause"]["put"] == 4
    assert not any("another file" in notice for notice in actuals.notices)


def page(texts: list[str], times: list[Any], token: str = "") -> dict[str, Any]:
    """A page of lookup-events, with the times of its events."""
    events = [
        {"EventName": "GenerateDataKey", "EventTime": time, "CloudTrailEvent": text}
        for text, time in zip(texts, times, strict=True)
    ]
    return {"Events": events, **({"NextToken": token} if token else {})}


NOON, ONE, TWO = (f"2026-10-01T{hour}:00:00+02:00" for hour in (12, 13, 14))
LOOKUPS: dict[str, tuple[int, list[Any]]] = {
    "pages go back in time": (
        0, [page(TEXTS[:2], [TWO, ONE], "x"), page(TEXTS[2:], [ONE, NOON])]
    ),
    "two whole lookups": (0, [page(TEXTS[:2], [TWO, NOON]), page(TEXTS[2:], [TWO, ONE])]),
    "the first lookup goes on": (
        1, [page(TEXTS[:2], [TWO, NOON], "x"), page(TEXTS[2:], [TWO, ONE])]
    ),
    "both lookups go on": (
        2, [page(TEXTS[:2], [TWO, NOON], "x"), page(TEXTS[2:], [ONE, NOON], "y")]
    ),
    # an older AWS CLI writes seconds
    "both go on, in seconds": (
        2, [page(TEXTS[:2], [7200.5, 0.5], "x"), page(TEXTS[2:], [3600.0, 1.0], "y")]
    ),
    "an empty page between": (
        1, [page(TEXTS[:2], [TWO, NOON], "x"), page([], [], "x"), page(TEXTS[2:], [TWO, ONE])]
    ),
    "times that are not told": (0, [page(TEXTS[:2], ["", ""], "x"), page(TEXTS[2:], [TWO, ONE])]),
    # sorted since: AWS lists the most recent event first
    "pages that somebody sorted": (
        1, [page(TEXTS[:2], [NOON, ONE], "x"), page(TEXTS[2:], [ONE, TWO], "y")]
    ),
    "pages sorted, the last one there": (
        0, [page(TEXTS[:2], [NOON, ONE], "x"), page(TEXTS[2:], [ONE, TWO])]
    ),
    "answers of another form": (
        1, [page(TEXTS[:2], [TWO, NOON], "x"), {"events": MESSAGES[2:]}]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_after_another_hides_no_next_page(name: str, tmp_path: Path) -> None:
    """Four puts; a page that begins later than the one before it ended is of another lookup."""
    lacking, pages = LOOKUPS[name]
    actuals = measure(tmp_path, *pages)
    assert actuals.totals["by_cause"]["put"] == 4
    found = [text for text in actuals.notices if "another file" in text]
    answers = "answer" if lacking == 1 else "answers"
    words = f"{lacking} {answers} with a next page"
    assert [text.partition(":")[0] for text in found] == ([words] if lacking else [])


MISSING = {
    "Insights, still running": {"status": "Running", "results": RECORDS},
    "Lake, cancelled": {"QueryStatus": "CANCELLED", "QueryResultRows": LAKE},
    "a search that timed out": {"timed_out": True, "hits": {"hits": FOUND}},
    "a shard that failed": {"_shards": {"total": 5, "failed": 1}, "hits": {"hits": FOUND}},
    "Sentinel": {
        "tables": [{"columns": [{"name": "RawEvent"}], "rows": [[text] for text in TEXTS]}],
        "error": {"code": "PartialError"},
    },
    "a search that stopped early": {"terminated_early": True, "hits": {"hits": FOUND}},
    "an asynchronous search": {"is_partial": True, "response": {"hits": {"hits": FOUND}}},
    "Splunk, a preview": {"preview": True, "results": [{"_raw": text} for text in TEXTS]},
    "Datadog, timed out": {"data": STORED, "meta": {"status": "timeout"}},
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_a_part_is_missing_for_certain(name: str, tmp_path: Path) -> None:
    """Four puts count, the file is among the skipped, and strict refuses it."""
    actuals = measure(tmp_path, MISSING[name])
    assert actuals.totals["by_cause"]["put"] == 4
    assert len(actuals.skipped) == 1
    with pytest.raises(KmscostError, match="answer"):
        measure(tmp_path, MISSING[name], strict=True)


def test_what_another_file_may_have_is_known_of_a_measurement_too(tmp_path: Path) -> None:
    """The doubt stands in the JSON of measure, and `calibrate` finds it where it is read back."""
    actuals = measure(tmp_path, ELSEWHERE["lookup-events"])
    path = tmp_path / "measured.json"
    path.write_text(to_json(actuals.to_dict()))
    (notice,) = unread(load_actuals(path))
    assert notice.startswith("1 answer with a next page")
    assert find_doubts(actuals.notices, "elsewhere") == (notice,)
