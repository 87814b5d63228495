"""Why a text is no YAML, in words of its writer: indentation, templates, unseen characters."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import yaml

from pricing.reading.slips import RENDER, UNSEEN, find_template, find_unseen

# where a character that nobody sees breaks the structure: in the indentation, behind a colon of a
# key, a dash, a comma or a bracket
_STRUCTURAL = re.compile(
    rf"^(?P<indent>\s*?{UNSEEN})"
    rf"|(?:^|[\s{{,])(?P<key>[A-Za-z_][\w-]*|\"[^\"]*\")\s*:{UNSEEN}"
    rf"|^\s*-{UNSEEN}"
)
_COMMENT = re.compile(r"(?:^|\s)#.*")
_KEY = re.compile(r"\s*(?:- *)?(?:[A-Za-z_][\w-]*|\"[^\"]*\")\s*:(?:\s|$)")
_CURLY = re.compile("[\u201c\u201d\u201e]")
_DASH = re.compile(r" *- ")
_FLOW = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[\[{\]}]""", re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)")
_DOUBLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_LONGEST_LINE = 2_000
_MOST_ABOVE = 100  # lines that are looked at
_QUOTED = "\0"
_NO_PLAIN = re.compile(r"(?::\s+|-\s+|[\[,]\s*)([@`%*&])")
_KEY_ALONE = re.compile(r"\s*([A-Za-z_][\w-]*)\s*(=|:)?\s*(.*)")
_GENERIC = "check indentation (spaces, not tabs), colons and quotes here and in the line above"


class YamlSlip(NamedTuple):
    """A mistake that makes a text no YAML."""

    line: int | None
    found: str
    fix: str


def explain_yaml_error(
    text: str,
    line: int | None,
    reason: str,
    begun: int | None = None,
    opened: int | None = None,
) -> list[YamlSlip]:
    """The mistakes behind an error of the parser: each that is known, else the parser's own words.

    Parameters
    ----------
    text : str
        The whole text.
    line : int, optional
        The line at which the parser gave up, from 1: often the one after the mistake.
    reason : str
        What the parser says.
    begun : int, optional
        The line in which begins what the parser was at: a quoted text, a list in brackets.
    opened : int, optional
        The line of the bracket or brace that was open then.
    """
    generic = YamlSlip(line, f"text that is not YAML ({reason})", _GENERIC)
    if line is None:
        return [generic]
    conflicts = [
        YamlSlip(number, "the mark of a merge conflict", "resolve the conflict first")
        for number, whole in enumerate(text.split("\n"), 1)
        if _CONFLICT.match(whole)
    ]
    if conflicts:
        return conflicts
    lines = text.split("\n")[:line]
    unseen = _unseen_in(lines)
    if unseen:
        return unseen
    # the parser may give up in the line after, at the end of the text for one
    for number in range(len(lines), max(len(lines) - 2, 0), -1):
        slip = _slip_of_line(lines[number - 1], number)
        if slip is not None:
            return [slip]
    return [
        _find_unclosed(lines, reason, begun, opened)
        or _missing_mark(lines, reason)
        or _indentation(lines, reason)
        or generic
    ]


def _unseen_in(lines: list[str]) -> list[YamlSlip]:
    slips = []
    for number, line in enumerate(lines, 1):
        found = None if line.isascii() else _STRUCTURAL.search(_COMMENT.sub("", line))
        if found is not None:
            where = f"after `{found['key']}:`" if found["key"] else "at the beginning of the line"
            name = find_unseen(found[0])
            slips.append(YamlSlip(number, f"{name} {where}", "type a plain space"))
    return slips


def _slip_of_line(line: str, number: int) -> YamlSlip | None:
    code = _COMMENT.sub("", line)
    template = find_template(code) or next((m for m in ("{%", "{{", "<%") if m in code), None)
    if template is not None:
        found = f"a template that was not rendered, {template}"
        return YamlSlip(number, found, RENDER)
    if code.lstrip().startswith("```"):
        return YamlSlip(number, "a fence of Markdown, ```", "remove it")
    if code.lstrip().startswith("//"):
        return YamlSlip(number, "a comment that begins with //", "begin it with #")
    blanks = code[: len(code) - len(code.lstrip())]
    if "\t" in blanks:
        return YamlSlip(number, "a tab in the indentation", "type spaces: YAML takes no tabs there")
    begins = _NO_PLAIN.search(_blank_quoted(code))
    if begins is not None:
        return YamlSlip(number, f"a value that begins with {begins[1]}", "write it in quotes")
    if _CURLY.search(code):
        return YamlSlip(number, "typographic quotes", 'type straight ones, "')
    return None


