"""Answers as Markdown: for pull requests, wikis and mail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from estimator.report.answers import Answer
from estimator.report.blocks import Block, Command, Lines, Sheet
from pricing.reading.problems import printable

_BACKTICKS = re.compile(r"`+")
# addresses of AWS are sources, and nobody can name a trail so that they harm
_LINK = re.compile(
    r"(?i)\b(?:https?|ftp|mailto):(?!//(?:docs\.)?aws\.amazon\.com/)(?=\S)|\bwww\.(?=\S)"
)


def answer_markdown(answer: Answer[Any]) -> str:
    """Return the headline, the blocks, what stands under them, and the notices."""
    parts = [f"**{escape(answer.headline)}**"] if answer.headline else []
    broken = answer.broken
    if broken:
        parts.append(f"**{escape(broken[0].upper() + broken[1:])}**")
    parts += map(_block, answer.blocks())
    parts.append(_bullets(answer.lines()))
    notices = _bullets(answer.notices)
    parts += [f"Notices:\n\n{notices}"] if notices else []
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Sheet):
        return table_markdown(block)
    if isinstance(block, Lines):
        return lines_markdown(block)
    inside = "\n\n".join(filter(None, map(_block, block.blocks)))
    # a blank line lets Markdown begin again inside of HTML; mentions are seen there too
    title = _without_links(html.escape(printable(block.title)))
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"


def table_markdown(sheet: Sheet) -> str:
    """Return a sheet as a pipe table under its title."""
    title = f"**{escape(sheet.title)}**"
    if not sheet.rows:
        return title
    sheet = sheet.align_decimals()
    words = len(sheet.header) - sheet.numbers
    rule = [":---" if position < words else "---:" for position in range(len(sheet.header))]
    body = [" | ".join(escape(cell) for cell in row) for row in sheet.rows]
    header = " | ".join(escape(name) for name in sheet.header)
    table = "\n".join(f"| {row} |" for row in (header, " | ".join(rule), *body))
    return f"{title}\n\n{table}"


def lines_markdown(block: Lines) -> str:
    """Return lines as a list or paragraphs under their title; commands in a fence."""
    parts = [f"**{escape(block.title)}**"] if block.title else []
    for is_command, group in groupby(
        block.with_sources(), key=lambda pair: isinstance(pair[0], Command)
    ):
        pairs = list(group)
        if is_command:
            parts.append(_fence([line for line, _ in pairs]))
            continue
        texts = [f"{line} ({source})" if source else line for line, source in pairs]
        parts += map(escape, texts) if block.are_paragraphs else [_bullets(texts)]
    return "\n\n".join(parts)


def _fence(commands: Iterable[str]) -> str:
    text = "\n".join(map(printable, commands))
    # a fence longer than any run of backticks inside: a name cannot end it
    runs = [len(run) for run in _BACKTICKS.findall(text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}sh\n{text}\n{fence}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def escape(text: str) -> str:
    r"""Return text that Markdown shows as it is: no mark-up, no mention, no link.

    >>> escape("a|b *c* <d>")
    'a\\|b \\*c\\* \\<d\\>'
    >>> escape("@octocat") == "@\u2060octocat", escape("http://a.b") == "http:\u2060//a.b"
    (True, True)
    >>> escape("o/r#3 GH-7") == "o/r\\#\u20603 GH-\u20607"
    True
    """
    return _without_links(re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", printable(text)))


def _without_links(text: str) -> str:
    """Return text that no renderer turns into a mention, an issue or a link."""
    # GitHub links addresses and issues, also behind a backslash, and mentions people even where
    # nothing marks them: a word joiner, which takes no room, keeps names of trails and readers from
    # writing to somebody
    broken = re.sub(r"@(?=\w)|#(?=\d)|\b(?i:GH)-(?=\d)", "\\g<0>\N{WORD JOINER}", text)
    return _LINK.sub(_break_link, broken)


def _break_link(found: re.Match[str]) -> str:
    return f"{found[0]}\N{WORD JOINER}"
