"""What `check` takes, as a JSON Schema says it: texts, days, numbers and percentages."""

from __future__ import annotations

from typing import Any

MAX_TEXT = 256
MAX_NUMBER = 1e15

# digits, then a percent sign, blanks around either: the same in `check` and in the JSON Schema.
# No \s: what is a blank to it differs between readers of patterns.
_BLANKS = r"[ \t\n\r\f\v]*"
_FRACTION = r"(\.[0-9]{0,12})?"
PERCENT = rf"^{_BLANKS}[-+]?([0-9]{{1,12}}{_FRACTION}|\.[0-9]{{1,12}}){_BLANKS}%{_BLANKS}$"


def percent_pattern(most: int, below_zero: bool, zero: bool = True) -> str:
    """`PERCENT` with bounds, for the JSON Schema.

    Parameters
    ----------
    most : int
        The most that is taken, 100 or 1,000. [percent]
    below_zero : bool
        Whether all above -100 percent is taken, else all from zero on.
    zero : bool
        Whether zero is taken.
    """
    small = rf"(0{{0,10}}[0-9]{{1,2}}{_FRACTION}|\.[0-9]{{1,12}})"
    hundreds = rf"|0{{0,9}}[0-9]{{3}}{_FRACTION}" if most == 1000 else ""
    end = rf"0{{0,{12 - len(str(most))}}}{most}(\.0{{0,12}})?"
    nothing = r"[-+]?(0{1,12}(\.0{0,12})?|\.0{1,12})"
    taken = [nothing] if zero else []
    taken += [f"-{small}"] if below_zero else []
    taken.append(rf"\+?({small}{hundreds}|{end})")
    refused = "" if zero else rf"(?!{_BLANKS}{nothing}{_BLANKS}%)"
    return f"^{refused}{_BLANKS}({'|'.join(taken)}){_BLANKS}%{_BLANKS}$"


TEXT_PATTERN = (
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\x00-\x1f\x7f-\x9f\u2028\u2029\s]"
    r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
)
TEXT_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": TEXT_PATTERN}
DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

# 12_000 is a number to `check` and a text to an editor, whose YAML 1.2 has no underscores
UNDERSCORED = (
    r"^(?=[^_]*_)(?!0[0-9_]+$)[+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?$"
)


def number_schema(least: float) -> dict[str, Any]:
    """The JSON Schema of what `read_number` takes, from a least number on."""
    number = {"type": "number", "minimum": least, "maximum": MAX_NUMBER}
    return {"anyOf": [number, {"type": "string", "pattern": UNDERSCORED}]}


def both_given(first: str, second: str) -> dict[str, Any]:
    """The JSON Schema of a mapping in which two keys both have a value."""
    given = {key: {"not": {"type": "null"}} for key in (first, second)}
    return {"required": [first, second], "properties": given}
