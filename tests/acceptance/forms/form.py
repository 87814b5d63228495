"""A form: one way in which the known log lies in a file, and what may be made of it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Form:
    """The bytes of one file, its name, and the answers that are right.

    `exact`: the form keeps every event whole, so the known counts are the only right answer, unless
    `words` say that it may be refused by its name. `lost`: the form has lost what tells causes
    apart, so a refusal is the only right answer.
    """

    file: str
    content: bytes
    exact: bool = True
    lost: bool = False
    words: tuple[str, ...] = ()


def text(value: Any) -> str:
    """Return JSON on one line."""
    return json.dumps(value, separators=(",", ":"))


def lines(values: list[dict[str, Any]]) -> bytes:
    """Return each value as JSON on a line of its own."""
    return "\n".join(map(text, values)).encode()


def coded(content: bytes | str) -> str:
    """Return base64."""
    return base64.b64encode(content if isinstance(content, bytes) else content.encode()).decode()


def saved(value: Any, name: str = "saved.json", **form: Any) -> Form:
    """Return a file of one JSON document, indented as the command line prints it."""
    return Form(name, json.dumps(value, indent=4).encode(), **form)