def _blank_quoted(code: str) -> str:
    # what is left of a quoted text is the same for both, so that a quote that is left has no end
    return _SINGLE_QUOTED.sub(_QUOTED, _DOUBLE_QUOTED.sub(_QUOTED, code))


def _find_unclosed(
    lines: list[str], reason: str, begun: int | None, opened: int | None
) -> YamlSlip | None:
    """The quote, the bracket or the brace that is not closed, or the comma missing between them."""
    for number, line in enumerate(lines, 1):
        if '"' in _blank_quoted(_COMMENT.sub("", line)):
            return YamlSlip(number, "a quote that is not closed", 'close it with "')
    if begun is not None and "end of stream" in reason:
        return YamlSlip(begun, "a quote or a bracket that is not closed", "close it in its line")
    if re.search(r",\s*,", _blank_quoted(_COMMENT.sub("", lines[-1]))):
        return YamlSlip(len(lines), "two commas without anything between them", "remove one")
    if "expected ','" in reason or opened is not None:
        found = "no comma between two parts in brackets, or none of ] and } after the last"
        first = opened or begun
        which = f": they begin in line {first}" if first not in (None, len(lines)) else ""
        return YamlSlip(len(lines), found, f"add it{which}")
    return None


def _missing_mark(lines: list[str], reason: str) -> YamlSlip | None:
    """The comma at the end of a line, the colon or the dash that is missing."""
    # cut: the time of a search grows with the square of a line of colons
    bare = _blank_quoted(_COMMENT.sub("", lines[-1][:_LONGEST_LINE])).rstrip()
    above = (
        _find_outdented(lines) or _find_without_blank(lines) if "mapping values" in reason else None
    )
    if above is not None:
        return above
    if re.match(r"\s*-[^\s-]", bare):
        return YamlSlip(
            len(lines), "a dash without a blank after it", "type a blank after the dash"
        )
    if re.search(r"""[\0"'],$""", bare) and not re.search(r"[\[{]", bare):
        return YamlSlip(len(lines), "a comma at the end of the line", "remove it")
    if re.search(r":\s+\0[^\s,\]}]", bare):
        fix = "write the whole value in quotes, or nothing behind them"
        return YamlSlip(len(lines), "text behind a quote that is closed", fix)
    if re.search(r":\s+[^\s\[{][^\[{]*:\s", f"{bare} ") and "mapping values" in reason:
        fix = "write the value in quotes, or begin a line for the second key"
        return YamlSlip(len(lines), "two keys, or a value with a colon, in one line", fix)
    if "expected ':'" not in reason and "mapping values" not in reason:
        return None
    for number in range(len(lines), max(len(lines) - 2, 0), -1):
        code = _COMMENT.sub("", lines[number - 1]).strip()
        if not code or re.search(r":(\s|$)", code) or code.startswith(("- ", "{", "[", "}", "]")):
            continue
        before = next((line for line in reversed(lines[: number - 1]) if line.strip()), "")
        if before.lstrip().startswith("- "):
            return YamlSlip(number, f"a line without a dash, {code[:40]!r}", f"write - {code[:40]}")
        key = _KEY_ALONE.fullmatch(code)
        fix = f"write {key[1]}: {key[3][:40]}" if key and key[3] else "write `key: value`"
        return YamlSlip(number, "a line without a colon and a blank", fix)
    return None


def _list_filled(lines: list[str]) -> list[tuple[int, str]]:
    """The lines that hold more than a comment, the last one first, each with its number."""
    codes = ((number, _COMMENT.sub("", line)) for number, line in enumerate(lines, 1))
    return [(number, code) for number, code in codes if code.strip()][::-1]


def _find_outdented(lines: list[str]) -> YamlSlip | None:
    """The keys that stand to the left of those above and below them, in `lines[-1]`."""
    filled = _list_filled(lines[:-1][-_MOST_ABOVE:])
    first_number = max(len(lines) - 1 - _MOST_ABOVE, 0)
    own = _columns(lines[-1])[0]
    out = list(itertools.takewhile(lambda each: max(_columns(each[1])) < own, filled))
    rest = filled[len(out) :]
    if not out or not rest or own not in _columns(rest[0][1]) or not _KEY.match(lines[-1]):
        return None
    # without a value it begins a section, and with a dash an item: what is below stands deeper
    has_value = re.search(r":\s+[^\s|>&]", out[0][1])
    if not has_value or any(code.lstrip()[0] == "-" or not _KEY.match(code) for _, code in out):
        return None
    number, code = out[-1][0] + first_number, out[-1][1]
    found = f"a line that is indented by {_spaces(_columns(code)[0])}, and those around it by {own}"
    last = f", to line {out[0][0] + first_number}," if len(out) > 1 else ""
    return YamlSlip(number, found, f"indent it{last} by {_spaces(own)}")


