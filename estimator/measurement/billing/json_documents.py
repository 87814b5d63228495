"""JSON that people name as a bill: what it is, or what it is instead."""

from __future__ import annotations

import io
import json
from typing import IO, Any

from estimator.measurement.plain_files import encoding_of
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError

_MOST = 64 << 20  # bytes: a manifest of ten thousand files has two million

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
