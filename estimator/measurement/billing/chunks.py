"""Some lines of a bill at once: those of KMS and CloudTrail, and what the others tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

import pandas as pd

from estimator.measurement.billing import services
from estimator.measurement.billing.layouts import FIELDS, Columns

# lines handed on at once: some 40 MB of the columns needed
CHUNK = 100_000
FORECAST = "Forecast: "  # how kmscost describes the lines of a forecast that it exports


@dataclass(frozen=True)
class Chunk:
    """Some lines of a bill.

    Attributes
    ----------
    lines : int
        How many there are, of whatever product.
    spans : set of pairs
        Start and end of those that are AWS's usage, as the bill writes them.
    currencies : set of str
        Currencies of all that are AWS's.
    of_aws : int
        Lines that are AWS's, or whose provider is not said.
    forecasts : int
        Lines that are marked as a forecast: they are in none of the others.
    charges : DataFrame
        Those of KMS and CloudTrail: a column of text for each of `FIELDS`, empty where not known.
    numbers : list of int
        The line in the file of each of them; empty where the reader does not know.
    """

    lines: int
    spans: set[tuple[str, str]]
    currencies: set[str]
    of_aws: int
    forecasts: int
    charges: pd.DataFrame
    numbers: list[int]


def chunks_of(rows: Iterable[tuple[int, list[str]]], columns: Columns) -> Iterator[Chunk]:
    """Chunks of a table's rows, each with its line in the file, all as long as the header."""
    where = {field: position for field, (position, _) in columns.where.items()}
    pick = itemgetter(*where.values())
    cells = _Cells(columns, where)
    lines, known, forecasts, spans, currencies = 0, 0, 0, set(), set()
    charged: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, row in rows:
        if cells.is_forecast(row):
            forecasts += 1
            continue
        lines += 1
        of_aws, ours = cells.whose(row)
        if of_aws:
            known += 1
            currencies.add(cells.get(row, "currency"))
            if cells.is_usage(row) and not columns.layout.is_open(cells.get(row, "invoice")):
                spans.add((cells.get(row, "start"), cells.get(row, "end")))
        if ours:
            charged.append(pick(row))
            numbers.append(number)
        if lines >= CHUNK:
            charges = _rows(charged, where)
            yield Chunk(lines, spans, currencies, known, forecasts, charges, numbers)
            lines, known, forecasts, spans, currencies = 0, 0, 0, set(), set()
            charged, numbers = [], []
    yield Chunk(lines, spans, currencies, known, forecasts, _rows(charged, where), numbers)


class _Cells:
    """The cells of a row by their field, and whose line it is."""

    def __init__(self, columns: Columns, where: Mapping[str, int]) -> None:
        self._where = where
        self._usage = cache(columns.layout.is_usage)
        self._known: dict[tuple[str, str, str], tuple[bool, bool]] = {}

    def get(self, row: list[str], field: str) -> str:
        """A cell, empty where the table has no such column."""
        at = self._where.get(field)
        return "" if at is None else row[at]

    def is_usage(self, row: list[str]) -> bool:
        """Tell whether a line is usage."""
        return self._usage(self.get(row, "kind"))

    def is_forecast(self, row: list[str]) -> bool:
        """Tell whether a line is marked as a forecast."""
        flag = self.get(row, "forecast")
        return self.get(row, "description").startswith(FORECAST) or (
            bool(flag) and services.is_flag(flag)
        )

    def whose(self, row: list[str]) -> tuple[bool, bool]:
        """Tell whether a line is AWS's, and whether it is KMS's or CloudTrail's."""
        clue = (
            self.get(row, "provider"),
            self.get(row, "product"),
            self.get(row, "service_name"),
        )
        known = self._known.get(clue)
        if known is None:
            provider, *names = clue
            # a table without providers is of one, and AWS's words are taken for AWS's
            aws = services.is_aws(provider) or "provider" not in self._where
            ours = any(services.product_of(name, aws) for name in names)
            known = (aws or ours or not services.clean(provider), ours)
            self._known[clue] = known
        return known


def _rows(rows: list[tuple[str, ...]], where: Mapping[str, int]) -> pd.DataFrame:
    return text_frame({name: [row[place] for row in rows] for place, name in enumerate(where)})


def text_frame(columns: dict[str, list[str]]) -> pd.DataFrame:
    """A column of text for every field."""
    frame = pd.DataFrame(columns, dtype=object)
    return frame.reindex(columns=list(FIELDS), fill_value="").astype(object)
