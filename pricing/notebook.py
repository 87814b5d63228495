"""Results as Jupyter shows them: plain HTML, every text in it escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


def paragraph(text: str) -> str:
    """A paragraph, nothing for no text.

    >>> paragraph("a < b"), paragraph("")
    ('<p>a &lt; b</p>', '')
    """
    return f"<p>{html.escape(text)}</p>" if text else ""


def notes(notices: Iterable[str]) -> str:
    """Each notice in a paragraph of its own."""
    return "".join(paragraph(f"Note: {notice}") for notice in notices)


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table.

    >>> html_table(["key"], [["<b>"]])
    '<table><tr><th>key</th></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    lines = ["".join(f"<th>{html.escape(name)}</th>" for name in header)]
    lines += ["".join(f"<td>{html.escape(value)}</td>" for value in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def fold_away(title: str, text: str) -> str:
    """A long text that opens by a click."""
    body = f"<pre>{html.escape(text)}</pre>"
    return f"<details><summary>{html.escape(title)}</summary>{body}</details>"
