"""Answers that are no JSON: YAML documents one after another, and failures that the CLI printed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

# as the AWS CLI prints what AWS answers; 2.x begins with `aws: [ERROR]: `
_FAILED = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<call>\w+) operation"
    r"(?: \([^)\n]*\))?[^:\n]*"
    r"(?:: *(?P<words>[^\n]*))?"
)
# as it prints what keeps it from asking AWS at all
_UNASKED = re.compile(
    r"^(?:aws: \[ERROR\]: *)?((?:Unable to (?:locate|parse|load)|Could not connect|Connect timeout|"
    r"Read timeout|Error loading|Error when retrieving|The config profile|The SSO session|"
    r"Token has expired|You must specify a region|SSL validation failed|Partial credentials)"
    r"[^\n]*)",
    re.MULTILINE,
)
_KEY = re.compile(r"([A-Za-z]\w*):(?:\s|\Z)")


def failures_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Each failure that the CLI printed: its code, the call (both may be unknown), and the words.

    >>> list(failures_in("An error occurred (Denied) when calling the GetTrail operation: no"))
    [('Denied', 'GetTrail', 'no')]
    >>> text = "An error occurred (A) when calling the B operation (reached max retries: 4): slow"
    >>> list(failures_in(text))
    [('A', 'B', 'slow')]
    """
    for match in _FAILED.finditer(text):
        yield match["code"], match["call"], (match["words"] or "").strip()
    for match in _UNASKED.finditer(text):
        yield "", "", match[1].strip()


def without_failures(text: str) -> str:
    """A text without the lines in which the CLI printed failures."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not next(failures_in(line), None))


def without_prelude(text: str, fields: Collection[str]) -> tuple[str, list[str]]:
    r"""A text from the first line on that begins with one of these fields, and the lines before it.

    >>> without_prelude("Logging in\ntrailList: []\n", {"trailList"})
    ('trailList: []\n', ['Logging in'])
    """
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = _KEY.match(line)
        if match and match[1] in fields:
            before = [each.rstrip() for each in lines[:number] if each.strip()]
            return "".join(lines[number:]), before
    return text, []


def split_yaml(text: str, alone: Collection[str]) -> list[tuple[int, str]]:
    r"""YAML documents with their first lines: parted by `---`, or appended to one another by `>>`.

    A key at the margin that is there already begins another document, and so does a second key
    of those that stand alone.

    >>> split_yaml("Trail:\n  Name: a\nTrail:\n  Name: b\n", {"Trail"})
    [(1, 'Trail:\n  Name: a\n'), (3, 'Trail:\n  Name: b\n')]
    """
    documents: list[tuple[int, str]] = []
    lines: list[str] = []
    keys: set[str] = set()
    begin = 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        match = _KEY.match(line)
        key = match[1] if match else ""
        is_mark = line.rstrip() in ("---", "...")
        if is_mark or (key and (key in keys or (key in alone and keys & set(alone)))):
            documents.append((begin, "".join(lines)))
            lines, keys, begin = [], set(), number + is_mark
        if not is_mark:
            lines.append(line)
            keys |= {key} - {""}
    documents.append((begin, "".join(lines)))
    return [(start, document) for start, document in documents if document.strip()]
