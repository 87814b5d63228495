"""pydantic's errors as problems: line, what was found, what was expected, what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pricing.reading.key_owners import (
    allowed_keys,
    choices_with,
    empty_word,
    example_of,
    field_unit,
    is_needed,
    item_keys,
    misplaced_key,
    takes_list,
    units_of_keys,
)
from pricing.reading.nodes import Location, Refused, Seq, line_of, text_of, value_at
from pricing.reading.problems import Problem
from pricing.reading.scalar_writer import flow
from pricing.reading.slips import QUOTES, find_unseen, plain_text, template_fix
from pricing.reading.units import GROWTH, SHARE, unit_in_words
from pricing.reading.words import describe, nearest, shown
from pricing.reading.written_keys import key_fix, key_meant, nearest_key, word_meant

_LONGEST = 80
_IN_FLOW = {"{}": ("mapping", "number", "share", "growth"), "[]": ("list",)}
_NO_MAPPING = ("model_type", "model_attributes_type", "dict_type", "union_tag_not_found")


@dataclass(frozen=True)
class WrittenField:
    """What the format and the document say of a refused value, for who says how to write it.

    Attributes
    ----------
    unit : str or None
        The unit of its field, as `file/day`.
    text : str or None
        A number or a flag as it was written, where its value does not show it.
    is_needed : bool
        True where it has no default, so that it cannot be left out.
    empty : str
        What stands there for none, as the format says it: `null for SSE-S3`.
    """

    unit: str | None = None
    text: str | None = None
    is_needed: bool = False
    empty: str = ""


def problems_of(
    model: type[BaseModel], error: ValidationError, root: Any, path: str
) -> list[tuple[Problem | None, Location]]:
    """The problems behind an error, each with its place in the document.

    A needed key that stands there under another name is one mistake: its own place has no problem.
    Nor has a value that the reader of the document has noted one of.
    """
    details = [each for leaf in _leaves(error) for each in _each_of(leaf)]
    renamed = {_find_meant(model, each) for each in details if each["type"] == "extra_forbidden"}
    found: list[tuple[Problem | None, Location]] = []
    for each in details:
        problem, place = _problem(model, each, root, path)
        is_renamed = each["type"] == "missing" and tuple(each["loc"]) in renamed
        is_noted = isinstance(value_at(root, place), Refused)
        found.append((None if is_renamed or is_noted else problem, place))
    return found


def _find_meant(model: type[BaseModel], details: ErrorDetails) -> Location:
    """The location of the key that was meant by an unknown one, if that is clear."""
    above, key = details["loc"][:-1], str(details["loc"][-1])
    meant = key_meant(key, units_of_keys(model, above))
    return (*above, meant or nearest_key(key, sorted(allowed_keys(model, above))) or "")


def _leaves(error: ValidationError) -> list[ErrorDetails]:
    """The errors, without a list called too short only because its items are refused already."""
    details = error.errors()
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(
            other["loc"][: len(detail["loc"])] == detail["loc"] != other["loc"] for other in details
        )
    ]


def _each_of(details: ErrorDetails) -> list[ErrorDetails]:
    """An error for each refusal that was joined with others."""
    context = details.get("ctx", {})
    more = context.get("more", ())
    others = [details.copy() for _ in more]
    for other, refused in zip(others, more, strict=True):
        other["ctx"] = refused
    return [details, *others]


def _problem(
    model: type[BaseModel], details: ErrorDetails, root: Any, path: str
) -> tuple[Problem, Location]:
    context = details.get("ctx", {})
    value, kind = details["input"], details["type"]
    place = (*_real(root, details["loc"], kind == "missing"), *context.get("at", ()))
    text = text_of(root, place)
    found, expected, fix = shown(value), details["msg"], ""
    if kind == "refused":
        found, expected, fix = context["found"], context["expected"], context["fix"]
        inner = value_at(root, place)
        if text is not None and found == shown(inner):
            found = f"the number {text}" if not isinstance(inner, bool) else text
        if callable(fix):
            own = details["loc"]
            field = field_unit(model, own), text, is_needed(model, own), empty_word(model, own)
            fix = fix(WrittenField(*field))
    elif kind == "missing":
        found, expected = "no such key", "a value for it: it is needed"
        fix = f"add `{place[-1]}:`" if place else ""
    elif kind == "extra_forbidden":
        expected = f"one of {', '.join(sorted(allowed_keys(model, details['loc'][:-1])))}"
        found, fix = f"the unknown key {shown(str(place[-1]))}", _key_fix(model, details, place)
    elif kind == "union_tag_not_found" and isinstance(value, dict):
        tag = str(context["discriminator"]).strip("'")
        place, found, expected = (*place, tag), "no such key", "a value for it: it is needed"
        choices = choices_with(model, details["loc"], tag, set(value))
        fix = f"add `{tag}:`, one of {', '.join(choices)}"
        fix = f"add `{tag}: {choices[0]}`" if len(choices) == 1 else fix
    elif kind in _NO_MAPPING:
        expected = "a mapping"
        loc = details["loc"]
        # an item of a list may be of several kinds: its last part is the kind, not a key
        is_kind = len(loc) > 1 and isinstance(loc[-2], int) and place[-1:] != loc[-1:]
        place_of_keys = loc[:-1] if is_kind else loc
        fix = _percent_of(value, units_of_keys(model, place_of_keys)) or _pairs_of(
            value, allowed_keys(model, place_of_keys)
        )
    elif kind == "too_short":
        found, expected, fix = "an empty list", "at least one item", "add one"
    elif kind in ("list_type", "tuple_type"):
        expected = "a list"
        fix = _list_of_items_fix(model, details["loc"], value)
    elif kind in ("literal_error", "enum"):
        expected, fix = _expect_choice(value, context["expected"])
    elif kind == "union_tag_invalid":
        tag = str(context["discriminator"]).strip("'")
        given = value.get(tag, context["tag"])
        place, found = (*place, tag), shown(given)
        expected, fix = _expect_choice(given, context["expected_tags"])
    fix = _fix_unwritten(kind, value_at(root, place), expected) or fix
    return Problem(path, line_of(root, place), describe(place), found, expected, fix), place


def _fix_unwritten(kind: str, value: Any, expected: str) -> str | None:
    """The fix of a text that is a template's, or a mapping or a list that stands in quotes."""
    if kind in ("missing", "extra_forbidden"):
        return None  # of its key, and not of its value
    template = template_fix(value)
    if template is not None or not isinstance(value, str):
        return template
    text = value.strip()
    # only where one can stand: in quotes, [2026-01-15] may be a day in brackets
    words = _IN_FLOW.get(text[:1] + text[1:][-1:], ())
    is_flow = any(word in expected for word in words)
    return f"write it without quotes: {text}" if is_flow and len(text) <= _LONGEST else None


