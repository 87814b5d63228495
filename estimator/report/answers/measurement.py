"""What a measurement answers: requests by cause, and what was read for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from estimator.figures import count, money
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from estimator.report.answers import Answer
from estimator.report.blocks import MOST_ROWS, Sheet
from pricing.arns import split_arn
from pricing.reading.problems import printable

if TYPE_CHECKING:  # JSON of a measurement is written before pandas would have been loaded
    import pandas as pd

_DEFAULT = ("month", "cause", "operation", "driver")
_OF_A_BILL = ("month", "operation")  # which tells no cause but its own: the operation says as much
_WHOSE = frozenset({"service", "caller", "resource"})
_PARTS = {"files": "objects", "free": "free", "billable": "billable"}
_NUMBERS = ("quantity", *_PARTS, "cost")
_KMS, _CLOUDTRAIL = "awskms", "AWSCloudTrail"
_UNITS = ("request", "key-month", "event")  # in this order; then others, then what has none


class MeasurementAnswer(Answer[Actuals]):
    """The requests that were really made."""

    def blocks(self) -> Iterable[Sheet]:
        """The rows by what was asked for."""
        return measurement_sheets(self.result)

    def lines(self) -> Iterable[str]:
        """Return what was read, and which part of the time it covers."""
        return [*_costs(self.result), _files(self.result)]

    def frame(self) -> pd.DataFrame:
        """The actuals frame."""
        return self.result.rows


def measurement_sheets(actuals: Actuals) -> list[Sheet]:
    """The rows by what was asked for, and their sum; CloudTrail's charges never among KMS's."""
    rows = actuals.rows
    if "product" not in rows:
        return [_sheet(_title(actuals, "KMS requests by"), actuals, rows, "request")]
    of = {name: rows[rows["product"] == name] for name in (_KMS, _CLOUDTRAIL)}
    sheets = [_sheet(_title(actuals, "AWS KMS on"), actuals, of[_KMS], "request")]
    if len(of[_CLOUDTRAIL]):
        title = "Apart from it, AWS CloudTrail on the same bill"
        sheets.append(_sheet(title, actuals, of[_CLOUDTRAIL], "event"))
    return sheets


def _sheet(title: str, actuals: Actuals, rows: pd.DataFrame, unit: str) -> Sheet:
    """Rows under their title, one for each group, and their sum.

    `unit` is that of the free and billable part. What is counted in another unit has a column of
    its own: key-months are no requests.
    """
    # each product has a sheet of its own; what is asked for and not in the source stands as "-"
    keys = [name for name in actuals.by or _default(rows) if name != "product"]
    rows = rows.assign(**{name: "" for name in keys if name not in rows})
    others = sorted(set(filter(None, rows["unit"])) - {unit}, key=_place)
    columns = [_Column(f"{unit}s", "quantity", unit)]
    columns += [_Column(word, name, unit) for name, word in _PARTS.items() if name in rows]
    columns += [_Column(each + "s" * (each in _UNITS), "quantity", each) for each in others]
    if "cost" in rows:
        columns.append(_Column(_currency(rows), "cost", None))
    sums = _sums(rows, keys, [name for name in _NUMBERS if name in rows], actuals.by is None)
    # numbered by where a group is first
    group = sums.groupby(keys, observed=True, dropna=False, sort=False).ngroup()
    first = sums[~group.duplicated()].head(MOST_ROWS).to_dict("records")
    words = [cell_words([row[name] for row in first]) for name in keys]
    cells = [
        (*labels, *(column.cell(sums[group == at]) for column in columns))
        for at, labels in enumerate(zip(*words, strict=True))
    ]
    rest = sums[group >= MOST_ROWS]
    if len(rest):
        label = f"and {group.max() + 1 - MOST_ROWS:,} more"
        cells.append((label, *("",) * (len(keys) - 1), *(column.cell(rest) for column in columns)))
    total = ("total", *("",) * (len(keys) - 1), *(column.cell(rows) for column in columns))
    header = (*(name.replace("_", " ") for name in keys), *(column.word for column in columns))
    return Sheet(title, header, (*cells, total), len(columns), sums=1)


class _Column(NamedTuple):
    """A column of numbers: of what is counted in a unit, or of all that costs (no unit)."""

    word: str
    name: str
    unit: str | None

    def cell(self, rows: pd.DataFrame) -> str:
        """The sum over rows; empty where none is counted in this unit."""
        if self.unit is None:
            return money(rows[self.name].sum())
        counted = rows.loc[rows["unit"] == self.unit, self.name]
        return _sum(counted) if len(counted) else ""


def _sums(rows: pd.DataFrame, keys: list[str], numbers: list[str], by_weight: bool) -> pd.DataFrame:
    """The sums of each group and unit; a group stands where its first row does."""
    summed = rows.groupby(
        list(dict.fromkeys([*keys, "unit"])), observed=True, dropna=False, sort=True
    )[numbers]
    frame = summed.sum(min_count=1).reset_index()
    if by_weight:  # the largest first within a month, what is no usage last
        frame["_unit"] = [_place(unit) for unit in frame["unit"]]
        order = ["month", "_unit", "quantity"]
        return frame.sort_values(order, ascending=[True, True, False], kind="stable")
    if _WHOSE.intersection(keys):  # who asks is wanted by weight, in each month or on each day
        order = [name for name in ("month", "day") if name in keys]
        ascending = [*(True for _ in order), False]
        return frame.sort_values([*order, "quantity"], ascending=ascending, kind="stable")
    return frame


def _currency(rows: pd.DataFrame) -> str:
    return " ".join(set(rows["currency"]) - {""} if "currency" in rows else ()) or "cost"


def _default(rows: pd.DataFrame) -> list[str]:
    return [name for name in (_OF_A_BILL if "product" in rows else _DEFAULT) if name in rows]


def _place(unit: object) -> int:
    if not unit:
        return len(_UNITS) + 1
    return _UNITS.index(str(unit)) if unit in _UNITS else len(_UNITS)


def _sum(values: pd.Series[float]) -> str:
    """A sum; where a part of it is not known, what it is at least."""
    known = count(values.sum())
    if not values.isna().any():
        return known
    return "unknown" if values.isna().all() else f"at least {known}"


def _title(actuals: Actuals, what: str) -> str:
    days = [] if "day" not in actuals.rows else list(actuals.rows["day"].dropna())
    span = ""
    if days:
        first, last = str(min(days)), str(max(days))
        span = f", {first}" if first == last else f", {first} to {last}"
    return f"{what} {SOURCES[actuals.source].words}{span}"


def cell_words(values: Iterable[object]) -> list[str]:
    """The words of a column, whole where two values would have the same.

    >>> cell_words([f"arn:aws:s3:{region}:111122223333:accesspoint/a" for region in ("x", "x")])
    ['accesspoint/a', 'accesspoint/a']
    >>> cell_words(["arn:aws:kms:x:111122223333:key/k", "arn:aws:kms:y:111122223333:key/k"])[0]
    'arn:aws:kms:x:111122223333:key/k'
    """
    texts = [(str(value), cell_word(value)) for value in values]
    shared = Counter(word for _, word in set(texts))
    return [word if shared[word] == 1 else printable(text) for text, word in texts]


def cell_word(value: object) -> str:
    """A cell of text; of an ARN what people call the thing by."""
    text = "" if value is None or str(value) == "NaT" else str(value)
    arn = split_arn(text)
    if arn is not None:
        is_caller = arn.service in ("iam", "sts")
        text = f"{arn.account}:{arn.resource}" if is_caller else arn.resource
    return printable(text) or "-"


def _files(actuals: Actuals) -> str:
    """Say what was read."""
    line = f"Read {actuals.files:,} file{'s' * (actuals.files != 1)} with {actuals.records:,} "
    line += f"record{'s' * (actuals.records != 1)}"
    if actuals.duplicates:
        line += f"; {actuals.duplicates:,} copies of requests counted once"
    if actuals.skipped:
        line += f"; skipped {len(actuals.skipped):,}"
    return line


def _costs(actuals: Actuals) -> list[str]:
    """Return the cost of KMS on a bill by what it is for."""
    if actuals.source != "bill":
        return []
    totals = actuals.totals
    cost = next(name for name in totals if name.startswith("cost_"))
    parts = ("requests", "keys", "other")
    requests, keys, other = (money(totals[f"{cost}_{part}"]) for part in parts)
    code = cost.removeprefix("cost_").upper()
    return [
        (
            f"KMS {code} {money(totals[cost])}: requests {requests}, keys {keys}, taxes, credits "
            f"and all else {other}"
        )
    ]
