"""From a document with lines to a validated model, every problem in the user's words.

pydantic does the checking; this module turns its errors into `Problem`s with line and fix, and
holds the kinds of value that the documents share.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from pricing.reading.document import Location, Refused, Seq, line_of, load_document
from pricing.reading.json_schemas import (
    DAY_PATTERN,
    MAX_NUMBER,
    MAX_TEXT,
    PERCENT,
    TEXT_SCHEMA,
    number_schema,
)
from pricing.reading.key_owners import allowed_keys, misplaced_key
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.slips import find_template, find_unseen, number_fix
from pricing.reading.words import describe, nearest, shown

Model = TypeVar("Model", bound=BaseModel)

_PAIRS = "write `key: value` pairs"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Section(BaseModel):
    """A part of a document: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


def refusal(
    value: Any, expected: str, fix: str = "", at: Location = (), found: str = ""
) -> PydanticCustomError:
    """The error a validator raises: what was found, what was expected, how to fix it."""
    context = {"found": found or shown(value), "expected": expected, "fix": fix, "at": at}
    return PydanticCustomError("refused", "{expected}", context)


def refusal_inside(error: PydanticCustomError, key: str | int) -> PydanticCustomError:
    """The same refusal, or refusals that were joined, one key further in."""
    context = {**(error.context or {})}
    context["at"] = (key, *context["at"])
    context["more"] = tuple(
        {**other, "at": (key, *other["at"])} for other in context.get("more", ())
    )
    return PydanticCustomError("refused", "{expected}", context)


def joined(errors: Iterable[PydanticCustomError]) -> PydanticCustomError:
    """Several refusals of one value as one error: `validate` makes a problem of each."""
    contexts: list[dict[str, Any]] = [{**(error.context or {})} for error in errors]
    more = [context for first in contexts[1:] for context in (first, *first.pop("more", ()))]
    first = contexts[0]
    first["more"] = (*first.get("more", ()), *more)
    return PydanticCustomError("refused", "{expected}", first)


def read_text(value: Any) -> str:
    """A name: text in one line, not empty, without control characters."""
    if not isinstance(value, str):
        is_number = isinstance(value, int | float | datetime.date)
        fix = "write it in quotes" if is_number else "write one text alone"
        if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str):
            fix = f"write {value[0][:MAX_TEXT]}, without brackets or a dash"
        raise refusal(value, "text", fix)
    if not value.strip():
        raise refusal(value, "text that is not empty", "give it a name")
    if len(value) > MAX_TEXT:
        raise refusal(value, f"at most {MAX_TEXT} characters", "shorten it")
    if _CONTROL.search(value):
        raise refusal(value, "text in one line without control characters", "remove them")
    return value


def read_flag(value: Any) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise refusal(value, "true or false", "write true or false")
    return value


def read_day(value: Any) -> datetime.date:
    """A calendar day, as YAML's date or as its text in quotes."""
    if isinstance(value, str):
        try:
            # fromisoformat takes 20261101 as well, which YAML would read as a number
            return datetime.date.fromisoformat(value) if len(value) == 10 else _no_day(value)
        except ValueError:
            raise _day_refusal(value) from None
    if not isinstance(value, datetime.date):
        raise _day_refusal(value)
    return value


def _no_day(value: str) -> datetime.date:
    raise ValueError(value)


def _day_refusal(value: Any) -> PydanticCustomError:
    return refusal(value, "a day such as 2026-11-01", "write it as YYYY-MM-DD")


def read_number(value: Any) -> float:
    """A finite number, zero or more."""
    # True is an int to Python
    if isinstance(value, bool) or not isinstance(value, int | float):
        fix = number_fix(value)
        raise refusal(value, "a number", fix or "write digits without quotes or units")
    try:
        # an int may be larger than any float
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise refusal(value, "a finite number", "write the number out")
    if number < 0:
        raise refusal(value, "zero or more", "remove the minus sign")
    if number > MAX_NUMBER:
        raise refusal(value, "at most 1e15", "check the unit")
    return number


def read_percent(value: Any) -> float | None:
    """A percentage in text as a share; None for anything else.

    >>> read_percent("99.9%"), read_percent("10 %"), read_percent("-5%"), read_percent(0.5)
    (0.999, 0.1, -0.05, None)
    """
    if not isinstance(value, str) or not re.match(PERCENT, value):
        return None
    # Decimal: 99.9 as a float, divided by 100, is not the float nearest to 0.999
    return float(Decimal(value.strip().removesuffix("%").strip()) / 100)


Text = Annotated[str, PlainValidator(read_text), WithJsonSchema(TEXT_SCHEMA)]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Day = Annotated[
    datetime.date,
    PlainValidator(read_day),
    PlainSerializer(lambda day: day.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN}),
]
Number = Annotated[float, PlainValidator(read_number), WithJsonSchema(number_schema(0))]


class Source(Section):
    """The page that a rate was read from, and the day on which somebody looked."""

    title: Text
    url: Text
    checked: Day


