"""Slips of the keyboard in a text: unseen characters, other dashes and digits, templates.

Nothing here reads a value. A text that is refused is looked at once more, so that the message can
hold the answer.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# what looks like a blank, or like nothing at all, and is neither to YAML
_UNSEEN = {
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\u2007": "a figure space",
    "\u2009": "a thin space",
    "\u200b": "a zero-width space",
    "\u200e": "a left-to-right mark",
    "\u2028": "a line separator",
    "\u202f": "a narrow no-break space",
    "\u2060": "a word joiner",
    "\u3000": "an ideographic space",
    "\ufeff": "a byte order mark",
}
UNSEEN = f"[{''.join(_UNSEEN)}]"
_ANY_UNSEEN = re.compile(UNSEEN)

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{[^}]*\}|\$\([^)]*\)", re.DOTALL)
# a whole text: $NAME, %NAME%, __NAME__, {name}
_VARIABLE = re.compile(
    r"\$[A-Z_][A-Z0-9_]{2,}|%[A-Z][A-Z0-9_]{2,}%|__[A-Z][A-Z0-9_]+__|\{[A-Za-z_][\w.]*\}"
)
# likewise, what people are to write over: <ACCOUNT_ID>, XXXX, your-account-id
_TO_REPLACE = re.compile(
    r"<[A-Za-z][\w .-]*>|x{3,}(?:-x+)*|(?:change|replace)[-_ ]?me|todo|tbd|fixme"
    r"|your[-_ ](?:account|key|bucket|trail|org).*",
    re.IGNORECASE,
)
RENDER = "render the template first, and check what it gives"

_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
QUOTES = "\"'`\u2018\u2019\u201c\u201d\u201e"
_LONGEST = 80


def find_unseen(text: str) -> str | None:
    r"""The name of the first character that nobody sees.

    >>> find_unseen("key:\u00a0logs"), find_unseen("key: logs")
    ('a no-break space', None)
    """
    found = None if text.isascii() else _ANY_UNSEEN.search(text)
    return _UNSEEN[found[0]] if found else None


def without_unseen(text: str) -> str:
    """The text with a plain blank for each character that nobody sees, none at its ends."""
    return _ANY_UNSEEN.sub(" ", text).strip()


def plain_text(text: str) -> str:
    r"""As `without_unseen`, with plain dashes, and letters and digits of half the width.

    >>> plain_text("\uff12\uff18\uff18"), plain_text("1\u20132")
    ('288', '1-2')
    """
    text = without_unseen(text)
    return text if text.isascii() else "".join(map(_plain, text.translate(_DASHES)))


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    # the block of full-width forms has ASCII's own order
    return chr(ord(letter) - 0xFEE0) if "\uff01" <= letter <= "\uff5e" else letter


def find_template(text: Any) -> str | None:
    """The first placeholder of a template that was not rendered.

    >>> find_template("id-{{ account }}"), find_template("${ID}"), find_template("{a: b}")
    ('{{ account }}', '${ID}', None)
    """
    found = _TEMPLATE.search(text) if isinstance(text, str) and len(text) < 10_000 else None
    return found[0][:_LONGEST] if found else None


def template_fix(text: Any) -> str | None:
    """What to do with a text that holds a template's mark, or stands for a value; None for others.

    >>> template_fix("$ACCOUNT"), template_fix("<ACCOUNT_ID>"), template_fix("logs")
    ('render the template first, and check what it gives', 'write the value in its place', None)
    """
    if not isinstance(text, str):
        return None
    if find_template(text) or _VARIABLE.fullmatch(text.strip()[:_LONGEST]):
        return RENDER
    to_replace = _TO_REPLACE.fullmatch(text.strip()[:_LONGEST])
    return "write the value in its place" if to_replace else None