def _expect_choice(value: Any, expected: Any) -> tuple[str, str]:
    """What pydantic expected in a place of few choices, and how to write the one that was meant."""
    choices = re.findall(r"[\w-]+", str(expected).replace("'", "").replace(" or ", " "))
    listed = f"one of {str(expected).replace(chr(39), '')}" if len(choices) > 1 else choices[0]
    return listed, _choice_fix(value, choices)


def _choice_fix(value: Any, choices: list[str]) -> str:
    """The choice that a value stands for, or the nearest one."""
    if [value] == choices:
        return f"write {value} without quotes"
    word = plain_text(str(value)).strip(QUOTES).casefold()
    alike = [c for c in choices if re.sub("[ _-]", "", word) == c.replace("-", "")]
    if alike:
        return f"write {alike[0]}"
    other = word_meant(word, choices)
    if other is not None:
        return f"write {other}"
    longer = [c for c in choices if word and c.startswith(word)]
    close = longer[0] if len(longer) == 1 else nearest(word, choices)
    if close:
        return f"did you mean `{close}`?"
    return "write one of them" if len(choices) > 1 else f"write {choices[0]}"


def _key_fix(model: type[BaseModel], details: ErrorDetails, place: Location) -> str:
    """What to do with a key that the format does not have in this place."""
    above, key, value = details["loc"][:-1], str(place[-1]), details["input"]
    if key == "<<":
        return "name an anchor (&name) of a mapping that is complete above this line"
    name, colon, rest = key.partition(":")
    if colon and value is None and name.strip() in allowed_keys(model, above):
        # an account's id stands in quotes
        written = flow(rest.strip()) if re.fullmatch("[0-9]{12}", rest.strip()) else rest.strip()
        return f"type a blank after the colon: {name.strip()}: {written}"
    units = units_of_keys(model, above)
    converted = key_fix(key, value, units)
    if converted is not None:
        return converted
    misplaced = misplaced_key(model, above, key, value)
    if misplaced is not None:
        return misplaced
    close = nearest_key(key, sorted(allowed_keys(model, above)))
    if close is None:
        return "remove it"
    unit = f", in {unit_in_words(units[close])}" if close in units else ""
    return f"did you mean `{close}`{unit}?"


def _list_of_items_fix(model: type[BaseModel], own: Location, value: Any) -> str:
    """How to write a list, of items that the field takes: no list of `true` where days stand."""
    needed = is_needed(model, own)
    fix = _list_fix(value, item_keys(model, own), needed)
    is_list = fix.startswith("write [") and not fix.startswith("write []")
    items = _items_of(value)
    if not is_list or takes_list(model, own, items):
        return fix
    in_quotes = [item if isinstance(item, bool) else str(item) for item in items]
    if takes_list(model, own, in_quotes):
        return f"write {flow(in_quotes)}"
    rest = "" if needed else ", or remove the key"
    return f"list them, such as {flow(example_of(model, own))}{rest}"


