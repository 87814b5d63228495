"""From a document with lines to a validated model, every problem in the user's words.

pydantic does the checking; this module turns its errors into `Problem`s with line and fix, and
holds the kinds of value that the documents share.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from pricing.reading.document import Location, load_document
from pricing.reading.error_problems import WrittenField, problems_of
from pricing.reading.json_schemas import (
    DAY_PATTERN,
    MAX_NUMBER,
    MAX_TEXT,
    PERCENT,
    TEXT_SCHEMA,
    number_schema,
)
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.slips import QUOTES, plain_text
from pricing.reading.units import unit_in_words
from pricing.reading.words import flow_of, shown
from pricing.reading.written_days import A_DAY, day_fix
from pricing.reading.written_numbers import number_fix, numbers_meant, range_fix, unit_fix

Model = TypeVar("Model", bound=BaseModel)

_FLAGS = {
    "true": ("true", "yes", "y", "on", "1", "enabled", "ja"),
    "false": ("false", "no", "n", "off", "0", "disabled", "nein"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Section(BaseModel):
    """A part of a document: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


Fix = str | Callable[[WrittenField], str]


def refusal(
    value: Any, expected: str, fix: Fix = "", at: Location = (), found: str = ""
) -> PydanticCustomError:
    """The error a validator raises: what was found, what was expected, how to fix it.

    A `fix` that depends on the unit of the field, or on how the value was written, is a function of
    these: who reads a value knows neither.
    """
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
        raise refusal(value, "text", partial(_text_fix, value))
    if not value.strip():
        raise refusal(value, "text that is not empty", _empty_fix)
    if len(value) > MAX_TEXT:
        raise refusal(value, f"at most {MAX_TEXT} characters", "shorten it")
    if _CONTROL.search(value):
        fix = "remove them"
        if re.match(r"[A-Za-z]:[^\w/\\ ]", value):  # C:\temp: in double quotes \t is a tab
            fix = "write a path with /, or in single quotes: in double ones \\ begins a character"
        raise refusal(value, "text in one line without control characters", fix)
    return value


def _empty_fix(field: WrittenField) -> str:
    """How to write a text that is empty."""
    if field.empty:
        return f"give it a name, or write {field.empty}, without quotes"
    return "give it a name" + ("" if field.is_needed else ", or remove the key")


def _text_fix(value: Any, field: WrittenField) -> str:
    """How to write as text what is none."""
    if isinstance(value, int | float | datetime.date):
        is_day = isinstance(value, datetime.date)
        return f'write it in quotes: "{field.text or (value if is_day else flow_of(value))}"'
    if value is None:
        return "write it behind the colon" + ("" if field.is_needed else ", or remove the key")
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str):
        return f"write {value[0][:MAX_TEXT]}, without brackets or a dash"
    return "write one text alone"


def read_flag(value: Any) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        word = plain_text(str(value)).strip(QUOTES).casefold()
        meant = next((flag for flag, words in _FLAGS.items() if word in words), None)
        fix = f"write {meant}" if meant else "write true or false"
        if value is None:
            fix += ", or remove the key"
        elif value == meant:
            fix += " without quotes"
        raise refusal(value, "true or false", fix)
    return value


def read_day(value: Any) -> datetime.date:
    """A calendar day, as YAML's date or as its text in quotes."""
    if isinstance(value, datetime.date):
        return value
    # fromisoformat takes 20261101 as well, which YAML would read as a number
    if isinstance(value, str) and len(value) == 10:
        with suppress(ValueError):
            return datetime.date.fromisoformat(value)
    raise refusal(value, A_DAY, day_fix(value))


def check_starts(starts: Sequence[datetime.date]) -> None:
    """Refuse `versions` that do not begin one after the other."""
    if any(later <= earlier for earlier, later in pairwise(starts)):
        fix = "order them by `from`, each day once"
        raise refusal(None, "versions that rise in time", fix, ("versions",), "another order")


def read_number(value: Any, read: Callable[[Any], float] | None = None) -> float:
    """A finite number, zero or more; `read` is who asks for it, and may refuse what is advised."""
    # True is an int to Python
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(value, "a number", advise_number(value, read or read_number))
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


def advise_number(value: Any, read: Callable[[Any], float]) -> Callable[[WrittenField], str]:
    """How to write the number that a value stands for, in the unit of its field.

    `read` is what will read it then: a number that it refuses is no advice.
    """

    def advise(field: WrittenField) -> str:
        meant = numbers_meant(value, field.unit) if isinstance(value, str) else []
        for number in meant:
            try:
                read(number.text if number.text.endswith("%") else float(number.text))
            except PydanticCustomError as error:
                fix = (error.context or {}).get("fix", "")
                return unit_fix(value, field.unit) if callable(fix) else str(fix)
        return number_fix(value, field.unit) or unit_fix(value, field.unit)

    return advise


def advise_range(value: Any, read: Callable[[Any], float]) -> Callable[[WrittenField], str]:
    """How to write the range that a value stands for, in the unit of its field."""

    def advise(field: WrittenField) -> str:
        meant = range_fix(value, field.unit)
        if meant is not None:
            return meant
        if isinstance(value, str):  # a dash in it makes no range yet
            return advise_number(value, read)(field)
        unit = f", in {unit_in_words(field.unit)}" if field.unit else ""
        return f"write {{low: ..., high: ...}}{unit}"

    return advise


def _refuse_flag(value: Any) -> Any:
    # True is an int to Python, and equal to 1
    if isinstance(value, bool):
        raise refusal(value, "1", "write 1")
    return value


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
FormatVersion = Annotated[Literal[1], BeforeValidator(_refuse_flag)]
Number = Annotated[float, PlainValidator(read_number), WithJsonSchema(number_schema(0))]


class Source(Section):
    """The page that a rate was read from, and the day on which somebody looked."""

    title: Text
    url: Text
    checked: Day


def find_problems(
    model: type[Model], root: Any, path: str
) -> tuple[Model | None, list[tuple[Problem | None, Location]]]:
    """Check `root` against `model`.

    Returns the model, None where something is refused, and each place where that is, with its
    problem: None where the reader of the document has noted one already.
    """
    try:
        return model.model_validate(root), []
    except ValidationError as error:
        return None, problems_of(model, error, root, path)


def validate(
    model: type[Model], root: Any, path: str
) -> tuple[Model | None, list[Problem], list[Location]]:
    """As `find_problems`, with the problems and the places apart."""
    read, found = find_problems(model, root, path)
    problems = [problem for problem, _ in found if problem is not None]
    return read, problems, [place for _, place in found]


def load_as(model: type[Model], path: str | Path) -> Model:
    """The YAML file at `path` as a model, or a `DocumentError` with every problem in it."""
    root, problems = load_document(path)
    read, more, _ = validate(model, root, str(path))
    if read is None or problems:
        # by line, in the order in which a file is mended
        raise DocumentError(sorted([*problems, *more], key=lambda problem: problem.line or 0))
    return read
