"""Events as rows: what Athena, data lakes and pandas make of them.

Shapes: Amazon Athena User Guide, Query AWS CloudTrail logs (columns); Athena API Reference,
GetQueryResults; pandas documentation, json_normalize and to_json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.answers import columns_as_json, columns_as_maps, sheet
from tests.acceptance.forms.form import Form, lines, saved, text


def dotted(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return what json_normalize makes of an event: nested names joined by dots."""
    flat: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict):
            flat |= dotted(item, f"{prefix}{name}.")
        else:
            flat[prefix + name] = item
    return flat


def table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows that all have every column of any."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


def _normalized() -> list[dict[str, Any]]:
    return table([dotted(event) for event in known_log.events()])


def _columns(convert: Callable[[dict[str, Any]], dict[str, str]]) -> list[dict[str, Any]]:
    return table([dict(convert(event)) for event in known_log.events()])


def _reprs() -> list[dict[str, Any]]:
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in table(known_log.events())
    ]


def _get_query_results() -> dict[str, Any]:
    rows = _columns(columns_as_json)
    cells = [list(rows[0]), *([row[name] for name in rows[0]] for row in rows)]
    data = [{"Data": [{"VarCharValue": cell} for cell in row]} for row in cells]
    return {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": []}}}


def _stringly() -> list[dict[str, Any]]:
    return [
        {
            name: text(value) if isinstance(value, dict | list) else value
            for name, value in e.items()
        }
        for e in known_log.events()
    ]


def csv_of(rows: list[dict[str, Any]], name: str = "export.csv", **form: Any) -> Form:
    """Return a file of CSV."""
    return Form(name, sheet(table(rows)).encode(), **form)


def _snakes() -> list[dict[str, Any]]:
    """Return every column under its name in snake case, the nested ones as JSON."""
    return [
        {re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower(): value for name, value in row.items()}
        for row in table(_stringly())
    ]


def _paired(parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a map as Parquet and Avro write it to JSON: a list of keys and values."""
    if parameters is None or "encryptionContext" not in parameters:
        return parameters
    context = parameters["encryptionContext"]
    return parameters | {"encryptionContext": [{"key": k, "value": v} for k, v in context.items()]}


def _inner(parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return parameters as a map of text, as an event data store types them."""
    if parameters is None:
        return None
    return {k: v if isinstance(v, str) else text(v) for k, v in parameters.items()}


FORMS: dict[str, Callable[[], Form]] = {
    "Athena, columns of JSON": lambda: csv_of(_columns(columns_as_json)),
    "Athena, columns as it prints them": lambda: csv_of(_columns(columns_as_maps), exact=False),
    "Athena, parameters as JSON, the rest as it prints them": lambda: csv_of(
        [
            columns_as_maps(e) | {"requestparameters": text(e["requestParameters"])}
            for e in known_log.events()
        ],
        exact=False,
    ),
    "Athena without the parameters": lambda: csv_of(
        [
            {k: v for k, v in columns_as_json(e).items() if k != "requestparameters"}
            for e in known_log.events()
        ],
        lost=True,
    ),
    "Athena, a count by name": lambda: csv_of(
        [{"eventsource": "kms.amazonaws.com", "eventname": "Decrypt", "_col2": "8"}], lost=True
    ),
    "get-query-results of Athena": lambda: saved(_get_query_results(), exact=False),
    "lines with nested text": lambda: Form("rows.jsonl", lines(_stringly())),
    "a list with nested text": lambda: saved(_stringly()),
    "json_normalize, lines": lambda: Form("rows.jsonl", lines(_normalized())),
    "json_normalize, lines without empty cells": lambda: Form(
        "rows.jsonl", lines([dotted(event) for event in known_log.events()])
    ),
    "json_normalize, a list": lambda: saved(_normalized()),
    "json_normalize, CSV": lambda: csv_of(_normalized(), exact=False),
    "to_json by column": lambda: saved(
        {
            name: {str(n): row[name] for n, row in enumerate(table(known_log.events()))}
            for name in table(known_log.events())[0]
        }
    ),
    "to_json, split": lambda: saved(
        {
            "columns": list(table(known_log.events())[0]),
            "index": list(range(30)),
            "data": [list(row.values()) for row in table(known_log.events())],
        }
    ),
    "to_csv of mappings": lambda: csv_of(_reprs(), exact=False),
    "nested text as Python prints it": lambda: Form("rows.jsonl", lines(_reprs()), exact=False),
    "nested text as Trino prints it": lambda: Form(
        "rows.jsonl", lines(_columns(columns_as_maps)), exact=False
    ),
    "nested text twice quoted": lambda: Form(
        "rows.jsonl",
        lines(
            [
                e | {"requestParameters": json.dumps(json.dumps(e["requestParameters"]))}
                for e in known_log.events()
            ]
        )
    ),
    "nested text that was cut at 200 characters": lambda: Form(
        "rows.jsonl",
        lines(
            [
                e | {"requestParameters": text(e["requestParameters"])[:200]}
                for e in known_log.events()
            ]
        ),
        lost=True,
    ),
    "parameters that were blanked": lambda: Form(
        "rows.jsonl",
        lines([e | {"requestParameters": "REDACTED"} for e in known_log.events()]),
        lost=True,
    ),
    "parameters that are a list": lambda: Form(
        "rows.jsonl", lines([e | {"requestParameters": [1]} for e in known_log.events()]), lost=True
    ),
    "CSV with the events in one column": lambda: csv_of(
        [{"time": e["eventTime"], "message": text(e)} for e in known_log.events()]
    ),
    "snake case": lambda: Form("rows.jsonl", lines(_snakes()), exact=False),
    "times with a blank": lambda: Form(
        "rows.jsonl",
        lines([e | {"eventTime": e["eventTime"][:19].replace("T", " ")}
               for e in known_log.events()]),
    ),
    "times with a blank and a fraction": lambda: Form(
        "rows.jsonl",
        lines([e | {"eventTime": e["eventTime"][:19].replace("T", " ") + ".000"}
               for e in known_log.events()]),
    ),
    "times as milliseconds": lambda: Form(
        "rows.jsonl",
        lines([e | {"eventTime": 1790848810000} for e in known_log.events()]),
        exact=False,
    ),
    "times that are none": lambda: Form(
        "rows.jsonl", lines([e | {"eventTime": "######"} for e in known_log.events()]), exact=False
    ),
    "parameters in small letters": lambda: Form(
        "rows.jsonl",
        lines([e | {"requestParameters": {k.lower(): v for k, v in
                                          (e["requestParameters"] or {}).items()}}
               for e in known_log.events()])
    ),
    "contexts as lists of pairs": lambda: Form(
        "rows.jsonl",
        lines([e | {"requestParameters": _paired(e["requestParameters"])}
               for e in known_log.events()])
    ),
    "contexts as text": lambda: Form(
        "rows.jsonl",
        lines([e | {"requestParameters": _inner(e["requestParameters"])}
               for e in known_log.events()])
    ),
}  # fmt: skip
