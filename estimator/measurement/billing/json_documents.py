"""JSON that people name as a bill: the manifest of a delivery, an export, or what it is instead."""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from estimator.measurement.billing.cost_explorer import is_cost_explorer
from estimator.measurement.plain_files import encoding_of
from estimator.measurement.unreadable import UnreadableError, readable
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError

_MOST = 64 << 20  # bytes: a manifest of ten thousand files has two million

# the moment of a delivery, in its id and in the names of its files
TIME = re.compile(r"\d{8}T\d{6}Z|\d{4}-\d{2}-\d{2}T\d{2}:?\d{2}:?\d{2}")
_PERIOD = re.compile(r"BILLING_PERIOD=(\d{4}-\d{2})")
BESIDE = object()  # a manifest that AWS writes beside a bill, for other programs

_EXPECTED = "a manifest with reportKeys or dataFiles, or the data files themselves"
# keys that only the JSON of another command has
_COMMANDS = (
    ("forecast", ("months", "free_tier")),
    ("simulate", ("quantiles",)),
    ("reconcile", ("parts", "reading")),
    ("explain", ("steps",)),
    ("check", ("problems",)),
    ("rates show", ("rates", "quotas")),
)


@dataclass(frozen=True)
class Manifest:
    """One delivery of a report, as its manifest tells it.

    Attributes
    ----------
    report, period : str
        What it is a delivery of: the newest of them counts.
    version : str
        Assembly or execution id.
    age : tuple
        Grows with every delivery: of AWS's current manifest or not, its time, the file's time.
    keys : tuple of str
        Names of the data files in the bucket.
    """

    path: str
    report: str
    period: str
    version: str
    age: tuple[bool, str, float]
    keys: tuple[str, ...]


def read_manifest(path: str) -> Manifest | object | None:
    """The manifest in a file; `BESIDE` of another reader's; None of an export that is a bill."""
    with readable(), Path(path).open("rb") as stream:
        documents = read_documents(stream)
        written = os.fstat(stream.fileno()).st_mtime
    document = documents[0] if len(documents) == 1 else documents
    if is_cost_explorer(document):
        return None
    if _is_for_others(document):
        return BESIDE
    keys = _keys(document)
    if not isinstance(document, dict) or not keys:
        raise refuse_document(document)
    version = str(document.get("assemblyId") or document.get("executionId") or "")
    report = document.get("exportArn") or "/".join(
        str(document.get(name, "")) for name in ("account", "bucket", "reportName")
    )
    period = document.get("billingPeriod")
    start = str(period.get("start", "")) if isinstance(period, dict) else ""
    stated = _PERIOD.search(keys[0])
    time = TIME.search(f"{version} {keys[0]}")
    # AWS's current manifest lies above the folders of the versions
    current = bool(version) and version not in Path(path).absolute().parent.name
    return Manifest(
        path=path,
        report=str(report),
        period=start[:6] or (stated[1] if stated else ""),
        version=version,
        age=(current, time[0] if time else "", written),
        keys=keys,
    )


def _keys(document: Any) -> tuple[str, ...]:
    if not isinstance(document, dict):
        return ()
    keys = document.get("reportKeys") or document.get("dataFiles")
    if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
        return ()
    return tuple(urlsplit(key).path if key.startswith("s3://") else key for key in keys)


def _is_for_others(document: Any) -> bool:
    """Tell whether JSON is the manifest of a bill for Redshift or QuickSight."""
    if not isinstance(document, dict):
        return False
    entries = document.get("entries")
    if isinstance(entries, list) and entries:
        return all(isinstance(entry, dict) and "url" in entry for entry in entries)
    return isinstance(document.get("fileLocations"), list)


def read_documents(stream: IO[bytes]) -> list[Any]:
    """The JSON documents in a stream, one after another: answers of several calls are in a row.

    Raises
    ------
    UnreadableError
        It is no JSON, or too much of it.
    """
    data = stream.read(_MOST + 1)
    if len(data) > _MOST:
        raise UnreadableError(f"more than {_MOST >> 20} MB of JSON", _EXPECTED)
    documents = []
    try:
        text = data.decode(encoding_of(data))
        pages = JsonStream(io.StringIO(text), "", "JSON", _MOST, strict=False)
        while pages.peek():
            documents.append(pages.value())
        # half a surrogate is text that no file can be written with
        json.dumps(documents, ensure_ascii=False).encode()
    except (DocumentError, ValueError, RecursionError):
        raise UnreadableError("damaged JSON, and no manifest of a bill", _EXPECTED) from None
    return documents


def refuse_document(document: Any) -> UnreadableError:
    """The error for JSON that is no bill: it says what it is, where that is known."""
    keys = document.keys() if isinstance(document, dict) else ()
    if {"source", "totals", "rows"} <= set(keys):
        if document["source"] == "bill":
            return UnreadableError(
                "the JSON of `kmscost measure bill`",
                "the bill that was measured",
                "give it to reconcile or report as it is",
            )
        found = "the JSON of `kmscost measure`"
        return UnreadableError(found, "a bill", "name what AWS billed")
    for command, own in _COMMANDS:
        if all(key in keys for key in own):
            found = f"the JSON of `kmscost {command}`"
            return UnreadableError(found, "a bill", "name what AWS billed: a forecast is no bill")
    return UnreadableError("JSON that is no manifest of a bill", _EXPECTED)
