"""What programs print around a document: a page or an error there means that more is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

PAGE = "a web page (of a proxy, or of a login), not an answer of AWS"
_BEGINS_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# as Terraform, terragrunt, runners of CI and shells mark a failure; a word in a sentence is none
_ERROR = re.compile(
    r"(?:^|\s)(?:Error|ERROR|error|panic): |(?:^|[\s\[])(?:ERROR|ERRO|FATAL)[\s\[\]]"
    r"|\blevel=(?:error|fatal)\b|\bexit (?:status|code):? [1-9]"
)
_FRAME = " \t│╷╵|"


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
