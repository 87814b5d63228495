"""Names that an inventory takes: text in one line, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic_core import PydanticCustomError

from pricing.reading.json_schemas import MAX_TEXT
from pricing.reading.validation import read_text


def fit(text: object, spare: str) -> tuple[str, bool]:
    """A name that `check` takes, and whether it is the one given."""
    try:
        return read_text(text), True
    except PydanticCustomError:
        if isinstance(text, str):
            name = "".join(letter for letter in text if letter.isprintable())[:MAX_TEXT].strip()
            if name:
                return name, False
        return spare, False


def each_once(wanted: Sequence[tuple[str, Iterable[str]]]) -> list[str]:
    """A name for each: the wanted one, or where several want it the first free alternative.

    >>> each_once([("org", ["arn:1"]), ("org", ["arn:2"]), ("logs", [])])
    ['arn:1', 'arn:2', 'logs']
    """
    # who shares a name gives it up altogether: the first to come must not decide
    asked = Counter(name for name, _ in wanted)
    taken: set[str] = set()
    chosen = []
    for name, others in wanted:
        spare = (f"{name[: MAX_TEXT - 10]}-{number}" for number in range(2, len(wanted) + 2))
        choices = [*([name] if asked[name] == 1 else []), *others, name, *spare]
        best = next(
            choice
            for choice in choices
            if choice and len(choice) <= MAX_TEXT and choice not in taken
        )
        taken.add(best)
        chosen.append(best)
    return chosen


def short_names(names: Sequence[str]) -> list[str]:
    """Names of files for comments: without folders, where that tells them apart."""
    short = [Path(name).name for name in names]
    return short if len(set(short)) == len(short) else list(names)