def _find_beside_dash(lines: list[str]) -> YamlSlip | None:
    """The key in the column of its item's dash, or the dash to the left of the dash above it."""
    own = _columns(lines[-1])
    dashes = (
        _columns(code) for _, code in _list_filled(lines[:-1][-_MOST_ABOVE:]) if _DASH.match(code)
    )
    above = next(dashes, None)
    is_item = len(own) == 2
    if above is None or (own[0] >= above[0] if is_item else own[0] != above[0]):
        return None
    found = f"a line that is indented by {_spaces(own[0])}, and the item above it by {above[0]}"
    return YamlSlip(len(lines), found, f"indent it by {_spaces(above[0 if is_item else 1])}")


def _find_without_blank(lines: list[str]) -> YamlSlip | None:
    """The key above `lines[-1]` that has no blank after its colon: `- name:org`."""
    above = _list_filled(lines[:-1][-_MOST_ABOVE:])
    if not above:
        return None
    number, code = above[0][0] + max(len(lines) - 1 - _MOST_ABOVE, 0), above[0][1].strip()
    key = re.fullmatch(r"(?:- +)?([a-z_]+):([^\s/:][^:]*)", code[:_LONGEST_LINE])
    if key is None:
        return None
    return YamlSlip(number, "no blank after a colon", f"write {key[1]}: {key[2].strip()[:40]}")


def _columns(line: str) -> list[int]:
    """The columns at which the items of a line begin: of `- name: a`, the dash's and the key's."""
    blanks = len(line) - len(line.lstrip(" "))
    dash = re.match(r" *(- +)+", line)
    return [blanks, len(dash[0])] if dash else [blanks]


def _indentation(lines: list[str], reason: str) -> YamlSlip | None:
    """The slip of a line that begins in a column at which nothing above it does."""
    line = lines[-1]
    if not _KEY.match(line) and not line.lstrip().startswith("- "):
        return None
    outdented = _find_outdented(lines) or _find_beside_dash(lines)
    if outdented is not None:
        return outdented
    own = _columns(line)[0]
    above: dict[int, int] = {}  # the columns that are open there, and the line of each
    for number in range(len(lines) - 1, 0, -1):
        code = _COMMENT.sub("", lines[number - 1])
        if not code.strip():
            continue
        columns = [column for column in _columns(code) if not above or column < min(above)]
        above.update(dict.fromkeys(columns, number))
        if 0 in columns:
            break
    if not above or (own in above and "mapping values" not in reason):
        return None
    if own in above:
        return None
    # as far away, the deeper one: the line stands below it
    column = min(above, key=lambda column: (abs(column - own), -column))
    found = f"a line that is indented by {_spaces(own)}, as none above it"
    return YamlSlip(
        len(lines), found, f"indent it by {_spaces(column)}, as line {above[column]} is"
    )


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"


def deepest(text: str, begin: int, end: int, depth: int) -> int:
    """The greatest depth of brackets from one character of a text to another.

    Parameters
    ----------
    text : str
        YAML, which opens lists and mappings with brackets and braces outside of quotes.
    begin, end : int
        Where to look. [character]
    depth : int
        How many containers are open at `begin`. [level]

    >>> deepest("a: [b, {c: '[['}]", 3, 17, 1)
    3
    """
    most = depth
    for token in _FLOW.finditer(text, begin, end):
        depth += _STEP.get(token[0], 0)
        most = max(most, depth)
    return most


def find_unprintable(
    text: str, error: yaml.reader.ReaderError | UnicodeEncodeError
) -> tuple[int, str]:
    """Return the line of a character that no YAML may hold, and the character in words."""
    if isinstance(error, UnicodeEncodeError):
        # half of a surrogate pair: an argument of the command line that is no UTF-8
        line = text.count("\n", 0, error.start) + 1
        return line, f"the character #x{ord(text[error.start]):04x}, which is half of one"
    character = error.character
    code = ord(character) if isinstance(character, str) else int(character)
    return text.count("\n", 0, error.position) + 1, f"the character #x{code:04x}"