def _list_fix(value: Any, keys: set[str], needed: bool) -> str:
    """How to write the list that stands there as something else; its items may have some keys."""
    name = _name_key(keys)
    if value is None:
        return "write [], or indent the lines below it that belong to it"
    if isinstance(value, dict):
        first = next(iter(value), "")
        if name is None or not value or keys & set(value):
            return f"put a dash and a blank before its first key: `- {first or 'key'}: ...`"
        if all(isinstance(item, dict) for item in value.values()):
            return f"write a list, each item with its {name}: - {{{name}: {flow(first)}, ...}}"
        key, item = next(iter(value.items()))
        is_id = isinstance(item, str) and (key.isdecimal() or item.isdecimal())
        if {"id", "name"} <= keys and is_id:  # prod: "222222222222"
            pair = (key, item) if key.isdecimal() else (item, key)
            return f"write a list: - {flow(dict(zip(('id', 'name'), pair, strict=True)))}"
        return f"write a list, each item a mapping: - {{{name}: ..., ...}}"
    word = value.strip().casefold() if isinstance(value, str) else None
    if word in ("none", "no", "nothing", "-", "n/a", ""):
        return "write []"
    if word in ("all", "*", "any", "every"):
        return "list them" + ("" if needed else ", or remove the key if its default is meant")
    if isinstance(value, list) or len(str(value)[:81]) > 80:
        return "write one item a line with `- `, or [in, brackets]"
    items = _items_of(value)
    if name is None:
        return f"write {flow(items)}"
    return f"write a list of mappings: - {_with_key(keys, items[0])}"


def _items_of(value: Any) -> list[Any]:
    """The items of a list that stands there as one value, or as a text with commas."""
    parts = re.split(r"[,;]\s*|\n", value) if isinstance(value, str) else [value]
    items = [item.strip() if isinstance(item, str) else item for item in parts]
    return [item for item in items if item != ""]


def _name_key(keys: set[str]) -> str | None:
    """The key that names an item: its id or its name, if it has one."""
    return next((key for key in ("id", "name") if key in keys), None)


def _with_key(keys: set[str], value: Any) -> str:
    """A mapping in one line of a name that stands there alone."""
    text = str(value) if isinstance(value, int) else value
    is_file = "file" in keys and re.search(r"\.(csv|json|txt|tsv|xlsx?)$", str(text), re.IGNORECASE)
    return f"{{{'file' if is_file else _name_key(keys)}: {flow(text)}}}"


def _percent_of(value: Any, units: Mapping[str, str]) -> str | None:
    """The keys of a percentage, or of a growth such as 0.1, that stands there without one."""
    is_percent = isinstance(value, str) and re.fullmatch(r"-?[0-9.]{1,10} ?%", value)
    if not is_percent and not (isinstance(value, float) and abs(value) < 1):
        return None
    fitting = (GROWTH, SHARE) if is_percent else (GROWTH,)
    keys = [f"{{{key}: {value}}}" for key in sorted(units) if units[key] in fitting]
    return f"write {' or '.join(keys)}" if keys else None


def _pairs_of(value: Any, keys: set[str]) -> str:
    """How to write the mapping that stands there as something else."""
    if value is None:
        return "indent the lines below it that belong to it, or remove the key"
    if isinstance(value, Seq) and len(value) == 1 and isinstance(value[0], dict):
        return "remove the dash before its first key"
    unseen = find_unseen(value) if isinstance(value, str) else None
    if isinstance(value, str) and re.match(r"[A-Za-z_]\w*:(?!//|[^\s]*:)", value):
        return f"type a plain space after the colon{f', no {unseen[2:]}' if unseen else ''}"
    is_name = isinstance(value, str | int) and not isinstance(value, bool)
    if is_name and _name_key(keys) is not None and 0 < len(str(value)[:81].strip()) <= 80:
        return f"write it with its key: {_with_key(keys, value)}"
    return "write `key: value` pairs"


def _real(root: Any, location: Iterable[str | int], missing: bool) -> Location:
    """`location` without the tags that pydantic adds for the members of a union.

    Only the last part of something `missing` need not be in the document.
    """
    place: list[str | int] = []
    node = root
    parts = list(location)
    for index, part in enumerate(parts):
        if (isinstance(node, dict) and isinstance(part, str) and part in node) or (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        ):
            node = node[part]  # type: ignore[index]  # the line above has looked
        elif not (missing and index == len(parts) - 1):
            continue  # a tag: the document has no such part
        place.append(part)
    return tuple(place)