def validate(
    model: type[Model], root: Any, path: str
) -> tuple[Model | None, list[Problem], list[Location]]:
    """Check `root` against `model`.

    Returns the model (None when there are problems), the problems, and where anything was refused:
    also where the reader of the document has noted a problem already, which needs no second one.
    """
    try:
        return model.model_validate(root), [], []
    except ValidationError as error:
        found = _found(model, error, root, path)
        return None, _fresh(root, found), [place for _, place in found]


def find_problems(model: type[BaseModel], root: Any, path: str) -> list[tuple[Problem, Location]]:
    """The problems of `root`, each with its place; none where the model takes it."""
    try:
        model.model_validate(root)
    except ValidationError as error:
        return _found(model, error, root, path)
    return []


def _found(
    model: type[BaseModel], error: ValidationError, root: Any, path: str
) -> list[tuple[Problem, Location]]:
    return [
        _problem(model, details, root, path)
        for leaf in _leaves(error)
        for details in _each_of(leaf)
    ]


def _fresh(root: Any, found: list[tuple[Problem, Location]]) -> list[Problem]:
    return [problem for problem, place in found if not isinstance(_value_at(root, place), Refused)]


def load_as(model: type[Model], path: str | Path) -> Model:
    """The YAML file at `path` as a model, or a `DocumentError` with every problem in it."""
    root, problems = load_document(path)
    read, more, _ = validate(model, root, str(path))
    if read is None or problems:
        # by line, in the order in which a file is mended
        raise DocumentError(sorted([*problems, *more], key=lambda problem: problem.line or 0))
    return read


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


def _value_at(root: Any, place: Location) -> Any:
    for part in place:
        try:
            root = root[part]
        except (KeyError, IndexError, TypeError):
            return None
    return root


def _problem(
    model: type[BaseModel], details: ErrorDetails, root: Any, path: str
) -> tuple[Problem, Location]:
    context = details.get("ctx", {})
    value, kind = details["input"], details["type"]
    place = (*_real(root, details["loc"], kind == "missing"), *context.get("at", ()))
    found, expected, fix = shown(value), details["msg"], ""
    if kind == "refused":
        found, expected, fix = context["found"], context["expected"], context["fix"]
    elif kind == "missing":
        found, expected = "no such key", "a value for it: it is needed"
        fix = f"add `{place[-1]}:`" if place else ""
    elif kind == "extra_forbidden":
        key = str(place[-1])
        allowed = sorted(allowed_keys(model, details["loc"][:-1]))
        close = nearest(key, allowed)
        found = f"the unknown key {shown(key)}"
        expected = f"one of {', '.join(allowed)}"
        misplaced = misplaced_key(model, details["loc"][:-1], key, value)
        fix = misplaced or (f"did you mean `{close}`?" if close else "remove it")
    elif kind in ("model_type", "model_attributes_type", "dict_type"):
        expected, fix = "a mapping", _pairs_of(value)
    elif kind == "too_short":
        found, expected, fix = "an empty list", "at least one item", "add one"
    elif kind in ("list_type", "tuple_type"):
        expected, fix = "a list", _list_fix(value)
    elif kind in ("literal_error", "union_tag_invalid", "enum"):
        if kind == "union_tag_invalid":
            tag = str(context["discriminator"]).strip("'")
            place, found = (*place, tag), shown(value.get(tag, context["tag"]))
            expected = f"one of {str(context['expected_tags']).replace(chr(39), '')}"
        else:
            expected = f"one of {str(context['expected']).replace(chr(39), '')}"
        choices = re.findall(r"[\w-]+", expected.replace("one of", "").replace(" or ", " "))
        close = nearest(str(value if kind != "union_tag_invalid" else context["tag"]), choices)
        fix = "write one of them" if len(choices) > 1 else f"write {choices[0]}"
        fix = f"did you mean `{close}`?" if close else fix
        fix = f"write {value} without quotes" if choices == [value] else fix
    elif kind == "union_tag_not_found":
        tag = str(context["discriminator"]).strip("'")
        place, found = (*place, tag), "no such key"
        expected, fix = "a value for it: it is needed", f"add `{tag}:`"
        if not isinstance(value, dict):
            place, found, expected, fix = place[:-1], shown(value), "a mapping", _pairs_of(value)
    return Problem(path, line_of(root, place), describe(place), found, expected, fix), place


def _list_fix(value: Any) -> str:
    """How to write the list that stands there as something else."""
    if isinstance(value, dict):
        return "put a dash and a blank before its first key, as in `- name: org`"
    if isinstance(value, str) and value.strip() and len(value) < 80 and not find_template(value):
        items = [item.strip() for item in value.split(",") if item.strip()]
        return f"write [{', '.join(items)}]"
    return "write one item a line with `- `, or [in, brackets]"


def _pairs_of(value: Any) -> str:
    """How to write the mapping that stands there as something else."""
    if value is None:
        return "indent the lines below it that belong to it, or remove the key"
    if isinstance(value, Seq) and len(value) == 1 and isinstance(value[0], dict):
        return "remove the dash before its first key"
    template = find_template(value)
    if template is not None:
        return "render the template first, and check what it gives"
    unseen = find_unseen(value) if isinstance(value, str) else None
    if isinstance(value, str) and ":" in value:
        return f"type a plain space after the colon{f', no {unseen[2:]}' if unseen else ''}"
    return _PAIRS


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
