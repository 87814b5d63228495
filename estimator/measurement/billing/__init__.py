"""Bills to actuals: what AWS charged for KMS and CloudTrail, in the words of the forecast.

Read so: `deliveries` finds the files, `archives` unpacks them, `tables` and `workbooks` read the
columns that `layouts` knows in chunks, `charges` gives each line its unit and its Region,
`counting` adds them up, `periods` says what part of a month there is, and `summary` what it comes
to. Exports of `cost_explorer` become lines of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from estimator.figures import FEW, listed, money, plural
from estimator.measurement.billing import summary
from estimator.measurement.billing.archives import Table
from estimator.measurement.billing.charges import merge_sums
from estimator.measurement.billing.cost_explorer import Entry, MissingPageError
from estimator.measurement.billing.counting import (
    Tally,
    count_entries,
    count_table,
    digest_table,
    find_tables,
)
from estimator.measurement.billing.deliveries import find_bills
from estimator.measurement.billing.periods import bill_coverage, shares
from estimator.measurement.billing.repeats import (
    NOTHING,
    FileLines,
    SeenFiles,
    repeat_notices,
    single_places,
)
from estimator.measurement.paths import as_paths
from estimator.measurement.recognition import naming_files
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_frame, actuals_grain
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import Refused, UnreadableError

__all__ = ["measure_bill"]

_SUMMED = ("month", "day", "payer", "billed_account", "billed_region", "key", "cause", "operation")
_ROWS = (
    *_SUMMED,
    "quantity",
    "unit",
    "free",
    "billable",
    "cost",
    "currency",
    "product",
    "meter",
    "lines",
)


@naming_files("measure bill")
def measure_bill(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
) -> Actuals:
    """The KMS requests, keys and CloudTrail events that a bill shows.

    Parameters
    ----------
    paths : path or several
        Cost and Usage Reports (legacy and 2.0), FOCUS, detailed billing reports and the CSV of the
        Bills page, as CSV, Parquet or workbook, packed or not; their manifests; Cost Explorer's
        CSV and JSON; folders of them. Told apart by their columns and bytes.
    by : str or sequence of str, optional
        Columns that `rows` tells apart. Default: all there are.
    strict : bool
        A file that cannot be counted is an error.

    Returns
    -------
    Actuals
        Requests [request], key-months [key-month] and events [event] with their free part and
        their unblended cost [the bill's currency]; taxes, credits and discounts as rows of a cost
        alone. Its `totals` add costs and key-months, its JSON ``lines`` and ``usage_types``.

    Raises
    ------
    KmscostError
        Nothing could be read, a manifest's file is missing, amounts are in several currencies, one
        month stands in two kinds of bill, or, with `strict`, a file was skipped.
    """
    grain = actuals_grain(by)
    refused = Refused()
    names = as_paths(paths)
    delivered = find_bills(names, refused)
    whole = Tally()
    seen: list[FileLines] = []
    first_files: dict[tuple[str, str], str] = {}
    known = SeenFiles()
    coarse: list[tuple[str, list[Entry]]] = []
    missing: MissingPageError | None = None
    tables: Iterable[Table] = find_tables(delivered.files, refused)
    if len(delivered.files) == 1:
        tables = list(tables)
    for table in tables:
        try:
            counted = count_table(table, alone=isinstance(tables, list) and len(tables) == 1)
        except UnreadableError as error:
            refused.add(table.shown, error)
            missing = error if isinstance(error, MissingPageError) else missing
            continue
        if not isinstance(counted, Tally):
            coarse.append((table.shown, counted))
        elif not known.is_copy(table.shown, counted.contents, partial(digest_table, table)):
            whole.add(counted)
            for report in counted.reports:
                for month in counted.months:
                    first_files.setdefault((report, month), table.shown)
            # each line once: equal lines of one file are no repeat, only those of two files are
            lines = np.unique(np.concatenate([NOTHING, *counted.marks]))
            places = single_places(np.concatenate([NOTHING, *counted.places]))
            seen.append(FileLines(table.shown, lines, places, counted.months))
    if missing is not None:
        # the other exports may be its pages, each with a part of the same days
        for shown, _ in coarse:
            refused.add(shown, missing)
        coarse.clear()
    combined = count_entries(coarse, refused)
    first_files |= {
        (report, month): coarse[0][0] for report in combined.reports for month in combined.months
    }
    whole.add(combined)
    if not whole.files:
        raise refused.nothing(names, "the files of a bill", "check the path")
    if strict and refused.skipped:
        raise refused.skipped.refuse()
    notices = (*delivered.notices, *known.notices, *repeat_notices(seen), *whole.notices)
    return _actuals(whole, names[0], first_files, grain, refused.skipped, notices)


def _actuals(
    whole: Tally,
    path: str,
    first_files: Mapping[tuple[str, str], str],
    grain: tuple[str, ...] | None,
    skipped: SkippedFiles,
    notices: tuple[str, ...],
) -> Actuals:
    reports = {report: merge_sums(parts) for report, parts in whole.reports.items()}
    summary.one_report_a_month(reports, first_files)
    counted, discounts = summary.drop_repeated_discounts(merge_sums(list(reports.values())))
    currency = summary.one_currency(counted, whole.currencies, path)
    coverage = bill_coverage(whole.spans)
    covered = shares(counted["day"], counted["month"], coverage)
    if whole.open_places:
        names = ("billed_account", "month", "day")
        places = zip(*(counted[name].astype(str) for name in names), strict=True)
        # another bill may cover the hours of a period that goes on: its own lines say of none
        covered = [
            0.0 if place in whole.open_places else share
            for place, share in zip(places, covered, strict=True)
        ]
    columns: dict[str, Any] = {
        **{name: counted[name] for name in _ROWS},
        # where none is named it is taken for the others', and that is said
        "currency": counted["currency"].where(counted["currency"] != "", currency),
        "source": ["bill"] * len(counted),
        "coverage": covered,
    }
    return Actuals(
        source="bill",
        all_rows=actuals_frame(columns),
        files=whole.files,
        records=whole.records,
        skipped=skipped,
        coverage=coverage,
        notices=(
            *notices,
            *_of_lines(whole, currency, discounts),
            *summary.notices(counted, whole.records),
            *coverage.notices(),
        ),
        details=summary.details(counted, currency),
        by=grain,
    )


def _of_lines(whole: Tally, currency: str, discounts: float | None) -> Iterator[str]:
    """Notices of lines that were left out, or are not as AWS wrote them."""
    if discounts is not None:
        left_out = f"those in columns ({currency} {money(discounts)}) are left out"
        yield f"discounts stand in lines and in columns: {left_out}"
    if whole.forecasts:
        yield f"{whole.forecasts:,} lines of a forecast are left out: they are no bill"
    if whole.no_currency:
        many = plural(whole.no_currency, "line", "names", "name")
        yield f"{many} no currency: the amounts are taken for {currency}"
    yield from whole.unknown.notices(currency)
    if whole.lost_zeros:
        many = plural(len(whole.lost_zeros), "account id", "has", "have")
        few = listed(sorted(whole.lost_zeros), FEW)
        yield f"{many} lost leading zeros, as numbers do ({few}): read with them"
