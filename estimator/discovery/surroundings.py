"""What programs print around a document, or in its place: a page, an error, a failure of the CLI.

It means that more is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

PAGE = "a web page (of a proxy, or of a login), not an answer of AWS"
_BEGINS_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# as Terraform, terragrunt, runners of CI and shells mark a failure; a word in a sentence is none
_ERROR = re.compile(
    r"(?:^|\s)(?:Error|ERROR|error|panic): |(?:^|[\s\[])(?:ERROR|ERRO|FATAL)[\s\[\]]"
    r"|\blevel=(?:error|fatal)\b|\bexit (?:status|code):? [1-9]"
)
_FRAME = " \t│╷╵|"
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


def find_page(lines: Sequence[str]) -> str:
    """What a web page among lines is; empty where there is none.

    >>> find_page(["Logging in", "<html>502 Bad Gateway</html>"]).partition(" (")[0], find_page([])
    ('a web page', '')
    """
    return PAGE if any(_BEGINS_PAGE.match(line) for line in lines) else ""


def find_error(lines: Sequence[str]) -> str:
    """The first line among others in which a program says that it failed; empty without one.

    >>> find_error(["INFO ready", "│ Error: No valid credential sources found"])
    'Error: No valid credential sources found'
    >>> find_error(["0 errors", "[INFO] no error found", "exited with code 0."])
    ''
    """
    plain = (_COLOURS.sub("", line).strip(_FRAME) for line in lines)
    return next((line for line in plain if _ERROR.search(line)), "")


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
