"""Pages of one answer, saved one by one: each has the token of the next, the last one has none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from estimator.discovery.estate import Estate
from estimator.figures import listed

_TOKENS = ("NextToken", "nextToken")
_LONGEST_NUMBER = 3  # more digits are a time or an id, no number of a page


def token_of(response: Mapping[str, Any]) -> str:
    """The token of the page after this one; empty for the last page, and for an answer of one."""
    return next((str(response[name]) for name in _TOKENS if response.get(name)), "")


class Pages:
    """The pages of any number of answers, by what each is an answer of."""

    def __init__(self) -> None:
        self._more: defaultdict[Hashable, list[str]] = defaultdict(list)
        self._last: defaultdict[Hashable, list[str]] = defaultdict(list)

    def take(self, answer: Hashable, response: Mapping[str, Any], source: str) -> None:
        """Keep where a page of an answer stands."""
        (self._more if token_of(response) else self._last)[answer].append(source)

    def finish(self, estate: Estate, section: str, missing: str) -> None:
        """Note the answers of which a page is not here, as far as tokens and file names tell."""
        for answer, sources in self._more.items():
            last = self._last.get(answer)
            for source in sources if last is None else ():
                estate.completeness.missed(section, source, f"one page of several: {missing}")
            pages = [*sources, *(last or ())]
            note_missing_pages(estate, section, pages, missing)
        self._more.clear()
        self._last.clear()


def note_missing_pages(estate: Estate, section: str, sources: Sequence[str], missing: str) -> None:
    """Note the pages that are missing between those of one answer: one reason for all of them."""
    numbers = list(find_gaps(sources))
    if numbers:
        verb = "number {} is" if len(numbers) == 1 else "numbers {} are"
        names = listed([str(number) for number in numbers])
        reason = f"of its pages {verb.format(names)} not here: {missing}"
        estate.completeness.missed(section, sources[-1], reason)


def find_gaps(sources: Sequence[str]) -> Iterator[int]:
    """The numbers that are missing between files whose names differ in one number alone.

    >>> list(find_gaps(["page-1.json", "page-2.json", "page-4.json"]))
    [3]
    >>> list(find_gaps(["2026-10-01/a.json", "2026-11-03/a.json"]))
    []
    """
    parts = [re.split(r"([0-9]+)", source) for source in sources]
    columns = [set(column) for column in zip(*parts, strict=False)]
    differing = [index for index, column in enumerate(columns) if len(column) > 1]
    if len({len(part) for part in parts}) == 1 and len(differing) == 1 and differing[0] % 2:
        numbers = sorted(int(text) for text in columns[differing[0]])
        if len(str(numbers[-1])) <= _LONGEST_NUMBER:
            yield from (n for n in range(numbers[0], numbers[-1]) if n not in numbers)
